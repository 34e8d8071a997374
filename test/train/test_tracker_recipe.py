"""The full size learns by the same code: its data, its start, and that every part learns."""

from __future__ import annotations

import numpy as np
from PIL import Image
import pytest
import torch

from visa_ros.errors import CheckpointError, ConfigError, DataError
from visa_ros.tracking import load_tracker
from visa_ros.tracking.config import LongTermConfig, MemoryConfig, NetworkConfig, TrackerConfig
from visa_ros.tracking.network import TrackerNetwork
from visa_ros.train.backbones import load_resnets
from visa_ros.train.clips import make_batch, TrainingClip
from visa_ros.train.folders import FolderClips
from visa_ros.train.rollout import clip_loss, propagate
from visa_ros.train.shapes import shapes_clip
from visa_ros.train.stills import bent, thin_plate
from visa_ros.train.tracker import train_tracker
from visa_ros.train.tracker_data import open_clips
from visa_ros.train.tracker_recipe import recipe, TrackerTraining

HW = (60, 80)


def small(key_encoder):
    """The full size's structure, narrow."""
    return TrackerConfig(
        network=NetworkConfig(
            key_encoder=key_encoder,
            stride=16,
            key_dim=8,
            value_dim=8,
            hidden_dim=4,
            value_widths=(64, 64, 128, 256) if key_encoder == 'resnet50' else (4, 4, 4, 4),
            value_blocks=(2, 2, 2) if key_encoder == 'resnet50' else (1, 1, 1),
            decoder_widths=(8, 8, 8),
            update_dim=8,
        ),
        memory=MemoryConfig(long_term=LongTermConfig()),
        input_hw=None,
        short_side=64,
        antialias=False,
    )


TRAINING = TrackerTraining(
    clips=2,
    objects=2,
    still_frames=3,
    video_frames=4,
    videos_from=0.5,
    shapes=0.1,
    bend=0.05,
    crop_hw=(48, 48),
    autocast=False,
)


@pytest.fixture
def folder(tmp_path):
    """A video of six frames with a palette, and one picture in grey."""
    root = tmp_path / 'data'
    for kind in ('JPEGImages', 'Annotations'):
        (root / kind / 'cat').mkdir(parents=True)
    for k in range(6):
        write(root, f'cat/{k:05d}', left=5 * k, palette=True)
    write(root, 'single', left=7, palette=False)
    return root


def write(root, name, *, left, palette):
    rgb, labels = np.full((*HW, 3), 40 + left, np.uint8), np.zeros(HW, np.uint8)
    rgb[10:40, left : left + 30] = 200
    labels[10:40, left : left + 30] = 3
    labels[:4] = 255
    Image.fromarray(rgb).save(root / 'JPEGImages' / f'{name}.jpg')
    image = Image.fromarray(labels, 'P' if palette else 'L')
    if palette:
        image.putpalette(list(range(256)) * 3)
    image.save(root / 'Annotations' / f'{name}.png')


def test_both_sizes_have_a_recipe():
    full = recipe('xmem')

    assert recipe('nano').training == TrackerTraining()
    assert full.config.network.key_encoder == 'resnet50'
    assert 3 <= full.training.still_frames <= full.training.video_frames <= 8
    with pytest.raises(ConfigError, match='nano'):
        recipe('huge')


def test_folders_give_videos_and_stills(folder):
    clips, rng = open_clips(folder), np.random.default_rng(0)

    for _ in range(20):
        video = clips.video(rng, frames=4)
        assert video.rgb.shape == (4, *HW, 3)
        assert set(np.unique(video.instances)) == {0, 3}  # 255 is ignored
        left = [int((frame == 3).any(axis=0).argmax()) for frame in video.instances]
        assert left in (sorted(left), sorted(left, reverse=True))
        still = clips.still(rng, frames=3)
        assert (still.instances == still.instances[0]).all()
    assert clips.video(rng, frames=9).rgb.shape[0] == 9


def test_large_pictures_are_reduced(folder):
    clip = FolderClips(folder, short_side=30).still(np.random.default_rng(0), frames=1)

    assert clip.rgb.shape == (1, 30, 40, 3)
    assert clip.instances.shape == (1, 30, 40)


def test_folders_that_cannot_be_read_are_named(folder, tmp_path):
    rng = np.random.default_rng(0)
    with pytest.raises(DataError, match='masks'):
        open_clips(tmp_path / 'nothing')
    (folder / 'JPEGImages' / 'single.jpg').unlink()
    for path in (folder / 'Annotations' / 'cat').iterdir():
        path.unlink()
    clips = FolderClips(folder)
    with pytest.raises(DataError, match='videos'):
        clips.video(rng, frames=2)
    with pytest.raises(DataError, match='picture'):
        clips.still(rng, frames=2)


