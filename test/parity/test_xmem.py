"""
XMem against the reference: building blocks, and whole clips with their memory sizes.

A case does not say which frames it ran on. Its first output is the soft aggregation of its own
input mask, so the clip and the frame are those whose mask gives it; the direction is the one that
comes nearer on the second frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
import json
import math
import zlib

import numpy as np
from parity.folder import arrays, assert_within, Case, case_names, cases, has, read_json
import pytest
import torch

from visa_ros.tracking import convert_xmem
from visa_ros.tracking.checkpoint import load_config, load_network
from visa_ros.tracking.config import LongTermConfig, MemoryConfig, TrackerConfig
from visa_ros.tracking.framing import Framing, framing
from visa_ros.tracking.memory import best, similarity
from visa_ros.tracking.network import aggregate, TrackerNetwork
from visa_ros.tracking.propagation import Planes, Propagation
from visa_ros.tracking.tracker import MemoryTracker

NUMBERS, KEYS = 'xmem_cases.npz', 'xmem_keys.json'
TOLERANCE = 1e-5

pytestmark = pytest.mark.skipif(
    not has(NUMBERS, KEYS), reason=f'the parity folder has no {NUMBERS} or {KEYS}'
)


def published_weights():
    """The tensors that the reference ran with, by the rule of the folder's README."""
    return {name: tensor_of(name, shape) for name, shape in read_json(KEYS).items()}


def tensor_of(name, shape):
    if name.endswith('num_batches_tracked'):
        return torch.zeros(shape, dtype=torch.int64)
    random = np.random.RandomState(zlib.crc32(name.encode()) & 0x7FFFFFFF)
    r = random.standard_normal(math.prod(shape)).reshape(shape).astype(np.float32)
    if name.endswith('running_var'):
        r = 1 + 0.1 * np.abs(r)
    elif name.endswith('running_mean'):
        r = 0.1 * r
    elif len(shape) == 1:
        r = 1 + 0.1 * r if name.endswith('.weight') else 0.05 * r
    else:
        r = r * math.sqrt(1 / math.prod(shape[1:]))
    halved = 'bn3.weight' in name
    halved |= 'bn2.weight' in name and 'value_encoder' in name and '.layer' in name
    return torch.from_numpy(np.asarray(r * (0.5 if halved else 1), np.float32))


@pytest.fixture(scope='module')
def model(tmp_path_factory) -> tuple[TrackerNetwork, TrackerConfig]:
    """The network, after a way through both kinds of files."""
    folder = tmp_path_factory.mktemp('xmem')
    source = folder / 'XMem.pth'
    torch.save(published_weights(), source)
    convert_xmem(source, folder)
    source.unlink()
    config = load_config(folder)
    network = load_network(folder, config).eval().requires_grad_(False)
    (folder / 'tracker.safetensors').unlink()
    return network, config


@pytest.fixture(scope='module')
def numbers() -> dict[str, Case]:
    return cases(arrays(NUMBERS))


@dataclass(frozen=True, kw_only=True)
class Run:
    """
    What a case ran on.

    rgb     uint8 (H, W, 3) each
    labels  (H, W) of the first frame; objects from 1 on
    """

    rgb: tuple[np.ndarray, ...]
    labels: np.ndarray

    @property
    def masks(self) -> dict[int, np.ndarray]:
        return {int(i): self.labels == i for i in np.unique(self.labels) if i}


def runs(case: Case, numbers: dict[str, Case]) -> Iterator[Run]:
    """All runs of a case's length through a clip that start with the mask it started with."""
    labels = case['prob'][0].argmax(0)
    count = len(case['prob'])
    for clip in numbers.values():
        if 'frames' not in clip or clip['masks'].shape[1:] != labels.shape:
            continue
        for k, mask in enumerate(clip['masks']):
            if not all(is_object(labels == n, mask) for n in range(1, case['prob'].shape[1])):
                continue
            for order in (clip['frames'][k:], clip['frames'][k::-1]):
                if len(order) >= count:
                    yield Run(rgb=tuple(order[:count]), labels=labels)


def is_object(pixels: np.ndarray, mask: np.ndarray) -> bool:
    """Whether these pixels are all that one of the mask's labels has."""
    found = np.unique(mask[pixels])
    return len(found) == 1 and found[0] > 0 and bool(((mask == found[0]) == pixels).all())


def memory_of(case: Case) -> MemoryConfig:
    """A case's memory in our words; without long-term memory the reference keeps everything."""
    cfg = json.loads(str(case['cfg']))
    long_term = None
    recent = len(case['prob'])
    if cfg['enable_long_term']:
        recent = cfg['min_mid_term_frames'] - 1
        long_term = LongTermConfig(
            batch=cfg['max_mid_term_frames'] - cfg['min_mid_term_frames'],
            prototypes=cfg['num_prototypes'],
            elements=cfg['max_long_term_elements'],
        )
    return MemoryConfig(
        every=cfg['mem_every'], recent=recent, top_k=cfg['top_k'], long_term=long_term
    )


def frame_of(rgb: np.ndarray) -> Framing:
    """Frames of the cases were padded, not resized."""
    return framing(rgb.shape[:2], input_hw=None, short_side=0, antialias=False)


def network_input(network: TrackerNetwork, rgb: np.ndarray) -> torch.Tensor:
    frame = frame_of(rgb)
    return frame.pad(network.normalise(torch.from_numpy(rgb).permute(2, 0, 1)[None]))


