"""SAM 2 and EdgeTAM as trackers: equal to their stock sessions, and bounded."""

from dataclasses import replace
import importlib.util
import json

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from transformers.models.edgetam_video.modeling_edgetam_video import EdgeTamVideoInferenceSession
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

from visa_ros.backends.hub import read_network
from visa_ros.backends.pictures import IMAGENET, resized
from visa_ros.backends.video_engines import ENGINES, load_video_engine, VideoEngine
from visa_ros.errors import (
    CheckpointError,
    ConfigError,
    InvalidFrameError,
    MissingPackageError,
)

SESSIONS = {'sam2_video': Sam2VideoInferenceSession, 'edgetam_video': EdgeTamVideoInferenceSession}
HW = (48, 80)


@pytest.fixture(scope='module', params=sorted(ENGINES))
def kind(request):
    return request.param


@pytest.fixture(scope='module')
def network(kind, published):
    return read_network(ENGINES[kind], published / kind, device='cpu', precision='fp32')


@pytest.fixture
def engine(network):
    return VideoEngine(network)


def square(top=10, left=5, side=20, hw=HW):
    mask = np.zeros(hw, bool)
    mask[top : top + side, left : left + side] = True
    return mask


class Stock:
    """One object in a session of transformers, used as its documentation says."""

    def __init__(self, kind, network):
        self.network = network
        self.session = SESSIONS[kind](dtype=torch.float32)

    def step(self, rgb, mask=None):
        frame = self.session.num_frames or 0
        if mask is not None:
            shares = torch.from_numpy(mask)[None, None].float()
            shares = F.interpolate(shares, (64, 64), mode='bilinear', antialias=True)
            index = self.session.obj_id_to_idx(1)
            self.session.add_mask_inputs(index, frame, (shares >= 0.5).float())
            self.session.obj_with_new_inputs = [1]
        output = self.network(self.session, frame=resized(rgb, (64, 64), IMAGENET))
        logits = F.interpolate(output.pred_masks.float(), rgb.shape[:2], mode='bilinear')
        return logits[0, 0].numpy()


def test_it_equals_the_stock_session(kind, network, engine, images):
    """Over more frames than the networks look back, with a correction in between."""
    stock = Stock(kind, network)
    masks = {0: square(), 9: square(top=20, left=30)}
    pixels = 0
    for n, rgb in enumerate(images(27)):
        mask = masks.get(n)
        found = engine.step(rgb, None if mask is None else {7: mask})[7]
        logits = stock.step(rgb, mask)
        expected = mask if mask is not None else logits > 0
        np.testing.assert_array_equal(found.mask, expected)
        pixels += (mask is None) * int(expected.sum())
    assert pixels, 'a comparison of empty masks says nothing'


def logits_of(engine, clip):
    """Mask logits of object 7, given on the first image, at the size of the image."""
    engine.step(clip[0], {7: square()})
    for rgb in clip[1:]:
        found = engine._look(rgb, {}, [7])
        yield F.interpolate(found[7][0][None].float(), HW, mode='bilinear')[0, 0].numpy()


def test_its_logits_equal_those_of_the_stock_session(kind, network, engine, images):
    """Masks are coarse; what they are made of is equal to the last bit."""
    stock, clip = Stock(kind, network), images(25, seed=3)
    stock.step(clip[0], square())
    for rgb, ours in zip(clip[1:], logits_of(engine, clip), strict=True):
        np.testing.assert_array_equal(ours, stock.step(rgb))


def test_all_that_is_kept_is_needed(network, images):
    """The comparison above would notice one object pointer less."""
    whole, short = VideoEngine(network), VideoEngine(network)
    short._reach = replace(short._reach, pointers=14)
    clip = images(25, seed=3)
    pairs = list(zip(logits_of(whole, clip), logits_of(short, clip), strict=True))
    assert (pairs[0][0] == pairs[0][1]).all()
    assert (pairs[-1][0] != pairs[-1][1]).any()


def test_a_stream_without_end_needs_constant_memory(engine, images):
    clip = images(20)
    sizes, counts = [], []
    for n in range(250):
        # Every 50 frames a mask is corrected, as a re-grounding policy does.
        engine.step(clip[n % 20], {1: square(left=n % 50)} if n % 50 == 0 else None)
        sizes.append(engine.memory_bytes)
        counts.append(engine.output_count)
    assert len(set(sizes[220:])) == 1
    assert len(set(counts[220:])) == 1
    assert max(sizes) <= engine.max_bytes(HW, 1) <= 1.6 * max(sizes)
    assert max(counts) <= 15 + 4 + 1
    for memory in engine._memories.values():
        assert not memory.processed_frames
        assert memory.cache.get_vision_features(0) is None
        assert not any(memory.mask_inputs_per_obj.values())
        assert not any(memory.frames_tracked_per_obj.values())
        names = {name for out in memory._outputs[1].values() for name in out}
        assert not names & {'pred_masks', 'high_res_masks'}


