"""XMem's published file becomes a tracker, or is refused with all that is wrong with it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from visa_ros.errors import CheckpointError
from visa_ros.tracking import convert_xmem, load_tracker
from visa_ros.tracking.checkpoint import load_config
from visa_ros.tracking.config import xmem_config
from visa_ros.tracking.published import published_shapes

WIDTHS = {'key_dim': 6, 'value_dim': 16, 'hidden_dim': 4}


def published(config=None, **changes):
    """A file's tensors. They take no memory: each repeats one number."""
    shapes = {**published_shapes(config or xmem_config()), **changes}
    return {
        name: torch.tensor(0.25 if shape else 7).expand(shape)
        for name, shape in shapes.items()
        if shape is not None
    }


def saved(tmp_path, tensors):
    path = tmp_path / 'XMem.pth'
    torch.save(tensors, path)
    return path


def test_the_layout_is_the_published_one():
    shapes = published_shapes(xmem_config())

    assert len(shapes) == 412
    assert shapes['key_proj.key_proj.weight'] == (64, 1024, 3, 3)
    assert shapes['value_encoder.conv1.weight'] == (64, 5, 7, 7)
    assert shapes['value_encoder.fuser.attention.ChannelGate.mlp.1.weight'] == (32, 512)
    assert shapes['decoder.fuser.attention.SpatialGate.spatial.conv.weight'] == (1, 2, 7, 7)
    assert shapes['key_encoder.layer3.5.bn3.num_batches_tracked'] == ()


def test_weights_for_one_object_and_of_other_widths_are_taken(tmp_path):
    config = xmem_config(**WIDTHS)
    tensors = published(config, **{'value_encoder.conv1.weight': (64, 4, 7, 7)})
    folder = tmp_path / 'tracker'

    assert convert_xmem(saved(tmp_path, tensors), folder) == config

    assert sorted(p.name for p in folder.iterdir()) == ['tracker.json', 'tracker.safetensors']
    assert load_config(folder) == config
    tracker = load_tracker(folder)
    conv = tracker._network.value_encoder.conv1.weight
    assert conv.shape == (64, 5, 7, 7)
    assert (conv[:, :4] == 0.25).all()
    assert (conv[:, 4] == 0).all()
    mask = np.zeros((20, 30), bool)
    mask[5:9, 5:9] = True
    assert (tracker.step(np.zeros((20, 30, 3), np.uint8), {1: mask})[1].mask == mask).all()


def test_every_tensor_that_does_not_fit_is_named(tmp_path):
    tensors = published(
        **{
            'decoder.pred.bias': None,
            'key_encoder.bn1.num_batches_tracked': None,
            'key_proj.d_proj.weight': (1, 1024, 1, 1),
            'key_encoder.layer4.0.conv1.weight': (8, 8, 1, 1),
        }
    )

    with pytest.raises(CheckpointError) as caught:
        convert_xmem(saved(tmp_path, tensors), tmp_path / 'tracker')

    lines = str(caught.value).splitlines()
    assert lines[1:] == [
        'key_proj.d_proj.weight: file (1, 1024, 1, 1), network (1, 1024, 3, 3)',
        'missing decoder.pred.bias',
        'missing key_encoder.bn1.num_batches_tracked',
        'unexpected key_encoder.layer4.0.conv1.weight',
    ]
    assert not (tmp_path / 'tracker').exists()


@pytest.mark.parametrize(
    'name',
    [
        'key_proj.key_proj.weight',
        'value_encoder.fuser.block2.conv2.weight',
        'decoder.hidden_update.transform.weight',
        'value_encoder.conv1.weight',
    ],
)
@pytest.mark.parametrize('shape', [None, (), (0, 3, 3, 3)], ids=['missing', 'scalar', 'empty'])
def test_tensors_that_tell_a_size_are_missed_like_the_others(tmp_path, name, shape):
    with pytest.raises(CheckpointError, match=name):
        convert_xmem(saved(tmp_path, published(**{name: shape})), tmp_path / 'tracker')


@pytest.mark.parametrize('content', [b'', b'no weights', b'\x80\x02ccollections\nOrderedDict\n'])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / 'XMem.pth'
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r'XMem\.pth'):
        convert_xmem(path, tmp_path)
    path.unlink()
    with pytest.raises(CheckpointError, match=r'XMem\.pth'):
        convert_xmem(path, tmp_path)


@pytest.mark.parametrize('content', [[1, 2], {'step': 3}], ids=['list', 'number'])
def test_a_checkpoint_of_something_else_is_refused(tmp_path, content):
    with pytest.raises(CheckpointError, match='tensors'):
        convert_xmem(saved(tmp_path, content), tmp_path / 'tracker')


def test_a_file_that_would_run_code_is_not_read(tmp_path):
    path = tmp_path / 'XMem.pth'
    torch.save({'key_encoder': torch.nn.Linear(1, 1)}, path)

    with pytest.raises(CheckpointError, match=r'XMem\.pth'):
        convert_xmem(path, tmp_path / 'tracker')
