"""Learning what depth tells, in small: spoiled depth, a falling loss, all else as it was."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from visa_ros.data.tabletop import Tabletop
from visa_ros.errors import TrainingError
from visa_ros.geometry.relief import KNOWN, relief_of
from visa_ros.model.build import build_model
from visa_ros.model.checkpoint import load_model, save_model
from visa_ros.train.depth_side import (
    DepthLearner,
    DepthTraining,
    object_means,
    ReliefBatches,
    train_depth_side,
)
from visa_ros.train.questions import Asking
from visa_ros.train.reliefs import drawn_relief, spoiled
from visa_ros.train.segmenter import AnswerLearner, SegmenterTraining, train_segmenter


@pytest.fixture(scope='module')
def looking(small):
    """The small model's config, looking at depth."""
    return replace(small, relief=True)


@pytest.fixture
def start(tmp_path, small):
    folder = tmp_path / 'start'
    folder.mkdir()
    torch.manual_seed(0)
    save_model(build_model(small), small, folder)
    return folder


@pytest.mark.parametrize('seed', range(6))
def test_spoiled_depth_is_near_the_truth_or_unknown(clips, seed):
    depth_m = Tabletop(clips).clip(0).depth_m(0)
    found = spoiled(depth_m, np.random.default_rng(seed))
    assert found.dtype == np.float32
    both = np.isfinite(found) & np.isfinite(depth_m)
    assert both.mean() > 0.5
    assert np.abs(found[both] / depth_m[both] - 1).max() < 0.15
    assert not (np.isfinite(found) & ~np.isfinite(depth_m)).any()


def test_some_pictures_come_without_depth(clips):
    clip = Tabletop(clips).clip(0)
    rng = np.random.default_rng(0)
    known = [
        drawn_relief(clip.depth_m(0), clip.record, (48, 64), rng)[KNOWN].any() for _ in range(40)
    ]
    assert 20 < sum(known) < 40


def test_questions_come_with_the_relief_of_their_picture(make_batches):
    batch = make_batches(Asking(samples=4, questions=2)).batch(0)
    assert batch.relief.shape == (4, 6, 96, 128)
    assert torch.isfinite(batch.relief).all()
    assert batch.relief.any()


def test_a_batch_depends_on_its_number_alone(clips, looking):
    training = DepthTraining(samples=3)
    one, other = (ReliefBatches(Tabletop(clips), looking, training) for _ in range(2))
    other.batch(0)
    assert torch.equal(one.batch(2).relief, other.batch(2).relief)
    assert not torch.equal(one.batch(2).relief, one.batch(3).relief)


def test_cells_of_an_object_are_averaged_and_the_background_is_none():
    ids = torch.tensor([[0, 3, 3, 7], [0, 0, 0, 3]])
    features = torch.arange(8.0).view(2, 4, 1)
    means, where = object_means(features, ids)
    assert means.flatten().tolist() == [1.5, 3.0, 7.0]
    assert where.nonzero().tolist() == [[0, 3], [0, 7], [1, 3]]


def test_depth_that_shows_no_object_teaches_none(clips, looking):
    batch = ReliefBatches(Tabletop(clips), looking, DepthTraining(samples=2)).batch(0)
    nothing = {f.name: np.zeros_like(getattr(batch.cells, f.name)) for f in fields(batch.cells)}
    bare = replace(
        batch, ids=torch.zeros_like(batch.ids), cells=replace(batch.cells, **nothing),
        tokens=replace(batch.tokens, category=np.zeros_like(batch.tokens.category)),
    )  # fmt: skip
    losses = DepthLearner(build_model(looking), looking).losses(bare)
    assert all(torch.isfinite(loss) for loss in losses.values())
    assert losses['object kind'] == 0


def test_training_sees_what_an_answer_sees(clips, looking, make_batches):
    clip = Tabletop(clips).clip(0)
    frame = clip.frames()[0]
    found = drawn_relief(clip.depth_m(0), clip.record, (96, 128), np.random.default_rng(1))
    np.testing.assert_array_equal(found, relief_of(frame, (96, 128)))


def test_answers_are_learned_with_depth(
    clips, looking, start, schedule, read_log, tmp_path, text_folder
):
    training = SegmenterTraining(
        schedule=schedule(6), asking=Asking(samples=2, questions=3, past=0.5)
    )
    train_segmenter(
        [clips], tmp_path / 'out', start=start, text=text_folder, config=looking, training=training
    )
    encoder = load_model(tmp_path / 'out')[0].encoder
    assert encoder.relief_token.weight.abs().max() > 0
    assert encoder.relief_cell.weight.abs().max() > 0


@pytest.mark.parametrize(('past', 'relief'), [(1.0, True), (0.0, False)])
def test_pictures_with_a_past_and_models_without_depth_are_never_dark(
    small, make_batches, past, relief
):
    batch = make_batches(Asking(samples=4, questions=2, past=past)).batch(0)
    config = replace(small, relief=relief)
    assert not any(AnswerLearner(build_model(config), config)._dark(batch).any() for _ in range(9))


def test_some_single_pictures_with_depth_are_dark(small, make_batches):
    batch = make_batches(Asking(samples=8, questions=2, past=0.0)).batch(0)
    config = replace(small, relief=True)
    learner = AnswerLearner(build_model(config), config)
    dark = torch.stack([learner._dark(batch) for _ in range(40)]).float().mean(dim=0)
    with_depth = batch.relief[:, KNOWN].flatten(1).any(dim=1)
    assert with_depth.any()
    assert (dark[with_depth] > 0).all()
    assert (dark[with_depth] < 0.8).all()
    assert not dark[~with_depth].any()


def test_shapes_are_learned_and_all_else_stays(
    clips, looking, start, schedule, read_log, tmp_path
):
    training = DepthTraining(schedule=schedule(30), samples=4)
    train_depth_side([clips], tmp_path / 'out', start=start, config=looking, training=training)
    log = read_log(tmp_path / 'out')
    for name in ('object kind', 'cell kind', 'token kind'):
        assert np.mean([r[name] for r in log[-6:]]) < np.mean([r[name] for r in log[:6]]), name
    model, config = load_model(tmp_path / 'out')
    assert config.relief
    before = load_model(start)[0].state_dict()
    for name, value in before.items():
        assert torch.equal(value, model.state_dict()[name]), name


def test_a_model_that_does_not_look_at_depth_cannot_learn_it(small):
    with pytest.raises(TrainingError, match='relief'):
        DepthLearner(build_model(small), small)
