"""The façade on a tiny random model, and what it refuses to load."""

from dataclasses import replace
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file
import torch
from torch.nn import functional

from visa_ros.errors import CheckpointError, ConfigError, InvalidQueryError
from visa_ros.model.build import VisaConfig
from visa_ros.model.decision import DecisionConfig, Weights
from visa_ros.model.objects import outlined
from visa_ros.model.pictures import resized
from visa_ros.model.segmenter import load_segmenter, VisaSegmenter
from visa_ros.model.text import load_text_encoder, SEG
from visa_ros.nn.outlines import Guide
from visa_ros.structs import Frame, Status


def make_frame(seed, hw=(75, 101)):
    rgb = np.random.default_rng(seed).integers(0, 255, (*hw, 3), dtype=np.uint8)
    return Frame(rgb=rgb, stamp_ns=seed)


def test_an_answer_keeps_the_contract(model_folder):
    segmenter = load_segmenter(model_folder)
    answer = segmenter.ground([make_frame(0), make_frame(1)], make_frame(2), 'the mug')
    assert answer.status in (Status.FOUND, Status.ABSENT, Status.AMBIGUOUS)
    assert (answer.status is Status.ABSENT) == (not answer.detections)
    for detection in answer.detections:
        assert detection.mask.shape == (75, 101)
        assert detection.mask.dtype == bool
        assert detection.mask.any()
        assert 0 <= detection.score <= 1
    assert set(answer.ms) == {'encode', 'language', 'mask'}


def test_the_same_question_gets_the_same_answer(model_folder):
    segmenter = load_segmenter(model_folder)
    one, two = (segmenter.ground([], make_frame(3), 'the mug?') for _ in range(2))
    assert one.answer == two.answer
    for a, b in zip(one.detections, two.detections, strict=True):
        np.testing.assert_array_equal(a.mask, b.mask)


def test_pictures_of_any_size_and_layout_are_taken():
    wide = np.zeros((40, 300, 3), np.uint8)[:, ::-1]
    assert resized(wide, (64, 96)).shape == (64, 96, 3)


def test_missing_and_damaged_files_are_named(model_folder, tmp_path):
    with pytest.raises(CheckpointError, match=r'config\.json is missing'):
        load_segmenter(tmp_path / 'nowhere')
    weights = model_folder / 'visa.safetensors'
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointError, match='cut short'):
        load_segmenter(model_folder)


def test_every_wrong_key_is_named(model_folder):
    file = model_folder / 'visa.safetensors'
    tensors = load_file(file)
    del tensors['lm_head.weight']
    tensors['stranger'] = torch.zeros(1)
    tensors['motion.bias'] = torch.zeros(3)
    tensors['mm_projector.bias'] = torch.full((32,), torch.nan)
    save_file(tensors, file)
    with pytest.raises(CheckpointError) as caught:
        load_segmenter(model_folder)
    for word in ('missing lm_head.weight', 'unexpected stranger', 'motion.bias', 'not finite'):
        assert word in str(caught.value)


def test_a_device_that_is_not_there_is_an_error(model_folder):
    with pytest.raises(ConfigError, match='device'):
        load_segmenter(model_folder, device='cuda:7')


QUESTIONS = ['the mug', 'mug?', 'a', 'the mug that', 'what mug?', 'zebra']


@pytest.fixture
def make_segmenter(tiny_config, tiny_model, model_folder):
    """A model that often says [SEG], and whose masks are seldom empty."""
    with torch.no_grad():
        tiny_model.lm_head.weight[SEG] *= 4
        tiny_model.mask_head.guess_bias.zero_()

    def make(cache_bytes=1 << 24, **decision):
        config = replace(tiny_config, decision=DecisionConfig(**decision), max_answer_tokens=10)
        return VisaSegmenter(
            model=tiny_model,
            text=load_text_encoder(model_folder / 'text'),
            config=config,
            cache_bytes=cache_bytes,
        )

    return make


