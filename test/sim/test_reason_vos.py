from collections import Counter
from dataclasses import replace
import json
import shutil

import numpy as np
import pytest
from records import record_of, thing

from visa_ros.data.tabletop import TabletopReasonVos
from visa_ros.errors import ConfigError, DataError
from visa_ros.sim import benchmark_files
from visa_ros.sim.benchmark import (
    AXES,
    BENCHMARKS,
    CANDIDATES,
    CLIPS,
    FIRST_SCENE,
    plan_clip,
    Slot,
    slots_of,
)
from visa_ros.sim.benchmark_files import CHECKSUMS, make_benchmark
from visa_ros.sim.expressions import TYPES
from visa_ros.sim.judging import clear_cut, shown_last
from visa_ros.sim.phrases import TAGS
from visa_ros.sim.record import Event, EventKind
from visa_ros.sim.splits import SPLITS

# One clip of each axis, and one in which something goes out of view.
DIGESTS = {
    0: 'c39ec4f851cf7681c36d9c198536a8f93c8989be09edc55a359038ca5d18b8dc',
    1: 'e3c3a3a43a489d475e995917f234ac9878faf1feb968f39156cbebe881c0f881',
    2: 'dc25ee29d8dd23f7a15ad8a50f1396361b6a14ac31b7adbc28c6688f2c98a83e',
    12: 'a278755ed76c25cf069030d933a865417c10218adfac82d796380dbfcb67b783',
}


@pytest.fixture(scope='module')
def plans():
    return {k: plan_clip(Slot(benchmark=0, number=k)) for k in DIGESTS}


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    out = tmp_path_factory.mktemp('benchmark')
    make_benchmark(out, clips=2, progress=False)
    return out


def test_scenes_and_questions_are_those_that_were_fixed(plans):
    assert {k: plan.digest for k, plan in plans.items()} == DIGESTS


def test_the_whole_set_has_a_fixed_checksum():
    assert len(CHECKSUMS[0]) == 64


def test_slots_make_a_balanced_set():
    slots = slots_of(0)
    types = Counter(kind for slot in slots for kind in slot.types)
    axes = Counter(slot.axis for slot in slots for _ in slot.types)

    assert len(slots) == CLIPS >= 200
    assert sum(types.values()) >= 2000
    assert set(types) == set(TYPES)
    assert min(types.values()) >= 150
    assert min(axes[a] for a in AXES) >= 400
    assert {(s.world.events, s.world.moving_camera) for s in slots} == {
        (1, False), (1, True), (2, False), (2, True)
    }  # fmt: skip


def test_scenes_are_of_the_test_split_and_of_one_slot_each():
    slots = [Slot(benchmark=b, number=k) for b in (0, BENCHMARKS - 1) for k in range(CLIPS)]
    seeds = [seed for slot in slots for seed in (slot.candidates[0], slot.candidates[-1])]

    assert all(seed in SPLITS['test'] for seed in seeds)
    assert seeds == sorted(set(seeds))
    assert seeds[0] == SPLITS['test'].start + FIRST_SCENE
    assert all(len(slot.candidates) == CANDIDATES for slot in slots)


@pytest.mark.parametrize(('seed', 'clips'), [(-1, 5), (BENCHMARKS, 5), (0, 0), (0, CLIPS + 1)])
def test_numbers_out_of_range(seed, clips):
    with pytest.raises(ConfigError, match='choose from'):
        slots_of(seed, clips=clips)


def test_each_question_has_one_answer_that_the_clip_shows(plans):
    for plan in plans.values():
        assert [q.expression.type for q in plan.questions] == list(plan.slot.types)
        assert len({q.expression.text.lower() for q in plan.questions}) == len(plan.questions)
        assert clear_cut(plan.record)
        for question in plan.questions:
            e, views = question.expression, plan.record.frames[question.target_frame].views
            assert (e.type == 'absent') == (not e.targets)
            assert not e.ambiguous
            assert all(views[i - 1].visible_px > 300 for i in e.targets)


def test_axes_differ_in_what_is_new(plans):
    instances = {k: {o.model_id.split('/')[0] for o in p.record.objects} for k, p in plans.items()}
    assert instances == {0: {'procedural'}, 1: {'unseen'}, 2: {'procedural'}, 12: {'procedural'}}

    held_out = {p.lower().rstrip('?.') for w in TAGS.values() for p in w.held_out}
    for plan in plans.values():
        (asked,) = [q.expression for q in plan.questions if q.expression.type == 'function']
        new = any(phrase in asked.text.lower() for phrase in held_out)
        assert new == (plan.slot.axis == 'paraphrases')


