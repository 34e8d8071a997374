"""Lessons as numbers."""

from __future__ import annotations

import numpy as np
import pytest

from visa_ros.errors import DataError
from visa_ros.model.published.preprocess import clip_picture, sam_picture
from visa_ros.model.published.training import IGNORE
from visa_ros.train.instruction.encoding import Encoder
from visa_ros.train.instruction.lesson import Lesson, no_masks, Talk
from visa_ros.train.instruction.loading import Share

RNG = np.random.default_rng(0)
PICTURES = tuple(RNG.integers(0, 255, (40, 60, 3), np.uint8) for _ in range(3))


@pytest.fixture
def encode(start):
    def encode(lesson, max_tokens=2048):
        encoder = Encoder(
            start.config,
            tokenizer=start.tokenizer,
            template=start.template,
            max_tokens=max_tokens,
        )
        return encoder.encode(lesson)

    return encode


def spoken(start, answer, *, question='what is this?'):
    text = start.template.plain_question(question, 1)
    return Lesson(
        source='a test',
        references=PICTURES[:1],
        target=None,
        talks=(Talk(turns=((text, answer),)),),
        masks=no_masks(),
    )


def test_pictures_masks_and_answers(start, encode):
    talks = tuple(
        Talk(turns=((start.template.question(text, 2), 'It is [SEG].'),))
        for text in ('the mug', 'which one moves?')
    )
    masks = RNG.random((2, 40, 60)) > 0.5
    example = encode(
        Lesson(
            source='a test',
            references=PICTURES[:2],
            target=PICTURES[2],
            talks=talks,
            masks=masks,
        )
    )
    sample, sizes = example.sample, start.config
    assert sample.pictures.shape == (3, 3, sizes.clip.image_px, sizes.clip.image_px)
    np.testing.assert_array_equal(
        sample.pictures[2], clip_picture(PICTURES[2], sizes.clip.image_px)
    )
    seen = sam_picture(PICTURES[2], sizes.sam.image_px)
    np.testing.assert_array_equal(sample.target, seen.pixels)
    assert sample.resize_hw == seen.resize_hw
    np.testing.assert_array_equal(sample.truth, masks)
    for ids, labels in zip(sample.ids, sample.labels, strict=True):
        learned = [label for label in labels if label != IGNORE]
        assert start.tokenizer.decode(learned) == 'It is [SEG].'
        assert len(ids) == len(labels)
    pictures = sum(ids.count(-200) for ids in sample.ids)
    words = sum(map(len, sample.ids)) - pictures
    assert example.tokens == words + pictures * sizes.tokens_per_picture


def test_a_long_answer_is_cut(start, encode):
    whole = encode(spoken(start, 'mask ' * 200))
    cut = encode(spoken(start, 'mask ' * 200), max_tokens=whole.tokens - 50)
    assert cut.tokens == whole.tokens - 50
    assert cut.sample.ids[0] == whole.sample.ids[0][: len(cut.sample.ids[0])]
    assert cut.sample.labels[0][-1] != IGNORE


def test_a_cut_never_takes_pictures_masks_or_the_whole_answer(start, encode):
    with pytest.raises(DataError, match='longer than'):
        encode(spoken(start, 'It is.', question='what? ' * 200), max_tokens=200)
    lesson = spoken(start, 'It is. ' * 30 + '[SEG].')
    with pytest.raises(DataError, match='longer than'):
        encode(lesson, max_tokens=encode(lesson).tokens - 5)


@pytest.mark.parametrize(('processes', 'per_device'), [(1, 1), (2, 1), (1, 4), (4, 2)])
def test_processes_share_a_batch_out(processes, per_device):
    shares = [
        Share(rank=rank, processes=processes, per_device=per_device, batch=16)
        for rank in range(processes)
    ]
    slots = [
        slot
        for micro in range(shares[0].accumulation)
        for share in shares
        for slot in share.slots(micro)
    ]
    assert slots == list(range(16))
