import json
from pathlib import Path
import subprocess
import zipfile

import cv2
import numpy as np
import pytest

from visa_ros.errors import ConfigError, DataError, MissingPackageError
from visa_ros.sim import debian
from visa_ros.sim.household import HouseholdSet, main_color, read_index, unpack_household
from visa_ros.sim.objects import MAKERS
from visa_ros.sim.sh3f import Library, parse_properties
from visa_ros.sim.shapes import Part, rounded_box
from visa_ros.sim.world import World, WorldConfig

CATALOGUE = r"""# a comment
id=Test#Models
name=Test library
license=Creative Commons Attribution 4.0
id#1=Test#coffee-mug
name#1=Caf\u00e9 mug
model#1=/models/mug.obj
width#1=8
depth#1=9
height#1=10
creator#1=Ada L.
id#2=Test#bowl
name#2=Not ours
model#2=/models/mug.obj
width#2=20
depth#2=20
height#2=10
id#3=Test#cardboard-box
name#3=Box \
  with a lid
model#3=/models/box.obj
width#3=100
depth#3=50
height#3=50
modelRotation#3=0 0 1 0 1 0 -1 0 0
id#4=Test#book
name#4=Escaping
model#4=/../../etc/passwd.obj
width#4=1
depth#4=1
height#4=1
"""
CUBE = """mtllib cube.mtl
v -1 0 -1
v 1 0 -1
v 1 0 1
v -1 0 1
v -1 3 -1
v 1 3 -1
v 1 3 1
v -1 3 1
vt 0 0
vt 1 0
vt 1 1
vt 0 1
usemtl side
f 4/1 3/2 7/3 8/4
f 3/1 2/2 6/3 7/4
f -7/1 -8/2 -4/3 -3/4
f 1/1 4/2 8/3 5/4
usemtl ends
f 1 2 3 4
f 8 7 6 5
"""
MATERIALS = """newmtl side
Kd 0.1 0.2 0.7
map_Kd wood.PNG
newmtl ends
Kd 0.9 0.05 0.05
d 0.5
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / 'libraries' / 'test.sh3f'
    path.parent.mkdir()
    picture = cv2.imencode('.png', np.full((400, 300, 3), (10, 20, 200), np.uint8))[1]
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr('PluginFurnitureCatalog.properties', CATALOGUE.encode('latin1'))
        archive.writestr('models/mug.obj', CUBE.replace('mtllib cube.mtl', 'mtllib other.mtl'))
        archive.writestr('models/box.obj', CUBE)
        archive.writestr('models/cube.mtl', MATERIALS)
        archive.writestr('models/other.mtl', MATERIALS.replace('map_Kd wood.PNG', ''))
        archive.writestr('models/Wood.png', picture.tobytes())
    return path


def test_models_of_our_categories_are_converted(library, tmp_path):
    models = unpack_household(tmp_path / 'out', library.parent)

    assert {(m.category, m.model_id) for m in models} == {
        ('mug', 'coffee-mug'),
        ('box', 'cardboard-box'),
    }
    assert read_index(tmp_path / 'out') == models
    table = (tmp_path / 'out' / 'ATTRIBUTION.md').read_text(encoding='utf-8')
    assert '| coffee-mug | Café mug | Ada L. | Creative Commons Attribution 4.0 |' in table
    assert {p.name for p in (tmp_path / 'out').iterdir()} == {
        'ATTRIBUTION.md', 'index.json', *(m.file for m in models)
    }  # fmt: skip


def test_sizes_axes_and_materials_survive(library, tmp_path):
    unpack_household(tmp_path, library.parent)
    models = HouseholdSet(tmp_path, mixed=False)
    rng = np.random.default_rng(0)
    mug, box = models.make('mug', rng), models.make('box', rng)

    low, high = mug.bounds()
    np.testing.assert_allclose((high - low) / (high - low)[0], [1, 9 / 8, 10 / 8], rtol=1e-5)
    assert low[2] == pytest.approx(0, abs=1e-7)
    # The catalogue's 1 m is overruled by a box's usual 20 cm, varied by up to 12 %.
    assert 0.17 < (box.bounds()[1] - box.bounds()[0]).max() < 0.23
    assert mug.color == 'blue'
    assert box.color == ''
    assert mug.model_id == 'household/coffee-mug'
    (textured,) = (p for p in box.parts if p.texture is not None)
    assert textured.texture.shape == (256, 192, 3)
    np.testing.assert_array_equal(textured.texture[0, 0], (200, 20, 10))
    assert [p.rgba[3] for p in box.parts] == [1.0, 0.5]


def test_faces_stay_outside_when_turned(library, tmp_path):
    with_entries = Library(library)
    for entry in with_entries.entries:
        total = 0.0
        for part in with_entries.parts(entry):
            a, b, c = part.vertices[part.faces].transpose(1, 0, 2)
            total += (np.cross(a, b) * c).sum() / 6
        assert total == pytest.approx(np.prod(entry.size_m), rel=1e-6)
    with_entries.close()


def test_paths_out_of_the_archive_are_ignored(library):
    opened = Library(library)
    assert [e.asset_id for e in opened.entries] == ['coffee-mug', 'bowl', 'cardboard-box']
    opened.close()


def test_properties():
    text = 'a=1\n# b=2\nc = x\\u00e9\\=y \nlong=one \\\n   two\nnothing'
    assert parse_properties(text) == {'a': '1', 'c': 'xé=y', 'long': 'one two'}


def test_worlds_are_made_of_the_models(library, tmp_path):
    unpack_household(tmp_path, library.parent)
    config = WorldConfig(
        width=64, height=48, events=0, assets='household', household_dir=str(tmp_path),
        objects_min=3, objects_max=3,
    )  # fmt: skip
    with World(0, config) as world:
        assert {o.category for o in world.objects} == {'mug', 'box'}
        assert all(o.model_id.startswith('household/') for o in world.objects)
        assert world.render().instances.any()


def test_a_mixed_set_has_every_category_and_both_kinds(library, tmp_path):
    unpack_household(tmp_path, library.parent)
    mixed = HouseholdSet(tmp_path, mixed=True)
    rng = np.random.default_rng(0)

    assert mixed.categories == tuple(MAKERS)
    kinds = {mixed.make('mug', rng).model_id for _ in range(20)}
    assert kinds == {'household/coffee-mug', 'procedural/mug'}
    assert mixed.make('fork', rng).model_id == 'procedural/fork'


def test_damaged_libraries_are_named(tmp_path):
    (tmp_path / 'bad.sh3f').write_bytes(b'not a zip')
    with pytest.raises(DataError, match=r'bad\.sh3f'):
        unpack_household(tmp_path / 'out', tmp_path)

    with zipfile.ZipFile(tmp_path / 'bad.sh3f', 'w') as archive:
        archive.writestr('PluginFurnitureCatalog.properties', CATALOGUE)
        archive.writestr('models/mug.obj', 'v 0 0 0\nf 1 2 3')
        archive.writestr('models/box.obj', 'v 0 zero 0')
    with pytest.raises(DataError, match='damaged'):
        unpack_household(tmp_path / 'out', tmp_path)


def test_nothing_to_convert_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r'no \.sh3f'):
        unpack_household(tmp_path / 'out', tmp_path)
    with pytest.raises(DataError, match='missing'):
        unpack_household(tmp_path / 'out', tmp_path / 'missing.deb')


def test_a_failing_apt_says_what_to_do(tmp_path, monkeypatch):
    def fail(command, **_):
        raise subprocess.CalledProcessError(100, command, stderr='Unable to locate package')

    monkeypatch.setattr(debian.subprocess, 'run', fail)
    with pytest.raises(MissingPackageError, match='apt-get update'):
        unpack_household(tmp_path / 'out')

    def absent(command, **_):
        raise FileNotFoundError(command[0])

    monkeypatch.setattr(debian.subprocess, 'run', absent)
    with pytest.raises(MissingPackageError, match='apt-get is needed'):
        unpack_household(tmp_path / 'out')


def test_folders_that_are_no_sets_are_refused(tmp_path):
    with pytest.raises(DataError, match='sim assets'):
        HouseholdSet(tmp_path, mixed=True)
    (tmp_path / 'index.json').write_text(json.dumps({'models': [{'name': 'half'}]}))
    with pytest.raises(DataError):
        read_index(tmp_path)
    config = WorldConfig(assets='mixed', household_dir=str(tmp_path / 'none'))
    with pytest.raises(ConfigError, match='no folder'):
        World(0, config)


@pytest.mark.parametrize(
    ('rgb', 'name'),
    [((0.64, 0.64, 0.64), 'gray'), ((0.8, 0.8, 0.8), 'white'), ((0.7, 0.1, 0.1), 'red')],
)
def test_main_colors(rgb, name):
    part = rounded_box((1, 1, 1), radius=0.01)
    painted = Part(vertices=part.vertices, faces=part.faces, rgba=(*rgb, 1.0))
    glassy = Part(vertices=part.vertices, faces=part.faces, rgba=(*rgb, 0.4))

    assert main_color([painted]) == name
    assert main_color([painted, glassy]) == ''
