"""The loader on a tree in ReVOS's form, against a plain reading of its files."""

from __future__ import annotations

import json

import numpy as np
from parity.folder import path_of
from PIL import Image
import pytest

from visa_ros.data.revos import ReVOS
from visa_ros.video.rle import decode, Rle


@pytest.fixture(scope='module')
def root():
    return path_of('data/ReVOS')


def plain_mask(annotation, k, hw):
    rle = annotation[k]
    return np.zeros(hw, bool) if rle is None else decode(Rle(tuple(rle['size']), rle['counts']))


def test_every_expression_of_every_split(root):
    annotations = json.loads((root / 'mask_dict.json').read_text())
    for split in ReVOS.splits(root):
        dataset = ReVOS(root, split)
        videos = json.loads(dataset.files.expressions.read_text())['videos']
        found = {
            (s.video, s.expression_id): s for s in map(dataset.__getitem__, range(len(dataset)))
        }
        assert set(found) == {(v, e) for v, raw in videos.items() for e in raw['expressions']}
        for (video, expression), sample in found.items():
            raw = videos[video]['expressions'][expression]
            assert sample.text == raw['exp']
            assert sample.type_id == raw['type_id']
            assert sample.annotation_ids == tuple(map(str, raw['anno_id']))
            assert sample.frames == tuple(sorted(videos[video]['frames']))
            hw = videos[video]['height'], videos[video]['width']
            assert sample.size() == hw
            truth = sample.truth()
            for k, picture in enumerate(sample.paths):
                assert Image.open(picture).size == hw[::-1]
                masks = [plain_mask(annotations[a], k, hw) for a in sample.annotation_ids]
                union = np.logical_or.reduce([np.zeros(hw, bool), *masks])
                np.testing.assert_array_equal(truth.mask(k), union)
                total = np.sum([np.zeros(hw, bool), *masks], axis=0)
                np.testing.assert_array_equal(truth.total(k), total)


def test_the_foreground_is_what_all_expressions_mean(root):
    for split in ReVOS.splits(root):
        dataset = ReVOS(root, split)
        for at, video in enumerate(dataset.videos):
            track = dataset.foreground(at)
            assert len(track) == len(video.frames)
            truths = [dataset[i].truth() for i in dataset.items_of(at)]
            for k, rle in enumerate(track):
                union = np.logical_or.reduce([t.mask(k) for t in truths])
                mask = np.zeros_like(union) if rle is None else decode(rle)
                np.testing.assert_array_equal(mask, union)
