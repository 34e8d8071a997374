"""Questions to a published VISA: memory, batches, both ways of answering, decisions."""

from dataclasses import replace

import numpy as np
import pytest
from safetensors.torch import save_file
import torch
from torch import nn

from visa_ros.errors import CheckpointError, ConfigError, InvalidQueryError
from visa_ros.model.decision import DecisionConfig, Weights
from visa_ros.model.published.convert import convert
from visa_ros.model.published.network import build_published, MaskPrediction
from visa_ros.model.published.preprocess import clip_picture, sam_picture
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.segmenter import load_published_segmenter, PublishedSegmenter
from visa_ros.model.published.sources import Checkpoint
from visa_ros.model.published.tokenizer import PromptTokenizer
from visa_ros.model.published.weights import Weights as WeightFiles
from visa_ros.structs import Frame, Status

HW = (40, 52)
QUESTIONS = ['the red mug', 'Which object moves fastest?', 'cup', 'the box behind the cup']
PERCENT = ['0%', '10%', '100%', 'the end']
TEMPLATE = PromptTemplate.default()


def make_frame(seed, hw=HW):
    rgb = np.random.default_rng(seed).integers(0, 255, (*hw, 3), dtype=np.uint8)
    return Frame(rgb=rgb, stamp_ns=seed)


@pytest.fixture
def network(tiny_config):
    torch.manual_seed(1)
    return build_published(tiny_config).eval().requires_grad_(False)


@pytest.fixture
def make_segmenter(network, tokenizer_model):
    def make(cache_bytes=1 << 24, max_answer_tokens=12, speaks=False, limit=None, **decision):
        config = replace(network.config, speaks=speaks, decision=DecisionConfig(**decision))
        if limit is not None:
            config = replace(config, language=replace(config.language, max_positions=limit))
        network.config = config
        return PublishedSegmenter(
            network=network,
            tokenizer=PromptTokenizer(tokenizer_model, legacy=False),
            template=TEMPLATE,
            cache_bytes=cache_bytes,
            max_answer_tokens=max_answer_tokens,
        )

    return make


@pytest.fixture
def encoded(network):
    """Numbers of pictures that CLIP and SAM encoded, and the masks that were decoded."""
    seen = {'clip': [], 'sam': [], 'masks': []}
    network.clip.register_forward_pre_hook(
        lambda _, args, kwargs: seen['clip'].append(len(kwargs['pixel_values'])), with_kwargs=True
    )
    network.sam.image_encoder.register_forward_pre_hook(
        lambda _, args: seen['sam'].append(len(args[0]))
    )
    network.sam.mask_decoder.register_forward_hook(
        lambda _, args, out: seen['masks'].append(out[0].clone())
    )
    return seen


def assert_same(one, other):
    assert (one.status, one.answer) == (other.status, other.answer)
    assert len(one.detections) == len(other.detections)
    for a, b in zip(one.detections, other.detections, strict=True):
        assert a.label == b.label
        assert a.score == pytest.approx(b.score, abs=1e-5)
        assert np.count_nonzero(a.mask != b.mask) <= 2


def test_a_forced_answer_is_one_pass_over_the_whole_prompt(
    make_segmenter, network, tokenizer_model
):
    segmenter = make_segmenter()
    frames = [make_frame(k) for k in range(3)]
    answer = segmenter.ground(frames[:2], frames[2], 'The  Red Mug')
    assert segmenter.llm_passes == 1

    tokenizer = PromptTokenizer(tokenizer_model, legacy=False)
    ids = tokenizer.encode(TEMPLATE.segmentation_prompt('the red mug', 2))
    pixels = np.stack([clip_picture(frame.rgb, 28) for frame in frames])
    picture = sam_picture(frames[2].rgb, 64)
    with torch.no_grad():
        row = network.embed_prompt(ids, network.encode_pictures(torch.from_numpy(pixels)))
        states = network.hidden(row[None])[0, network.seg_positions(ids)]
        embedding = network.embed_target(torch.from_numpy(picture.pixels)[None])
        low = network.decode_masks(embedding, states).low_res
        full = network.full_resolution(low, resize_hw=picture.resize_hw, orig_hw=HW)
    assert answer.status is Status.FOUND
    assert answer.answer == ''
    (found,) = answer.detections
    assert found.label == ''
    assert found.mask.shape == HW
    assert np.count_nonzero(found.mask != (full[0] > 0).numpy()) <= 2
    inside = full[0][full[0] > 0]
    assert found.score == pytest.approx(float(inside.sigmoid().mean()), abs=1e-5)
    assert set(answer.ms) == {'encode', 'language', 'mask'}


