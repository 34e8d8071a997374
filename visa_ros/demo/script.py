"""
What is asked and when, written before anything runs.

The world does the same for the same seed, so the truth about it can be looked up ahead; the same
seed gives the same questions, and the same answers to them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
import math

import numpy as np

from visa_ros.demo.schedule import plan
from visa_ros.errors import SimulationError
from visa_ros.sim.expressions import Expression, make_expressions
from visa_ros.sim.record import Event, ObjectInfo, SceneRecord
from visa_ros.sim.world import record_clip, World
from visa_ros.sim.worldconfig import WorldConfig

# What is asked instead where the scene allows no question of the wanted type.
INSTEAD = ('attribute', 'category', 'size', 'multi')
_DRAWS = 4
_LOOKS = 6


@dataclass(frozen=True, kw_only=True)
class Pace:
    """
    How long things take.

    window_s   what each question looks back on
    slot_s     for a question, its answer and live tracking
    track_s    of live tracking at least, also when the demo is late
    timeout_s  for an answer
    """

    window_s: float = 4.0
    slot_s: float = 7.0
    track_s: float = 2.0
    timeout_s: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Line:
    """
    A question and its answer.

    at_s, until_s  of the scene's time: it may be asked about windows that end in between; at
                   another time the answer may be another one
    """

    at_s: float
    until_s: float
    expression: Expression


@dataclass(frozen=True, kw_only=True)
class Script:
    """The questions of a scene in order of time, and what is in the scene."""

    seed: int
    world: WorldConfig
    pace: Pace
    objects: tuple[ObjectInfo, ...]
    events: tuple[Event, ...]
    lines: tuple[Line, ...]

    def check(self, scene: SceneRecord) -> None:
        """Raise SimulationError if a camera shows another scene."""
        if (scene.seed, scene.objects, scene.events) != (self.seed, self.objects, self.events):
            raise SimulationError(
                f'the camera shows another scene (seed {scene.seed}) than the one asked for '
                f'(seed {self.seed}): does another camera run in this ROS domain?'
            )


def write_script(seed: int, config: WorldConfig, pace: Pace) -> Script:
    """
    Play the world ahead and choose the questions.

    seed  of the world

    SimulationError if it shows nothing to ask about.
    """
    lines: list[Line] = []
    with World(seed, config) as world:
        for number, slot in enumerate(
            plan(world.events, first_s=pace.window_s + 0.5, slot_s=pace.slot_s)
        ):
            record = _look_back(world, slot.at_s, pace.window_s)
            rng = np.random.default_rng((seed, number))
            asked = {line.expression.text for line in lines}
            expression = choose(record, slot.type, rng, asked=asked)
            until_s = slot.at_s if expression.needs_past else _rest(slot.at_s, world.events)
            lines.append(Line(at_s=slot.at_s, until_s=until_s, expression=expression))
    return Script(
        seed=seed,
        world=config,
        pace=pace,
        objects=world.objects,
        events=world.events,
        lines=tuple(lines),
    )


def choose(
    record: SceneRecord, kind: str, rng: np.random.Generator, *, asked: Collection[str] = ()
) -> Expression:
    """
    Ask about the last frame of a record.

    kind   the wanted type; another one if the scene does not allow it
    asked  texts not to repeat

    Of some questions it is the first that is not ambiguous, if there is one.

    SimulationError if the scene allows no question at all.
    """
    last = len(record.frames) - 1
    for each in (kind, *(other for other in INSTEAD if other != kind)):
        drawn = make_expressions(record, last, rng, count=_DRAWS, types=(each,))
        new = [expression for expression in drawn if expression.text not in asked]
        if new:
            return min(new, key=lambda expression: expression.ambiguous)
    raise SimulationError(f'scene {record.seed} shows nothing to ask about: try another seed')


def _rest(at_s: float, events: Sequence[Event]) -> float:
    """Until when nothing moves from this time on."""
    return min((event.start_s for event in events if event.start_s >= at_s), default=math.inf)


def _look_back(world: World, end_s: float, window_s: float) -> SceneRecord:
    """Look at the world some times up to this one."""
    records = []
    for time_s in np.linspace(max(0.0, end_s - window_s), end_s, _LOOKS):
        world.advance(float(time_s))
        record, _ = record_clip(world, frames=1, rate_hz=1.0)
        records.append(record)
    return replace(records[-1], frames=tuple(r.frames[0] for r in records))
