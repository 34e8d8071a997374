"""
Draw the best and the worst answers of a model about real pictures: docs/images/real.png.

    visa-ros data real -o out/real
    python benchmarks/real_pictures.py --root out/real --model visa-nano -o docs/images/real.png

The colour is the answer, the white line the truth, the number J&F over all frames. Of each clip
there is one answer in each half. Only pictures whose licence lets us show them are drawn.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from visa_ros.api import load_pipeline
from visa_ros.config import PipelineConfig
from visa_ros.data.real_pictures import RealPictures, SPLIT
from visa_ros.data.samples import NO_SUCH_OBJECT
from visa_ros.eval.jobs import VideoPlan
from visa_ros.eval.metrics import FrameRule
from visa_ros.eval.packed import unpack
from visa_ros.eval.predict import ModelPredictor, read_rgb
from visa_ros.eval.results import Result
from visa_ros.eval.run import run_plan, RunConfig

COLUMNS = 4
CELL_PX, HEIGHT_PX, TEXT_PX = 320, 240, 26
OPACITY = 0.55
TINT = (255, 0, 160)  # seldom the colour of a thing
TITLES = ('best', 'worst')


def main() -> None:
    """Ask everything, choose and draw."""
    args = _arguments()
    dataset = RealPictures(args.root, SPLIT)
    config = PipelineConfig(clouds=False)
    predictor = ModelPredictor(lambda: load_pipeline(args.model, args.device, config))
    plan = VideoPlan(dataset, predictor, rule=FrameRule.VISA)
    results = run_plan(plan, lambda _: '', RunConfig(settings={}))
    halves = []
    for title, chosen in zip(TITLES, chosen_of(results, dataset.shown()), strict=True):
        cells = [_cell(plan, predictor, result) for result in chosen]
        print(title, *(f'  {caption_of(result)} ({result.video})' for result in chosen), sep='\n')
        halves += [_line(title, COLUMNS * CELL_PX), *_rows(cells)]
    args.output.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(args.output), np.vstack(halves)[:, :, ::-1])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--root', type=Path, required=True, help='what `visa-ros data real` has made')
    add('--model', default='visa-nano', help='name or folder; default: %(default)s')
    add('--device', default='auto', help='default: %(default)s')
    add('-o', '--output', type=Path, required=True, help='png to write')
    return parser.parse_args()


def chosen_of(
    results: Sequence[Result], shown: frozenset[str]
) -> tuple[list[Result], list[Result]]:
    """
    Return the best and the worst answers, at most one of each video in either.

    The best are answers about things that are there; an invented thing is among the worst.
    """
    known = [r for r in results if r.video in shown and not r.error]
    by_score = sorted(known, key=lambda r: r.both)
    best = [r for r in reversed(by_score) if r.type_id != NO_SUCH_OBJECT and not r.refused]
    good = _one_per_video(best)
    rest = [r for r in by_score if r not in good]
    return good, _one_per_video(rest)


def _one_per_video(results: Sequence[Result]) -> list[Result]:
    first = {r.video: r for r in reversed(results)}
    return [r for r in results if first[r.video] is r][:COLUMNS]


def caption_of(result: Result) -> str:
    """Write the score and the question."""
    if result.type_id == NO_SUCH_OBJECT:
        return f'invented: "{result.text}"'
    return f'{"none" if result.refused else f"{result.both:.2f}"}: "{result.text}"'


def _cell(plan: VideoPlan, predictor: ModelPredictor, result: Result) -> np.ndarray:
    """Draw the middle frame of one answer, with its caption: uint8 (h, w, 3)."""
    question = plan.question(result.key)
    k = len(question.pictures) // 2
    rgb = read_rgb(question.pictures[k])
    hw = rgb.shape[0], rgb.shape[1]
    predicted = unpack(list(predictor.masks(question, hw))[k], hw)
    drawn = paint(rgb, plan.truth(result.key, k), predicted)
    cell = np.zeros((HEIGHT_PX, CELL_PX, 3), np.uint8)
    left, top = (CELL_PX - drawn.shape[1]) // 2, (HEIGHT_PX - drawn.shape[0]) // 2
    cell[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    return np.vstack([cell, _line(caption_of(result), CELL_PX)])


def paint(rgb: np.ndarray, truth: np.ndarray | None, predicted: np.ndarray) -> np.ndarray:
    """
    Scale a picture into a cell, tint what was answered and outline what is right.

    rgb               uint8 (H, W, 3)
    truth, predicted  bool (H, W)
    """
    scale = min(CELL_PX / rgb.shape[1], HEIGHT_PX / rgb.shape[0])
    size = round(rgb.shape[1] * scale), round(rgb.shape[0] * scale)
    image = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    answer = _small(predicted, size)
    tint = OPACITY * np.array(TINT, np.float32)
    image[answer] = ((1 - OPACITY) * image[answer] + tint).astype(np.uint8)
    if truth is not None and truth.any():
        small = _small(truth, size).astype(np.uint8)
        lines, _ = cv2.findContours(small, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        # White on black shows on every ground.
        cv2.drawContours(image, lines, -1, (0, 0, 0), 3)
        cv2.drawContours(image, lines, -1, (255, 255, 255), 1)
    return np.asarray(image)


def _small(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0


def _line(text: str, width: int) -> np.ndarray:
    line = np.full((TEXT_PX, width, 3), 255, np.uint8)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(line, text, (6, TEXT_PX - 9), font, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
    return line


def _rows(cells: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Put cells side by side, empty ones at the end."""
    blank = np.full((HEIGHT_PX + TEXT_PX, CELL_PX, 3), 255, np.uint8)
    filled = [*cells, *[blank] * (-len(cells) % COLUMNS)]
    return [np.hstack(filled[k : k + COLUMNS]) for k in range(0, len(filled), COLUMNS)]


if __name__ == '__main__':
    main()