def test_without_references_the_target_is_its_own(make_segmenter, encoded):
    segmenter, frame = make_segmenter(), make_frame(0)
    alone = segmenter.ground((), frame, 'cup')
    assert encoded['clip'] == [1]
    assert_same(alone, segmenter.ground([frame], frame, 'cup'))
    assert encoded == encoded | {'clip': [1], 'sam': [1]}


def test_a_window_is_encoded_once(make_segmenter, encoded):
    segmenter = make_segmenter()
    frames = [make_frame(k) for k in range(4)]
    first = segmenter.ground(frames[:3], frames[3], 'cup')
    assert_same(first, segmenter.ground(frames[:3], frames[3], 'cup'))
    segmenter.ground(frames[:3], frames[3], 'the red mug')
    assert (encoded['clip'], encoded['sam']) == ([4], [1])
    segmenter.ground(frames[1:], make_frame(7), 'cup')
    assert (encoded['clip'], encoded['sam']) == ([4, 1], [1, 1])
    assert segmenter.llm_passes == 4


@pytest.mark.parametrize('speaks', [False, True])
def test_masks_are_the_same_with_and_without_memory(make_segmenter, encoded, speaks):
    kept = make_segmenter(speaks=speaks)
    bare = make_segmenter(speaks=speaks, cache_bytes=0)
    frames = [make_frame(k) for k in range(3)]
    for question in QUESTIONS * 2:
        encoded['masks'].clear()
        one, other = (s.ground(frames[:2], frames[2], question) for s in (kept, bare))
        assert_same(one, other)
        if encoded['masks']:
            torch.testing.assert_close(*encoded['masks'], atol=1e-5, rtol=0)
    assert bare.memory_bytes == 0
    assert kept.memory_bytes > 0


@pytest.mark.parametrize('speaks', [False, True])
def test_several_questions_at_once_equal_one_after_the_other(
    make_segmenter, network, encoded, speaks
):
    with torch.no_grad():
        network.lm_head.weight[network.config.seg_token] *= 4  # say [SEG] often
    segmenter, single = make_segmenter(speaks=speaks), make_segmenter(speaks=speaks)
    frames, questions = [make_frame(k) for k in range(3)], QUESTIONS * 5
    many = segmenter.ground_many(frames[:2], frames[2], questions)
    assert segmenter.llm_passes == 2
    assert (encoded['clip'], encoded['sam']) == ([3], [1])
    assert any(answer.detections for answer in many)
    for question, answer in zip(questions, many, strict=True):
        assert_same(answer, single.ground(frames[:2], frames[2], question))
    assert segmenter.ground_many(frames[:2], frames[2], []) == []


class Script(nn.Module):
    """A head that says these tokens, one call after the other."""

    def __init__(self, tokens, vocab):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(vocab, 1))
        self.tokens, self.states = iter(tokens), []

    def forward(self, states):
        self.states.append(states.clone())
        return 9 * nn.functional.one_hot(torch.tensor([next(self.tokens)]), len(self.weight))


@pytest.fixture
def say(make_segmenter, network, tokenizer_model):
    """Let the model generate this answer to 'cup'."""
    tokenizer = PromptTokenizer(tokenizer_model, legacy=True)

    def say(text, frames=None):
        tokens = [*tokenizer.encode(text)[1:], tokenizer.eos]
        network.lm_head = Script(tokens, tokenizer.vocab_size)
        *references, target = frames or [make_frame(0), make_frame(1)]
        segmenter = make_segmenter(speaks=True, max_answer_tokens=40)
        return segmenter.ground(references, target, 'cup')

    return say


