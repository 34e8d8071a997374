"""Refusing and asking back: the decision, and how its numbers are chosen."""

from dataclasses import fields
import json

import numpy as np
import pytest

from visa_ros.errors import ConfigError, DataError
from visa_ros.model.decision import (
    calibrate,
    choose_threshold,
    DecisionConfig,
    Evidence,
    Weights,
)
from visa_ros.structs import Status


def test_every_evidence_has_a_weight():
    assert [f.name for f in fields(Weights)] == [*(f.name for f in fields(Evidence)), 'odds']


def test_without_calibration_only_words_decide():
    decision = DecisionConfig()
    assert decision.chosen_on == ''
    assert decision.is_absent(Evidence(refusal=0.6))
    assert not decision.is_absent(Evidence(refusal=0.4))
    assert not decision.is_absent(Evidence())  # and poor masks alone do not
    assert decision.is_ambiguous(Evidence(asking_back=1.0))
    assert not decision.is_ambiguous(Evidence(split=1.0))


def test_weights_of_both_signs_add_up():
    decision = DecisionConfig(absent=Weights(refusal=1.0, quality=-1.0), absent_above=-0.2)
    assert decision.is_absent(Evidence(refusal=0.3, quality=0.4))
    assert not decision.is_absent(Evidence(refusal=0.3, quality=0.6))


def test_log_odds_tell_sure_from_nearly_sure():
    decision = DecisionConfig(absent=Weights(refusal=1.0, odds=True), absent_above=5.0)
    assert not decision.is_absent(Evidence(refusal=0.99))  # log 99 is 4.6
    assert decision.is_absent(Evidence(refusal=0.999))
    assert decision.is_absent(Evidence(refusal=1.0))  # and certainty is still a number
    never = DecisionConfig(absent=Weights(refusal=1.0, odds=True), absent_above=10.0)
    assert not never.is_absent(Evidence(refusal=1.0))


def test_it_survives_json():
    decision = DecisionConfig(absent=Weights(area=-3.5), ambiguous_above=0.25, chosen_on='val')
    assert DecisionConfig.from_json(json.loads(json.dumps(decision.to_json()))) == decision
    assert DecisionConfig.from_json({'absent': {'refusal': 1}}) == DecisionConfig()
    odds = DecisionConfig(absent=Weights(refusal=1.0, odds=True), absent_above=0.0)
    assert DecisionConfig.from_json(odds.to_json()) == odds


@pytest.mark.parametrize(
    'raw',
    [
        {'absent_abov': 0.1},
        {'absent': {'refusl': 1.0}},
        {'absent': 1.0},
        {'absent': {'odds': 1.0}},
        {'absent_above': '0.5'},
        {'absent_above': float('nan')},
        {'ambiguous': {'split': float('inf')}},
        {'min_mask_px': 0},
        {'chosen_on': None},
    ],
)
def test_nonsense_is_refused(raw):
    with pytest.raises(ConfigError):
        DecisionConfig.from_json(raw)


@pytest.mark.parametrize('seed', range(20))
@pytest.mark.parametrize('allowed', [0.0, 0.1, 0.5, 1.0])
def test_a_threshold_keeps_its_promise(seed, allowed):
    rng = np.random.default_rng(seed)
    positive = rng.random(60) < 0.4
    scores = np.round(rng.normal(size=60) + positive, rng.integers(0, 4))  # with ties
    above = choose_threshold(scores, positive, max_false=allowed)
    false = np.mean(scores[~positive] > above)
    caught = np.sum(scores[positive] > above)
    assert false <= allowed
    for other in np.concatenate((scores, scores - 1e-6)):
        if np.mean(scores[~positive] > other) <= allowed:
            assert np.sum(scores[positive] > other) <= caught
            if np.sum(scores[positive] > other) == caught:
                assert np.mean(scores[~positive] > other) >= false


def test_a_threshold_that_can_only_harm_is_never_passed():
    scores, positive = np.array([0.9, 0.8, 0.1, 0.2]), np.array([False, False, True, True])
    assert not (scores > choose_threshold(scores, positive, max_false=0.0)).any()


def sample(rng, truth):
    """Refusals are said in half of the absent cases; masks of absent things are less certain."""
    absent = truth is Status.ABSENT
    return Evidence(
        refusal=float(rng.beta(4, 2) if absent and rng.random() < 0.5 else rng.beta(1, 6)),
        asking_back=float(rng.beta(5, 2) if truth is Status.AMBIGUOUS else rng.beta(1, 8)),
        presence=float(rng.random()),
        quality=float(np.clip(rng.normal(0.4 if absent else 0.7, 0.12), 0, 1)),
        certainty=float(np.clip(rng.normal(0.5 if absent else 0.8, 0.15), 0, 1)),
        area=0.1,
        split=float(rng.random() / 4),
    )


def samples(seed, count=400):
    rng = np.random.default_rng(seed)
    kinds = (Status.FOUND, Status.FOUND, Status.ABSENT, Status.AMBIGUOUS)
    truths = [kinds[k] for k in rng.integers(0, 4, count)]
    return [sample(rng, truth) for truth in truths], truths


