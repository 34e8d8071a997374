from dataclasses import asdict

import pytest

from visa_ros.config import from_mapping, PipelineConfig, SamplingConfig, WindowConfig
from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.paths import model_dir


def test_mapping_round_trip():
    config = PipelineConfig(window=WindowConfig(span_s=2.5), max_tracked=3, clouds=False)
    assert from_mapping(PipelineConfig, asdict(config)) == config
    assert from_mapping(PipelineConfig, {}) == PipelineConfig()


def test_whole_numbers_are_numbers():
    window = from_mapping(WindowConfig, {'span_s': 3})
    assert (window.span_s, type(window.span_s)) == (3.0, float)


@pytest.mark.parametrize(
    ('raw', 'text'),
    [
        ({'windw': {}}, 'windw'),
        ({'window': {'span': 1.0}}, 'span'),
        ({'window': 4.0}, 'WindowConfig'),
        ({'window': {'span_s': '4'}}, 'span_s: want float'),
        ({'max_tracked': True}, 'max_tracked: want int'),
        ({'max_tracked': 2.0}, 'max_tracked: want int'),
        ({'clouds': 1}, 'clouds: want bool'),
        ({'max_tracked': 0}, '>= 1'),
        ({'window': {'rate_hz': 0.0}}, '> 0'),
        ({'window': {'span_s': float('nan')}}, '> 0'),
        ({'sampling': {'target': 'best'}}, 'best'),
        ({'sampling': {'references': -1}}, '>= 0'),
        ({'sampling': {'seed': -1}}, '>= 0'),
        ({'sampling': {'scheme': 'random'}}, "'strided'"),
        ({'sampling': {'aggregate': 'sum'}}, "'median'"),
        ({'sampling': {'asker': 'somebody'}}, 'recorded:FILE'),
        ({'sampling': {'asker': 'recorded:'}}, 'recorded:FILE'),
        ({'sampling': {'target': 'text_guided'}}, 'needs sampling.asker'),
        ({'catch_up': {'frames': -1}}, '>= 0'),
        ({'catch_up': {'within_s': float('inf')}}, '>= 0'),
        ({'presence': {'low_score': 0.9}}, 'low_score <= good_score'),
        ({'presence': {'lost_after_s': 0.1}}, 'occluded_after_s <= lost_after_s'),
        ({'presence': {'visible_after_s': -0.1}}, '>= 0'),
        ({'presence': {'forget_after_s': -1.0}}, 'forget_after_s'),
        ({'reground': {'when': 'often'}}, "'on_loss'"),
        ({'reground': {'likeness': 0.0}}, 'likeness'),
        ([], 'names and values'),
    ],
    ids=str,
)
def test_mistakes_are_named(raw, text):
    with pytest.raises(ConfigError, match=text):
        from_mapping(PipelineConfig, raw)


def test_what_takes_a_sampler():
    assert not any(SamplingConfig(target=t).needs_sampler for t in ('latest', 'middle', 'first'))
    assert SamplingConfig(target='uniform').needs_sampler
    assert SamplingConfig(target='text_guided', asker='video_llm:x').needs_sampler
    assert SamplingConfig(scheme='strided').needs_sampler


def test_configs_are_values():
    assert hash(SamplingConfig()) == hash(SamplingConfig(target='latest'))


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A place that has one model, installed the way colcon does it."""
    folder = tmp_path / 'ws' / 'share' / 'visa_ros' / 'models' / 'tiny'
    folder.mkdir(parents=True)
    (folder / 'config.json').write_text('{}')
    monkeypatch.setenv('AMENT_PREFIX_PATH', f'/nowhere:{tmp_path / "ws"}')
    return folder


def test_model_by_name_and_by_path(home, monkeypatch):
    assert model_dir('tiny') == home
    assert model_dir(home) == home
    assert model_dir(str(home)) == home
    monkeypatch.chdir(home.parent)
    assert model_dir('./tiny').resolve() == home


def test_missing_model_says_where_it_was_looked_for(home, monkeypatch):
    monkeypatch.setattr('sys.prefix', '/opt/python')
    with pytest.raises(CheckpointError, match='/opt/python/share/visa_ros/models/huge'):
        model_dir('huge')
    with pytest.raises(CheckpointError, match=r'config\.json'):
        model_dir(home.parent)