def test_a_spoken_answer_has_an_object_per_seg(say, network, encoded, tokenizer_model):
    frames = [make_frame(0), make_frame(1)]
    answer = say('They are the red mug [SEG] and the box [SEG].', frames)
    assert answer.answer == 'They are the red mug and the box.'
    (masks,) = encoded['masks']
    assert len(masks) == 2
    assert {d.label for d in answer.detections} <= {'red mug', 'box'}

    # The masks come from the states that predict [SEG], as a whole reading gives them.
    tokenizer = PromptTokenizer(tokenizer_model, legacy=True)
    opening = tokenizer.encode(TEMPLATE.segmentation_prompt('cup', 1, None))
    said = tokenizer.encode('They are the red mug [SEG] and the box [SEG].')[1:]
    pixels = np.stack([clip_picture(frame.rgb, 28) for frame in frames])
    target = torch.from_numpy(sam_picture(frames[1].rgb, 64).pixels)[None]
    with torch.no_grad():
        row = network.embed_prompt(
            opening + said, network.encode_pictures(torch.from_numpy(pixels))
        )
        states = network.hidden(row[None])[0, network.seg_positions(opening + said)]
        low = network.decode_masks(network.embed_target(target), states).low_res
    torch.testing.assert_close(masks[:, 0], low, atol=1e-5, rtol=0)


def test_a_refusal_has_the_models_words_and_no_masks(say, encoded):
    answer = say('There is no cup.')
    assert (answer.status, answer.answer) == (Status.ABSENT, 'There is no cup.')
    assert answer.detections == ()
    assert encoded['masks'] == []
    with_mask = say('There is no cup [SEG].')
    assert (with_mask.status, with_mask.answer) == (Status.ABSENT, 'There is no cup.')
    silent = say('')
    assert (silent.status, silent.answer) == (Status.ABSENT, '')


@pytest.fixture
def draw(network, monkeypatch):
    """Let the mask decoder draw these boxes, one list of (top, left, bottom, right) per mask."""

    def draw(*masks):
        def decode(embedding, states):
            low = torch.full((len(states), 16, 16), -4.0)
            for k, boxes in enumerate(masks[: len(states)]):
                for top, left, bottom, right in boxes:
                    low[k, top:bottom, left:right] = 4.0
            return MaskPrediction(low_res=low, quality=torch.full((len(states),), 0.5))

        monkeypatch.setattr(network, 'decode_masks', decode)

    return draw


def test_asking_back_is_ambiguous_where_there_are_several(say, draw):
    draw([(0, 0, 5, 5)], [(6, 8, 11, 15)])
    answer = say('Which one, the red mug [SEG] or the box [SEG]?')
    assert answer.status is Status.AMBIGUOUS
    assert answer.answer == 'Which one, the red mug or the box?'
    assert {d.label for d in answer.detections} == {'red mug', 'box'}
    assert say('They are the red mug [SEG] and the box [SEG].').status is Status.FOUND
    draw([(0, 0, 5, 5)], [(0, 0, 5, 5)])
    assert say('Which one, the red mug [SEG] or the box [SEG]?').status is Status.FOUND


def test_an_answer_that_never_ends_is_cut(make_segmenter, network):
    network.lm_head = Script(iter(lambda: 5, None), network.config.language.vocab)
    segmenter = make_segmenter(speaks=True, max_answer_tokens=7)
    answer = segmenter.ground((), make_frame(0), 'cup')
    assert answer.status is Status.ABSENT
    assert len(network.lm_head.states) == 7


def test_evidence_of_masks_decides(make_segmenter):
    frames = [make_frame(k) for k in range(2)]
    segmenter = make_segmenter()
    weighed = segmenter.weigh(frames[:1], frames[1], 'cup')
    assert weighed.refusal == weighed.asking_back == 0
    assert 0 < weighed.presence < 1
    assert 0 < weighed.certainty < 1
    assert 0 < weighed.area < 1
    unsure = make_segmenter(
        absent=Weights(certainty=-1.0), absent_above=-weighed.certainty - 1e-3, chosen_on='a test'
    ).ground(frames[:1], frames[1], 'cup')
    assert (unsure.status, unsure.answer, unsure.detections) == (Status.ABSENT, '', ())
    sure = make_segmenter(absent=Weights(certainty=-1.0), absent_above=-weighed.certainty + 1e-3)
    assert sure.ground(frames[:1], frames[1], 'cup').status is Status.FOUND


