"""Small data sets, and a training of a toy model on them."""

from __future__ import annotations

from accelerate.state import AcceleratorState
import pytest

from visa_ros.data.synthetic import make_tree, WRITERS
from visa_ros.model.published.config import ClipSizes, LanguageSizes, PublishedConfig, SamSizes
from visa_ros.train.instruction.config import (
    ComputeConfig,
    DataConfig,
    GroupConfig,
    KeepConfig,
    OptimizerConfig,
    SetConfig,
    TrainConfig,
)
from visa_ros.train.instruction.start import open_start, write_tiny

VOCAB = 500
TINY = PublishedConfig(
    language=LanguageSizes(vocab=VOCAB + 1, hidden=32, layers=2, heads=2, mlp=48),
    clip=ClipSizes(hidden=16, mlp=24, layers=3, heads=2, image_px=28, patch_px=7),
    sam=SamSizes(
        width=16,
        depth=2,
        heads=2,
        global_layers=(1,),
        image_px=64,
        window=3,
        prompt_dim=16,
        mask_in_chans=4,
        decoder_depth=1,
        decoder_heads=2,
        decoder_mlp=24,
        iou_hidden=16,
    ),
    clusters=(6, 4, 2),
    seg_token=VOCAB,
    out_dim=16,
)


def group(name, weight, *sets):
    """Make a group of sets, all of their split for training."""
    splits = {'ade20k': 'training', 'mapillary': 'training', 'cocostuff': 'train2017'}
    return GroupConfig(
        name=name,
        weight=weight,
        sets=tuple(SetConfig(name=s, split=splits.get(s, 'train')) for s in sets),
    )


GROUPS = (
    group('semantic', 9, 'ade20k', 'pascal-part'),
    group('referring', 3, 'refcoco'),
    group('questions', 3, 'llava-instruct'),
    group('reasoning', 1, 'reasonseg'),
    group('conversations', 4, 'scienceqa'),
    group('video', 12, 'revos', 'mevis'),
)


@pytest.fixture(autouse=True)
def _fresh_accelerate():
    """Each training of a test is a process of its own for accelerate."""
    yield
    AcceleratorState._reset_state(reset_partial_state=True)


@pytest.fixture(scope='session')
def trees(tmp_path_factory):
    """All sets below one common root, to be read only."""
    root = tmp_path_factory.mktemp('trees')
    for name in WRITERS:
        make_tree(name, root)
    return root


@pytest.fixture(scope='session')
def start_folder(tmp_path_factory):
    """A toy model to start from, to be read only."""
    folder = tmp_path_factory.mktemp('start') / 'tiny'
    write_tiny(folder, seed=0, config=TINY)
    return folder


@pytest.fixture(scope='session')
def start(start_folder):
    return open_start(start_folder)


@pytest.fixture
def config(trees, start_folder, tmp_path):
    """Six steps of four samples."""
    return TrainConfig(
        model=str(start_folder),
        out=str(tmp_path / 'run'),
        data=DataConfig(root=str(trees), groups=GROUPS, lanes=1, frames=(2, 3)),
        steps=6,
        batch=4,
        optimizer=OptimizerConfig(rate=5e-3, warmup=1),
        compute=ComputeConfig(
            device='cpu', precision='fp32', per_device=1, checkpointing=False, workers=0
        ),
        checkpoints=KeepConfig(every=2, last=2),
    )
