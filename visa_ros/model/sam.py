"""
SAM's prompt encoder and mask decoder, prompted by a hidden state of the language model.

segment_anything's own `__init__` imports torchvision for features that are not needed here
(box suppression, image transforms), so only its `modeling` part is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
import importlib
import importlib.util
import sys
import types

import torch
from torch import nn, Tensor
from torch.nn import functional

from visa_ros.errors import MissingPackageError
from visa_ros.model.vision import DETAIL

_SAM = 'segment_anything'


def sam_modeling() -> types.ModuleType:
    """
    Import `segment_anything.modeling`, with or without torchvision.

    Raises MissingPackageError where segment_anything is not installed.
    """
    loaded = sys.modules.get(f'{_SAM}.modeling')
    if loaded is not None:
        return loaded
    spec = importlib.util.find_spec(_SAM)
    if spec is None or spec.submodule_search_locations is None:
        raise MissingPackageError('segment_anything is missing: pip install segment-anything')
    # A bare parent stands in while the sub-package loads, so that its __init__ does not run.
    real = sys.modules.pop(_SAM, None)
    bare = types.ModuleType(_SAM)
    bare.__path__ = list(spec.submodule_search_locations)
    sys.modules[_SAM] = bare
    try:
        return importlib.import_module(f'{_SAM}.modeling')
    finally:
        del sys.modules[_SAM]
        if real is not None:
            sys.modules[_SAM] = real


@dataclass(frozen=True, kw_only=True, eq=False)
class MaskLogits:
    """
    What the head says about n prompts on one picture.

    fine    float (n, 4h, 4w)  logits; above 0 is object
    coarse  float (n, h, w)    logits of the first guess
    quality float (n,)         predicted IoU of the mask
    """

    fine: Tensor
    coarse: Tensor
    quality: Tensor


class Outliner(nn.Module):
    """
    Draws the outlines of masks by what the picture shows there; changes nothing at first.

    SAM's decoder sees the picture at stride 16 alone. What SAM 2 adds to its channels at strides
    8 and 4 comes here after it, with three convolutions that see 15 cells of stride 4.

    detail    channels that the picture has
    channels  of its own
    """

    def __init__(self, detail: int, channels: int = 16) -> None:
        super().__init__()
        self.picture = nn.Conv2d(detail, channels, 3, padding=1)
        self.mask = nn.Conv2d(1, channels, 3, padding=1)
        self.near = nn.Conv2d(channels, channels, 3, padding=2, dilation=2)
        self.far = nn.Conv2d(channels, channels, 3, padding=4, dilation=4)
        self.draw = nn.Conv2d(channels, 1, 1)
        for parameter in self.draw.parameters():
            nn.init.zeros_(parameter)

    def forward(self, logits: Tensor, detail: Tensor) -> Tensor:
        """Improve n masks, float (n, h, w), by one picture or n, float (1 or n, C, h, w)."""
        x = functional.relu(self.picture(detail) + self.mask((logits / 4).tanh()[:, None]))
        x = functional.relu(self.far(functional.relu(self.near(x))))
        return logits + self.draw(x)[:, 0]


class MaskHead(nn.Module):
    """
    `[SEG]` to mask: a first guess by similarity, refined by SAM's two-way decoder and outlined.

    The first guess compares the `[SEG]` state with the image embedding and with the language
    model's own visual tokens; SAM reads it as its dense prompt. VISA has no such guess (its
    decoder starts from a trained SAM); a small model trained from scratch needs it: without it
    a proof of concept reached IoU 0.20 instead of 0.36 in the same time.
    """

    def __init__(
        self, *, hidden: int, dim: int, depth: int, heads: int, mlp: int, grid_hw: tuple[int, int]
    ) -> None:
        super().__init__()
        sam = sam_modeling()
        self.grid_hw = grid_hw
        self.text_hidden_fcs = nn.Sequential(
            nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, dim)
        )
        self.prompt_encoder = sam.PromptEncoder(
            embed_dim=dim,
            image_embedding_size=grid_hw,
            input_image_size=(grid_hw[0] * 8, grid_hw[1] * 8),
            mask_in_chans=4,
        )
        self.mask_decoder = sam.MaskDecoder(
            num_multimask_outputs=3,
            transformer=sam.TwoWayTransformer(
                depth=depth, embedding_dim=dim, num_heads=heads, mlp_dim=mlp
            ),
            transformer_dim=dim,
            iou_head_depth=2,
            iou_head_hidden_dim=dim,
        )
        self.pixel_query = nn.Linear(hidden, dim)
        self.pixel_key = nn.Conv2d(dim, dim, 1)
        self.token_query = nn.Linear(hidden, hidden)
        self.token_key = nn.Linear(hidden, hidden)
        self.guess_bias = nn.Parameter(torch.tensor(-2.0))
        self.guess_embed = nn.Linear(1, dim)
        self.outliner = Outliner(DETAIL)

    def forward(
        self,
        embedding: Tensor,
        detail: Tensor,
        visual_states: Tensor,
        token_hw: tuple[int, int],
        seg: Tensor,
    ) -> MaskLogits:
        """
        Decode the masks of n prompts on one picture.

        embedding      float (C, h, w)       image embedding
        detail         float (c, 4 h, 4 w)   what outlines are drawn by
        visual_states  float (N, D)          last hidden states of its tokens, N = H16 * W16
        token_hw       (H16, W16)
        seg            float (n, D)          last hidden states that predict `[SEG]`
        """
        coarse = self.guess(embedding, visual_states, token_hw, seg)
        return self.refine(embedding[None], detail[None], coarse, seg)

    def refine(self, embedding: Tensor, detail: Tensor, coarse: Tensor, seg: Tensor) -> MaskLogits:
        """
        Decode n masks from their first guesses, float (n, h, w).

        embedding, detail  of one picture or of n, float (1 or n, ...) as in forward
        seg                as in forward
        """
        dense = self.guess_embed((coarse / 4).tanh()[..., None]).permute(0, 3, 1, 2)
        dense = dense + self.prompt_encoder.no_mask_embed.weight.view(1, -1, 1, 1)
        # SAM's decoder takes the prompts of one picture; of several, these come with the prompts.
        low, quality = self.mask_decoder(
            image_embeddings=torch.zeros_like(embedding[:1]),
            image_pe=self.prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=self.text_hidden_fcs(seg)[:, None],
            dense_prompt_embeddings=embedding + dense.to(embedding.dtype),
            multimask_output=False,
        )
        guess = functional.interpolate(coarse[:, None], size=low.shape[-2:], mode='bilinear')
        fine = self.outliner((low.float() + guess)[:, 0], detail)
        return MaskLogits(fine=fine, coarse=coarse, quality=quality[:, 0].float())

    def guess(
        self, embedding: Tensor, visual_states: Tensor, token_hw: tuple[int, int], seg: Tensor
    ) -> Tensor:
        """
        Compare the prompts with the picture, float (n, h, w) logits; arguments of forward.

        For B pictures with n prompts each, all arguments and the result have a first axis of B.
        """
        keys = self.pixel_key(embedding)
        pixels = torch.einsum('...nc,...chw->...nhw', self.pixel_query(seg), keys)
        pixels = pixels.float() / keys.shape[-3] ** 0.5
        tokens = self.token_query(seg) @ self.token_key(visual_states).transpose(-1, -2)
        tokens = tokens.float().view(-1, 1, *token_hw) / seg.shape[-1] ** 0.5
        tokens = functional.interpolate(tokens, size=pixels.shape[-2:], mode='bilinear')
        return pixels + tokens.view(pixels.shape) + self.guess_bias