def test_a_mask_in_parts_can_be_ambiguous(make_segmenter, draw):
    draw([(0, 0, 5, 5), (6, 8, 11, 15)])
    frame = make_frame(0)
    assert make_segmenter().ground((), frame, 'cup').status is Status.FOUND
    segmenter = make_segmenter(
        ambiguous=Weights(split=1.0), ambiguous_above=0.3, chosen_on='a test'
    )
    answer = segmenter.ground((), frame, 'cup')
    assert answer.status is Status.AMBIGUOUS
    one, other = answer.detections
    assert one.mask.sum() > other.mask.sum() > 0
    assert not (one.mask & other.mask).any()


def test_an_empty_mask_is_an_absent_object(make_segmenter, draw):
    draw([])
    answer = make_segmenter().ground((), make_frame(0), 'cup')
    assert (answer.status, answer.detections) == (Status.ABSENT, ())


def test_what_does_not_fit_is_refused_before_it_is_encoded(make_segmenter, encoded):
    frames = [make_frame(k) for k in range(3)]
    segmenter = make_segmenter(limit=240)
    segmenter.ground(frames[:2], frames[2], 'cup')
    encoded['clip'].clear()
    with pytest.raises(InvalidQueryError, match='shorten it'):
        segmenter.ground(frames[:2], make_frame(5), 'the cup ' * 60)
    with pytest.raises(ConfigError, match='reference frames'):
        segmenter.ground(frames[:1] * 30, make_frame(5), 'cup')
    with pytest.raises(InvalidQueryError):
        segmenter.ground(frames[:2], frames[2], ' ')
    with pytest.raises(InvalidQueryError, match='<image>'):
        segmenter.ground(frames[:2], frames[2], 'a <image>')
    assert encoded['clip'] == []


@pytest.mark.parametrize('speaks', [False, True])
@pytest.mark.parametrize('part', ['language', 'sam'])
def test_numbers_that_are_not_finite_are_an_error_not_an_answer(
    make_segmenter, network, speaks, part
):
    with torch.no_grad():
        network.lm_head.weight[network.config.seg_token] *= 9
        broken = (
            network.language.norm if part == 'language' else network.sam.mask_decoder.iou_token
        )
        broken.weight.fill_(torch.nan)
    segmenter = make_segmenter(speaks=speaks)
    with pytest.raises(CheckpointError, match='not finite'):
        segmenter.ground_many((), make_frame(0), QUESTIONS)
    if part == 'language':
        with pytest.raises(CheckpointError, match='not finite'):
            segmenter.likelihoods([make_frame(0)], 'when?', PERCENT)


def test_memory_goes_with_the_window(make_segmenter):
    segmenter = make_segmenter()
    frames = [make_frame(k) for k in range(3)]
    segmenter.ground(frames[:2], frames[2], 'cup')
    segmenter.likelihoods(frames, 'when?', PERCENT)
    full = segmenter.memory_bytes
    del frames[0]
    assert 0 < segmenter.memory_bytes < full
    frames.clear()
    assert segmenter.memory_bytes == 0
    frame = make_frame(0)
    segmenter.ground((), frame, 'cup')
    segmenter.clear()
    assert segmenter.memory_bytes == 0


def test_memory_stays_within_its_bound(make_segmenter):
    segmenter = make_segmenter(cache_bytes=60_000)
    frames = [make_frame(k) for k in range(8)]
    for k in range(2, 8):
        segmenter.ground(frames[k - 2 : k], frames[k], 'cup')
        assert segmenter.memory_bytes <= 60_000


def test_a_template_without_seg_is_refused(network, tokenizer_model):
    with pytest.raises(ConfigError, match=r'\[SEG\]'):
        PublishedSegmenter(
            network=network,
            tokenizer=PromptTokenizer(tokenizer_model, legacy=False),
            template=replace(TEMPLATE, answers=('It is there.',)),
        )


