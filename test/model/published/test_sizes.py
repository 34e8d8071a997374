from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest
import torch

from visa_ros.errors import CheckpointError
from visa_ros.model.published.config import ClipSizes, SamSizes
from visa_ros.model.published.modules import build_clip, build_sam
from visa_ros.model.published.sizes import clip_config, CLIP_LARGE, sam_sizes, vocabulary

SMALL = SamSizes(
    width=32,
    depth=3,
    heads=2,
    global_layers=(1,),
    image_px=64,
    patch_px=8,
    window=3,
    prompt_dim=16,
    mask_in_chans=8,
    decoder_depth=2,
    decoder_mlp=40,
    iou_hidden=24,
    num_multimask=2,
)


def shapes_of(build, sizes, prefix):
    with torch.device('meta'):
        state = build(sizes).state_dict()
    return {f'{prefix}.{key}': tuple(tensor.shape) for key, tensor in state.items()}


@pytest.mark.parametrize('letter', 'blh')
def test_published_sams_are_recognised(letter):
    sizes = SamSizes.vit(letter)
    assert sam_sizes(shapes_of(build_sam, sizes, 'sam')) == sizes


@given(
    heads=st.integers(1, 3),
    depth=st.integers(1, 4),
    grid=st.integers(3, 9),
    patch=st.sampled_from([4, 8]),
    window=st.integers(2, 8),
    decoder_depth=st.integers(1, 3),
    data=st.data(),
)
@settings(max_examples=15, deadline=None)
def test_any_sam_is_recognised(heads, depth, grid, patch, window, decoder_depth, data):
    layers = data.draw(st.sets(st.integers(0, depth - 1)))
    if window >= grid or len(layers) == depth:
        window = grid  # then no shape tells a window from the whole
        layers = set(range(depth))
    sizes = replace(
        SMALL,
        width=8 * heads,
        heads=heads,
        depth=depth,
        global_layers=tuple(sorted(layers)),
        image_px=grid * patch,
        patch_px=patch,
        window=window,
        decoder_depth=decoder_depth,
    )
    assert sam_sizes(shapes_of(build_sam, sizes, 'sam')) == sizes


def test_no_single_tensor_decides():
    """So that one that is missing or misshapen is found out instead of being believed."""
    shapes = shapes_of(build_sam, SMALL, 'sam')
    for key, shape in shapes.items():
        missing = {k: s for k, s in shapes.items() if k != key}
        longer = {**shapes, key: (shape[0] + 2, *shape[1:])}
        assert sam_sizes(longer) == SMALL, key
        # The size of patches shows in one tensor alone.
        assert 'patch_embed.proj.weight' in key or sam_sizes(missing) == SMALL, key


def test_without_sam_it_is_the_published_one():
    assert sam_sizes({'lm_head.weight': (5, 4)}) == SamSizes.vit('h')
    assert sam_sizes({'text_hidden_fcs.2.weight': (32, 4)}).prompt_dim == 32


def test_shapes_that_make_no_sam():
    shapes = shapes_of(build_sam, SMALL, 'sam')
    heads_wider_than_all = {k: (s[0], 99) if 'rel_pos' in k else s for k, s in shapes.items()}
    with pytest.raises(CheckpointError, match='make no SAM'):
        sam_sizes(heads_wider_than_all)


@pytest.mark.parametrize(
    'sizes',
    [
        ClipSizes(hidden=1024, mlp=4096, layers=24, heads=16, image_px=224, patch_px=14),
        ClipSizes(hidden=128, mlp=96, layers=2, heads=2, image_px=56, patch_px=7),
    ],
)
def test_clip_is_recognised(sizes):
    told = clip_config(shapes_of(build_clip, sizes, 'clip'))
    assert told == {
        **CLIP_LARGE,
        'hidden_size': sizes.hidden,
        'intermediate_size': sizes.mlp,
        'num_hidden_layers': sizes.layers,
        'num_attention_heads': sizes.heads,
        'image_size': sizes.image_px,
        'patch_size': sizes.patch_px,
    }


def test_heads_of_an_unknown_clip_are_not_guessed():
    sizes = ClipSizes(hidden=48, mlp=96, layers=2, heads=4, image_px=28, patch_px=7)
    with pytest.raises(CheckpointError, match='--config'):
        clip_config(shapes_of(build_clip, sizes, 'clip'))


@pytest.mark.parametrize(
    ('rows', 'told', 'count'),
    [
        ((601, 601), 601, 601),
        ((601, 601), 600, 601),
        ((601, 600), 600, 600),
        ((599, 599), 600, 600),
    ],
)
def test_training_adds_one_token(rows, told, count):
    shapes = {'language.embed_tokens.weight': (rows[0], 8), 'lm_head.weight': (rows[1], 8)}
    assert vocabulary(told, shapes) == count
