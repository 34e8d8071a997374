"""
How well the instruction encoder tells what a name means that nobody taught.

    python benchmarks/names.py models/visa-nano/text

The training names of the thirty kinds, in five parts: from the sentence embeddings of four parts
the kinds of the fifth are told, by a linear classifier and by the five nearest names. No word
that the benchmark keeps for evaluation is used. A vocabulary that lacks a name's word pieces costs
most.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from visa_ros.model.text import load_text_encoder
from visa_ros.sim.knowledge import CATEGORIES
from visa_ros.train.wordings import more_words

_PARTS = 5
_NEAREST = 5


def main() -> None:
    """Print how often the kind is right."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('text', type=Path, nargs='+', help='folders of instruction encoders')
    args = parser.parse_args()
    more = more_words().names
    named = [
        (name, kind)
        for kind, (key, category) in enumerate(CATEGORIES.items())
        for name in (*category.names, *more[key])
    ]
    kinds = torch.tensor([kind for _, kind in named])
    for folder in args.text:
        encoder = load_text_encoder(folder, remembered=len(named))
        states = encoder.encode([f'the {name}' for name, _ in named])
        embeddings = functional.normalize(torch.stack([s[0] for s in states]), dim=1)
        linear, nearest = _right(embeddings, kinds)
        print(f'{folder}: {len(named)} names; linear {linear:.3f}, nearest names {nearest:.3f}')


def _right(embeddings: Tensor, kinds: Tensor) -> tuple[float, float]:
    part = torch.from_numpy(np.random.default_rng(0).permutation(len(kinds)) % _PARTS)
    linear, nearest = [], []
    for k in range(_PARTS):
        known, asked = part != k, part == k
        told = _fit(embeddings[known], kinds[known])
        linear.append((told(embeddings[asked]) == kinds[asked]).float())
        best = (embeddings[asked] @ embeddings[known].T).topk(_NEAREST)
        votes = torch.zeros(int(asked.sum()), len(CATEGORIES))
        votes.scatter_add_(1, kinds[known][best.indices], best.values)
        nearest.append((votes.argmax(dim=1) == kinds[asked]).float())
    return float(torch.cat(linear).mean()), float(torch.cat(nearest).mean())


def _fit(embeddings: Tensor, kinds: Tensor) -> Callable[[Tensor], Tensor]:
    weight = torch.zeros(embeddings.shape[1], len(CATEGORIES), requires_grad=True)
    optimizer = torch.optim.LBFGS([weight], max_iter=60)

    def closure() -> Tensor:
        optimizer.zero_grad()
        logits = 10 * embeddings @ weight
        loss = functional.cross_entropy(logits, kinds) + 2e-4 * weight.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)
    return lambda states: (states @ weight).argmax(dim=1)


if __name__ == '__main__':
    main()
