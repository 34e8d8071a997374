"""The figures of Tabletop-ReasonVOS, and what one gets there without reading the question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from visa_ros.data.samples import NO_SUCH_OBJECT
from visa_ros.errors import DataError
from visa_ros.eval.packed import Bits, pack
from visa_ros.eval.predict import Question
from visa_ros.eval.results import Result
from visa_ros.eval.scores import share
from visa_ros.video.opencv import opencv

BASELINES = ('largest', 'all')


def reasonvos_report(
    results: Sequence[Result], baselines: Mapping[str, Sequence[Result]] | None = None
) -> dict[str, Any]:
    """
    Sum up the benchmark, 0 to 1.

    JF, J, F, overall  over the expressions that mean something in the clip
    types              the same for each type of them
    held_out           the same by what is new against training: 'scenes' alone, 'instances' or
                       'paraphrases'; with it, how many absent things were refused there
    absent             how many expressions about absent things were refused; beside it, how many
                       of the others were refused wrongly
    baselines          the overall figures of predictions that do not read the question
    """
    present, absent = _present(results), [r for r in results if r.type_id == NO_SUCH_OBJECT]
    overall = _summary(present)
    return {
        **{name: overall[name] for name in ('JF', 'J', 'F')},
        'count': len(results),
        'overall': overall,
        'types': _grouped(present, [r.kind for r in present]),
        'held_out': {
            axis: {
                **row,
                'absent_refused': share([r.refused for r in absent if r.axis == axis]),
            }
            for axis, row in _grouped(present, [r.axis for r in present]).items()
        },
        'absent': {
            'count': len(absent),
            'refused': share([r.refused for r in absent]),
            'false_refusals': share([r.refused for r in present]),
        },
        'baselines': {name: _summary(_present(b)) for name, b in (baselines or {}).items()},
    }


def _present(results: Sequence[Result]) -> list[Result]:
    return [r for r in results if r.type_id != NO_SUCH_OBJECT]


def _grouped(results: Sequence[Result], groups: Sequence[str]) -> dict[str, dict[str, Any]]:
    pairs = list(zip(results, groups, strict=True))
    return {
        group: _summary([r for r, own in pairs if own == group])
        for group in sorted(set(groups) - {''})
    }


def _summary(results: Sequence[Result]) -> dict[str, Any]:
    if not results:
        return {'JF': None, 'J': None, 'F': None, 'count': 0}
    region = float(np.mean([r.values['J'] for r in results]))
    contour = float(np.mean([r.values['F'] for r in results]))
    return {'JF': (region + contour) / 2, 'J': region, 'F': contour, 'count': len(results)}


class BlindPredictor:
    """
    Predicts true masks, but of objects that do not depend on the question.

    choice  'largest': the object with the most pixels on the last frame; 'all': every object

    The masks are read from the instance images beside the frames.
    """

    def __init__(self, root: Path, choice: str) -> None:
        self._root, self._choice = root, choice
        self._video, self._masks = '', list[Bits]()

    def prepare(self) -> None:
        """There is nothing to do."""

    def source(self, question: Question) -> str:
        """Return '': only the set decides."""
        return ''

    def masks(self, question: Question, hw: tuple[int, int]) -> Iterator[Bits]:
        """Yield the masks of a clip, which are the same for all of its questions."""
        if question.video != self._video:
            folder = self._root / 'Instances' / question.video
            images = [_read(folder / f'{path.stem}.png') for path in question.pictures]
            counts = np.bincount(images[-1].ravel(), minlength=2)
            largest = int(counts[1:].argmax()) + 1
            chosen = (i == largest if self._choice == 'largest' else i > 0 for i in images)
            self._masks = [pack(mask) for mask in chosen]
            self._video = question.video
        return iter(self._masks)


def _read(path: Path) -> np.ndarray:
    cv2 = opencv()
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED) if path.is_file() else None
    if image is None:
        raise DataError(f'{path}: missing or not an image; make the benchmark again')
    return np.asarray(image)
