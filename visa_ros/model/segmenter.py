"""Frames and an instruction in, objects with masks out: the network's façade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
import time

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from visa_ros.errors import ConfigError
from visa_ros.model.build import VisaConfig
from visa_ros.model.checkpoint import load_model
from visa_ros.model.text import (
    AnswerVocabulary,
    BEGIN,
    END,
    load_text_encoder,
    SEG,
    Spoken,
    TextEncoder,
)
from visa_ros.model.visa import View, VisaModel
from visa_ros.nn.efficientnet import normalise
from visa_ros.structs import Detection, Frame, Grounding, Status

_SAME_OBJECT_IOU = 0.7


@dataclass(frozen=True, kw_only=True, eq=False)
class _Generated:
    """Tokens of an answer, the states that predict its `[SEG]`s, and those of the picture."""

    tokens: list[int]
    seg: Tensor  # (n, D)
    visual: Tensor  # (N, D)


class VisaSegmenter:
    """
    The model behind one call; reads one target frame and a few earlier ones.

    Not thread-safe: one thread owns it.
    """

    def __init__(self, *, model: VisaModel, text: TextEncoder, config: VisaConfig) -> None:
        self._model = model
        self._text = text
        self._config = config
        self._vocabulary = AnswerVocabulary(config.labels)
        self._device = model.lm_head.weight.device

    @torch.inference_mode()
    def ground(
        self,
        references: Sequence[Frame],
        target: Frame,
        instruction: str,
        *,
        max_objects: int = 0,
    ) -> Grounding:
        """
        Find the objects of the target frame that answer the instruction.

        references   earlier frames, oldest first; may be empty
        max_objects  the best so many; 0: all
        returns      detections by falling score
        """
        clock = _Stopwatch()
        view = self._look(references, target)
        clock.lap('encode')
        generated = self._generate(view, self._text.encode([instruction.strip()])[0])
        spoken = self._vocabulary.spoken(generated.tokens)
        clock.lap('language')
        found = self._detect(view, generated, spoken, target.hw) if spoken.labels else []
        clock.lap('mask')
        if not found:
            refusal = self._vocabulary.spoken(self._vocabulary.ids(Status.ABSENT, ())[1:-1])
            return Grounding(status=Status.ABSENT, answer=refusal.text, ms=clock.ms)
        if max_objects:
            found = found[:max_objects]
        status = spoken.status if len(found) > 1 else Status.FOUND
        return Grounding(status=status, answer=spoken.text, detections=tuple(found), ms=clock.ms)

    def _look(self, references: Sequence[Frame], target: Frame) -> View:
        pictures = [self._picture(frame) for frame in (*references, target)]
        past = torch.stack(pictures[:-1]) if references else pictures[-1].new_zeros(0)
        shape = (1, len(references), *pictures[-1].shape)
        return self._model.look(pictures[-1][None], past.reshape(shape))

    def _picture(self, frame: Frame) -> Tensor:
        return prepare_picture(frame.rgb, self._config.image_hw).to(self._device)

    def _generate(self, view: View, text: Tensor) -> _Generated:
        """Decode greedily; the first token decides between answering, refusing and asking back."""
        visual, state, cache = self._model.start(view, text.to(self._device), BEGIN)
        position = int(view.position[-1]) + 1 + len(text)
        tokens: list[int] = []
        seg: list[Tensor] = []
        for _ in range(self._config.max_answer_tokens):
            token = self._choose(self._model.lm_head(state), first=not tokens)
            if token == END:
                break
            if token == SEG:
                seg.append(state)
            tokens.append(token)
            position += 1
            state = self._model.advance(token, position, cache)
        stacked = torch.stack(seg) if seg else visual.new_zeros(0, visual.shape[1])
        return _Generated(tokens=tokens, seg=stacked, visual=visual)

    def _choose(self, logits: Tensor, *, first: bool) -> int:
        """Take the likeliest token; a refusal or asking back needs only its own probability."""
        if not first:
            return int(logits.argmax())
        likely = logits.softmax(dim=-1)
        if likely[self._vocabulary.refusal] > self._config.absent_above:
            return self._vocabulary.refusal
        if likely[self._vocabulary.asking_back] > self._config.ambiguous_above:
            return self._vocabulary.asking_back
        likely = likely.clone()
        likely[[self._vocabulary.refusal, self._vocabulary.asking_back]] = 0
        return int(likely.argmax())

    def _detect(
        self, view: View, generated: _Generated, spoken: Spoken, hw: tuple[int, int]
    ) -> list[Detection]:
        decoded = self._model.masks(view, 0, generated.visual, generated.seg)
        big_enough = (decoded.fine > 0).flatten(1).sum(dim=1) >= self._config.min_mask_px
        logits = functional.interpolate(decoded.fine[:, None], size=hw, mode='bilinear')[:, 0]
        masks = (logits > 0).cpu().numpy()
        scores = decoded.quality.clamp(0, 1).tolist()
        found: list[Detection] = []
        for index, label in enumerate(spoken.labels):
            mask = masks[index]
            if not big_enough[index] or not mask.any():
                continue
            if all(_iou(mask, other.mask) < _SAME_OBJECT_IOU for other in found):
                found.append(Detection(mask=mask, label=label, score=scores[index]))
        return sorted(found, key=lambda detection: -detection.score)


def prepare_picture(rgb: np.ndarray, image_hw: tuple[int, int]) -> Tensor:
    """Resize (H, W, 3) uint8 to the network's size; returns float (3, h, w), normalised."""
    picture = torch.from_numpy(np.ascontiguousarray(rgb)).permute(2, 0, 1)[None].float()
    if picture.shape[-2:] != image_hw:
        picture = functional.interpolate(picture, size=image_hw, mode='bilinear', antialias=True)
    return normalise(picture)[0]


def load_segmenter(folder: Path, *, device: str = 'cpu') -> VisaSegmenter:
    """
    Load a model folder: config.json, visa.safetensors, text/.

    Raises CheckpointError for files that do not fit, ConfigError for a device that is not there.
    """
    where = _device(device)
    model, config = load_model(folder)
    text = load_text_encoder(folder / 'text', device=device)
    return VisaSegmenter(model=model.to(where), text=text, config=config)


def _device(name: str) -> torch.device:
    try:
        where = torch.device(name)
        torch.empty(1, device=where)
    except (RuntimeError, AssertionError) as error:
        raise ConfigError(f'device {name!r} cannot be used here: {error}') from error
    return where


def _iou(one: np.ndarray, other: np.ndarray) -> float:
    union = np.count_nonzero(one | other)
    return np.count_nonzero(one & other) / union if union else 1.0


class _Stopwatch:
    """Milliseconds between laps, by stage."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.ms[stage] = 1e3 * (now - self._last)
        self._last = now
