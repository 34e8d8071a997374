"""Data sets and folders of predictions for the tests of the evaluator."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from visa_ros.data.synthetic import make_tree


@pytest.fixture(scope='session')
def sets(tmp_path_factory):
    """A common root of tiny sets."""
    root = tmp_path_factory.mktemp('sets')
    names = ('revos', 'mevis', 'ref-youtube-vos', 'ref-davis17', 'refcoco', 'reasonseg')
    for name in names:
        make_tree(name, root)
    return root


def shifted(mask, k):
    """Some other mask, different from frame to frame; now and then none at all."""
    return np.roll(mask, 2 + k % 3, axis=1) & (k % 4 != 3)


@pytest.fixture
def write_predictions():
    """Write what `change(mask, k)` makes of the truth of every expression of a video set."""

    def write(dataset, folder, change=shifted):
        for i in range(len(dataset)):
            sample = dataset[i]
            truth = sample.truth()
            for k, frame in enumerate(sample.frames):
                path = folder / sample.video / sample.expression_id / f'{frame}.png'
                path.parent.mkdir(parents=True, exist_ok=True)
                mask = change(truth.mask(k), k)
                cv2.imwrite(str(path), mask.astype(np.uint8) * 255)
        return folder

    return write
