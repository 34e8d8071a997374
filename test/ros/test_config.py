"""The files of config/ and launch/ fit the nodes."""

from __future__ import annotations

import ast
from pathlib import Path
import py_compile

import pytest
import yaml

from visa_ros.config import PipelineConfig
from visa_ros.errors import ConfigError
from visa_ros.ros.camera_params import CameraConfig
from visa_ros.ros.params import declare, descriptions, InputConfig, NodeConfig, QueryConfig
from visa_ros.ros.qos import NodeQos, PublisherQos, SubscriptionQos
from visa_ros.sim.worldconfig import WorldConfig

ROOT = Path(__file__).parents[2]


class Recorder:
    """Takes declarations as a node does, with the values of its overrides."""

    def __init__(self, overrides=None):
        self.overrides = overrides or {}
        self.values = {}
        self.descriptors = {}

    def declare_parameter(self, name, value, descriptor):
        self.values[name] = value
        self.descriptors[name] = descriptor
        self.value = self.overrides.get(name, value)
        return self


def declared(*configs):
    recorder = Recorder()
    for config in configs:
        assert declare(recorder, config) == config
    return recorder


def flat(mapping, prefix=''):
    for name, value in mapping.items():
        if isinstance(value, dict):
            yield from flat(value, f'{prefix}{name}.')
        else:
            yield prefix + name, value


NODES = {
    'node.yaml': lambda: (NodeConfig(), PipelineConfig()),
    'camera.yaml': lambda: (CameraConfig(), WorldConfig()),
}


@pytest.mark.parametrize('file', NODES)
def test_the_file_names_every_parameter_with_its_default(file):
    raw = yaml.safe_load((ROOT / 'config' / file).read_text())
    in_file = dict(flat(raw['/**']['ros__parameters']))
    in_node = declared(*NODES[file]()).values
    assert in_file == in_node
    assert {n: type(v) for n, v in in_file.items()} == {n: type(v) for n, v in in_node.items()}


@pytest.mark.parametrize('file', NODES)
def test_every_parameter_is_described_and_documented(file):
    recorder = declared(*NODES[file]())
    interfaces = (ROOT / 'docs' / 'interfaces.md').read_text()
    for name, descriptor in recorder.descriptors.items():
        assert descriptor.description, name
        assert descriptor.read_only
        if not name.startswith('qos.'):
            assert f'| `{name}` |' in interfaces


def test_overrides_reach_the_config():
    recorder = Recorder({'query.timeout_s': 7.5, 'qos.image.depth': 9})
    config = declare(recorder, NodeConfig())
    assert config.query == QueryConfig(timeout_s=7.5)
    assert config.qos.image == SubscriptionQos(depth=9)
    assert config.qos.depth == NodeQos().depth


def test_descriptions_are_the_rows_of_the_docstring():
    class Sizes:
        """
        Sizes of things.

        width, height  px of the image,
                       at least one
        depth          how deep

        Not a row: this is text.
        """

    rows = descriptions(Sizes)
    assert rows == {
        'width': 'px of the image, at least one',
        'height': 'px of the image, at least one',
        'depth': 'how deep',
    }


@pytest.mark.parametrize(
    'make',
    [
        lambda: QueryConfig(timeout_s=0.0),
        lambda: QueryConfig(max_waiting=-1),
        lambda: InputConfig(stale_after_s=-1.0),
        lambda: SubscriptionQos(reliability='perfect'),
        lambda: SubscriptionQos(depth=0),
        lambda: PublisherQos(durability='auto'),
        lambda: CameraConfig(rate_hz=0.0),
        lambda: CameraConfig(at_end='explode'),
        lambda: CameraConfig(depth_encoding='8UC1'),
    ],
)
def test_senseless_values_are_errors(make):
    with pytest.raises(ConfigError):
        make()


@pytest.mark.parametrize('file', sorted((ROOT / 'launch').glob('*.py')), ids=lambda p: p.name)
def test_launch_files_compile_and_name_files_that_exist(file, tmp_path):
    py_compile.compile(str(file), cfile=str(tmp_path / 'compiled'), doraise=True)
    texts = [n.value for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Constant)]
    named = [t for t in texts if isinstance(t, str) and t.endswith(('.yaml', '.rviz', '.py'))]
    known = {p.name for folder in ('config', 'launch') for p in (ROOT / folder).iterdir()}
    assert named
    assert {t for t in named if ' ' not in t} <= known


def test_the_view_shows_topics_of_the_node():
    view = yaml.safe_load((ROOT / 'config' / 'visa.rviz').read_text())
    displays = view['Visualization Manager']['Displays']
    topics = {d['Topic']['Value'] for d in displays if 'Topic' in d}
    assert topics == {f'visa_node/{name}' for name in ('overlay', 'cloud', 'markers')}
