"""Units of work for sets of pictures: the texts about one picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visa_ros.data.registry import ImageSet
from visa_ros.data.samples import ImageQuery, ImageSample
from visa_ros.errors import DataError
from visa_ros.eval.jobs import failure
from visa_ros.eval.metrics_image import count_pixels
from visa_ros.eval.packed import unpack
from visa_ros.eval.predict import image_question, Predictor, Question
from visa_ros.eval.results import Key, Result


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageJob:
    """Some texts about one picture, by their ids."""

    sample: ImageSample
    wanted: frozenset[str]
    predictor: Predictor

    def results(self) -> Iterator[Result]:
        """Yield the results in the order of the texts."""
        for query in self.sample.queries:
            if query.id not in self.wanted:
                continue
            question = image_question(self.sample, query)
            error, refused = '', False
            # A union of nothing would count as right.
            values: dict[str, float] = {'intersection': 0, 'union': 1}
            try:
                truth = query.truth()
                values['union'] = max(1, int((truth == 1).sum()))
                hw = (truth.shape[0], truth.shape[1])
                (mask,) = self.predictor.masks(question, hw)
                counts = count_pixels(unpack(mask, hw), truth)
                values = {'intersection': counts.intersection, 'union': counts.union}
                refused = mask.empty
            except Exception as problem:
                error = failure(problem)
            yield Result(
                video=question.video,
                expression_id=query.id,
                text=query.text,
                frames=1,
                values=values,
                refused=refused,
                error=error,
                source=self.predictor.source(question),
            )


class ImagePlan:
    """The work of a split of pictures."""

    def __init__(self, dataset: ImageSet, predictor: Predictor) -> None:
        self._predictor = predictor
        self._samples = [dataset[i] for i in range(len(dataset))]
        self.keys: Sequence[tuple[Key, ...]] = [
            tuple((s.path.stem, q.id) for q in s.queries) for s in self._samples
        ]
        self._places = {key: unit for unit, keys in enumerate(self.keys) for key in keys}
        if len(self._places) != sum(map(len, self.keys)):
            raise DataError(f'{dataset.name}: two texts have the same picture and id')

    def job(self, unit: int, wanted: set[Key]) -> ImageJob:
        """Make the job of one picture."""
        self._predictor.prepare()
        return ImageJob(
            sample=self._samples[unit],
            wanted=frozenset(expression for _, expression in wanted),
            predictor=self._predictor,
        )

    def question(self, key: Key) -> Question:
        """Look a text up."""
        return image_question(self._sample(key), self._query(key))

    def truth(self, key: Key, k: int) -> NDArray[np.bool_] | None:
        """Return the true mask, bool (H, W)."""
        mask: NDArray[np.bool_] = self._query(key).truth() == 1
        return mask

    def _sample(self, key: Key) -> ImageSample:
        return self._samples[self._places[key]]

    def _query(self, key: Key) -> ImageQuery:
        return next(query for query in self._sample(key).queries if query.id == key[1])