@pytest.fixture
def encoded(tiny_model):
    """Sizes of the batches of pictures that were encoded."""
    batches = []
    handle = tiny_model.encoder.backbone.register_forward_pre_hook(
        lambda _, args: batches.append(len(args[0]))
    )
    yield batches
    handle.remove()


def assert_same(one, other):
    assert (one.status, one.answer) == (other.status, other.answer)
    assert len(one.detections) == len(other.detections)
    for a, b in zip(one.detections, other.detections, strict=True):
        assert a.label == b.label
        assert a.score == pytest.approx(b.score, abs=1e-5)
        assert np.count_nonzero(a.mask != b.mask) <= 2


def test_a_window_is_encoded_once(make_segmenter, encoded):
    segmenter = make_segmenter()
    frames = [make_frame(k) for k in range(4)]
    first = segmenter.ground(frames[:3], frames[3], 'the mug')
    assert encoded == [1, 3]  # the target in full, the others at half its size
    assert_same(first, segmenter.ground(frames[:3], frames[3], 'the mug'))
    segmenter.ground(frames[:3], frames[3], 'another mug?')
    assert encoded == [1, 3]
    newer = make_frame(9)
    segmenter.ground(frames[1:], newer, 'the mug')
    segmenter.ground((), newer, 'the mug')
    assert encoded == [1, 3, 1, 1]  # what was the target is read at half its size too


@pytest.mark.parametrize('references', [0, 3])
def test_answers_are_the_same_with_and_without_memory(
    make_segmenter, tiny_model, encoded, references
):
    kept, bare = make_segmenter(), make_segmenter(cache_bytes=0)
    masks = []
    tiny_model.mask_head.register_forward_hook(lambda _, args, out: masks.append(out.fine))
    frames = [make_frame(k) for k in range(references + 1)]
    found = 0
    for question in QUESTIONS * 2:
        masks.clear()
        one = kept.ground(frames[:-1], frames[-1], question)
        assert_same(one, bare.ground(frames[:-1], frames[-1], question))
        if masks:
            torch.testing.assert_close(*masks, atol=1e-5, rtol=0)
        weighed = [s.weigh_many(frames[:-1], frames[-1], [question])[0] for s in (kept, bare)]
        for name, value in vars(weighed[0]).items():
            assert value == pytest.approx(getattr(weighed[1], name), abs=1e-5), name
        found += len(one.detections)
    assert found
    batches = 2 if references else 1  # the target, and what came before it
    assert len(encoded) == batches * (1 + 4 * len(QUESTIONS))
    assert bare.memory_bytes == 0


def test_several_questions_at_once_equal_one_after_the_other(make_segmenter, encoded):
    segmenter, single = make_segmenter(), make_segmenter()
    frames = [make_frame(k) for k in range(3)]
    many = segmenter.ground_many(frames[:2], frames[2], QUESTIONS * 3, max_objects=2)
    assert segmenter.llm_passes == 2
    assert encoded == [1, 2]
    for question, answer in zip(QUESTIONS * 3, many, strict=True):
        assert_same(answer, single.ground(frames[:2], frames[2], question, max_objects=2))
    assert segmenter.ground_many(frames[:2], frames[2], []) == []


def test_a_question_costs_one_pass(make_segmenter):
    segmenter = make_segmenter()
    frame = make_frame(0)
    for passes in (1, 2):
        segmenter.ground((), frame, 'the mug')
        assert segmenter.llm_passes == passes


def test_memory_goes_with_the_window_and_by_demand(make_segmenter):
    segmenter = make_segmenter()
    frames = [make_frame(k) for k in range(3)]
    segmenter.ground(frames[:2], frames[2], 'the mug')
    full = segmenter.memory_bytes
    assert full > 0
    del frames[0]
    assert 0 < segmenter.memory_bytes < full
    frames.clear()
    assert segmenter.memory_bytes == 0
    frame = make_frame(0)
    segmenter.ground((), frame, 'the mug')
    segmenter.clear()
    assert segmenter.memory_bytes == 0


