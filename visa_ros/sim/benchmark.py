"""
Tabletop-ReasonVOS: which scenes it shows and what it asks about them. Nothing is drawn here.

Each clip has one slot, which says what is new in it, what happens and what is asked; its scene is
the first of the slot's candidates that allows all of this beyond doubt. What is seen is judged by
rays, so the choice does not depend on a graphics driver.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
import hashlib
import json
from typing import Any

import numpy as np

from visa_ros.errors import ConfigError, SimulationError
from visa_ros.sim.asking import Expression
from visa_ros.sim.expressions import make_one, TYPES
from visa_ros.sim.judging import clear_cut, shown_last
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.sights import Look, look_at
from visa_ros.sim.splits import split_seeds
from visa_ros.sim.world import survey_clip, World
from visa_ros.sim.worldconfig import WorldConfig

NAME, VERSION = 'Tabletop-ReasonVOS', 1
AXES = ('scenes', 'instances', 'paraphrases')
"""What is new against training: the scene alone; the objects as well; the words as well."""
CLIPS = 210
FRAMES, RATE_HZ = 16, 4.0
WIDTH, HEIGHT = 640, 480
EVENTS_S = 3.6
"""Events are over before the last frame, which is taken at 3.75 s."""
CANDIDATES = 100
"""Scenes that a slot may choose from."""
BENCHMARKS = 19
FIRST_SCENE = 600_000
"""Number, within the test split, of the first candidate of the first slot."""
DRAWS = 60
"""How often each question is drawn anew before the scene is given up."""
SINGULAR = frozenset(('category', 'attribute'))
"""'A mug' and 'the mug' mean one object: where several fit, people would not agree on which."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """
    The place of one clip in the benchmark.

    benchmark  its seed, 0 to BENCHMARKS - 1
    number     0 to CLIPS - 1
    """

    benchmark: int
    number: int

    @property
    def axis(self) -> str:
        """One of AXES."""
        return AXES[self.number % len(AXES)]

    @property
    def leaves(self) -> bool:
        """Whether something goes out of view, by being hidden or taken away."""
        return self._round % 5 == 4

    @property
    def types(self) -> tuple[str, ...]:
        """Types of the questions, in order."""
        # Where a thing is gone, what moved and what did not is a matter of opinion.
        return tuple('event' if t == 'motion' and self.leaves else t for t in TYPES)

    @property
    def world(self) -> WorldConfig:
        """Settings of the scene."""
        return WorldConfig(
            width=WIDTH,
            height=HEIGHT,
            events=2 if self._round % 3 else 1,
            duration_s=EVENTS_S,
            moving_camera=self._round % 2 == 1,
            instances='held_out' if self.axis == 'instances' else 'train',
        )

    @property
    def candidates(self) -> range:
        """Seeds of the scenes to choose from."""
        first = FIRST_SCENE + (self.benchmark * CLIPS + self.number) * CANDIDATES
        return split_seeds('test', CANDIDATES, first=first)

    @property
    def _round(self) -> int:
        return self.number // len(AXES)


@dataclass(frozen=True, kw_only=True)
class Question:
    """
    One expression of the benchmark.

    target_frame  the last frame that shows all targets; the last one where there are none
    """

    expression: Expression
    axis: str
    target_frame: int


@dataclass(frozen=True, kw_only=True)
class ClipPlan:
    """
    What a slot has come to.

    record  judged by rays, without pictures
    """

    slot: Slot
    record: SceneRecord
    questions: tuple[Question, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of settings, scene and questions, in whole milliseconds, mm and cm."""
        text = json.dumps(_content(self), sort_keys=True, separators=(',', ':'))
        return hashlib.sha256(text.encode()).hexdigest()


def slots_of(benchmark: int, *, clips: int = CLIPS) -> tuple[Slot, ...]:
    """Return the first `clips` slots of a benchmark; ConfigError for numbers out of range."""
    if not 0 <= benchmark < BENCHMARKS:
        raise ConfigError(f'seed {benchmark}: choose from 0 to {BENCHMARKS - 1}')
    if not 1 <= clips <= CLIPS:
        raise ConfigError(f'{clips} clips: choose from 1 to {CLIPS}')
    return tuple(Slot(benchmark=benchmark, number=k) for k in range(clips))