def rates(decision, evidence, truths):
    """Shares of right and of false refusals, of right and of false asking back."""
    absent = np.array([truth is Status.ABSENT for truth in truths])
    ambiguous = np.array([truth is Status.AMBIGUOUS for truth in truths])
    refused = np.array([decision.is_absent(one) for one in evidence])
    asked = np.array([decision.is_ambiguous(one) for one in evidence])
    return (
        refused[absent].mean(),
        refused[~absent].mean(),
        asked[ambiguous].mean(),
        asked[~absent & ~ambiguous].mean(),
    )


@pytest.mark.parametrize('allowed', [0.02, 0.1, 0.3])
def test_calibration_bounds_false_refusals_and_uses_all_evidence(allowed):
    evidence, truths = samples(0)
    decision = calibrate(
        evidence,
        truths,
        chosen_on='400 made-up questions',
        max_false_refusals=allowed,
        max_false_doubts=allowed,
    )
    right, false, asked, doubted = rates(decision, evidence, truths)
    assert false <= allowed
    assert doubted <= allowed
    assert asked > 0.5
    words_only = calibrate(
        evidence, truths, chosen_on='x', absent_from=('refusal',), max_false_refusals=allowed
    )
    assert right > rates(words_only, evidence, truths)[0]
    assert decision.chosen_on == '400 made-up questions'


def test_log_odds_get_more_right_where_probabilities_are_near_0_and_1():
    rng = np.random.default_rng(0)
    truths = [Status.FOUND, Status.FOUND, Status.FOUND, Status.ABSENT] * 150

    def likely(truth):
        centre = -1.5 if truth is Status.ABSENT else -5.0
        return float(1 / (1 + np.exp(-rng.normal(centre, 3.0))))

    evidence = [Evidence(refusal=likely(t), presence=1 - likely(t)) for t in truths]
    plain, odds = (
        calibrate(evidence, truths, chosen_on='x', max_false_refusals=0.05, odds=flag)
        for flag in (False, True)
    )
    absent = np.array([truth is Status.ABSENT for truth in truths])
    refused = np.array([[d.is_absent(e) for e in evidence] for d in (plain, odds)])
    assert (refused[:, ~absent].mean(axis=1) <= 0.05).all()
    assert refused[1, absent].mean() > refused[0, absent].mean() + 0.05


def test_absence_alone_goes_by_log_odds():
    decision = calibrate(*samples(0), chosen_on='x', odds=True)
    assert decision.absent.odds
    assert not decision.ambiguous.odds
    assert decision.ambiguous.asking_back > 0


def test_a_second_look_counts_before_the_threshold_is_chosen():
    evidence, truths = samples(0)
    rng = np.random.default_rng(7)
    again = [sample(rng, truth) for truth in truths]
    decision = calibrate(
        evidence, truths, chosen_on='x', max_false_refusals=0.1, second_look=again
    )
    refused = [
        decision.is_absent(one) and decision.is_absent(two)
        for one, two in zip(evidence, again, strict=True)
    ]
    wrong = [r for r, truth in zip(refused, truths, strict=True) if truth != Status.ABSENT]
    assert np.mean(wrong) <= 0.1
    once = calibrate(evidence, truths, chosen_on='x', max_false_refusals=0.1)
    assert decision.absent == once.absent
    assert decision.absent_above < once.absent_above
    with pytest.raises(DataError, match='second look'):
        calibrate(evidence, truths, chosen_on='x', second_look=again[:3])


def test_calibration_holds_on_other_questions():
    decision = calibrate(*samples(1), chosen_on='x', max_false_refusals=0.1)
    right, false, _, _ = rates(decision, *samples(2))
    assert false < 0.16
    assert right > 0.6


def test_one_piece_of_evidence_keeps_its_scale():
    evidence, truths = samples(3)
    decision = calibrate(
        evidence, truths, chosen_on='x', absent_from=('refusal',), ambiguous_from=('asking_back',)
    )
    assert decision.absent == Weights(refusal=1.0)
    assert 0 < decision.absent_above < 1
    assert decision.ambiguous == Weights(asking_back=1.0)


def test_useless_evidence_refuses_nothing():
    truths = [Status.FOUND, Status.ABSENT] * 10
    decision = calibrate([Evidence(area=0.5)] * 20, truths, chosen_on='x')
    assert not decision.is_absent(Evidence(area=0.5))


def test_without_ambiguous_questions_that_part_stays():
    evidence, truths = samples(4)
    kept = [k for k, truth in enumerate(truths) if truth is not Status.AMBIGUOUS]
    decision = calibrate([evidence[k] for k in kept], [truths[k] for k in kept], chosen_on='x')
    assert decision.ambiguous == DecisionConfig().ambiguous
    assert decision.ambiguous_above == DecisionConfig().ambiguous_above


def test_calibration_needs_questions_of_both_kinds_and_their_origin():
    evidence = [Evidence(refusal=0.1), Evidence(refusal=0.9)]
    found, both = [Status.FOUND] * 2, [Status.FOUND, Status.ABSENT]
    for truths in (found, [Status.ABSENT] * 2, both[:1]):
        with pytest.raises(DataError):
            calibrate(evidence, truths, chosen_on='x')
    with pytest.raises(DataError, match='finite'):
        calibrate([Evidence(refusal=float('nan')), evidence[1]], both, chosen_on='x')
    with pytest.raises(ConfigError, match='chosen_on'):
        calibrate(evidence, both, chosen_on='')
    with pytest.raises(ConfigError, match='refusl'):
        calibrate(evidence, both, chosen_on='x', absent_from=('refusl',))
