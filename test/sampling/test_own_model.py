from fakes import clip
import numpy as np
import pytest

from visa_ros.errors import CheckpointError
from visa_ros.sampling.own_model import OwnModelAsker
from visa_ros.sampling.percent import CHOICES, percent_question


class Scorer:
    """Holds the answer it is told to be the likeliest."""

    def __init__(self, likely):
        self.likely = likely
        self.calls = []

    def likelihoods(self, pictures, question, answers):
        self.calls.append((list(pictures), question, tuple(answers)))
        return np.asarray(self.likely, np.float64)


@pytest.mark.parametrize('best', range(11))
def test_the_likeliest_answer_wins(best):
    likely = np.linspace(-9.0, -5.0, 11)
    likely[best] = -1.0
    scorer = Scorer(likely)
    frames = clip(3)

    assert OwnModelAsker(scorer).percents(frames, 'the mug?') == [CHOICES[best]]
    assert scorer.calls == [(frames, percent_question('the mug?'), CHOICES)]


def test_of_equal_answers_the_lowest_wins():
    likely = np.full(11, -4.0)
    likely[[4, 7]] = -1.0
    assert OwnModelAsker(Scorer(likely)).percents(clip(1), 'the mug') == ['40%']


@pytest.mark.parametrize('likely', [np.full(11, np.nan), np.zeros(10), np.zeros((1, 11))])
def test_a_broken_model_is_refused(likely):
    with pytest.raises(CheckpointError, match='precision'):
        OwnModelAsker(Scorer(likely)).percents(clip(1), 'the mug')