def test_many_corrections_do_not_add_up(network, images):
    engine = VideoEngine(network, prompts=2)
    for rgb in images(40):
        engine.step(rgb, {1: square()})
    assert engine.output_count == 2
    assert engine.memory_bytes <= engine.max_bytes(HW, 1)


def test_an_object_that_is_told_to_be_out_of_sight_stays_known(network, images):
    engine = VideoEngine(network, prompts=2)
    clip = images(10)
    engine.step(clip[0], {1: square()})
    for rgb in clip[1:]:
        found = engine.step(rgb, {1: np.zeros(HW, bool)})
        assert not found[1].visible
        assert found[1].score == 0
    prompted, _ = engine._memories[1]._outputs
    assert sorted(prompted) == [0, 8, 9]


def test_objects_do_not_notice_each_other(network, images):
    """Each is followed as if it were alone, in whatever order they come and go."""
    clip = images(12)
    alone, together = VideoEngine(network), VideoEngine(network)
    memories = []
    for n, rgb in enumerate(clip):
        masks = {0: {5: square()}, 3: {9: square(left=40)}, 5: {2: square(top=25, left=60)}}.get(n)
        together.step(rgb, masks)
        alone.step(rgb, {5: square()} if n == 0 else None)
        if n == 7:
            together.forget([9, 77])
        memories.append((alone._memories[5], together._memories[5]))
    assert together.ids == (2, 5)
    for tensor, same in zip(*(list(m.tensors()) for m in memories[-1]), strict=True):
        torch.testing.assert_close(tensor, same, rtol=0, atol=0)