def joint_probability(single: Planes, frame: Framing) -> np.ndarray:
    """Of the background and all objects, (N + 1, H, W)."""
    found = frame.restore(torch.stack([single[i] for i in sorted(single)]))
    return torch.cat((1 - found.sum(0, keepdim=True), found)).numpy()


@torch.inference_mode()
def propagate(network, memory, run: Run, count: int) -> tuple[list, list, Propagation]:
    """Probabilities and memory sizes of the first `count` frames."""
    stream = Propagation(network, memory)
    probabilities, sizes = [], []
    for k, rgb in enumerate(run.rgb[:count]):
        frame = frame_of(rgb)
        masks = {i: frame.pad(torch.from_numpy(m).float()) for i, m in run.masks.items()}
        last = k == len(run.rgb) - 1
        found = stream.advance(network_input(network, rgb), masks if k == 0 else {}, last=last)
        probabilities.append(joint_probability(found, frame))
        sizes.append(stream.sizes)
    return probabilities, sizes, stream


def gap(network, memory, run: Run, case: Case) -> float:
    probabilities, _, _ = propagate(network, memory, run, 2)
    return float(np.abs(probabilities[-1] - case['prob'][: len(probabilities)][-1]).max())


def run_of(case: Case, numbers: dict[str, Case], network: TrackerNetwork) -> Run:
    found = list(runs(case, numbers))
    assert found, 'no clip of the file has the mask that this case starts with'
    if len(found) == 1:
        return found[0]
    return min(found, key=lambda run: gap(network, memory_of(case), run, case))


@pytest.mark.parametrize('name', case_names(NUMBERS, having='cfg'))
def test_whole_clips(name, model, numbers):
    network, _ = model
    case = numbers[name]
    run = run_of(case, numbers, network)

    probabilities, sizes, stream = propagate(network, memory_of(case), run, len(run.rgb))

    assert_within('xmem sizes', sizes, case['sizes'], 0)
    assert_within('xmem prob', np.stack(probabilities), case['prob'], TOLERANCE)
    hidden = torch.stack([stream.hidden(i) for i in stream.ids])[None]
    assert_within('xmem hidden', hidden, case['hidden_last'], TOLERANCE)


@pytest.mark.parametrize('name', case_names(NUMBERS, having='cfg')[:1])
def test_the_tracker_gives_the_masks_of_these_probabilities(name, model, numbers):
    network, config = model
    case = numbers[name]
    run = run_of(case, numbers, network)
    config = replace(config, memory=memory_of(case), short_side=0)
    tracker = MemoryTracker(network, config)

    for k, rgb in enumerate(run.rgb[:8]):
        found = tracker.step(rgb, run.masks if k == 0 else None)
        best_label = case['prob'][k].argmax(0)
        margin = np.diff(np.sort(case['prob'][k], axis=0)[-2:], axis=0)[0]
        for i, propagated in found.items():
            assert not ((propagated.mask != (best_label == i)) & (margin > 1e-4)).any()


@torch.inference_mode()
def test_image_features(model, numbers):
    if 'enc' not in numbers:
        pytest.skip(f'{NUMBERS} has no case enc')
    network, _ = model
    case = numbers['enc']
    features = network.encode_image(torch.from_numpy(case['input'])[None])

    for name in ('key', 'shrinkage', 'selection'):
        assert_within(f'xmem {name}', getattr(features, name), case[name], TOLERANCE)
    for name in case:
        if name[0] == 'f' and name[1:].isdecimal():  # only some channels are stored
            channels = case[name].shape[1]
            found = features.maps[int(name[1:])][:, :channels]
            assert_within(f'xmem {name}', found, case[name], TOLERANCE)


@torch.inference_mode()
def test_frames_are_prepared_alike(model, numbers):
    if 'enc' not in numbers:
        pytest.skip(f'{NUMBERS} has no case enc')
    network, _ = model
    case = numbers['enc']
    frames = [rgb for clip in numbers.values() if 'frames' in clip for rgb in clip['frames']]
    inputs = [network_input(network, rgb)[0] for rgb in frames]
    same = [i for i in inputs if i.shape == case['input'].shape]
    nearest = min(same, key=lambda i: np.abs(i.numpy() - case['input']).max())

    assert_within('xmem input', nearest, case['input'], TOLERANCE)


def test_reading(numbers):
    if 'sim' not in numbers:
        pytest.skip(f'{NUMBERS} has no case sim')
    case = {name: torch.from_numpy(value) for name, value in numbers['sim'].items()}
    key, query, selection = (case[n][0].T for n in ('mk', 'qk', 'qe'))
    shrinkage = case['ms'][0, 0]

    logits = similarity(key, shrinkage, query, selection)
    affinity = best(logits, 30)
    dense = torch.zeros_like(logits).scatter_(1, affinity.indices, affinity.weights)

    assert_within('xmem similarity', logits.T[None], case['sim'], TOLERANCE)
    assert_within('xmem affinity', dense.T[None], case['aff30'], TOLERANCE)
    assert_within('xmem usage', affinity.usage(len(key))[None], case['usage'], TOLERANCE)
    full = torch.softmax(logits, dim=1)
    assert_within('xmem affinity', full.T[None], case['aff_full'], TOLERANCE)
    plain = similarity(key, shrinkage, query, None)
    assert_within('xmem similarity', plain.T[None], case['nosel'], TOLERANCE)


def test_soft_aggregation(numbers):
    if 'agg' not in numbers:
        pytest.skip(f'{NUMBERS} has no case agg')
    case = numbers['agg']

    found = torch.softmax(aggregate(torch.from_numpy(case['p'])[None])[0], dim=0)

    assert_within('xmem aggregation', found, case['out'], 1e-6)
