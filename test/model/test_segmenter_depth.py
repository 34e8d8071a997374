"""The façade on a tiny random model that looks at depth."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from visa_ros.model.build import build_model
from visa_ros.model.decision import DecisionConfig
from visa_ros.model.segmenter import VisaSegmenter
from visa_ros.model.text import load_text_encoder
from visa_ros.structs import Camera, Frame, Status

CAMERA = Camera(width=101, height=75, fx=90.0, fy=90.0, cx=50.0, cy=37.0)


def make_frame(seed, *, depth=True, camera=CAMERA):
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 255, (75, 101, 3), dtype=np.uint8)
    depth_m = np.ones((75, 101), np.float32)
    depth_m[20:40, 30:60] = 0.9
    return Frame(rgb=rgb, stamp_ns=seed, depth_m=depth_m if depth else None, camera=camera)


@pytest.fixture
def looking(tiny_config):
    """A model to whose picture depth says a lot."""
    torch.manual_seed(2)
    model = build_model(replace(tiny_config, relief=True)).eval()
    for layer in (model.encoder.relief_token, model.encoder.relief_cell):
        torch.nn.init.normal_(layer.weight)
    return model


@pytest.fixture
def make_segmenter(looking, tiny_config, model_folder):
    text = load_text_encoder(model_folder / 'text')

    def make(*, relief=True, decisions=None, **options):
        config = replace(tiny_config, relief=relief, **(decisions or {}))
        return VisaSegmenter(model=looking, text=text, config=config, **options)

    return make


def weighed(segmenter, *frames):
    return segmenter.weigh_many(frames[:-1], frames[-1], ['the mug'])[0]


def test_depth_counts_where_it_is_known(make_segmenter):
    segmenter = make_segmenter()
    colours = weighed(segmenter, make_frame(1, depth=False))
    assert weighed(segmenter, make_frame(1)) != colours
    assert weighed(segmenter, make_frame(1, camera=None)) == colours
    odd = replace(CAMERA, distortion_model='unheard_of', distortion=(0.1,))
    assert weighed(segmenter, make_frame(1, camera=odd)) == colours


def test_a_model_that_does_not_look_at_depth_answers_without(make_segmenter):
    segmenter = make_segmenter(relief=False)
    assert weighed(segmenter, make_frame(1)) == weighed(segmenter, make_frame(1, depth=False))


def test_answers_are_the_same_with_and_without_memory(make_segmenter):
    kept, bare = make_segmenter(), make_segmenter(cache_bytes=0)
    frames = [make_frame(k) for k in range(3)]
    for _ in range(2):
        one, other = weighed(kept, *frames), weighed(bare, *frames)
        for name, value in vars(one).items():
            assert value == pytest.approx(getattr(other, name), abs=1e-5), name


def test_pictures_without_depth_have_a_decision_of_their_own(make_segmenter):
    never, always = (DecisionConfig(absent_above=above) for above in (2.0, -1.0))
    segmenter = make_segmenter(
        decisions={'decision': never, 'decision_without_depth': always}, cache_bytes=1 << 20
    )
    frames = [make_frame(1, depth=depth) for depth in (True, False)]
    for _ in range(2):  # the second time from memory
        with_depth, without = (segmenter.ground([], frame, 'the mug') for frame in frames)
        assert segmenter.memory_bytes > 0
        assert with_depth.status is not Status.ABSENT
        assert without.status is Status.ABSENT


def test_one_decision_does_for_both_where_there_is_no_other(make_segmenter):
    always = DecisionConfig(absent_above=-1.0)
    segmenter = make_segmenter(decisions={'decision': always})
    for depth in (True, False):
        found = segmenter.ground([], make_frame(1, depth=depth), 'the mug')
        assert found.status is Status.ABSENT
