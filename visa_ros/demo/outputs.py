"""
What the demo leaves behind.

    OUT/contact_sheet.png      the picture to look at
    OUT/report.json            see visa_ros.demo.report
    OUT/overlays/N_TYPE.png    question N on the newest frame of its window
    OUT/overlays/demo.mp4      every question: its window, then live tracking
    OUT/clouds/N_ID.ply        points of an answered object, on a live frame

Of several scenes, each has this in OUT/seed_N/, and OUT/rate.json sums up; see visa_ros.demo.rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
import shutil
from typing import Any

import numpy as np

from visa_ros.demo.facts import Outcome, Shot, Tracks
from visa_ros.demo.report import build_report, rate_of, write_report
from visa_ros.demo.scores import overlaps, score, Scores, truth_mask
from visa_ros.demo.sheet import draw_sheet, Picture, Row, with_caption, write_png
from visa_ros.errors import DataError
from visa_ros.geometry.clouds import write_ply
from visa_ros.sim.record import ObjectInfo
from visa_ros.video.overlay import draw_masks
from visa_ros.video.writer import MovieWriter

_NAMES = ('contact_sheet.png', 'report.json', 'overlays', 'clouds', 'logs', 'rate.json')
_LEGEND = 'Tinted: what was answered, with its id.   Dashed: the truth.   IoU: their overlap.'
NS_PER_S = 1_000_000_000


def clear(out: Path) -> None:
    """Make the folder; of an older demo in it nothing is left. DataError if that fails."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for old in (*(out / name for name in _NAMES), *out.glob('seed_[0-9]*')):
            if old.is_dir():
                shutil.rmtree(old)
            else:
                old.unlink(missing_ok=True)
    except OSError as error:
        raise DataError(f'{out}: cannot be written: {error}') from error


def write_outputs(
    out: Path,
    seed: int,
    outcomes: Sequence[Outcome],
    objects: Sequence[ObjectInfo],
    *,
    questions: int,
    rate_hz: float,
) -> dict[str, Any]:
    """
    Write everything; return the report.

    seed       as the user gave it
    objects    of the scene
    questions  of the script, asked or not
    rate_hz    of the camera
    """
    scores = [score(outcome) for outcome in outcomes]
    report = build_report(seed, outcomes, scores, questions=questions)
    write_report(out / 'report.json', report)
    _write_overlays(out / 'overlays', outcomes, rate_hz)
    _write_clouds(out / 'clouds', outcomes)
    rows = [_row(o, s, objects) for o, s in zip(outcomes, scores, strict=True)]
    title = f'visa_ros demo, scene {seed}: {rate_of(report)}'
    sheet = draw_sheet(rows, title=title, legend=_LEGEND)
    write_png(out / 'contact_sheet.png', sheet)
    return report


def _write_overlays(folder: Path, outcomes: Sequence[Outcome], rate_hz: float) -> None:
    folder.mkdir()
    hw = outcomes[0].window[-1].frame.hw
    with MovieWriter(folder / 'demo.mp4', hw=hw, rate_hz=rate_hz) as movie:
        for number, outcome in enumerate(outcomes, start=1):
            text = f'{number}  {outcome.expression.text}'
            for shot in outcome.looked_at:
                image = _painted(shot, _answered(outcome))
                movie.write(with_caption(image, text))
            write_png(folder / f'{number}_{outcome.expression.type}.png', image)
            for shot in outcome.live:
                image = _painted(shot, outcome.tracks)
                movie.write(with_caption(image, f'{text}  (live)'))


def _painted(shot: Shot, tracks: Tracks) -> np.ndarray:
    return draw_masks(shot.frame.rgb, tracks.get(shot.frame.stamp_ns, {}), {})


def _write_clouds(folder: Path, outcomes: Sequence[Outcome]) -> None:
    folder.mkdir()
    for number, outcome in enumerate(outcomes, start=1):
        for object_id, cloud in outcome.clouds.items():
            write_ply(folder / f'{number}_{object_id}.ply', cloud)


def _answered(outcome: Outcome) -> Tracks:
    """Masks of the window."""
    return {frame.stamp_ns: frame.masks for frame in outcome.reply.sequence}


def _row(outcome: Outcome, scores: Scores, objects: Sequence[ObjectInfo]) -> Row:
    window, answered = outcome.looked_at, _answered(outcome)
    pictures = [
        _picture(outcome, shot, answered)
        for shot in (window[0], window[len(window) // 2], window[-1])
    ]
    live = _picture(outcome, outcome.live[-1], outcome.tracks) if outcome.live else None
    return Row(
        kind=outcome.expression.type,
        question=outcome.expression.text,
        status=outcome.reply.status.name,
        right=scores.right,
        answer=outcome.reply.text or outcome.reply.message,
        truth=_truth(outcome.expression.targets, objects),
        figures=tuple(_figures(outcome, scores)),
        pictures=(*pictures, live),
    )


def _picture(outcome: Outcome, shot: Shot, tracks: Tracks) -> Picture:
    targets = outcome.expression.targets
    masks = tracks.get(shot.frame.stamp_ns, {})
    ago_s = (shot.frame.stamp_ns - outcome.window[-1].frame.stamp_ns) / NS_PER_S
    caption = f'{ago_s:+.1f} s' if ago_s else 'asked now'
    if outcome.reply.answered and (targets or masks):
        caption += f'   IoU {overlaps([shot], tracks, targets)[0]:.2f}'
    return Picture(
        rgb=shot.frame.rgb,
        masks=masks,
        truth=truth_mask(shot.instances, targets),
        caption=f'live, {caption}' if ago_s > 0 else caption,
    )


def _truth(targets: Sequence[int], objects: Sequence[ObjectInfo]) -> str:
    """Name the right answer."""
    named = [o for o in objects if o.instance_id in targets]
    return ', '.join(f'{o.color} {o.category}'.strip() for o in named) or 'nothing here fits'


def _figures(outcome: Outcome, scores: Scores) -> Iterator[str]:
    if scores.mean_iou is not None:
        live = '' if scores.track_iou is None else f', {scores.track_iou:.2f} live'
        yield f'IoU {scores.mean_iou:.2f} in the window{live}'
    if scores.cloud_points is not None:
        error_m = scores.centroid_error_m
        off = '' if error_m is None else f', {100 * error_m:.1f} cm off'
        yield f'{scores.cloud_points} points{off}'
    if 'total' in outcome.reply.ms:
        yield f'answered in {outcome.reply.ms["total"] / 1e3:.2f} s'
