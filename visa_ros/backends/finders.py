"""
Networks that find named things on an image: name in, masks out.

N objects, Q places of a detector's answer, L tokens of its text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from visa_ros.backends.hub import device_of, dtype_of
from visa_ros.backends.pictures import at_image_size, fitted_hw, HALF, IMAGENET, resized
from visa_ros.errors import InvalidQueryError
from visa_ros.structs import Detection

_MOST_BOXES = 50


class Finder(Protocol):
    """Finds named things."""

    def find(self, rgb: np.ndarray, phrases: Sequence[str], threshold: float) -> list[Detection]:
        """
        Find all that the phrases name.

        rgb        uint8 (H, W, 3)
        phrases    what each is called
        threshold  score above which it counts as found, 0 to 1
        returns    best first; each has a pixel, and the phrase as label
        """
        ...


class BoxMasks:
    """
    Grounding DINO for boxes, SAM 2 for the masks in them.

    Boxes are scored as Grounding DINO scores them: by the token of the phrase that fits best.
    One thread owns it.
    """

    def __init__(
        self,
        *,
        detector: Any,
        tokenizer: Any,
        segmenter: Any,
        shortest_px: int = 800,
        longest_px: int = 1333,
    ) -> None:
        self._detector = detector
        self._tokenizer = tokenizer
        self._segmenter = segmenter
        self._shortest_px = shortest_px
        self._longest_px = longest_px

    @torch.inference_mode()
    def find(self, rgb: np.ndarray, phrases: Sequence[str], threshold: float) -> list[Detection]:
        """Find as Finder says."""
        scores, boxes = self._detect(rgb, phrases)  # (Q, phrases), (Q, 4)
        best, which = scores.max(dim=1)
        order = best.argsort(descending=True)[:_MOST_BOXES]
        order = order[best[order] > threshold]
        if not len(order):
            return []
        masks = self._masks_in(rgb, boxes[order]).cpu().numpy()
        labels = [phrases[n] for n in which[order].tolist()]
        found = zip(masks, labels, best[order].tolist(), strict=True)
        return [Detection(mask=m, label=label, score=s) for m, label, s in found if m.any()]

    def _detect(self, rgb: np.ndarray, phrases: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Score (Q, phrases) and box (Q, 4) of each place; cx, cy, w, h as shares of the image."""
        hw = fitted_hw(rgb.shape[:2], shortest_px=self._shortest_px, longest_px=self._longest_px)
        device = device_of(self._detector)
        picture = resized(rgb, hw, IMAGENET).to(device, dtype_of(self._detector))
        text = '. '.join(phrases) + '.'
        tokens = self._tokenizer(text, return_offsets_mapping=True, return_tensors='pt')
        spans = tokens.pop('offset_mapping')[0]
        _check_length(len(spans), self._detector.config.max_text_len)
        seen = torch.ones(1, *hw, dtype=torch.long, device=device)
        answer = self._detector(pixel_values=picture, pixel_mask=seen, **tokens.to(device))
        fit = answer.logits[0, :, : len(spans)].float().sigmoid()
        columns = [fit[:, of].amax(dim=1) for of in _tokens_of(phrases, spans)]
        return torch.stack(columns, dim=1), answer.pred_boxes[0].float()

    def _masks_in(self, rgb: np.ndarray, boxes: Tensor) -> Tensor:
        """Masks, bool (N, H, W), of the things in boxes."""
        side = self._segmenter.prompt_encoder.input_image_size
        picture = resized(rgb, _pair(side), IMAGENET)
        picture = picture.to(device_of(self._segmenter), dtype_of(self._segmenter))
        scale = boxes.new_tensor(_pair(side)[::-1] * 2)
        half = boxes[:, 2:] / 2
        corners = torch.cat((boxes[:, :2] - half, boxes[:, :2] + half), dim=1) * scale
        answer = self._segmenter(
            pixel_values=picture,
            input_boxes=corners[None].to(picture),
            multimask_output=False,
        )
        return at_image_size(answer.pred_masks[0, :, 0], rgb.shape[:2]) > 0


class ConceptMasks:
    """SAM 3: masks of all that a phrase names, in one network. One thread owns it."""

    def __init__(self, *, network: Any, tokenizer: Any) -> None:
        self._network = network
        self._tokenizer = tokenizer

    @torch.inference_mode()
    def find(self, rgb: np.ndarray, phrases: Sequence[str], threshold: float) -> list[Detection]:
        """Find as Finder says; the image is encoded once for all phrases."""
        side = _pair(self._network.config.vision_config.image_size)
        device = device_of(self._network)
        picture = resized(rgb, side, HALF).to(device, dtype_of(self._network))
        image = self._network.get_vision_features(picture)
        found: list[Detection] = []
        for phrase in phrases:
            tokens = self._tokenizer(
                phrase, padding='max_length', max_length=32, truncation=True, return_tensors='pt'
            ).to(device)
            answer = self._network(
                vision_embeds=image,
                input_ids=tokens['input_ids'],
                attention_mask=tokens['attention_mask'],
            )
            found += _instances(answer, phrase, rgb.shape[:2], threshold)
        return sorted(found, key=lambda one: -one.score)


def _instances(answer: Any, phrase: str, hw: tuple[int, int], threshold: float) -> list[Detection]:
    """Read SAM 3's answer: a score is how well a place fits, if the thing is there at all."""
    scores = answer.pred_logits[0].float().sigmoid()
    if answer.presence_logits is not None:
        scores = scores * answer.presence_logits[0].float().sigmoid()
    order = scores.argsort(descending=True)[:_MOST_BOXES]
    order = order[scores[order] > threshold]
    masks = (at_image_size(answer.pred_masks[0, order], hw) > 0).cpu().numpy()
    found = zip(masks, scores[order].tolist(), strict=True)
    return [Detection(mask=mask, label=phrase, score=score) for mask, score in found if mask.any()]


def _tokens_of(phrases: Sequence[str], spans: Tensor) -> list[Tensor]:
    """Which tokens, by their first and last character (L, 2), make up each phrase of the text."""
    start, chosen = 0, []
    for phrase in phrases:
        end = start + len(phrase)
        inside = (spans[:, 0] >= start) & (spans[:, 1] <= end) & (spans[:, 1] > spans[:, 0])
        chosen.append(inside.nonzero()[:, 0])
        start = end + len('. ')
    return chosen


def _check_length(tokens: int, most: int) -> None:
    if tokens > most:
        raise InvalidQueryError(
            f'the names are {tokens} tokens long, this model reads {most}: name fewer things'
        )


def _pair(side: int | Sequence[int]) -> tuple[int, int]:
    return (side, side) if isinstance(side, int) else (int(side[0]), int(side[1]))