def test_an_object_that_is_added_is_known_from_then_on(network, images):
    """Shown on an image of the past, it is followed as if the stream had begun there."""
    clip = images(5)
    engine, lone = VideoEngine(network), VideoEngine(network)
    engine.step(clip[1], {1: square()})
    before = list(engine._memories[1].tensors())
    engine.add(clip[0], {2: square(left=40), 3: np.zeros(HW, bool)})
    assert engine.ids == (1, 2, 3)
    assert all(a is b for a, b in zip(before, engine._memories[1].tensors(), strict=True))
    lone.step(clip[0], {2: square(left=40)})
    for rgb in clip[2:]:
        assert list(engine.step(rgb)) == [1, 2, 3]
        lone.step(rgb)
    pairs = zip(engine._memories[2].tensors(), lone._memories[2].tensors(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    with pytest.raises(InvalidFrameError):
        engine.add(clip[0], {2: square(hw=(5, 5), side=2)})


def test_results_are_disjoint_and_given_masks_are_taken_as_they_are(engine, images):
    clip = images(4)
    masks = {4: square(), 1: square(left=10), 8: np.zeros(HW, bool)}
    found = engine.step(clip[0], masks)
    assert list(found) == [1, 4, 8] == list(engine.ids)
    np.testing.assert_array_equal(found[4].mask, square())
    np.testing.assert_array_equal(found[1].mask, square(left=10) & ~square())
    assert (found[4].score, found[8].score) == (1.0, 0.0)
    for rgb in clip[1:]:
        found = engine.step(rgb)
        assert np.sum([p.mask for p in found.values()], axis=0).max() <= 1
        assert not found[8].visible
        assert all(0 <= p.score <= 1 for p in found.values())
        assert all((p.score > 0) == p.visible for p in found.values())
    found = engine.step(clip[0], {8: square(top=25, left=50)})
    assert found[8].visible


def test_the_image_is_encoded_once_for_all_objects(network, engine, images):
    calls = []
    hook = network.vision_encoder.register_forward_hook(lambda *_: calls.append(1))
    try:
        clip = images(5)
        engine.step(clip[0], {n: square(left=5 * n) for n in range(1, 5)})
        for rgb in clip[1:]:
            engine.step(rgb)
        assert len(calls) == 5
        engine.forget([1, 2, 3, 4])
        assert engine.step(clip[0]) == {}
        assert len(calls) == 5
    finally:
        hook.remove()


def test_images_may_change_in_size(engine, images):
    engine.step(images(1)[0], {1: square()})
    for hw in ((96, 64), (30, 31), HW):
        assert engine.step(images(1, hw)[0])[1].mask.shape == hw


def test_the_smallest_mask_is_remembered(engine, images):
    tiny = np.zeros((480, 640), bool)
    tiny[200, 300] = True
    engine.step(images(1, (480, 640))[0], {1: tiny})
    prompted, _ = engine._memories[1]._outputs
    assert bool((prompted[0]['object_score_logits'] > 0).all())


def test_forks_share_weights_and_nothing_else(engine, images):
    clip = images(6)
    engine.step(clip[0], {1: square()})
    fork = engine.fork()
    assert fork.ids == ()
    assert fork.step(clip[0]) == {}
    fork.step(clip[0], {2: square(left=40)})
    expected = [engine.step(rgb) for rgb in clip[1:]]
    again = engine.fork()
    again.step(clip[0], {1: square()})
    for rgb, before in zip(clip[1:], expected, strict=True):
        np.testing.assert_array_equal(again.step(rgb)[1].mask, before[1].mask)


def test_reset_forgets_everything(engine, images):
    clip = images(3)
    engine.step(clip[0], {1: square(), 2: np.zeros(HW, bool)})
    engine.reset()
    assert engine.ids == ()
    assert engine.memory_bytes == 0
    assert engine.step(clip[1]) == {}


def test_a_step_that_fails_changes_nothing_that_lasts(network, engine, images, monkeypatch):
    clip = images(4)
    engine.step(clip[0], {1: square()})
    with monkeypatch.context() as patch:
        patch.setattr(network.memory_encoder, 'forward', _fail)
        with pytest.raises(RuntimeError, match='out of memory'):
            engine.step(clip[1], {1: square(left=30), 2: square(left=50)})
    assert engine.ids == (1,)
    engine.step(clip[2])
    found = engine.step(clip[3], {2: square(left=50)})
    assert list(found) == [1, 2]


def _fail(*_, **__):
    raise RuntimeError('out of memory')


@pytest.mark.parametrize(
    ('rgb', 'masks'),
    [
        (np.zeros((48, 80, 3), np.float32), None),
        (np.zeros((48, 80), np.uint8), None),
        (np.zeros((0, 80, 3), np.uint8), None),
        (np.zeros((48, 80, 3), np.uint8), {0: square()}),
        (np.zeros((48, 80, 3), np.uint8), {1: square().astype(np.uint8)}),
        (np.zeros((48, 80, 3), np.uint8), {1: square(hw=(80, 80))}),
    ],
)
def test_wrong_input_is_refused(engine, rgb, masks):
    with pytest.raises(InvalidFrameError):
        engine.step(rgb, masks)
    assert engine.ids == ()


def test_half_precision(kind, published, images):
    network = read_network(ENGINES[kind], published / kind, device='cpu', precision='bf16')
    engine = VideoEngine(network)
    clip = images(5)
    engine.step(clip[0], {1: square()})
    for rgb in clip[1:]:
        assert np.isfinite(engine.step(rgb)[1].score)
    assert engine.memory_bytes <= engine.max_bytes(HW, 1)


def folder_with(tmp_path, published, **settings):
    for kind in ENGINES:
        (tmp_path / kind).symlink_to(published / kind, target_is_directory=True)
    (tmp_path / 'tracker.json').write_text(json.dumps(settings))
    return tmp_path


def test_a_folder_loads(kind, tmp_path, published, network, images):
    folder = folder_with(tmp_path, published, engine=kind, path=kind)
    loaded = load_video_engine(folder, device='cpu', precision='fp32')
    engine = VideoEngine(network)
    for n, rgb in enumerate(images(4)):
        masks = {1: square()} if n == 0 else None
        np.testing.assert_array_equal(
            loaded.step(rgb, masks)[1].mask, engine.step(rgb, masks)[1].mask
        )


@pytest.mark.parametrize(
    ('settings', 'error', 'text'),
    [
        ({'engine': 'sam2_video', 'path': 'edgetam_video'}, CheckpointError, 'edgetam_video'),
        ({'engine': 'cutie', 'path': 'sam2_video'}, ConfigError, 'cutie'),
        ({'engine': 'sam2_video'}, ConfigError, 'keys'),
        ({'engine': 'sam2_video', 'path': 'sam2_video', 'frames': 3}, ConfigError, 'keys'),
        ({'engine': 'sam2_video', 'path': ''}, ConfigError, 'path'),
        ({'engine': 'sam2_video', 'path': 'sam2_video', 'prompts': 0}, ConfigError, 'prompts'),
        ({'engine': 'sam2_video', 'path': 'some-one/else'}, CheckpointError, 'local cache'),
        ({'engine': 'sam2_video', 'path': 'no/such/folder'}, CheckpointError, 'no folder'),
    ],
)
def test_a_folder_that_makes_no_sense_is_refused(tmp_path, published, settings, error, text):
    folder = folder_with(tmp_path, published, **settings)
    with pytest.raises(error, match=text):
        load_video_engine(folder, device='cpu', precision='fp32')


def test_a_folder_without_tracker_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match=r'tracker\.json'):
        load_video_engine(tmp_path)


@pytest.mark.skipif(importlib.util.find_spec('timm') is not None, reason='timm is installed')
def test_the_published_edgetam_names_the_package_it_needs(tmp_path):
    backbone = {'model_type': 'timm_wrapper', 'architecture': 'repvit_m1.dist_in1k'}
    vision = {'model_type': 'edgetam_vision_model', 'backbone_config': backbone}
    config = {'model_type': 'edgetam_video', 'vision_config': vision}
    (tmp_path / 'published').mkdir()
    (tmp_path / 'published' / 'config.json').write_text(json.dumps(config))
    settings = {'engine': 'edgetam_video', 'path': 'published'}
    (tmp_path / 'tracker.json').write_text(json.dumps(settings))
    with pytest.raises(MissingPackageError, match='pip install timm'):
        load_video_engine(tmp_path)
