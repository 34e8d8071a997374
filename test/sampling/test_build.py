from dataclasses import asdict
import json
import subprocess
import sys

from fakes import clip
import numpy as np
import pytest
from sampling import tiny_llava

from visa_ros.config import AGGREGATES, SamplingConfig, SCHEMES, TARGETS
from visa_ros.errors import CheckpointError, ConfigError, DataError
from visa_ros.sampling import sampler
from visa_ros.sampling.build import sampler_from
from visa_ros.sampling.percent import RULES
from visa_ros.video import sampling

DEFAULTS = {
    'target': 'text_guided',
    'references': 3,
    'scheme': 'local',
    'aggregate': 'mode',
    'asker': '',
    'seed': 0,
}


class ScoringModel:
    """A segmenter that thinks of the 70% mark."""

    def __init__(self):
        self.pictures = []

    def likelihoods(self, pictures, question, answers):
        self.pictures.append(len(pictures))
        return np.array([-abs(float(answer.rstrip('%')) - 70) for answer in answers])


def test_the_model_itself_is_asked_about_as_many_frames_as_it_can_read():
    model = ScoringModel()
    sampler = sampler_from(**DEFAULTS | {'asker': 'own'}, segmenter=model)
    assert sampler.choose(clip(20), 'the mug').target == 14
    assert model.pictures == [12]


def test_recorded_answers(tmp_path):
    path = tmp_path / 'answers.json'
    path.write_text(json.dumps({'any video/the mug': ['the 20% mark']}))
    sampler = sampler_from(**DEFAULTS | {'asker': f'recorded:{path}'})
    assert sampler.choose(clip(10), 'the mug').target == 2
    with pytest.raises(DataError, match='the cup'):
        sampler.choose(clip(10), 'the cup')


def test_a_video_llm(tmp_path):
    folder = tiny_llava.save(tmp_path)
    sampler = sampler_from(**DEFAULTS | {'asker': f'video_llm:{folder}'}, device='cpu')
    assert 0 <= sampler.choose(clip(10), 'the mug').target < 10


def test_nobody_is_loaded_that_is_not_asked():
    for asker in ('own', 'recorded:no/such.json', 'video_llm:no/such'):
        sampler = sampler_from(**DEFAULTS | {'target': 'latest', 'asker': asker})
        assert sampler.choose(clip(5), 'the mug').target == 4


def test_the_settings_name_what_there_is():
    assert set(TARGETS) == set(sampler.TARGETS)
    assert set(SCHEMES) == set(sampling.SCHEMES)
    assert set(AGGREGATES) == set(RULES)
    choice = sampler_from(**asdict(SamplingConfig())).choose(clip(9), 'a')
    assert choice.references == (0, 2, 3, 5, 6)


@pytest.mark.parametrize(
    ('settings', 'error', 'says'),
    [
        ({'asker': ''}, ConfigError, 'percentage question'),
        ({'asker': 'own'}, ConfigError, 'cannot say how likely'),
        ({'asker': 'me', 'target': 'latest'}, ConfigError, "asker 'me'"),
        ({'asker': 'recorded:'}, ConfigError, "'recorded:FILE'"),
        ({'asker': 'own:x'}, ConfigError, "asker 'own:x'"),
        ({'asker': 'recorded:no/such.json'}, DataError, 'cannot be read'),
        ({'asker': 'video_llm:/no/such'}, CheckpointError, 'no folder'),
        ({'target': 'best'}, ConfigError, 'text_guided'),
        ({'target': 'first', 'scheme': 'best'}, ConfigError, 'global_local'),
    ],
)
def test_wrong_settings(settings, error, says):
    with pytest.raises(error, match=says):
        sampler_from(**DEFAULTS | settings)


def test_no_torch_without_a_video_llm():
    modules = ('build', 'own_model', 'percent', 'recorded', 'sampler')
    names = ', '.join(f'visa_ros.sampling.{module}' for module in modules)
    code = f'import sys, {names}; print({{"torch", "transformers", "PIL"}} & set(sys.modules))'
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == 'set()'
