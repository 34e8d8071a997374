"""What the cases of infer.npz asked, from the names and json that lie beside the arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
import re

import numpy as np
from parity.folder import arrays, Case, cases, has, path_of, read_json
import pytest

from visa_ros.model.published.preprocess import clip_picture, sam_picture, SamPicture
from visa_ros.model.published.tokenizer import PromptTokenizer
from visa_ros.video.sampling import strided_references

EXPRESSIONS = 'data/ReVOS/meta_expressions_valid_.json'
NEEDED = ('frames.npz', 'prompts.json', EXPRESSIONS)


@dataclass(frozen=True, kw_only=True, eq=False)
class Query:
    """
    One target frame, its references and the expressions asked about it.

    frames  uint8 (R + 1, H, W, 3), the target last
    """

    frames: np.ndarray
    expressions: tuple[str, ...]

    @property
    def references(self) -> int:
        return len(self.frames) - 1

    def clip_pictures(self, image_px: int) -> np.ndarray:
        return np.stack([clip_picture(rgb, image_px) for rgb in self.frames])

    def sam_picture(self, image_px: int) -> SamPicture:
        return sam_picture(self.frames[-1], image_px)


@cache
def infer_cases() -> dict[str, Case]:
    return cases(arrays('infer.npz'))


def prompts_of(case: str) -> list[str]:
    """The prompts of a case, as the reference wrote them."""
    entry = read_json('prompts.json').get(case)
    if entry is None:
        pytest.skip(f'prompts.json does not tell of {case}')
    return entry['prompts'] if 'prompts' in entry else _list(entry['prompt'])


@cache
def query_of(case: str) -> Query:
    """Find the frames and expressions of a case; skips where the folder does not tell."""
    if not has(*NEEDED):
        pytest.skip(f'the parity folder lacks some of {NEEDED}')
    paths = _list(read_json('prompts.json').get(case, {}).get('output_path', []))
    if not paths:
        pytest.skip(f'prompts.json does not tell which frame {case} is about')
    videos = read_json(EXPRESSIONS)['videos']
    wanted = [_expression_of(videos, path) for path in paths]
    video, frame = wanted[0][0], wanted[0][1]
    assert {(v, f) for v, f, _ in wanted} == {(video, frame)}, 'one target frame per case'
    names = sorted(videos[video]['frames'])
    target = names.index(frame)
    chosen = (*strided_references(len(names), target, max_pictures=12), target)
    stored = arrays('frames.npz').get(video.replace('/', '_'))
    if stored is None:
        pytest.skip(f'frames.npz has no frames of {video}')
    return Query(frames=stored[list(chosen)], expressions=tuple(e for _, _, e in wanted))


def tokenizer(*, legacy: bool = False) -> PromptTokenizer:
    return PromptTokenizer(path_of('tokenizer/tokenizer.model'), legacy=legacy)


def _expression_of(videos: dict, path: str) -> tuple[str, str, str]:
    """Video, frame and expression of `<video>/<expression id>/<frame>.png`."""
    parts = PurePosixPath(path)
    video, expression = str(parts.parents[1]), parts.parent.name
    return video, parts.stem, videos[video]['expressions'][expression]['exp']


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def is_noise(case: str) -> bool:
    """Whether the reference broke ties by seeded noise there."""
    return re.search(r'noise', case) is not None
