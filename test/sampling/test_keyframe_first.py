"""One pass of the language model gives the masks for which the reference makes one per frame."""

from dataclasses import replace
import io

import numpy as np
import pytest
from sentencepiece import SentencePieceTrainer
import torch

from visa_ros.config import PipelineConfig
from visa_ros.model.published.config import ClipSizes, LanguageSizes, PublishedConfig, SamSizes
from visa_ros.model.published.network import build_published
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.segmenter import PublishedSegmenter
from visa_ros.model.published.tokenizer import PromptTokenizer
from visa_ros.pipeline import Pipeline
from visa_ros.sampling.build import build_sampler
from visa_ros.sampling.own_model import OwnModelAsker
from visa_ros.sampling.recorded import Recorded, RecordedAsker
from visa_ros.structs import Frame, Query
from visa_ros.tracking import MemoryTracker
from visa_ros.tracking.config import MemoryConfig, NetworkConfig, TrackerConfig
from visa_ros.tracking.network import TrackerNetwork
from visa_ros.video.sampling import strided_references

VOCAB, HW, COUNT = 360, (48, 64), 7
EXPRESSION = 'the thing that moves'
PUBLISHED = PublishedConfig(
    language=LanguageSizes(vocab=VOCAB + 1, hidden=32, layers=2, heads=2, mlp=48),
    clip=ClipSizes(hidden=16, mlp=24, layers=3, heads=2, image_px=28, patch_px=7),
    sam=SamSizes(
        width=16,
        depth=2,
        heads=2,
        global_layers=(1,),
        image_px=64,
        window=3,
        prompt_dim=16,
        mask_in_chans=4,
        decoder_depth=1,
        decoder_heads=2,
        decoder_mlp=24,
        iou_hidden=16,
    ),
    clusters=(6, 4, 2),
    seg_token=VOCAB,
    out_dim=16,
)
TRACKER = TrackerConfig(
    network=NetworkConfig(
        key_encoder='tiny',
        key_dim=4,
        value_dim=6,
        hidden_dim=4,
        value_widths=(4, 4, 4),
        decoder_widths=(6, 4),
        update_dim=4,
    ),
    memory=MemoryConfig(every=2, recent=3),
    input_hw=(32, 48),
)


@pytest.fixture(scope='module')
def tokenizer(tmp_path_factory):
    made = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(['USER: what is the red mug? ASSISTANT: It is 10% of it.'] * 3),
        model_writer=made,
        model_type='bpe',
        vocab_size=VOCAB,
        byte_fallback=True,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    path = tmp_path_factory.mktemp('tokenizer') / 'tokenizer.model'
    path.write_bytes(made.getvalue())
    return PromptTokenizer(path, legacy=False)


@pytest.fixture(scope='module')
def network(tokenizer):
    torch.manual_seed(0)
    return build_published(replace(PUBLISHED, seg_token=tokenizer.seg_token)).eval()


@pytest.fixture
def segmenter(network, tokenizer):
    return PublishedSegmenter(
        network=network, tokenizer=tokenizer, template=PromptTemplate.default()
    )


@pytest.fixture(scope='module')
def tracker():
    torch.manual_seed(0)
    network = TrackerNetwork(TRACKER.network)
    # Random weights see nothing; this bias lets about half of the pixels be foreground.
    torch.nn.init.normal_(network.decoder.pred.weight)
    torch.nn.init.constant_(network.decoder.pred.bias, 0.5)
    return MemoryTracker(network.eval(), TRACKER)


@pytest.fixture(scope='module')
def frames():
    random = np.random.default_rng(0)
    return [
        Frame(rgb=random.integers(0, 255, (*HW, 3), dtype=np.uint8), stamp_ns=k * 10**8)
        for k in range(COUNT)
    ]


def mask_every_frame(segmenter, frames):
    """The reference's first stage: each frame is once the target, with references of its own."""
    masks = []
    for target in range(len(frames)):
        references = [frames[k] for k in strided_references(len(frames), target)]
        found = segmenter.ground(references, frames[target], EXPRESSION).detections
        masks.append(np.any([one.mask for one in found], axis=0) if found else np.zeros(HW, bool))
    return masks


def propagate(tracker, frames, target, mask):
    """The reference's last stage: from the target to both ends, each with a fresh memory."""

    def one_way(part):
        follower = tracker.fork()
        given = [{1: mask}, *[None] * (len(part) - 1)]
        return [
            follower.step(frame.rgb, masks)[1].mask
            for frame, masks in zip(part, given, strict=True)
        ]

    ahead, back = one_way(frames[target:]), one_way(frames[target::-1])
    return [*back[:0:-1], *ahead]


def masks_of(answer):
    return [np.any([*entry.masks.values()], axis=0) for entry in answer.sequence]


@pytest.mark.parametrize(('share', 'target'), [(0.0, 0), (0.5, 3), (0.8, 5), (1.0, 6)])
def test_one_pass_gives_the_masks_of_the_references_order(
    segmenter, network, tokenizer, tracker, frames, share, target
):
    every = mask_every_frame(segmenter, frames)
    wanted = propagate(tracker, frames, target, every[target])
    assert segmenter.llm_passes == COUNT
    assert all(0 < mask.mean() < 1 for mask in (every[target], wanted[target - 1]))

    ours = PublishedSegmenter(
        network=network, tokenizer=tokenizer, template=PromptTemplate.default()
    )
    recorded = RecordedAsker([Recorded(video='', expression=EXPRESSION, answers=(share,))])
    sampler = build_sampler('text_guided', 'strided', 11, recorded, 'mean')
    config = PipelineConfig(clouds=False)
    pipeline = Pipeline(segmenter=ours, tracker=tracker, config=config, sampler=sampler)
    answer = pipeline.ask(Query(instruction=EXPRESSION), frames)

    assert ours.llm_passes == 1
    assert len(answer.sequence) == COUNT
    for found, right in zip(masks_of(answer), wanted, strict=True):
        assert (found == right).all()


def test_the_target_decides_the_masks(segmenter, frames):
    """Else the test above would hold for any target."""
    every = mask_every_frame(segmenter, frames)
    assert len({mask.tobytes() for mask in every}) == COUNT


def test_the_model_chooses_its_own_target_in_one_more_pass(segmenter, tracker, frames):
    sampler = build_sampler('text_guided', 'strided', 11, OwnModelAsker(segmenter))
    config = PipelineConfig(clouds=False)
    pipeline = Pipeline(segmenter=segmenter, tracker=tracker, config=config, sampler=sampler)

    first = pipeline.ask(Query(instruction=EXPRESSION), frames)
    assert segmenter.llm_passes == 2
    again = pipeline.ask(Query(instruction=EXPRESSION), frames)

    assert segmenter.llm_passes <= 3  # where to look is remembered
    for one, other in zip(masks_of(first), masks_of(again), strict=True):
        assert (one == other).all()
