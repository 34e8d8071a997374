"""
The questions and masks of simulated clips in the layout of the ReVOS data set.

meta_expressions_<split>_.json names the frames and expressions of each clip, mask_dict.json holds
one list of masks per object. Beside ReVOS's own fields, an expression has `type`, `targets`,
`asks_for_one`, `needs_past` and `target_frame`, as in visa_ros.sim.expressions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
import json
from pathlib import Path
from typing import Any

import numpy as np

from visa_ros.errors import DataError
from visa_ros.sim.expressions import ABSENT, Expression, make_expressions
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.splits import split_of
from visa_ros.video.rle import encode

REFERRING, REASONING, NO_SUCH_OBJECT = 0, 1, 2
REASONING_TYPES = frozenset(('function', 'knowledge', 'motion', 'event'))
# Instance ids are 8 bit: this keeps the masks of two scenes apart.
IDS_PER_SCENE = 256


def frame_name(index: int) -> str:
    """Return the name of a frame's files, without extension."""
    return f'{index:05d}'


def annotate(
    record: SceneRecord,
    instances: Sequence[np.ndarray],
    *,
    count: int,
    held_out: bool,
) -> dict[str, Any]:
    """
    Ask about the last frame of a clip; return its entries in both of ReVOS's files.

    instances  uint8 (H, W) per frame; 0 is background, else the instance id
    count      questions at most
    returns    'video': its entry in meta_expressions, 'masks': its entries in mask_dict
    """
    target_frame = len(record.frames) - 1
    rng = np.random.default_rng((record.seed, count, held_out))
    expressions = make_expressions(record, target_frame, rng, count=count, held_out=held_out)
    entries = [expression_entry(record.seed, e, target_frame) for e in expressions]
    return clip_entry(record, instances, entries)


def clip_entry(
    record: SceneRecord,
    instances: Sequence[np.ndarray],
    expressions: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what `annotate` does, for expressions in the form of `expression_entry`."""
    return {
        'video': {
            'frames': [frame_name(k) for k in range(len(record.frames))],
            'height': record.height,
            'width': record.width,
            'expressions': {str(i): dict(entry) for i, entry in enumerate(expressions)},
        },
        'masks': {
            str(annotation_id(record.seed, o.instance_id)): [
                _mask(image == o.instance_id) for image in instances
            ]
            for o in record.objects
        },
    }


def annotation_id(seed: int, instance_id: int) -> int:
    """Return the key of an object's masks in mask_dict; it depends on nothing else."""
    return seed * IDS_PER_SCENE + instance_id


def expression_entry(seed: int, expression: Expression, target_frame: int) -> dict[str, Any]:
    """Return the entry of a question in meta_expressions; target_frame is what it is about."""
    return {
        'exp': expression.text,
        'obj_id': list(expression.targets),
        'anno_id': [annotation_id(seed, i) for i in expression.targets],
        'type_id': _type_id(expression.type),
        'type': expression.type,
        'targets': list(expression.targets),
        'asks_for_one': expression.asks_for_one,
        'needs_past': expression.needs_past,
        'target_frame': target_frame,
    }


def _type_id(kind: str) -> int:
    if kind == ABSENT:
        return NO_SUCH_OBJECT
    return REASONING if kind in REASONING_TYPES else REFERRING


def _mask(mask: np.ndarray) -> dict[str, Any] | None:
    if not mask.any():
        return None
    rle = encode(mask)
    return {'size': list(rle.size), 'counts': rle.counts}


def write_annotations(root: Path, annotations: Path, clips: Iterable[tuple[str, int]]) -> None:
    """
    Join the entries of all clips into ReVOS's files.

    annotations  folder of one json per clip, as `annotate` returns them
    clips        name and seed of each clip

    One clip is in memory at a time, however large the set. DataError if an entry cannot be read.
    """
    clips = sorted(clips)
    videos: dict[str, list[tuple[str, Path]]] = {}
    for name, seed in clips:
        path = annotations / f'{name}.json'
        videos.setdefault(split_of(seed), []).append((name, path))
    for split, entries in videos.items():
        pairs = ((name, read_json(path)['video']) for name, path in entries)
        path = root / f'meta_expressions_{split}_.json'
        _write_object(path, pairs, before='{"videos": ', after='}')
    masks = (
        item
        for name, _ in clips
        for item in read_json(annotations / f'{name}.json')['masks'].items()
    )
    _write_object(root / 'mask_dict.json', masks)


def read_json(path: Path) -> Any:
    """Read a json file; DataError that names it if that fails."""
    try:
        return json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise DataError(f'{path}: cannot be read as json: {error}') from error


def write_json(path: Path, value: Any) -> None:
    """Write a json file that is whole or not there."""
    part = path.with_name(path.name + '.part')
    part.write_text(json.dumps(value), encoding='utf-8')
    part.replace(path)


def _write_object(
    path: Path, items: Iterable[tuple[str, Any]], *, before: str = '', after: str = ''
) -> None:
    part = path.with_name(path.name + '.part')
    with part.open('w', encoding='utf-8') as file:
        file.write(before + '{')
        for i, (key, value) in enumerate(items):
            file.write((',\n' if i else '\n') + json.dumps(key) + ': ' + json.dumps(value))
        file.write('}' + after)
    part.replace(path)
