"""Training of the segmenter, in small: batches are reproducible and a loss falls."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from visa_ros.data.tabletop import Tabletop
from visa_ros.errors import TrainingError
from visa_ros.model.build import VisaConfig
from visa_ros.model.checkpoint import load_model
from visa_ros.model.text import AnswerVocabulary, BEGIN, END, load_text_encoder, SEG
from visa_ros.sim.dataset import render_dataset
from visa_ros.sim.knowledge import CATEGORIES
from visa_ros.sim.world import WorldConfig
from visa_ros.train.losses import mask_iou, mask_loss, word_loss
from visa_ros.train.questions import QuestionBatches
from visa_ros.train.segmenter import SegmenterTraining, train_segmenter

LABELS = tuple(CATEGORIES)
TEXT = Path(__file__).parents[2] / 'models' / 'visa-nano' / 'text'
SMALL = VisaConfig(
    labels=LABELS,
    image_hw=(96, 128),
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


@pytest.fixture(scope='module')
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp('clips')
    config = WorldConfig(width=128, height=96, duration_s=2.0)
    render_dataset(folder, [1, 2], config=config, frames=4, rate_hz=2.0, progress=False)
    return folder


def make_batches(clips, seed=0):
    return QuestionBatches(
        Tabletop(clips),
        text=load_text_encoder(TEXT),
        labels=LABELS,
        samples=2,
        questions=3,
        references=2,
        seed=seed,
    )


def test_a_batch_depends_on_its_number_alone(clips):
    one, other = make_batches(clips), make_batches(clips)
    other.batch(0)
    first, again = one.batch(3), other.batch(3)
    assert torch.equal(first.target, again.target)
    assert torch.equal(first.answer, again.answer)
    assert not torch.equal(first.answer, one.batch(4).answer)


def test_every_seg_has_its_mask_and_every_answer_ends(clips):
    batches = make_batches(clips)
    words = AnswerVocabulary(LABELS)
    for number in range(6):
        batch = batches.batch(number)
        for answer, seg, masks in zip(batch.answer, batch.seg, batch.masks, strict=True):
            assert int(seg.sum()) == len(masks) == int((answer == SEG).sum())
            asked = answer[answer[:, 0] == BEGIN]
            assert ((asked == END).sum(dim=1) == 1).all()
            labels = [label for row in asked for label in spoken_labels(words, row)]
            assert len(labels) == len(masks)
            assert all(label in LABELS for label in labels)
        assert all(mask.sum() > 0 for masks in batch.masks for mask in masks)


def spoken_labels(words, row):
    return words.spoken([int(t) for t in row if int(t) > END]).labels


def test_training_learns_and_resumes(clips, tmp_path):
    def train(steps, resume=False):
        train_segmenter(
            clips,
            tmp_path,
            text=TEXT,
            config=SMALL,
            training=SegmenterTraining(
                steps=steps, warmup=2, cooldown=2, samples=2, questions=3, rate=3e-3
            ),
            resume=resume,
        )
        return [json.loads(line) for line in (tmp_path / 'log.jsonl').read_text().splitlines()]

    first = train(12)
    assert np.mean([r['word'] for r in first[-3:]]) < 0.7 * np.mean([r['word'] for r in first[:3]])
    both = train(14, resume=True)
    assert [r['step'] for r in both] == list(range(14))
    model, config = load_model(tmp_path)
    assert config == SMALL
    assert not model.training


def test_a_rate_that_explodes_is_named(clips, tmp_path):
    with pytest.raises(TrainingError, match='not finite'):
        train_segmenter(
            clips,
            tmp_path,
            text=TEXT,
            config=SMALL,
            training=SegmenterTraining(
                steps=8, warmup=1, samples=1, questions=2, rate=float('inf')
            ),
        )


def test_mask_loss_prefers_the_truth():
    truth = torch.zeros(1, 8, 8)
    truth[:, 2:5, 2:5] = 1
    good, bad = (truth - 0.5) * 12, (0.5 - truth) * 12
    assert mask_loss(good, truth) < mask_loss(torch.zeros(1, 8, 8), truth) < mask_loss(bad, truth)
    assert mask_iou(good, truth) == 1
    assert mask_iou(bad, truth) == 0


def test_word_loss_ignores_padding():
    ids = torch.tensor([[1, 5, 2, 0, 0]])
    logits = torch.randn(1, 5, 9)
    other = logits.clone()
    other[:, 2:] += 3
    assert torch.isclose(word_loss(logits, ids, pad=0), word_loss(other, ids, pad=0))
