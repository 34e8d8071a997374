"""The import rules of docs/architecture.md, as a test."""

import ast
from functools import cache
from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / 'visa_ros'
FILES = sorted(SOURCE.rglob('*.py'))

ROS = {'rclpy', 'cv_bridge', 'message_filters', 'tf2_ros', 'rosidl_runtime_py', 'launch_ros'}
TORCH = {'torch', 'torchvision', 'transformers', 'safetensors'}

CORE = {'errors', 'structs'}
PIPELINE = CORE | {
    *('config', 'paths', 'geometry', 'video', 'live', 'answers', 'pipeline'),
    *('follow', 'choosing', 'stopwatch', 'warmup'),
}

# What the modules of each part may import, apart from their own part.
MAY_IMPORT = {
    '__init__': set(),
    'errors': set(),
    'structs': {'errors'},
    'config': {'errors'},
    'paths': {'errors'},
    'worker': {'errors'},
    'nn': {'errors'},
    'geometry': CORE,
    'video': CORE,
    'model': CORE | {'nn', 'geometry'},
    'tracking': CORE | {'nn'},
    'backends': CORE | {'nn'},
    'sampling': CORE | {'video', 'nn'},
    'sim': CORE | {'geometry', 'video'},
    'live': CORE,
    'answers': CORE | {'live'},
    'follow': CORE | {'config', 'geometry', 'live'},
    'choosing': CORE | {'config', 'video'},
    'stopwatch': set(),
    'warmup': CORE,
    'pipeline': PIPELINE,
    'data': CORE | {'video', 'sim.record', 'sim.expressions'},
    'train': CORE | {'nn', 'geometry', 'model', 'tracking', 'data', 'sim'},
    'api': PIPELINE | {'model', 'tracking', 'backends', 'sampling'},
    'eval': PIPELINE | {'data', 'sim'},
    'demo': PIPELINE | {'sim', 'eval'},
    'ros': PIPELINE | {'api', 'worker', 'sim', 'msg', 'srv', 'demo'},
    'cli': PIPELINE
    | {'api', 'backends', 'data', 'demo', 'eval', 'model', 'ros', 'sim', 'tracking', 'train'},
}
WITH_TORCH = {'nn', 'model', 'tracking', 'backends', 'sampling', 'train', 'data', 'cli', 'eval'}
WITHOUT_TORCH = set(MAY_IMPORT) - WITH_TORCH
WITHOUT_MUJOCO = ('sim.record', 'sim.knowledge', 'sim.expressions', 'sim.questions')

FILE_LINES = 300
FUNCTION_LINES = 40


def module_of(path):
    """Dotted name below visa_ros: 'video.reader'; 'video' for its __init__."""
    parts = path.relative_to(SOURCE).with_suffix('').parts
    return '.'.join(parts[:-1] if parts[-1] == '__init__' and len(parts) > 1 else parts)


@cache
def tree_of(path):
    return ast.parse(path.read_text(encoding='utf-8'))


@cache
def imports_of(path):
    """All modules a file names in its imports, those inside of functions too."""
    names = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f'{path}: write the import with its full name'
            inner = [f'visa_ros.{alias.name}' for alias in node.names]
            names += inner if node.module == 'visa_ros' else [node.module]
    return names


def is_ros(name):
    return name in ROS or name.endswith(('_msgs', '_srvs', '_interfaces'))


def allowed(module, targets):
    """Whether the module, or a part it belongs to, is among the targets."""
    parts = module.split('.')
    return any('.'.join(parts[: k + 1]) in targets for k in range(len(parts)))


@pytest.mark.parametrize('path', FILES, ids=module_of)
def test_imports_point_inwards(path):
    part = module_of(path).split('.')[0]
    names = [name for name in imports_of(path) if name != 'visa_ros.__version__']
    ours = {name.removeprefix('visa_ros.') for name in names if name.startswith('visa_ros.')}
    wrong = {name for name in ours if not allowed(name, MAY_IMPORT[part] | {part})}
    assert not wrong, f'{part} must not import {sorted(wrong)}'


@pytest.mark.parametrize('path', FILES, ids=module_of)
def test_heavy_packages_stay_where_they_belong(path):
    module = module_of(path)
    part = module.split('.')[0]
    theirs = {name.split('.')[0] for name in imports_of(path)}
    assert part == 'ros' or not any(is_ros(name) for name in theirs)
    assert part not in WITHOUT_TORCH or not theirs & TORCH
    assert part != 'data' or module == 'data.collate' or not theirs & TORCH
    assert part != 'sampling' or module == 'sampling.video_llm' or not theirs & TORCH
    assert part == 'sim' or 'mujoco' not in theirs
    assert 'open3d' not in theirs or part == 'geometry'


def test_nothing_imports_the_outermost_parts():
    for path in FILES:
        part = module_of(path).split('.')[0]
        for name in imports_of(path):
            outermost = name.startswith(('visa_ros.ros.', 'visa_ros.cli.'))
            assert not outermost or part in {'ros', 'cli'}, f'{path} imports {name}'


def loaded_by(*modules):
    """Packages that are loaded once these modules are imported, in a fresh process."""
    code = (
        f'import sys, {", ".join(modules)}; print(*sorted(m.split(".")[0] for m in sys.modules))'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_core_loads_nothing_heavy():
    loaded = loaded_by(
        'visa_ros',
        'visa_ros.structs',
        'visa_ros.geometry.camera',
        'visa_ros.geometry.clouds',
        'visa_ros.video.buffer',
        'visa_ros.video.pairing',
        'visa_ros.video.encodings',
        'visa_ros.video.reader',
        'visa_ros.pipeline',
        'visa_ros.api',
    )
    assert not loaded & (TORCH | ROS | {'cv2', 'open3d', 'mujoco', 'PIL', 'rosbags'})


def test_the_command_line_is_light_until_a_command_runs():
    loaded = loaded_by('visa_ros.cli.main', *(f'visa_ros.cli.{p.stem}' for p in cli_files()))
    assert not loaded & (TORCH | ROS | {'cv2', 'open3d', 'mujoco', 'PIL', 'rosbags'})


def cli_files():
    return [path for path in (SOURCE / 'cli').glob('*.py') if path.stem != '__init__']


def test_records_are_read_without_the_simulator():
    modules = [name for name in WITHOUT_MUJOCO if is_module(name)]
    assert not loaded_by(*(f'visa_ros.{name}' for name in modules)) & ({'mujoco'} | TORCH)


def is_module(name):
    path = SOURCE.joinpath(*name.split('.'))
    return path.with_suffix('.py').is_file() or path.is_dir()


@pytest.mark.parametrize('path', FILES, ids=module_of)
def test_files_and_functions_stay_small(path):
    lines = len(path.read_text(encoding='utf-8').splitlines())
    assert lines <= FILE_LINES, f'{lines} lines: give a part of it a file of its own'
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            assert lines <= FUNCTION_LINES, f'{node.name}: {lines} lines'


@pytest.mark.parametrize('path', FILES, ids=module_of)
def test_every_file_says_what_it_is(path):
    assert ast.get_docstring(tree_of(path))