def alone(network, tokenizer, frames, question, answer):
    """Log-likelihood of one answer, by a whole reading of its own."""
    asked = TEMPLATE.plain_question(question, len(frames))
    opening = tokenizer.encode(TEMPLATE.conversation([(asked, None)]))
    ids = tokenizer.encode(TEMPLATE.conversation([(asked, answer)]))
    assert ids[: len(opening)] == opening
    pixels = np.stack([clip_picture(frame.rgb, 28) for frame in frames])
    with torch.no_grad():
        row = network.embed_prompt(ids, network.encode_pictures(torch.from_numpy(pixels)))
        logits = network.lm_head(network.hidden(row[None])[0]).log_softmax(dim=-1)
    count = len(ids) - len(opening)
    said = torch.tensor(ids[-count:])
    return float(logits[-count - 1 : -1].gather(1, said[:, None]).sum())


def test_likelihoods_equal_reading_each_answer_alone(make_segmenter, network, tokenizer_model):
    segmenter = make_segmenter()
    frames = [make_frame(k) for k in range(3)]
    found = segmenter.likelihoods(frames, 'which percentage?', PERCENT)
    assert (found.dtype, found.shape) == (np.float64, (4,))
    assert segmenter.llm_passes == 1
    tokenizer = PromptTokenizer(tokenizer_model, legacy=False)
    want = [alone(network, tokenizer, frames, 'which percentage?', a) for a in PERCENT]
    np.testing.assert_allclose(found, want, atol=1e-4)
    again = segmenter.likelihoods(frames, 'which percentage?', PERCENT[::-1])
    np.testing.assert_allclose(again, found[::-1], atol=1e-4)
    assert segmenter.likelihoods(frames, 'which?', []).shape == (0,)


def test_the_sampler_and_the_question_share_their_pictures(make_segmenter, encoded):
    segmenter = make_segmenter()
    frames = [make_frame(k) for k in range(4)]
    segmenter.likelihoods(frames, 'which percentage?', PERCENT)
    segmenter.likelihoods(frames, 'which percentage of it?', PERCENT)
    segmenter.ground(frames[:2], frames[3], 'cup')
    assert (encoded['clip'], encoded['sam']) == ([4], [1])


@pytest.fixture
def model_folder(tmp_path, tiny_model, tiny_config, tokenizer_model):
    save_file(tiny_model.state_dict(), tmp_path / 'weights.safetensors')
    whole = Checkpoint(
        config=replace(tiny_config, decision=DecisionConfig(min_mask_px=3, chosen_on='a test')),
        weights=WeightFiles([tmp_path / 'weights.safetensors']),
        tokenizer=tokenizer_model,
        prompt=TEMPLATE,
    )
    convert(whole, tmp_path / 'visa')
    return tmp_path / 'visa'


@pytest.mark.parametrize(
    ('precision', 'quantization'),
    [('fp32', 'none'), ('bf16', 'none'), ('fp16', 'none'), ('bf16', '8bit')],
)
def test_a_converted_folder_answers(
    model_folder, tiny_model, tokenizer_model, precision, quantization
):
    if quantization == '8bit':
        pytest.importorskip('bitsandbytes')
    segmenter = load_published_segmenter(
        model_folder, device='cpu', precision=precision, quantization=quantization
    )
    frames = [make_frame(k) for k in range(3)]
    answers = segmenter.ground_many(frames[:2], frames[2], QUESTIONS)
    again = [segmenter.ground(frames[:2], frames[2], question) for question in QUESTIONS]
    assert [a.status for a in answers] == [a.status for a in again]
    assert all(0 <= d.score <= 1 for a in answers for d in a.detections)
    likely = segmenter.likelihoods(frames, 'which percentage?', PERCENT)
    assert np.isfinite(likely).all()
    assert (likely < 0).all()
    assert segmenter.memory_bytes > 0
    if precision == 'fp32':
        tiny_model.config = replace(tiny_model.config, decision=DecisionConfig(min_mask_px=3))
        direct = PublishedSegmenter(
            network=tiny_model,
            tokenizer=PromptTokenizer(tokenizer_model, legacy=False),
            template=TEMPLATE,
        )
        for question, answer in zip(QUESTIONS, answers, strict=True):
            assert_same(answer, direct.ground(frames[:2], frames[2], question))
