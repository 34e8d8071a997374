"""What holds for a tracker whatever its weights are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from visa_ros.errors import CheckpointError, ConfigError, InvalidFrameError
from visa_ros.tracking import load_tracker, MemoryTracker
from visa_ros.tracking.checkpoint import save_tracker
from visa_ros.tracking.config import LongTermConfig, MemoryConfig, NetworkConfig, TrackerConfig
from visa_ros.tracking.network import TrackerNetwork

CONFIG = TrackerConfig(
    network=NetworkConfig(
        key_encoder='tiny',
        key_dim=4,
        value_dim=6,
        hidden_dim=4,
        value_widths=(4, 4, 4),
        decoder_widths=(6, 4),
        update_dim=4,
    ),
    memory=MemoryConfig(every=2, recent=3),
    input_hw=(32, 48),
)
HW = (40, 60)
LONG_TERM = MemoryConfig(
    every=1, recent=2, long_term=LongTermConfig(batch=2, prototypes=8, elements=20)
)
KINDS = {
    'working': lambda tracker: tracker,
    'long-term': lambda tracker: with_config(tracker, memory=LONG_TERM),
    'any size': lambda tracker: with_config(
        tracker, memory=LONG_TERM, input_hw=None, short_side=40, antialias=False
    ),
}


@pytest.fixture
def tracker():
    torch.manual_seed(0)
    network = TrackerNetwork(CONFIG.network)
    # Random weights see nothing; this bias lets about half of the pixels be foreground.
    torch.nn.init.normal_(network.decoder.pred.weight)
    torch.nn.init.constant_(network.decoder.pred.bias, 0.5)
    return MemoryTracker(network.eval(), CONFIG)


def with_config(tracker, **changes):
    return MemoryTracker(tracker._network, replace(CONFIG, **changes))


def image(seed=0, hw=HW):
    return np.random.default_rng(seed).integers(0, 255, (*hw, 3), dtype=np.uint8)


def box(top, left, height=10, width=12, hw=HW):
    mask = np.zeros(hw, bool)
    mask[top : top + height, left : left + width] = True
    return mask


def same(left, right):
    return left.keys() == right.keys() and all(
        (left[i].mask == right[i].mask).all() and left[i].score == right[i].score for i in left
    )


def test_given_masks_come_back(tracker):
    mask = box(4, 4)

    found = tracker.step(image(), {3: mask})

    assert tracker.ids == (3,)
    assert found.keys() == {3}
    assert (found[3].mask == mask).all()
    assert found[3].score == 1.0
    assert found[3].mask is not mask


def test_masks_have_the_size_of_their_image_and_are_disjoint(tracker):
    tracker.step(image(), {1: box(2, 2), 2: box(20, 30)})
    for hw in (HW, (33, 17), (96, 128)):
        found = tracker.step(image(1, hw))

        assert found.keys() == {1, 2}
        assert all(p.mask.shape == hw and p.mask.dtype == bool for p in found.values())
        assert all(0.0 <= p.score <= 1.0 for p in found.values())
        assert all((p.score > 0) == p.visible for p in found.values())
        assert not (found[1].mask & found[2].mask).any()


def test_a_pixel_of_several_given_masks_belongs_to_the_highest_id(tracker):
    found = tracker.step(image(), {2: box(8, 8), 1: box(4, 4)})

    assert (found[2].mask == box(8, 8)).all()
    assert (found[1].mask == box(4, 4) & ~box(8, 8)).all()


def test_an_object_added_later_takes_its_pixels(tracker):
    tracker.step(image(), {1: box(4, 4)})

    found = tracker.step(image(1), {2: box(6, 6, 20, 20)})

    assert tracker.ids == (1, 2)
    assert (found[2].mask == box(6, 6, 20, 20)).all()
    assert not (found[1].mask & found[2].mask).any()


def test_the_order_of_objects_does_not_matter(tracker):
    masks = {1: box(2, 2), 2: box(20, 30), 7: box(2, 40)}
    other = tracker.fork()
    tracker.step(image(), masks)
    other.step(image(), dict(reversed(masks.items())))

    for k in range(1, 6):
        assert same(tracker.step(image(k)), other.step(image(k)))


def test_renamed_objects_keep_their_masks(tracker):
    other = tracker.fork()
    tracker.step(image(), {1: box(2, 2), 2: box(20, 30)})
    other.step(image(), {9: box(2, 2), 4: box(20, 30)})

    for k in range(11, 16):
        found, renamed = tracker.step(image(k)), other.step(image(k))
        # Sums over objects are taken in another order, so a few pixels at a tie may differ.
        assert (found[1].mask != renamed[9].mask).mean() < 0.01
        assert (found[2].mask != renamed[4].mask).mean() < 0.01


def test_the_same_stream_gives_the_same_masks_after_a_reset(tracker):
    def run():
        return [tracker.step(image(k), {1: box(4, 4)} if k == 0 else None) for k in range(5)]

    first = run()
    tracker.reset()
    assert tracker.ids == ()
    assert tracker.memory_bytes == 0
    assert all(same(a, b) for a, b in zip(first, run(), strict=True))


def test_a_fork_starts_empty_and_is_independent(tracker):
    tracker.step(image(), {1: box(4, 4)})
    twin = tracker.fork()
    reference = tracker.fork()
    reference.step(image(), {1: box(4, 4)})

    assert twin.ids == ()
    twin.step(image(5), {8: box(9, 9)})
    twin.forget([1])

    assert tracker.ids == (1,)
    assert same(tracker.step(image(1)), reference.step(image(1)))


def test_forgotten_objects_are_gone_and_unknown_ones_are_ignored(tracker):
    tracker.step(image(), {1: box(2, 2), 2: box(20, 30)})

    tracker.forget([2, 99])

    assert tracker.ids == (1,)
    assert tracker.step(image(1)).keys() == {1}
    tracker.forget([1])
    assert tracker.memory_bytes == 0
    assert tracker.step(image(2)) == {}


def test_a_forgotten_object_may_come_back_as_a_new_one(tracker):
    tracker.step(image(), {1: box(2, 2), 2: box(20, 30)})
    tracker.forget([1])
    tracker.step(image(1))

    found = tracker.step(image(2), {1: box(10, 10)})

    assert (found[1].mask == box(10, 10)).all()
    assert tracker.step(image(3)).keys() == {1, 2}


def test_an_object_given_as_nothing_is_never_seen(tracker):
    nothing = np.zeros(HW, bool)
    found = tracker.step(image(), {1: nothing, 2: box(4, 4)})
    assert not found[1].visible

    for k in range(1, 8):
        found = tracker.step(image(k))
        assert found.keys() == {1, 2}
        assert not found[1].visible
        assert found[1].score == 0.0


def test_an_object_given_as_nothing_at_first_can_be_given_later(tracker):
    tracker.step(image(), {1: np.zeros(HW, bool)})
    found = tracker.step(image(1), {1: box(4, 4)})
    assert (found[1].mask == box(4, 4)).all()
    assert tracker.step(image(2)).keys() == {1}


def test_an_object_out_of_sight_is_still_remembered(tracker):
    tracker.step(image(), {1: box(4, 4)})
    remembered = tracker.memory_bytes

    found = tracker.step(image(1), {1: np.zeros(HW, bool)})

    assert not found[1].visible
    assert tracker.memory_bytes >= remembered


def test_a_mask_of_one_pixel_is_tracked(tracker):
    found = tracker.step(image(), {1: box(4, 4, 1, 1)})

    assert found[1].mask.sum() == 1
    assert tracker.step(image(1)).keys() == {1}


def test_nothing_to_track_gives_nothing(tracker):
    assert tracker.step(image()) == {}
    assert tracker.step(image(), {}) == {}
    assert tracker.memory_bytes == 0


@pytest.mark.parametrize('kind', KINDS)
def test_memory_is_bounded_over_a_long_stream(tracker, kind):
    tracker = KINDS[kind](tracker)
    objects, sizes = 3, []
    for k in range(120):
        given = {1 + k % objects: box(k % 30, k % 40)} if k % 7 == 0 else None
        tracker.step(image(k % 5), given)
        sizes.append(tracker.memory_bytes)
        assert sizes[-1] <= tracker.max_bytes(HW, len(tracker.ids))

    assert max(sizes[60:]) <= max(sizes[:60])
    tracker.forget([1, 2])
    assert tracker.memory_bytes <= tracker.max_bytes(HW, 1) < tracker.max_bytes(HW, objects)


@pytest.mark.parametrize('kind', KINDS)
def test_images_may_change_in_size(tracker, kind):
    tracker = KINDS[kind](tracker)
    tracker.step(image(), {1: box(4, 4)})
    for k, hw in enumerate([HW, (33, 17), (96, 128), (128, 96), (16, 16), HW], start=1):
        found = tracker.step(image(k, hw))
        assert found[1].mask.shape == hw


@pytest.mark.parametrize('kind', KINDS)
def test_each_kind_keeps_what_it_is_given_and_follows_it(tracker, kind):
    tracker = KINDS[kind](tracker)
    found = tracker.step(image(), {1: box(4, 4), 2: box(20, 30)})
    assert (found[1].mask == box(4, 4)).all()

    for k in range(1, 12):
        found = tracker.step(image(k))
        assert found.keys() == {1, 2}
        assert not (found[1].mask & found[2].mask).any()


def test_an_object_is_added_without_a_step(tracker):
    other = tracker.fork()
    for t in (tracker, other):
        t.step(image(), {1: box(4, 4)})
    tracker.add(image(9), {2: box(20, 30), 5: np.zeros(HW, bool)})

    assert tracker.ids == (1, 2, 5)
    with torch.inference_mode():
        query = torch.randn(5, 4), torch.ones(5, 4)
        seen, expected = (t._propagation._store.read(*query) for t in (tracker, other))
    torch.testing.assert_close(seen[1], expected[1])
    found = tracker.step(image(1))
    assert found.keys() == {1, 2, 5}
    assert not found[5].visible


def test_adding_first_and_stepping_then_is_tracking(tracker):
    tracker.add(image(), {3: box(4, 4)})

    assert tracker.ids == (3,)
    assert tracker.step(image(1)).keys() == {3}


def test_another_view_of_a_tracked_object_is_remembered(tracker):
    tracker.step(image(), {1: box(4, 4)})
    before = tracker._propagation.sizes[0]
    state = tracker._propagation.hidden(1).clone()

    tracker.add(image(5), {1: box(8, 8)})

    assert tracker._propagation.sizes[0] == 2 * before
    assert torch.equal(tracker._propagation.hidden(1), state)


def test_nothing_is_added_for_nothing(tracker):
    tracker.add(image(), {})
    assert tracker.ids == ()
    with pytest.raises(InvalidFrameError):
        tracker.add(image(), {0: box(2, 2)})
    assert tracker.memory_bytes == 0


def test_the_last_image_is_not_remembered(tracker):
    other = tracker.fork()
    for t in (tracker, other):
        t.step(image(), {1: box(4, 4)})
        t.step(image(1))
    before = tracker.memory_bytes

    assert same(tracker.step(image(2), last=True), other.step(image(2)))

    assert tracker.memory_bytes == before < other.memory_bytes


@pytest.mark.parametrize(
    'rgb',
    [
        np.zeros((*HW, 3), np.float32),
        np.zeros(HW, np.uint8),
        np.zeros((*HW, 4), np.uint8),
        np.zeros((0, 60, 3), np.uint8),
    ],
    ids=['float', 'grey', 'rgba', 'empty'],
)
def test_an_image_of_another_kind_is_refused(tracker, rgb):
    with pytest.raises(InvalidFrameError, match='rgb'):
        tracker.step(rgb)


@pytest.mark.parametrize(
    'masks',
    [
        {1: np.zeros(HW, np.uint8)},
        {1: np.zeros((40, 61), bool)},
        {1: np.zeros((40, 60, 1), bool)},
        {0: np.zeros(HW, bool)},
        {-1: np.zeros(HW, bool)},
        {2: box(4, 4), 1: np.zeros((4, 4), bool)},
    ],
    ids=['dtype', 'size', 'axes', 'background', 'negative', 'second'],
)
def test_a_mask_of_another_kind_is_refused_and_changes_nothing(tracker, masks):
    tracker.step(image(), {5: box(2, 2)})
    before = tracker.memory_bytes

    with pytest.raises(InvalidFrameError):
        tracker.step(image(1), masks)

    assert tracker.ids == (5,)
    assert tracker.memory_bytes == before


def test_arguments_are_left_as_they_are(tracker):
    rgb, masks = image(), {1: box(4, 4), 2: box(8, 8)}
    copies = rgb.copy(), {i: m.copy() for i, m in masks.items()}
    rgb.flags.writeable = False

    tracker.step(rgb, masks)

    assert (rgb == copies[0]).all()
    assert all((masks[i] == copies[1][i]).all() for i in masks)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
@pytest.mark.parametrize('kind', KINDS)
def test_half_precision_tracks_too(tracker, dtype, kind):
    fast = MemoryTracker(tracker._network, KINDS[kind](tracker)._config, dtype=dtype)
    fast.step(image(), {1: box(4, 4)})

    for k in range(1, 8):
        assert fast.step(image(k))[1].mask.shape == HW
    assert fast.memory_bytes <= fast.max_bytes(HW, 1)


def test_saved_trackers_load_and_agree(tracker, tmp_path):
    save_tracker(tmp_path, tracker._network, CONFIG)
    first, second = load_tracker(tmp_path), load_tracker(tmp_path)

    assert sorted(p.name for p in tmp_path.iterdir()) == ['tracker.json', 'tracker.safetensors']
    for t in (first, second):
        t.step(image(), {1: box(4, 4)})
    assert same(first.step(image(1)), second.step(image(1)))


def test_checkpoints_that_do_not_fit_are_refused(tracker, tmp_path):
    with pytest.raises(CheckpointError, match=r'tracker\.json'):
        load_tracker(tmp_path)
    other = replace(CONFIG, network=replace(CONFIG.network, key_dim=5))
    save_tracker(tmp_path, tracker._network, other)
    with pytest.raises(CheckpointError, match=r'key_proj\.key_proj\.weight'):
        load_tracker(tmp_path)
    weights = tmp_path / 'tracker.safetensors'
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(CheckpointError, match=r'tracker\.safetensors'):
        load_tracker(tmp_path)


def test_an_unknown_device_or_precision_is_refused(tracker, tmp_path):
    save_tracker(tmp_path, tracker._network, CONFIG)
    with pytest.raises(ConfigError, match='abacus'):
        load_tracker(tmp_path, device='abacus')
    with pytest.raises(ConfigError, match='fp3'):
        load_tracker(tmp_path, precision='fp3')


def test_precision_is_that_of_the_folder_unless_it_is_asked_for(tracker, tmp_path):
    save_tracker(tmp_path, tracker._network, replace(CONFIG, autocast=True))

    assert load_tracker(tmp_path)._dtype == torch.bfloat16
    assert load_tracker(tmp_path, precision='fp32')._dtype == torch.float32
    save_tracker(tmp_path, tracker._network, CONFIG)
    assert load_tracker(tmp_path)._dtype == torch.float32
    assert load_tracker(tmp_path, precision='bf16').fork()._dtype == torch.bfloat16
