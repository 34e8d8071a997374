from demo.scenes import HW, LEFT, objects, outcome, RIGHT, shot, square
import numpy as np
import pytest

from visa_ros.demo.outputs import clear, write_outputs
from visa_ros.demo.sheet import draw_sheet, paint, Picture, Row, with_caption
from visa_ros.errors import DataError
from visa_ros.video.reader import read_frames


def row(question='the mug', pictures=4, right=True):
    picture = Picture(
        rgb=shot(0).frame.rgb, masks={1: square(LEFT)}, truth=square(RIGHT), caption='now'
    )
    return Row(
        kind='category',
        question=question,
        status='FOUND',
        answer='It is the mug.',
        right=right,
        truth='red mug',
        figures=('IoU 1.00 in the window',),
        pictures=(picture,) * pictures + (None,) * (4 - pictures),
    )


def test_the_answer_and_the_truth_are_both_drawn():
    rgb = shot(0).frame.rgb
    changed = (paint(rgb, {1: square(LEFT)}, square(RIGHT)) != rgb).any(axis=2)
    assert changed[square(LEFT)].all()
    inner = square((RIGHT[0] + 3, RIGHT[1] + 3), side=6)
    assert not changed[inner].any()
    assert changed[RIGHT[0] - 2, RIGHT[1] : RIGHT[1] + 12].all()


def test_a_sheet_grows_with_its_rows():
    one = draw_sheet([row()], title='demo', legend='legend')
    three = draw_sheet([row()] * 3, title='demo', legend='legend')
    assert one.dtype == np.uint8
    assert three.shape[1:] == one.shape[1:]
    assert three.shape[0] > one.shape[0] + 400


def test_right_and_wrong_answers_are_marked_in_their_colours():
    green, red = (22, 122, 60), (190, 30, 30)
    for right, color, other in ((True, green, red), (False, red, green)):
        sheet = draw_sheet([row(right=right, pictures=0)], title='', legend='')
        assert (sheet == color).all(axis=2).sum() > 500
        assert not (sheet == other).all(axis=2).any()


def test_text_never_runs_into_the_pictures():
    long = draw_sheet([row('antidisestablishmentarianism ' * 9, pictures=0)], title='', legend='')
    assert (long[:, 480:-60].std(axis=1)[150:] == 0).all()


def test_a_caption_leaves_the_rest_of_the_image_alone():
    rgb = np.full((96, 128, 3), 200, np.uint8)
    captioned = with_caption(rgb, 'the mug')
    np.testing.assert_array_equal(captioned[:60], rgb[:60])
    assert captioned[-20:].min() < 100


def test_everything_is_written(tmp_path):
    out = tmp_path / 'demo'
    clear(out)
    found = outcome(1, masks={3: square(LEFT)}, center=(0.0, 0.0, 1.0))
    outcomes = [found, outcome(masks={}, kind='absent')]
    report = write_outputs(out, 7, outcomes, objects(), questions=5, rate_hz=5.0)
    assert report['questions'] == 5
    assert (out / 'contact_sheet.png').stat().st_size > 0
    assert (out / 'report.json').is_file()
    assert sorted(p.name for p in (out / 'overlays').iterdir()) == [
        '1_category.png',
        '2_absent.png',
        'demo.mp4',
    ]
    frames = list(read_frames(out / 'overlays' / 'demo.mp4'))
    assert len(frames) == 4 + 3 + 4
    assert frames[0].hw == HW


def test_an_older_demo_is_cleared_away_and_nothing_else(tmp_path):
    (tmp_path / 'clouds').mkdir()
    (tmp_path / 'clouds' / '1_1.ply').touch()
    (tmp_path / 'seed_12').mkdir()
    (tmp_path / 'rate.json').touch()
    (tmp_path / 'report.json').touch()
    (tmp_path / 'notes.txt').touch()
    clear(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ['notes.txt']


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / 'out').touch()
    with pytest.raises(DataError, match='out'):
        clear(tmp_path / 'out')
