"""Learning what words mean, in small: shared questions, fits by the mean guess, a falling loss."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from visa_ros.model.build import build_model
from visa_ros.model.checkpoint import load_model, save_model
from visa_ros.sim.expressions import ABSENT, make_expressions
from visa_ros.sim.sights import look_at
from visa_ros.sim.world import survey_clip, World, WorldConfig
from visa_ros.train.areas import Areas, normalised
from visa_ros.train.language import _upsampling, LanguageTraining, mean_guess, train_language
from visa_ros.train.lending import borrowed
from visa_ros.train.questions import Asking
from visa_ros.train.wordings import more_words


@pytest.fixture(scope='module')
def records():
    scenes = []
    for seed in range(6):
        with World(seed, WorldConfig(width=320, height=240)) as world:
            scenes.append(survey_clip(world, frames=2, rate_hz=1.0))
    return scenes


def ask(record, seed):
    rng = np.random.default_rng(seed)
    return make_expressions(record, 1, rng, count=30, more=more_words())


def test_kinds_that_decide_give_the_answer(records):
    decided = 0
    for seed, record in enumerate(records):
        seen = look_at(record, 1).seen
        for expression in ask(record, seed):
            kinds = expression.kinds
            if kinds is None or not kinds.decide:
                continue
            decided += 1
            fitting = {s.info.instance_id for s in seen if s.category in kinds.sought}
            assert set(expression.targets) == fitting, expression
            assert not kinds.sought & kinds.unsure
    assert decided > 40


def test_a_borrowed_question_is_answered_for_the_other_scene(records):
    rng = np.random.default_rng(0)
    own, others = ask(records[0], 0)[:3], ask(records[1], 1) + ask(records[2], 2)
    look = look_at(records[0], 1)
    lent = borrowed(look, own, others, rng, count=10)
    assert 3 < len(lent) <= 10
    assert sum(e.type == ABSENT for e in lent) <= 4
    texts = {e.text: e for e in others}
    kind_of = {s.info.instance_id: s.category for s in look.seen}
    for expression in lent:
        assert expression.text in texts
        assert (expression.type == ABSENT) == (not expression.targets)
        assert {kind_of[i] for i in expression.targets} <= expression.kinds.sought


def test_borrowed_questions_come_without_a_new_text(make_batches):
    asking = Asking(samples=2, questions=6, borrowed=4, spoken=0.0)
    batch = make_batches(asking).batch(0)
    assert batch.answer.shape[2] == 2
    assert batch.kinds.shape == (2, 10, 2, 30)
    assert sum(map(len, batch.fits)) > 2 * 6


def test_the_past_may_stay_away_while_its_changes_come(make_batches):
    batches = make_batches(Asking(samples=1, questions=2, references=False))
    shown = [batches.batch(k) for k in range(8)]
    assert all(batch.references.shape[1] == 0 for batch in shown)
    assert any(batch.change.abs().max() > 0 for batch in shown)


def test_mean_guess_is_the_mean_of_the_guess(small):
    torch.manual_seed(0)
    model = build_model(small)
    head, encoder = model.mask_head, model.encoder
    (h, w), (rows, columns) = encoder.embedding_hw, encoder.token_hw
    embedding = torch.randn(2, small.mask_dim, h, w)
    visual = torch.randn(2, rows * columns, small.hidden)
    prompts = torch.randn(2, 3, small.hidden)
    things = [(torch.rand(4, 4 * h, 4 * w) > 0.8).float() for _ in range(2)]
    shares = Areas.of(things).shares[:, :-1]
    spread = shares @ _upsampling(encoder.token_hw, encoder.embedding_hw)
    torch.testing.assert_close(spread, normalised(spread))
    found = mean_guess(head, embedding, visual, prompts, shares, spread)
    for k in range(2):
        guess = head.guess(embedding[k], visual[k], encoder.token_hw, prompts[k])
        areas = functional.avg_pool2d(things[k][:-1], 4)
        wanted = torch.einsum('qhw,mhw->qm', guess, areas) / areas.sum(dim=(1, 2))
        torch.testing.assert_close(found[k], wanted, atol=1e-5, rtol=1e-5)


def test_words_are_learned_and_the_image_side_stays(
    clips, small, text_folder, schedule, read_log, tmp_path
):
    torch.manual_seed(0)
    start = tmp_path / 'start'
    start.mkdir()
    save_model(build_model(small), small, start)
    asking = replace(LanguageTraining().asking, samples=2, questions=6, borrowed=4, past=0.0)
    training = LanguageTraining(schedule=schedule(40), tokens=24, asking=asking)
    out, again = tmp_path / 'out', tmp_path / 'again'

    def learn(folder, *, start, training):
        train_language(
            [clips], folder, start=start, text=text_folder, config=small, training=training
        )
        return read_log(folder)

    first = learn(out, start=start, training=training)[:8]
    # The same seed asks the same questions: batches differ more than so few steps teach.
    hardly = replace(training, schedule=schedule(8, rate=1e-6))
    later = learn(again, start=out, training=hardly)
    for name in ('match', 'kinds', 'word'):
        assert np.mean([r[name] for r in later]) < np.mean([r[name] for r in first]), name
    before, after = load_model(start)[0], load_model(out)[0]
    for name, value in before.encoder.state_dict().items():
        assert torch.equal(value, after.encoder.state_dict()[name]), name