def plan_clip(slot: Slot) -> ClipPlan:
    """Find the scene of a slot and its questions; SimulationError if no candidate will do."""
    for seed in slot.candidates:
        record = _survey(seed, slot.world)
        if record is None or not clear_cut(record):
            continue
        questions = ask_all(slot, record)
        if questions:
            return ClipPlan(slot=slot, record=record, questions=questions)
    raise SimulationError(
        f'clip {slot.number}: none of {CANDIDATES} scenes allows all questions; '
        'take another seed for the benchmark'
    )


def _survey(seed: int, config: WorldConfig) -> SceneRecord | None:
    try:
        with World(seed, config) as world:
            if len(world.events) < config.events:
                return None
            return survey_clip(world, frames=FRAMES, rate_hz=RATE_HZ)
    except SimulationError:  # this scene does not stand; the next one may
        return None


def ask_all(slot: Slot, record: SceneRecord) -> tuple[Question, ...]:
    """Ask one question of each of the slot's types; () if the scene does not allow one."""
    look = look_at(record, len(record.frames) - 1)
    asked: dict[str, Question] = {}
    for number, kind in enumerate(slot.types):
        rng = np.random.default_rng((record.seed, 101, number))
        same = [q.expression for q in asked.values() if q.expression.type == kind]
        for expression in _draw(look, kind, rng, held_out=slot.axis == 'paraphrases'):
            if slot.leaves and kind == 'event' and not _fits_leaving(look, expression, same):
                continue
            frame = shown_last(record, expression.targets)
            if frame is not None and expression.text.lower() not in asked:
                question = Question(expression=expression, axis=slot.axis, target_frame=frame)
                asked[expression.text.lower()] = question
                break
        else:
            return ()
    return tuple(asked.values())


def _fits_leaving(look: Look, expression: Expression, same: Sequence[Expression]) -> bool:
    """Whether the first of two questions about events asks for what is lost, the next not."""
    if same:
        return all(expression.targets != other.targets for other in same)
    return not set(expression.targets) <= _ids(look)


def _draw(
    look: Look, kind: str, rng: np.random.Generator, *, held_out: bool
) -> Iterator[Expression]:
    """Yield questions with one answer that is beyond doubt, whatever moment one thinks of."""
    # Places are those at the end. All else must hold for what is gone by then as well.
    whole = look if kind in ('spatial', 'event') else look.with_lost()
    for _ in range(DRAWS):
        expression = make_one(whole, kind, rng, held_out=held_out, lost=kind == 'event')
        if expression is None or expression.ambiguous:
            continue
        if kind in SINGULAR and len(expression.targets) > 1:
            continue
        if kind == 'event' or set(expression.targets) <= _ids(look):
            yield expression


def _ids(look: Look) -> set[int]:
    return {s.info.instance_id for s in look.seen}


def whole_digest(digests: Iterable[str]) -> str:
    """Digest of a benchmark from those of its clips, in order."""
    return hashlib.sha256('\n'.join(digests).encode()).hexdigest()


def _content(plan: ClipPlan) -> dict[str, Any]:
    """
    All that makes up a clip, in whole numbers that are the same on every machine.

    Places are rounded to centimetres: the last digits of a simulation may differ between
    processors.
    """
    record = plan.record
    return {
        'name': [NAME, VERSION, plan.slot.benchmark, plan.slot.number, plan.slot.axis],
        'video': [FRAMES, round(1000 / RATE_HZ), record.width, record.height, record.seed],
        'objects': [
            [o.instance_id, o.category, o.color, o.model_id, _whole(o.size_m, 1000)]
            for o in record.objects
        ],
        'events': [
            [e.kind.value, e.instance_id, e.other_id, _whole((e.start_s, e.end_s), 1000)]
            for e in record.events
        ],
        'places': [
            [_whole(view.world_m, 100) for view in frame.views]
            for frame in (record.frames[0], record.frames[-1])
        ],
        'questions': [
            [q.expression.text, q.expression.type, q.axis, list(q.expression.targets),
             q.target_frame, q.expression.needs_past]
            for q in plan.questions
        ],
    }  # fmt: skip


def _whole(values: Iterable[float], scale: int) -> list[int]:
    return [round(value * scale) for value in values]


def counts_of(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Count questions, given as (type, axis), by both."""
    pairs = list(pairs)
    return {
        'types': {t: sum(kind == t for kind, _ in pairs) for t in TYPES},
        'axes': {a: sum(axis == a for _, axis in pairs) for a in AXES},
    }
