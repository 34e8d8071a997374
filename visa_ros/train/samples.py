"""A picture of a training clip with what is asked about it, and the truth as tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from visa_ros.sim.expressions import Expression
from visa_ros.train.scenes import Scene
from visa_ros.train.things import DenseTruth, SENSES, UNKNOWN


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample(Scene):
    """
    A scene with its questions.

    change          float (K, H / 8, W / 8), see visa_ros.model.pictures
    pixels, tokens  the truth of cells of 8 and 16 px
    """

    change: np.ndarray
    expressions: Sequence[Expression]
    pixels: DenseTruth
    tokens: DenseTruth

    def wanted(self, whole: np.ndarray) -> Tensor:
        """
        Row in `areas` of each object that the answers name, in their order, int64 (n,).

        whole  bool (questions,): of the others, only the first word is there
        """
        row_of = {o.instance_id: k for k, o in enumerate(self.record.objects)}
        said = zip(self.expressions, whole, strict=False)
        rows = [row_of[target] for e, there in said if there for target in e.targets]
        return torch.tensor(rows, dtype=torch.long)

    def fits(self) -> Tensor:
        """Whether each question means each object, bool (q, m)."""
        ids = [o.instance_id for o in self.record.objects]
        rows = [[i in e.targets for i in ids] for e in self.expressions]
        return torch.tensor(rows, dtype=torch.bool).reshape(-1, len(ids))

    def senses(self, questions: int) -> Tensor:
        """Index in SENSES of what decides each of so many questions, int64 (questions,)."""
        known = [SENSES.index(e.sense) for e in self.expressions]
        return torch.tensor(known + [UNKNOWN] * (questions - len(known)))

    def areas(self) -> Tensor:
        """Cover of cells of 2 px by each object, last by the background, float (m + 1, h, w)."""
        ids = [o.instance_id for o in self.record.objects] + [0]
        shown = torch.from_numpy(self.instances)
        masks = shown[None] == torch.tensor(ids, dtype=torch.uint8)[:, None, None]
        return functional.avg_pool2d(masks.float(), 2)

    def kinds(self, label_of: Mapping[str, int], questions: int) -> Tensor:
        """
        Whether each kind is sought, and whether it is compared with, float (questions, 2, K).

        label_of  1 + index of each kind

        NaN where nobody could say, and for what is not asked.
        """
        truth = torch.full((questions, 2, len(label_of)), torch.nan)
        for row, expression in zip(truth, self.expressions, strict=False):
            about = expression.kinds
            row[1] = 0
            if about is None:
                continue
            row[0] = 0
            for side, kinds, value in (
                (0, about.sought, 1.0), (0, about.unsure, torch.nan), (1, about.beside, 1.0),
            ):  # fmt: skip
                row[side, [label_of[kind] - 1 for kind in kinds]] = value
        return truth