def test_what_leaves_is_asked_for(plans):
    slot, record = plans[12].slot, plans[12].record
    event = next(q for q in plans[12].questions if q.expression.type == 'event')
    (target,) = event.expression.targets

    assert slot.leaves
    assert event.target_frame < len(record.frames) - 1
    assert record.frames[0].views[target - 1].visible_px > 300
    assert record.frames[-1].views[target - 1].visible_px < 100


THINGS = (thing('mug', at=(-0.2, 0.0, 0.0)), thing('book', at=(0.2, 0.0, 0.0)))
# One metre before the origin, looking along the world's y axis.
POSE = (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, -1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
PUSHED = Event(kind=EventKind.PUSHED, instance_id=2, start_s=0.1, end_s=0.5)


def test_scenes_that_leave_a_doubt_are_not_used():
    def record(*things, shift=0.1, **changes):
        event = Event(**{**vars(PUSHED), **changes})
        made = record_of(*(things or THINGS), moves={1: (shift, 0.0, 0.0)}, events=[event])
        frames = tuple(replace(f, world_from_camera=POSE) for f in made.frames)
        return replace(made, frames=frames)

    assert clear_cut(record())
    assert not clear_cut(record(shift=0.02))  # hardly moved
    assert not clear_cut(record(end_s=2.0))  # still going on
    assert not clear_cut(record(instance_id=1))  # something else has moved
    assert not clear_cut(record(THINGS[0], THINGS[1], thing('pen', px=200)))  # half hidden
    far = (thing('mug', at=(-0.2, 0.0, 0.0)), thing('book', at=(0.2, 4.0, 0.0)))
    assert not clear_cut(record(*far))  # too far away for its motion to be seen


def test_the_last_frame_that_shows_something():
    record = record_of(*THINGS)
    assert shown_last(record, ()) == shown_last(record, (1, 2)) == 3
    assert shown_last(record_of(thing('pen', px=100)), (1,)) is None


def test_the_tree_holds_what_was_planned(root, plans):
    data = TabletopReasonVos(root)

    assert data.name == 'Tabletop-ReasonVOS'
    assert len(data) == 2
    for i in range(2):
        plan, clip, questions = plans[i], data.clip(i), data.questions(i)
        assert clip.record.seed == plan.record.seed
        assert clip.rgb(0).shape == (480, 640, 3)
        assert [q.expression_id for q in questions] == [str(k) for k in range(len(questions))]
        for question, planned in zip(questions, plan.questions, strict=True):
            e = planned.expression
            assert (question.text, question.type, question.targets) == (e.text, e.type, e.targets)
            assert (question.axis, question.target_frame) == (plan.slot.axis, planned.target_frame)
            assert question.needs_past == e.needs_past
            assert (question.type_id == 2) == (not e.targets)


def test_masks_are_those_of_the_targets(root):
    data = TabletopReasonVos(root)
    for question in data.questions(1):
        truth = question.truth()
        assert truth.count == 16
        for k in (0, 9, 15):
            expected = np.isin(data.clip(1).instances(k), question.targets)
            np.testing.assert_array_equal(truth.mask(k), expected)
        assert truth.mask(question.target_frame).any() == bool(question.targets)


def test_a_stopped_run_goes_on_to_the_same_result(root, tmp_path, monkeypatch):
    out = tmp_path / 'stopped'
    shutil.copytree(root, out)
    for name in ('benchmark.json', 'mask_dict.json', 'Slots/0001.json'):
        (out / name).unlink()
    with pytest.raises(DataError, match='sim benchmark'):
        TabletopReasonVos(out)

    made, make_clip = [], benchmark_files.make_clip
    monkeypatch.setattr(
        benchmark_files, 'make_clip', lambda o, s: (made.append(s.number), make_clip(o, s))
    )
    make_benchmark(out, clips=2, progress=False)

    assert made == [1]
    for name in ('benchmark.json', 'mask_dict.json', 'meta_expressions_test_.json'):
        assert (out / name).read_bytes() == (root / name).read_bytes()


def test_a_folder_of_another_benchmark_is_refused(root):
    with pytest.raises(ConfigError, match='another folder'):
        make_benchmark(root, seed=1, clips=2, progress=False)


def test_a_checksum_that_differs_is_noticed(root, monkeypatch):
    monkeypatch.setattr(benchmark_files, 'CLIPS', 2)
    monkeypatch.setattr(benchmark_files, 'CHECKSUMS', {0: 'f' * 64})
    report = make_benchmark(root, clips=2, progress=False)
    about = json.loads((root / 'benchmark.json').read_text())

    assert not report.matches
    assert report.checksum == about['checksum'] != report.expected
