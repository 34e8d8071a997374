"""What the tests of training share: a small model, a few clips, short schedules."""

import json
from pathlib import Path

import pytest

from visa_ros.data.tabletop import Tabletops
from visa_ros.model.build import VisaConfig
from visa_ros.model.text import load_text_encoder
from visa_ros.sim.dataset import render_dataset
from visa_ros.sim.knowledge import CATEGORIES
from visa_ros.sim.world import WorldConfig
from visa_ros.train.questions import QuestionBatches
from visa_ros.train.run import Schedule
from visa_ros.train.wordings import more_words

LABELS = tuple(CATEGORIES)
TEXT = Path(__file__).parents[2] / 'models' / 'visa-nano' / 'text'
SMALL = VisaConfig(
    labels=LABELS,
    image_hw=(192, 256),
    width=32,
    clusters=(8, 4),
    neighbors=(3, 3),
    hidden=32,
    layers=1,
    heads=2,
    mlp=48,
    mask_dim=16,
    mask_depth=1,
    mask_heads=2,
    mask_mlp=32,
)


@pytest.fixture(scope='session')
def small():
    """The model's config."""
    return SMALL


@pytest.fixture(scope='session')
def text_folder():
    """The instruction encoder."""
    return TEXT


@pytest.fixture(scope='session')
def clips(tmp_path_factory):
    """A folder of two clips."""
    folder = tmp_path_factory.mktemp('clips')
    config = WorldConfig(width=128, height=96, duration_s=2.0)
    render_dataset(folder, [1, 2], config=config, frames=4, rate_hz=2.0, progress=False)
    return folder


@pytest.fixture(scope='session')
def make_batches(clips):
    """Make batches of questions about the clips."""

    def make(asking, seed=0):
        return QuestionBatches(
            Tabletops([clips]),
            text=load_text_encoder(TEXT),
            labels=LABELS,
            past_hw=SMALL.past_hw,
            slots=SMALL.slots,
            asking=asking,
            seed=seed,
            more=more_words(),
        )

    return make


@pytest.fixture(scope='session')
def read_log():
    """Read what a run has written."""

    def read(folder):
        return [json.loads(line) for line in (folder / 'log.jsonl').read_text().splitlines()]

    return read


@pytest.fixture(scope='session')
def schedule():
    """Make a schedule of a few steps."""

    def make(steps, rate=3e-3):
        return Schedule(steps=steps, warmup=2, cooldown=2, rate=rate, save_every=4)

    return make