def test_memory_stays_within_its_bound(make_segmenter):
    segmenter = make_segmenter(cache_bytes=100_000)
    frames = [make_frame(k) for k in range(12)]
    for k in range(3, 12):
        segmenter.ground(frames[k - 3 : k], frames[k], 'the mug')
        assert segmenter.memory_bytes <= 100_000


def test_later_references_are_announced(make_segmenter, monkeypatch):
    segmenter, asked = make_segmenter(), []
    encode = segmenter._text.encode
    monkeypatch.setattr(
        segmenter._text, 'encode', lambda texts: asked.extend(texts) or encode(texts)
    )
    early, late = (replace(make_frame(k), stamp_ns=10**9 * k) for k in (1, 2))
    segmenter.ground([early], late, 'what is new?')
    segmenter.ground([late], early, 'what is gone?')
    assert asked == ['what is new?', 'Looking back: what is gone?']


def test_masks_have_the_outlines_of_the_picture(make_segmenter, tiny_model):
    segmenter, decoded = make_segmenter(absent_above=9.0), []
    tiny_model.mask_head.register_forward_hook(lambda _, args, out: decoded.append(out.fine))
    rgb = np.full((96, 128, 3), 90, np.uint8)
    rgb[20:75, 30:90] = (200, 60, 40)
    frame = Frame(rgb=rgb, stamp_ns=1)
    off = {'outlined': 0, 'cells': 0}
    for question in QUESTIONS:
        answer = segmenter.ground((), frame, question)
        low = decoded.pop()[0]
        found = np.any([d.mask for d in answer.detections], axis=0)
        whole = outlined(low, Guide(rgb, tuple(low.shape)), quality=1.0, fit=1.0)
        cells = functional.interpolate(low[None, None], (96, 128), mode='bilinear')[0, 0] > 0
        off['outlined'] += np.count_nonzero(found != whole.mask)
        off['cells'] += np.count_nonzero(found != cells.numpy())
    assert off['outlined'] < 0.5 * off['cells']


def test_an_instruction_of_full_length_may_look_back(make_segmenter):
    segmenter = make_segmenter()
    longest = ' '.join(['cup'] * (256 - 2))  # and the two tokens around it
    early, late = (replace(make_frame(k), stamp_ns=10**9 * k) for k in (1, 2))
    segmenter.ground([late], early, longest)
    with pytest.raises(InvalidQueryError, match='257 word pieces'):
        segmenter.ground([late], early, longest + ' cup')


def test_thresholds_decide(make_segmenter):
    frame = make_frame(1)
    always = make_segmenter(absent=Weights(), absent_above=-1.0).ground((), frame, 'the mug')
    assert always.status is Status.ABSENT
    assert always.answer == 'There is no such object.'
    assert always.detections == ()
    asks = make_segmenter(ambiguous=Weights(), ambiguous_above=-1.0)
    assert asks.ground((), frame, 'the mug').answer.startswith('Which')
    never = make_segmenter(absent_above=2.0, ambiguous_above=2.0)
    for question in QUESTIONS:
        assert never.ground((), frame, question).status is not Status.AMBIGUOUS


def test_too_many_pictures_are_refused_before_they_are_encoded(make_segmenter, encoded):
    frame = make_frame(0)
    with pytest.raises(ConfigError, match='reference frames'):
        make_segmenter().ground([frame] * 2100, frame, 'the mug')
    assert encoded == []


def test_numbers_that_are_not_finite_are_an_error(make_segmenter, tiny_model):
    with torch.no_grad():
        tiny_model.mask_head.guess_bias.fill_(torch.nan)
    segmenter, frame = make_segmenter(absent_above=2.0), make_frame(1)
    with pytest.raises(CheckpointError, match='not finite'):
        segmenter.ground_many((), frame, QUESTIONS)


def test_the_shipped_model_names_the_data_of_its_thresholds():
    folder = Path(__file__).parents[2] / 'models' / 'visa-nano'
    config = VisaConfig.from_json(json.loads((folder / 'config.json').read_text()))
    assert 'scenes kept from training' in config.decision.chosen_on
    assert config.decision.absent != DecisionConfig().absent
