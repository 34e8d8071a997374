"""Plan what happens on the table, and rehearse it: a plan that comes out wrong is dropped."""

from __future__ import annotations

from dataclasses import dataclass, replace

import mujoco
import numpy as np

from visa_ros.sim.motion import Director, Hold, Motion
from visa_ros.sim.places import Places
from visa_ros.sim.record import Event, EventKind
from visa_ros.sim.scene import TIMESTEP_S
from visa_ros.sim.stage import ON_TABLE_M, Stage

PLANS = 4
KINDS = (
    (EventKind.PUSHED, 0.2),
    (EventKind.CARRIED, 0.15),
    (EventKind.DROPPED, 0.16),
    (EventKind.HIDDEN, 0.36),
    (EventKind.TAKEN_AWAY, 0.13),
)
FALL_S = 0.6
"""Time after the release in which a dropped thing falls and comes to rest."""
OPAQUE = frozenset({
    'mug', 'cup', 'can', 'bowl', 'teapot', 'vase', 'bread', 'book', 'box', 'ball', 'toy car',
    'candle', 'bottle',
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Events in order of their start, and what to do for them."""

    events: tuple[Event, ...] = ()
    script: tuple[Motion | Hold, ...] = ()

    def __add__(self, other: Plan) -> Plan:
        return Plan(events=self.events + other.events, script=self.script + other.script)


@dataclass(frozen=True, kw_only=True)
class _Slot:
    """When an event happens, in steps."""

    start: int
    stop: int

    @property
    def seconds(self) -> tuple[float, float]:
        return self.start * TIMESTEP_S, self.stop * TIMESTEP_S


def plan_events(stage: Stage, seed: int, *, count: int, duration_s: float) -> Plan:
    """Plan so many events; fewer if the scene has no room for them."""
    best = Plan()
    for attempt in range(PLANS):
        rng = np.random.default_rng([seed, 7919, attempt])
        plan = _draw_plan(stage, rng, count, duration_s)
        good = _rehearse(stage, plan)
        if len(good.events) > len(best.events):
            best = good
        if len(best.events) == count:
            break
    return best


def _draw_plan(stage: Stage, rng: np.random.Generator, count: int, duration_s: float) -> Plan:
    places = Places(stage)
    plan = Plan()
    for k in range(count):
        slot = _slot(rng, k, count, duration_s)
        chances = np.array([share for _, share in KINDS])
        order = rng.choice(len(KINDS), len(KINDS), replace=False, p=chances / chances.sum())
        for i in order:
            piece = _draw_event(KINDS[i][0], places, rng, slot)
            if piece is not None:
                plan = plan + piece
                break
    return plan


def _slot(rng: np.random.Generator, k: int, count: int, duration_s: float) -> _Slot:
    """A span of 0.6 to 1.7 s within the k-th of `count` equal parts of the time."""
    whole = duration_s / count
    length = min(rng.uniform(1.1, 1.7), 0.75 * whole)
    start = k * whole + rng.uniform(0.1 * whole, 0.95 * whole - length)
    first = int(start / TIMESTEP_S)
    return _Slot(start=first, stop=first + int(length / TIMESTEP_S))


def _draw_event(
    kind: EventKind, places: Places, rng: np.random.Generator, slot: _Slot
) -> Plan | None:
    """Try the things in a random order; None if the event fits none of them."""
    tellers = {
        EventKind.PUSHED: _pushed,
        EventKind.CARRIED: _carried,
        EventKind.DROPPED: _dropped,
        EventKind.HIDDEN: _hidden,
        EventKind.TAKEN_AWAY: _taken_away,
    }
    places.look(slot.seconds[0])
    for thing in rng.permutation(places.in_view()).tolist():
        piece = tellers[kind](places, rng, slot, thing)
        if piece is not None:
            return piece
    return None


def _plan(
    kind: EventKind, slot: _Slot, thing: int, script: tuple[Motion | Hold, ...], other: int = 0
) -> Plan:
    start_s, end_s = slot.seconds
    event = Event(kind=kind, instance_id=thing + 1, start_s=start_s, end_s=end_s, other_id=other)
    return Plan(events=(event,), script=script)


def _pushed(places: Places, rng: np.random.Generator, slot: _Slot, thing: int) -> Plan | None:
    goal = places.free_goal(rng, thing, near_m=0.08, far_m=0.26, along_table=True)
    if goal is None:
        return None
    places.moved(thing, goal)
    slide = Motion(thing=thing, start=slot.start, stop=slot.stop, goal=goal)
    return _plan(EventKind.PUSHED, slot, thing, (slide,))


def _carried(places: Places, rng: np.random.Generator, slot: _Slot, thing: int) -> Plan | None:
    goal = places.free_goal(rng, thing, near_m=0.14, far_m=0.55)
    if goal is None:
        return None
    carry = _carry(places, slot, thing, goal)
    places.moved(thing, goal)
    return _plan(EventKind.CARRIED, slot, thing, (carry,))


def _carry(
    places: Places, slot: _Slot, thing: int, goal: tuple[float, float], turn_rad: float = 0.0
) -> Motion:
    return Motion(
        thing=thing, start=slot.start, stop=slot.stop, goal=goal, turn_rad=turn_rad,
        lift_m=places.clearance(thing, goal), travel=(0.2, 0.78), lowered=0.72,
    )  # fmt: skip


def _dropped(places: Places, rng: np.random.Generator, slot: _Slot, thing: int) -> Plan | None:
    """Lift and let go; or bring from outside, then it was not there before."""
    goal = places.free_goal(rng, thing, near_m=0.0, far_m=0.2, spare_m=0.03)
    if goal is None:
        return None
    fall_steps = min(FALL_S / TIMESTEP_S, 0.5 * (slot.stop - slot.start))
    release = slot.stop - int(fall_steps)
    fall = Motion(
        thing=thing, start=slot.start, stop=release, goal=goal,
        lift_m=float(rng.uniform(0.12, 0.22)), raised=0.5, travel=(0.3, 0.95),
    )  # fmt: skip
    script: tuple[Motion | Hold, ...] = (fall,)
    if rng.random() < 0.4:
        outside = places.outside(rng, thing)
        fall = replace(fall, origin=outside, raised=0.0, travel=(0.0, 0.95))
        fall = replace(fall, lift_m=max(fall.lift_m, places.clearance(thing, goal, outside)))
        script = (Hold(thing=thing, start=0, stop=slot.start, away=True), fall)
    places.moved(thing, goal)
    return _plan(EventKind.DROPPED, slot, thing, script)


def _taken_away(places: Places, rng: np.random.Generator, slot: _Slot, thing: int) -> Plan | None:
    if len(places.present()) < 3:
        return None
    goal = places.outside(rng, thing)
    lift = Motion(
        thing=thing, start=slot.start, stop=slot.stop, goal=goal,
        lift_m=places.clearance(thing, goal), travel=(0.2, 1.0),
    )  # fmt: skip
    places.gone(thing)
    away = Hold(thing=thing, start=slot.stop, stop=None, away=True)
    return _plan(EventKind.TAKEN_AWAY, slot, thing, (lift, away))


def _hidden(places: Places, rng: np.random.Generator, slot: _Slot, thing: int) -> Plan | None:
    """Put another thing in front of this one, or a box over it."""
    places.look(slot.seconds[1])
    others = [i for i in places.present() if i != thing and i in places.free()]
    for other in rng.permutation(others).tolist():
        category = places.stage.things[other].category
        if category not in OPAQUE:
            continue
        spot = places.in_front(other, thing)
        over = spot is None and category == 'box'
        if over:
            spot = places.over(other, thing)
        if spot is None:
            continue
        goal = (spot[0], spot[1])
        script: tuple[Motion | Hold, ...] = (_carry(places, slot, other, goal, spot[2]),)
        if over:
            script = (*script, Hold(thing=thing, start=slot.start, stop=None, away=False))
        places.moved(other, goal, turn_rad=spot[2])
        places.busy(thing)
        return _plan(EventKind.HIDDEN, slot, thing, script, other=other + 1)
    return None


def _rehearse(stage: Stage, plan: Plan) -> Plan:
    """Play the plan; keep the events up to the first that comes out wrong."""
    data = stage.new_data()
    director = Director(stage.model, stage.qpos, plan.script)
    step, good = 0, 0
    active = {e.instance_id - 1 for e in plan.events} | {e.other_id - 1 for e in plan.events}
    still = [i for i in range(len(stage.things)) if i not in active]
    for event in plan.events:
        stop = round(event.end_s / TIMESTEP_S)
        while step < stop:
            director.step(data, step)
            step += 1
        mujoco.mj_kinematics(stage.model, data)
        if not _as_told(stage, data, event, still):
            break
        good += 1
    return _first(plan, good)


def _as_told(stage: Stage, data: mujoco.MjData, event: Event, still: list[int]) -> bool:
    poses, rest = data.qpos.reshape(-1, 7), stage.qpos.reshape(-1, 7)
    nudged = np.linalg.norm(poses[still, :3] - rest[still, :3], axis=1)
    if still and nudged.max() > 0.01:
        return False
    if event.kind is EventKind.TAKEN_AWAY:
        return True
    thing = (event.other_id or event.instance_id) - 1
    on_table = bool(np.linalg.norm(poses[thing, :2]) < ON_TABLE_M + 0.1)
    low = bool(poses[thing, 2] < rest[thing, 2] + 0.06)
    shift = float(np.linalg.norm(poses[thing, :2] - rest[thing, :2]))
    return on_table and low and (event.kind is EventKind.DROPPED or shift > 0.06)


def _first(plan: Plan, count: int) -> Plan:
    """Keep the first so many events, with what belongs to them."""
    if count == len(plan.events):
        return plan
    events = plan.events[:count]
    things = {e.instance_id - 1 for e in events} | {e.other_id - 1 for e in events}
    return Plan(events=events, script=tuple(p for p in plan.script if p.thing in things))
