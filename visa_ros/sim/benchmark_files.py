"""
Tabletop-ReasonVOS on disk: the tree of visa_ros.sim.dataset, and

    DIR/settings.json       which benchmark this is
    DIR/Slots/<slot>.json   scene, digests and counts of one clip; it is there if the clip is whole
    DIR/benchmark.json      of the finished set: checksums, counts, clips; written last
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import as_completed, ProcessPoolExecutor
from dataclasses import dataclass
import hashlib
import json
import multiprocessing
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tqdm import tqdm

from visa_ros.errors import ConfigError, SimulationError
from visa_ros.sim.benchmark import (
    ClipPlan,
    CLIPS,
    counts_of,
    FRAMES,
    NAME,
    plan_clip,
    Question,
    RATE_HZ,
    Slot,
    slots_of,
    VERSION,
    whole_digest,
)
from visa_ros.sim.dataset import clip_name, write_pictures, write_records
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.revos import (
    clip_entry,
    expression_entry,
    read_json,
    write_annotations,
    write_json,
)
from visa_ros.sim.world import record_clip, SimFrame, World

CHECKSUMS: Mapping[int, str] = MappingProxyType(
    {0: '549234dd86224df67a00a2eaaffbf0db82eb5d4bd095718ed731f7c41d9e8bad'}
)
"""Of the whole benchmark, by its seed: scenes, questions and answers, without pictures."""


@dataclass(frozen=True, kw_only=True)
class BenchmarkReport:
    """
    What the folder holds.

    checksum  of scenes, questions and settings: the same on every machine
    expected  what it has to be; '' where that was never written down
    masks     checksum of all masks: it depends on the graphics driver
    types, axes  questions of each
    """

    checksum: str
    expected: str
    masks: str
    clips: int
    types: dict[str, int]
    axes: dict[str, int]

    @property
    def matches(self) -> bool:
        """Whether nothing is known to be other than it should be."""
        return self.expected in ('', self.checksum)


def make_benchmark(
    out: Path, *, seed: int = 0, clips: int = CLIPS, workers: int = 1, progress: bool = True
) -> BenchmarkReport:
    """
    Render the benchmark into a folder; clips that are there are kept.

    seed      which benchmark, 0 to 18
    clips     only so many, from the first on
    progress  show a bar

    May be stopped at any time and called again. ConfigError for numbers out of range, or if the
    folder holds another benchmark; SimulationError if a clip cannot be made.
    """
    slots = slots_of(seed, clips=clips)
    _claim(out, seed)
    missing = [slot for slot in slots if not _is_there(out, slot)]
    with tqdm(
        total=len(slots), initial=len(slots) - len(missing), desc='rendering', unit='clip',
        disable=not progress,
    ) as bar:  # fmt: skip
        for _ in _each(out, missing, workers):
            bar.update()
    return _finish(out, seed, [read_json(_slot_path(out, slot)) for slot in slots])


def _claim(out: Path, seed: int) -> None:
    """Note which benchmark it is, or check that it is the same one."""
    path, wanted = out / 'settings.json', {'name': NAME, 'version': VERSION, 'seed': seed}
    if path.exists():
        if read_json(path) != wanted:
            raise ConfigError(
                f'{out} holds something else than {NAME} {VERSION} of seed {seed}: '
                'use another folder'
            )
        return
    out.mkdir(parents=True, exist_ok=True)
    write_json(path, wanted)


def _slot_path(out: Path, slot: Slot) -> Path:
    return out / 'Slots' / f'{slot.number:04d}.json'


def _is_there(out: Path, slot: Slot) -> bool:
    """Whether the clip was made, and with depth, which earlier ones do not have."""
    path = _slot_path(out, slot)
    return path.exists() and (out / 'Depth' / clip_name(read_json(path)['scene'])).is_dir()


def _each(out: Path, slots: Sequence[Slot], workers: int) -> Iterator[None]:
    """Make the clips of the slots; yield after each."""
    if workers <= 1:
        for slot in slots:
            make_clip(out, slot)
            yield
        return
    # Forked processes would share one OpenGL context.
    spawn = multiprocessing.get_context('spawn')
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        jobs = [pool.submit(make_clip, out, slot) for slot in slots]
        try:
            for job in as_completed(jobs):
                job.result()
                yield
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def make_clip(out: Path, slot: Slot) -> None:
    """Choose the scene of one slot, render it and write all that belongs to it."""
    plan = plan_clip(slot)
    with World(plan.record.seed, slot.world) as world:
        record, shots = record_clip(world, frames=FRAMES, rate_hz=RATE_HZ)
    _check(plan, record)
    write_pictures(out, clip_name(record.seed), shots)
    entry = _clip_entry(plan, record, shots)
    write_records(out, record, entry)
    masks = json.dumps(entry['masks'], sort_keys=True)
    path = _slot_path(out, slot)
    path.parent.mkdir(exist_ok=True)
    summary = {
        'scene': record.seed,
        'axis': slot.axis,
        'digest': plan.digest,
        'masks': hashlib.sha256(masks.encode()).hexdigest(),
        'types': [q.expression.type for q in plan.questions],
    }
    write_json(path, summary)


def _check(plan: ClipPlan, record: SceneRecord) -> None:
    """Make sure that the pictures show what the rays have hit."""
    for question in plan.questions:
        views = record.frames[question.target_frame].views
        for view in views:
            if view.instance_id in question.expression.targets and view.visible_px == 0:
                raise SimulationError(
                    f'scene {record.seed}: object {view.instance_id} should be visible, but the '
                    'pictures do not show it: does OpenGL work?'
                )


def _clip_entry(plan: ClipPlan, record: SceneRecord, shots: Sequence[SimFrame]) -> dict[str, Any]:
    entries = [_question_entry(record.seed, question) for question in plan.questions]
    return clip_entry(record, [shot.instances for shot in shots], entries)


def _question_entry(seed: int, question: Question) -> dict[str, Any]:
    entry = expression_entry(seed, question.expression, question.target_frame)
    return {**entry, 'axis': question.axis}


def _finish(out: Path, seed: int, summaries: Sequence[Mapping[str, Any]]) -> BenchmarkReport:
    """Join the files of the clips and sum up."""
    clips = [(clip_name(s['scene']), int(s['scene'])) for s in summaries]
    write_annotations(out, out / 'Annotations', clips)
    counts = counts_of((kind, s['axis']) for s in summaries for kind in s['types'])
    report = BenchmarkReport(
        checksum=whole_digest(s['digest'] for s in summaries),
        expected=CHECKSUMS.get(seed, '') if len(summaries) == CLIPS else '',
        masks=whole_digest(s['masks'] for s in summaries),
        clips=len(summaries),
        types=counts['types'],
        axes=counts['axes'],
    )
    about = {
        'name': NAME, 'version': VERSION, 'seed': seed, 'checksum': report.checksum,
        'masks': report.masks, **counts, 'clips': [name for name, _ in clips],
    }  # fmt: skip
    write_json(out / 'benchmark.json', about)
    return report
