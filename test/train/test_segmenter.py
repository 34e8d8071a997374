"""Training of the segmenter, in small: batches are reproducible and a loss falls."""

from dataclasses import replace
import shutil

import numpy as np
from PIL import Image
import pytest
import torch

from visa_ros.errors import TrainingError
from visa_ros.model.checkpoint import load_model
from visa_ros.model.text import AnswerVocabulary, BEGIN, END, LOOKING_BACK, PAD, SEG
from visa_ros.sim.knowledge import CATEGORIES
from visa_ros.train.decision import choose_decision
from visa_ros.train.image_side import ImageTraining, train_image_side
from visa_ros.train.losses import mask_iou, mask_loss, word_loss
from visa_ros.train.questions import Asking
from visa_ros.train.segmenter import SegmenterTraining, train_segmenter

LABELS = tuple(CATEGORIES)
FEW = Asking(samples=2, questions=3)


@pytest.mark.parametrize('seed', [0, 1])
def test_a_batch_depends_on_its_number_alone(make_batches, seed):
    one, other = make_batches(FEW, seed), make_batches(FEW, seed)
    other.batch(0)
    first, again = one.batch(3), other.batch(3)
    for name in ('target', 'references', 'change', 'text', 'answer'):
        assert torch.equal(getattr(first, name), getattr(again, name)), name
    assert not torch.equal(first.answer, one.batch(4).answer)


def test_every_seg_has_its_object_and_every_answer_ends(make_batches):
    batches = make_batches(FEW)
    words = AnswerVocabulary(LABELS)
    for number in range(6):
        batch = batches.batch(number)
        for answer, seg, wanted in zip(batch.answer, batch.seg, batch.wanted, strict=True):
            assert int(seg.sum()) == len(wanted) == int((answer == SEG).sum())
            asked = answer[answer[:, 0] == BEGIN]
            assert ((asked == END).sum(dim=1) == 1).all()
            labels = [label for row in asked for label in spoken_labels(words, row)]
            assert len(labels) == len(wanted)
            assert all(label in LABELS for label in labels)
        for things, wanted in zip(batch.things, batch.wanted, strict=True):
            assert (things[wanted].sum(dim=(1, 2)) > 0).all()
            torch.testing.assert_close(things.sum(dim=0), torch.ones(48, 64))


def test_what_is_not_said_names_no_object(make_batches):
    batch = make_batches(replace(FEW, spoken=0.5)).batch(0)
    for answer, seg, wanted in zip(batch.answer, batch.seg, batch.wanted, strict=True):
        assert int(seg.sum()) == len(wanted) == int((answer == SEG).sum())
    asked = batch.answer[batch.answer[..., 0] == BEGIN]
    whole = (asked == END).any(dim=1)
    assert whole.any()
    assert not whole.all()
    assert ((asked != PAD).sum(dim=1)[~whole] == 2).all()


def test_looking_back_asks_about_what_an_early_frame_shows(make_batches):
    batches = make_batches(replace(FEW, past=1.0, looking_back=1.0))
    rng = np.random.default_rng(0)
    asked = 0
    for _ in range(8):
        sample = batches._sample(batches._way_to_look(rng)(), rng)
        assert sample.frame < len(sample.record.frames) - 1
        assert sample.looks_back
        for expression in sample.expressions:
            assert expression.text.startswith(LOOKING_BACK)
            assert sample.shows(expression.targets)
            asked += 1
    assert asked


def spoken_labels(words, row):
    return words.spoken([int(t) for t in row if int(t) > END]).labels


@pytest.fixture(scope='module')
def seeing(clips, tmp_path_factory, small, schedule):
    """What the first stage leaves."""
    folder = tmp_path_factory.mktemp('seeing')
    photos = folder / 'photos'
    photos.mkdir()
    Image.fromarray(np.full((50, 60, 3), 200, np.uint8)).save(photos / 'wall.png')
    training = ImageTraining(schedule=schedule(40), samples=3)
    train_image_side([clips], folder, config=small, training=training, backgrounds=photos)
    return folder


def test_the_first_stage_learns_to_see(seeing, small, read_log):
    log = read_log(seeing)
    assert [row['step'] for row in log] == list(range(40))
    for name in ('pixel kind', 'mask', 'point'):
        assert np.mean([r[name] for r in log[-8:]]) < np.mean([r[name] for r in log[:8]]), name
    assert load_model(seeing)[1] == small


def test_training_goes_on_from_the_first_stage_and_resumes(
    clips, seeing, tmp_path, small, text_folder, read_log, schedule
):
    def train(out, steps, resume=False):
        training = SegmenterTraining(schedule=schedule(steps), asking=FEW)
        train_segmenter(
            [clips],
            out,
            start=seeing,
            text=text_folder,
            config=small,
            training=training,
            resume=resume,
        )
        return read_log(out)

    first = train(tmp_path / 'a', 12)
    assert np.mean([r['word'] for r in first[-3:]]) < 0.7 * np.mean([r['word'] for r in first[:3]])
    assert first[0]['pixel kind'] < 1.2 * read_log(seeing)[-1]['pixel kind'] + 0.2
    both = train(tmp_path / 'a', 14, resume=True)
    assert [r['step'] for r in both] == list(range(14))
    model, config = load_model(tmp_path / 'a')
    assert config == small
    assert not model.training
    seen, _ = load_model(seeing)
    for name, value in seen.encoder.backbone.state_dict().items():
        assert torch.equal(value, model.encoder.backbone.state_dict()[name]), name


def test_a_rate_that_explodes_is_named(clips, seeing, tmp_path, small, text_folder, schedule):
    training = SegmenterTraining(schedule=schedule(8, rate=float('inf')), asking=FEW)
    with pytest.raises(TrainingError, match='not finite'):
        train_segmenter(
            [clips], tmp_path, start=seeing, text=text_folder, config=small, training=training
        )


def test_a_model_alone_is_a_start_too(clips, seeing, tmp_path, small, text_folder, schedule):
    for name in ('config.json', 'visa.safetensors'):
        shutil.copy(seeing / name, tmp_path)
    training = SegmenterTraining(schedule=schedule(2), asking=FEW)
    out = tmp_path / 'out'
    train_segmenter(
        [clips], out, start=tmp_path, text=text_folder, config=small, training=training
    )
    learned, _ = load_model(out)
    for name, value in load_model(seeing)[0].encoder.backbone.state_dict().items():
        assert torch.equal(value, learned.encoder.backbone.state_dict()[name]), name


def test_a_start_without_a_state_is_named(clips, tmp_path, small, text_folder):
    with pytest.raises(TrainingError, match='earlier stage'):
        train_segmenter(
            [clips],
            tmp_path,
            start=tmp_path,
            text=text_folder,
            config=small,
            training=SegmenterTraining(),
        )


def test_the_decision_is_chosen_and_written(clips, seeing, tmp_path, small, text_folder):
    for name in ('config.json', 'visa.safetensors'):
        shutil.copy(seeing / name, tmp_path)
    (tmp_path / 'text').symlink_to(text_folder)
    decision = choose_decision(tmp_path, clips, questions=12).decision
    _, config = load_model(tmp_path)
    assert config.decision == decision
    assert replace(config, decision=small.decision) == small
    assert '2 scenes' in decision.chosen_on
    assert decision.absent.odds
    assert decision.absent.area == 0  # close to a camera everything is large
    assert decision.min_mask_px == small.decision.min_mask_px


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
