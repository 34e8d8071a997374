"""The files that build and install this package agree with each other and with what is here."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

import visa_ros

ROOT = Path(__file__).resolve().parent.parent
TF_MESSAGE_HASH = 'RIHS01_e369d0f05a23ae52508854b66f6aa0437f3449d652e8cbf22d5abe85d020f087'
DISTRIBUTION = {
    'PIL': 'pillow',
    'cv2': 'opencv-python-headless',
    'open3d': 'open3d-cpu',
    'rclpy': 'ros-rclpy',
    'yaml': 'pyyaml',
}
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^;\s]+)(?:; python_version == '([\d.]+)')?$")


def text(path):
    return (ROOT / path).read_text(encoding='utf-8')


def pins(path):
    """Name -> versions; comments left out."""
    found = {}
    for line in text(path).splitlines():
        if not line.startswith('#'):
            name, version, _ = PIN.match(line).groups()
            found.setdefault(name, set()).add(version)
    return found


def build_module():
    spec = importlib.util.spec_from_file_location('visa_ros_setup', ROOT / 'setup.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_one_version():
    package = ElementTree.fromstring(text('package.xml'))
    in_project = re.search(r'^version = "(.+)"$', text('pyproject.toml'), re.MULTILINE)
    assert package.findtext('version') == in_project[1] == visa_ros.__version__


def test_lock_is_complete_and_free_of_cuda():
    lock = pins('requirements/lock.txt')
    assert lock['torch'] == {'2.13.0'}
    assert not [name for name in lock if name.startswith(('nvidia', 'cuda', 'triton'))]
    for line in text('requirements/build.txt').splitlines():
        if '==' in line:
            name, version = line.split('==')
            assert lock[name] == {version}


@pytest.mark.parametrize('extra', ['dependencies', 'ros', 'sim', 'bags', 'clouds', 'train', 'dev'])
def test_lock_fits_the_project(extra):
    requirements = pytest.importorskip('packaging.requirements')
    lock = pins('requirements/lock.txt')
    block = re.search(rf'^{extra} = \[(.*?)\]$', text('pyproject.toml'), re.MULTILINE | re.DOTALL)
    # The inner brackets of an extra of a requirement end the lazy match of a one-line list.
    block = block or re.search(rf'^{extra} = \[(.*)\]$', text('pyproject.toml'), re.MULTILINE)
    wanted = [
        requirements.Requirement(line)
        for line in re.findall(r'"([^"]+)"', re.sub(r'#.*', '', block[1]))
    ]
    assert wanted
    for requirement in wanted:
        for version in lock[requirement.name.lower()]:
            assert requirement.specifier.contains(version), f'{requirement}: lock has {version}'


def imported_by(path):
    """Top-level names of all imports of a file, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split('.')[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.split('.')[0]


def test_what_is_imported_is_declared():
    declared = set(
        re.findall(r'^ +"([A-Za-z0-9_-]+)[^"]*",$', text('pyproject.toml'), re.MULTILINE)
    )
    declared |= set(re.findall(r'= \["([A-Za-z0-9_-]+)', text('pyproject.toml')))
    used = {name for path in (ROOT / 'visa_ros').rglob('*.py') for name in imported_by(path)}
    ours = {'visa_ros', 'tf2_msgs', *(n for n in used if n.endswith(('_msgs', '_interfaces')))}
    for name in used - ours - set(sys.stdlib_module_names):
        assert DISTRIBUTION.get(name, name.replace('_', '-')) in declared, name


def test_cmake_finds_only_what_the_package_depends_on():
    package = ElementTree.fromstring(text('package.xml'))
    declared = {e.text for e in package if e.tag.endswith('depend')}
    found = set(re.findall(r'find_package\((\w+)', text('CMakeLists.txt')))
    assert found <= declared


@pytest.mark.parametrize('kind', ['msg', 'srv'])
def test_the_built_interfaces_are_those_of_the_sources(kind):
    module = importlib.import_module(f'visa_ros.{kind}')
    for path in (ROOT / kind).glob(f'*.{kind}'):
        message = getattr(module, path.stem)
        message = getattr(message, 'Request', message)
        names = re.findall(
            r'^[\w/]+(?:\[\d*\])? +(\w+) *(?:#.*)?$',
            path.read_text().split('---')[0],
            re.MULTILINE,
        )
        assert list(message.get_fields_and_field_types()) == names


def test_tf_messages_interoperate_with_those_of_ros():
    rosbags = pytest.importorskip('rosbags.typesys')
    store = rosbags.get_typestore(rosbags.Stores.ROS2_KILTED)
    own = rosbags.get_types_from_msg(
        text('cmake/tf2_msgs/msg/TFMessage.msg'), 'own_msgs/msg/TFMessage'
    )
    assert own['own_msgs/msg/TFMessage'][1] == store.fielddefs['tf2_msgs/msg/TFMessage'][1]
    assert store.hash_rihs01('tf2_msgs/msg/TFMessage') == TF_MESSAGE_HASH


@pytest.mark.parametrize(
    ('choice', 'distro', 'expected'),
    [('on', 'jazzy', True), ('off', None, False), ('auto', 'jazzy', False)],
)
def test_where_pip_builds_the_messages(monkeypatch, choice, distro, expected):
    build = pytest.importorskip('scikit_build_core') and build_module()
    monkeypatch.setenv('VISA_ROS_MESSAGES', choice)
    monkeypatch.delenv('ROS_DISTRO', raising=False)
    if distro:
        monkeypatch.setenv('ROS_DISTRO', distro)
    assert build.with_messages() is expected
    settings = build.settings_for({'build.verbose': 'true'}, develop=True)
    assert settings['build.verbose'] == 'true'
    assert settings['cmake.define.VISA_ROS_DEVELOP'] == 'ON'
    assert ('cmake.define.CMAKE_PROJECT_visa_ros_INCLUDE' in settings) is expected


def test_an_unknown_choice_is_refused(monkeypatch):
    build = pytest.importorskip('scikit_build_core') and build_module()
    monkeypatch.setenv('VISA_ROS_MESSAGES', 'maybe')
    with pytest.raises(SystemExit, match='want on, off or auto'):
        build.with_messages()


@pytest.mark.parametrize('path', [*(ROOT / 'scripts').glob('*.sh'), ROOT / '.ci/run'], ids=str)
def test_shell_scripts_parse(path):
    subprocess.run(['bash', '-n', str(path)], check=True)


@pytest.mark.parametrize('name', ['visa_node', 'camera_node'])
def test_node_scripts_start_their_modules(name):
    path = ROOT / 'scripts' / name
    assert path.stat().st_mode & 0o111
    module = re.search(r'^from (\S+) import main$', path.read_text(), re.MULTILINE)[1]
    assert importlib.util.find_spec(module)


def test_system_packages_are_all_here():
    """The set-up installed them; the list would be empty on any machine that runs the tests."""
    command = [sys.executable, str(ROOT / 'scripts/system_packages.py')]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert found == []


def test_the_shipped_model_is_what_its_card_lists_and_small():
    folder = ROOT / 'models' / 'visa-nano'
    files = {p.relative_to(folder).as_posix(): p for p in folder.rglob('*') if p.is_file()}
    text = {
        f'text/{name}'
        for name in ('config.json', 'dictionary.json', 'model.safetensors', 'vocab.txt')
    }
    networks = {'config.json', 'visa.safetensors', 'tracker.json', 'tracker.safetensors'}
    assert set(files) == {'README.md', *networks, *text}
    total_mb = sum(path.stat().st_size for path in files.values()) / 1e6
    assert total_mb <= 60
    assert f'Together {total_mb:.1f} MB' in files['README.md'].read_text()


def test_the_shared_memory_holds_several_images():
    tree = ElementTree.fromstring(text('config/fastdds_shm.xml'))
    space = '{http://www.eprosima.com}'
    size = int(next(tree.iter(f'{space}segment_size')).text)
    assert size >= 8 * 1920 * 1080
    defined = {e.text for d in tree.iter(f'{space}transport_descriptor') for e in d[:1]}
    used = {e.text for u in tree.iter(f'{space}userTransports') for e in u}
    assert used == defined