def test_bending_moves_pictures_and_masks_alike():
    rgb, instances = np.zeros((3, *HW, 3), np.uint8), np.zeros((3, *HW), np.uint8)
    rgb[:, 20:40, 30:60] = 255
    instances[:, 20:40, 30:60] = 9
    clip = TrainingClip(rgb=rgb, instances=instances)

    found = bent(clip, np.random.default_rng(0), strength=0.05)

    assert set(np.unique(found.instances)) == {0, 9}
    assert (found.instances[0] != found.instances[1]).any()
    inside = found.instances == 9
    assert ((found.rgb[..., 0] > 200) == inside).mean() > 0.95
    assert bent(clip, np.random.default_rng(0), strength=0.0) is clip


def test_a_bend_is_smooth_and_without_strength_the_identity():
    columns, rows = thin_plate(np.random.default_rng(0), HW, 0.0)
    expected = np.meshgrid(np.arange(HW[1]), np.arange(HW[0]))
    np.testing.assert_allclose(columns, expected[0], atol=1e-2)
    np.testing.assert_allclose(rows, expected[1], atol=1e-2)

    columns, _ = thin_plate(np.random.default_rng(0), HW, 0.1)
    assert np.abs(columns - expected[0]).max() > 1
    assert np.abs(np.diff(columns, n=2, axis=1)).max() < 2


def test_the_structure_of_the_full_size_is_trained_and_goes_on(folder, tmp_path):
    for steps, resume in ((2, False), (3, True)):
        train_tracker(
            folder,
            tmp_path / 'out',
            steps=steps,
            resume=resume,
            config=small('tiny'),
            training=TRAINING,
            pictures=folder,
        )

    tracker = load_tracker(tmp_path / 'out')
    mask = np.zeros(HW, bool)
    mask[10:20, 10:20] = True
    tracker.step(np.zeros((*HW, 3), np.uint8), {1: mask})
    assert tracker.step(np.zeros((*HW, 3), np.uint8)).keys() == {1}
    train_tracker(
        None,
        tmp_path / 'more',
        steps=1,
        config=small('tiny'),
        training=TRAINING,
        start=tmp_path / 'out',
    )


def test_every_encoder_learns():
    torch.manual_seed(0)
    network = TrackerNetwork(small('resnet50').network)
    rng = np.random.default_rng(0)
    clips = [shapes_clip(rng, frames=3)]
    batch = make_batch(clips, rng, objects=2, crop_hw=(96, 96), jitter=0.2)
    assert batch.present.any()

    loss, _ = clip_loss(propagate(network, batch, remembered=[True, True, False]), batch)
    loss.backward()

    assert torch.isfinite(loss)
    for part in (network.key_encoder, network.value_encoder, network.decoder):
        grads = [p.grad for p in part.parameters() if p.grad is not None]
        assert all(torch.isfinite(grad).all() for grad in grads)
        assert any(grad.any() for grad in grads)
    # The residual branches start at zero, so what is in them learns from the second step on.
    assert network.key_encoder.layer3[5].bn3.weight.grad.any()


def resnet(module, rename):
    """State dict of an encoder as torchvision would have it, all ones."""
    own = module.state_dict().items()
    names = {n: t for n, t in own if not n.startswith(('fuser.', 'hidden_reinforce.'))}
    tensors = {rename(n): torch.ones(t.shape) for n, t in names.items()}
    tensors['conv1.weight'] = torch.ones(64, 3, 7, 7)
    return {**tensors, 'fc.weight': torch.ones(3, 3), 'bn1.num_batches_tracked': torch.tensor(1)}


def test_image_nets_weights_are_a_start(tmp_path):
    network = TrackerNetwork(small('resnet50').network)
    random = network.value_encoder.conv1.weight[:, 3:].clone()
    large = resnet(network.key_encoder, lambda name: name.replace('res2.', 'layer1.'))
    torch.save(large, tmp_path / 'resnet50-0676ba61.pth')
    with pytest.raises(CheckpointError, match='resnet18'):
        load_resnets(network, tmp_path)
    torch.save(resnet(network.value_encoder, str), tmp_path / 'resnet18-f37072fd.pth')

    load_resnets(network, tmp_path)

    assert (network.key_encoder.res2[0].conv1.weight == 1).all()
    assert (network.value_encoder.conv1.weight[:, :3] == 1).all()
    assert torch.equal(network.value_encoder.conv1.weight[:, 3:], random)
    del large['layer3.0.conv1.weight']
    torch.save(large, tmp_path / 'resnet50-0676ba61.pth')
    with pytest.raises(CheckpointError, match=r'layer3\.0\.conv1\.weight'):
        load_resnets(network, tmp_path)
