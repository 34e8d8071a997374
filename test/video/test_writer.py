from itertools import pairwise
import json

import fakes
import numpy as np
import pytest

from visa_ros.errors import DataError
from visa_ros.video.overlay import color_of, draw_masks, label_image
from visa_ros.video.reader import read_frames
from visa_ros.video.rle import decode, Rle
from visa_ros.video.writer import palette, ResultWriter, write_mask_png

Image = pytest.importorskip('PIL.Image')
pytest.importorskip('cv2')


def masks_of(frame):
    return {1: fakes.disc_mask(frame, 'red'), 2: fakes.disc_mask(frame, 'green')}


def write(folder, frames, **options):
    with ResultWriter(folder, hw=frames[0].hw, rate_hz=5.0, **options) as writer:
        for frame in frames:
            writer.add(frame, masks_of(frame), {1: 'red', 2: 'green'})
        writer.finish({'status': 'FOUND'})


def test_palette_is_that_of_davis():
    colors = palette()
    assert colors[:4].tolist() == [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0]]
    assert colors[[20, 255]].tolist() == [[0, 64, 128], [224, 224, 192]]
    assert len({tuple(color) for color in colors.tolist()}) == 256


def test_mask_picture_holds_the_ids(tmp_path, clip):
    masks = {255: fakes.disc_mask(clip[0], 'red'), 3: fakes.disc_mask(clip[0], 'green')}
    write_mask_png(tmp_path / 'm.png', masks, clip[0].hw)
    image = Image.open(tmp_path / 'm.png')
    assert image.mode == 'P'
    np.testing.assert_array_equal(np.asarray(image), label_image(masks, clip[0].hw))
    assert image.getpalette()[:6] == [0, 0, 0, 128, 0, 0]


def test_picture_without_objects(tmp_path):
    write_mask_png(tmp_path / 'm.png', {}, (5, 7))
    assert not np.asarray(Image.open(tmp_path / 'm.png')).any()


def test_ids_that_do_not_fit_are_refused(tmp_path):
    mask = np.ones((2, 2), bool)
    with pytest.raises(DataError, match='256'):
        write_mask_png(tmp_path / 'm.png', {256: mask}, (2, 2))
    with pytest.raises(DataError, match='70000'):
        label_image({70000: mask}, (2, 2))


def test_smaller_masks_lie_on_top():
    large, small = np.ones((4, 4), bool), np.zeros((4, 4), bool)
    small[1, 1] = True
    for masks in ({1: small, 2: large}, {2: small, 1: large}):
        image = label_image(masks, (4, 4))
        assert (image == 0).sum() == 0
        assert image[1, 1] == next(i for i, m in masks.items() if m is small)


def test_overlay_changes_the_object_and_leaves_the_image_alone(clip):
    rgb, before = clip[0].rgb, clip[0].rgb.copy()
    mask = fakes.disc_mask(clip[0], 'red')
    drawn = draw_masks(rgb, {7: mask, 8: np.zeros_like(mask)}, {7: 'Tässchen ☕'})
    np.testing.assert_array_equal(rgb, before)
    assert (drawn[mask] != rgb[mask]).any()
    np.testing.assert_array_equal(drawn[30:], rgb[30:])


@pytest.mark.parametrize('hw', [(1, 1), (3, 200), (200, 3)])
def test_overlay_of_tiny_images(hw):
    rgb = np.zeros((*hw, 3), np.uint8)
    assert draw_masks(rgb, {1: np.ones(hw, bool)}, {1: 'a long label'}).shape == (*hw, 3)


def test_colors_of_neighbouring_ids_differ():
    colors = [np.array(color_of(i), int) for i in range(1, 20)]
    steps = [np.abs(a - b).max() for a, b in pairwise(colors)]
    assert min(steps) > 60


def test_result_holds_all_frames(tmp_path, clip):
    write(tmp_path / 'out', clip)
    result = json.loads((tmp_path / 'out' / 'result.json').read_text())
    assert result['status'] == 'FOUND'
    assert [f['stamp_ns'] for f in result['frames']] == [f.stamp_ns for f in clip]
    for entry, frame in zip(result['frames'], clip, strict=True):
        picture = np.asarray(Image.open(tmp_path / 'out' / entry['picture']))
        np.testing.assert_array_equal(picture, label_image(masks_of(frame), frame.hw))
        for object_id, rle in entry['masks'].items():
            mask = decode(Rle(tuple(rle['size']), rle['counts']))
            np.testing.assert_array_equal(mask, masks_of(frame)[int(object_id)])
    assert len(list(read_frames(tmp_path / 'out' / 'overlay.mp4'))) == len(clip)


def test_run_that_breaks_off_does_not_look_complete(tmp_path, clip):
    def break_off():
        with ResultWriter(tmp_path, hw=clip[0].hw, rate_hz=5.0) as writer:
            writer.add(clip[0], {}, {})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert (tmp_path / 'masks' / '00000.png').exists()
    assert not (tmp_path / 'result.json').exists()


def test_older_results_are_replaced_only_on_request(tmp_path, clip):
    write(tmp_path / 'out', clip)
    with pytest.raises(DataError, match='--overwrite'):
        write(tmp_path / 'out', clip[:2])
    (tmp_path / 'out' / 'notes.txt').write_text('mine')
    write(tmp_path / 'out', clip[:2], overwrite=True)
    assert len(list((tmp_path / 'out' / 'masks').iterdir())) == 2
    assert (tmp_path / 'out' / 'notes.txt').read_text() == 'mine'


def test_folder_that_is_a_file(tmp_path, clip):
    (tmp_path / 'out').write_text('x')
    with pytest.raises(DataError, match='cannot be written'):
        write(tmp_path / 'out', clip)
