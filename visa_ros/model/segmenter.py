"""Frames and an instruction in, objects with masks out: visa-nano's façade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from visa_ros.geometry.relief import relief_of
from visa_ros.model.branches import Branches, check_length, Prompt, ReadPrompt
from visa_ros.model.build import VisaConfig
from visa_ros.model.cache import FrameCache
from visa_ros.model.checkpoint import load_model
from visa_ros.model.decision import DecisionConfig, Evidence
from visa_ros.model.generation import speak, Speech, Utterance
from visa_ros.model.objects import (
    Candidates,
    conclude,
    divide_whole,
    Objects,
    outlined,
    surest_places,
)
from visa_ros.model.pictures import change_maps, resized
from visa_ros.model.stopwatch import Stopwatch
from visa_ros.model.text import (
    AnswerVocabulary,
    BEGIN,
    END,
    load_text_encoder,
    LOOKING_BACK,
    SEG,
    Spoken,
    TextEncoder,
)
from visa_ros.model.visa import VisaModel
from visa_ros.model.vision import PictureFeatures
from visa_ros.nn.device import resolve_device
from visa_ros.nn.efficientnet import normalise
from visa_ros.nn.fused import fastest
from visa_ros.nn.outlines import Guide
from visa_ros.structs import Frame, Grounding, Status

CACHE_BYTES = 64 << 20
_TOGETHER = 16  # instructions that are read in one pass


@dataclass(frozen=True, kw_only=True, eq=False)
class _Said:
    """An answer: the state before it, how it reads, its `[SEG]` states, what its words count."""

    asked: Tensor
    spoken: Spoken
    utterance: Utterance
    words: Evidence


class VisaSegmenter:
    """
    The model behind one call; reads one target frame and a few earlier ones.

    What it computed from frames is kept while they live: features of each picture, and what the
    language model read of a row of pictures, with which every prompt begins.
    llm_passes  prompts read by the language model so far; one pass reads several at once

    Not thread-safe: one thread owns it.
    """

    def __init__(
        self,
        *,
        model: VisaModel,
        text: TextEncoder,
        config: VisaConfig,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        """Keep at most `cache_bytes` of what was computed; 0: nothing."""
        self.llm_passes = 0
        self._model = model
        self._text = text
        self._config = config
        self._vocabulary = AnswerVocabulary(config.labels)
        self._device = model.lm_head.weight.device
        self._cache = FrameCache(cache_bytes)

    @property
    def memory_bytes(self) -> int:
        """Bytes that are held for frames still alive."""
        return self._cache.nbytes

    def clear(self) -> None:
        """Forget what was computed from frames."""
        self._cache.clear()

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

        references   earlier frames, oldest first; or later ones, newest first; may be empty
        target       its depth is looked at, too, if it has any and a camera, and the model can
        max_objects  the best so many; 0: all
        returns      detections by falling score

        ConfigError for more references than the model has positions.
        """
        return self.ground_many(references, target, [instruction], max_objects=max_objects)[0]

    def ground_many(
        self,
        references: Sequence[Frame],
        target: Frame,
        instructions: Sequence[str],
        *,
        max_objects: int = 0,
    ) -> list[Grounding]:
        """Answer several instructions as `ground` does one; the times are of all together."""
        clock = Stopwatch(self._device)
        refusal = self._vocabulary.spoken(self._vocabulary.ids(Status.ABSENT, ())[1:-1]).text
        decision, answers = self._answers(references, target, instructions, clock)
        return [
            conclude(
                objects,
                decision,
                answer=spoken.text,
                refusal=refusal,
                max_objects=max_objects,
                ms=clock.ms,
            )
            for spoken, objects in answers
        ]

    def weigh_many(
        self, references: Sequence[Frame], target: Frame, texts: Sequence[str]
    ) -> list[Evidence]:
        """Return what the decisions about instructions would go by, to calibrate them."""
        _, answers = self._answers(references, target, texts, Stopwatch(self._device))
        return [objects.evidence for _, objects in answers]

    @torch.inference_mode()
    def _answers(
        self,
        references: Sequence[Frame],
        target: Frame,
        instructions: Sequence[str],
        clock: Stopwatch,
    ) -> tuple[DecisionConfig, list[tuple[Spoken, Objects]]]:
        """Return by what is decided about the answers, and these."""
        if not instructions:
            return self._config.decision, []
        opening = LOOKING_BACK if references and references[0].stamp_ns > target.stamp_ns else ''
        encoded = self._text.encode([opening + text.strip() for text in instructions])
        texts = [text.to(self._device) for text in encoded]
        words = max(map(len, texts)) + 1 + self._config.max_answer_tokens
        limit = self._model.language.config.max_position_embeddings
        check_length(pictures=len(references) + 1, picture=1, words=words, limit=limit)
        frames = (*references, target)
        prompt, seen = self._look(frames)
        decision = self._config.decision_for(depth=seen.depth)
        clock.lap('encode')
        answers: list[tuple[Spoken, Objects]] = []
        for start in range(0, len(texts), _TOGETHER):
            said, prompt = self._generate(prompt, texts[start : start + _TOGETHER], decision)
            clock.lap('language')
            objects = self._segment(seen, prompt, said, target.rgb)
            answers += zip((one.spoken for one in said), objects, strict=True)
            clock.lap('mask')
        self._cache.put('prompt', frames, prompt)
        return decision, answers

    def _look(self, frames: Sequence[Frame]) -> tuple[Prompt | ReadPrompt, PictureFeatures]:
        """Return the pictures for the language model and the last one for the mask decoder."""
        target = self._target(frames[-1])
        if read := self._cache.get('prompt', frames):
            return read, target
        past = self._past(frames[:-1])
        grids = torch.stack(past, dim=1) if past else target.grid[:, None][:, :0]
        small = [resized(frame.rgb, self._config.past_hw) for frame in frames]
        change = torch.from_numpy(change_maps(small, slots=self._config.slots))
        view = self._model.compose(target, grids, change[None].to(self._device))
        prompt = Prompt(embeds=view.prefix[0], position=view.position, mutual=True)
        return prompt, target

    def _target(self, frame: Frame) -> PictureFeatures:
        """Encode the picture that is asked about, a batch of one, if it is not known yet."""
        if (known := self._cache.get('target', (frame,))) is None:
            maps = relief_of(frame, self._config.past_hw) if self._config.relief else None
            shapes = None if maps is None else torch.from_numpy(maps)[None].to(self._device)
            known = self._model.encoder(self._batch([frame], self._config.image_hw), shapes)
            self._cache.put('target', (frame,), known)
        return known

    def _past(self, frames: Sequence[Frame]) -> list[Tensor]:
        """Encode, all at once, the earlier pictures that are not known; each is a batch of one."""
        known = {frame: self._cache.get('past', (frame,)) for frame in frames}
        new = [frame for frame, grid in known.items() if grid is None]
        if new:
            grids = self._model.encoder.grids(self._batch(new, self._config.past_hw))
            for k, frame in enumerate(new):
                known[frame] = grids[k : k + 1].clone()
                self._cache.put('past', (frame,), known[frame])
        return [known[frame] for frame in frames]

    def _batch(self, frames: Sequence[Frame], hw: tuple[int, int]) -> Tensor:
        pictures = torch.from_numpy(np.stack([resized(frame.rgb, hw) for frame in frames]))
        return normalise(pictures.permute(0, 3, 1, 2).to(self._device))

    def _generate(
        self, prompt: Prompt | ReadPrompt, texts: Sequence[Tensor], decision: DecisionConfig
    ) -> tuple[list[_Said], ReadPrompt]:
        """Decode greedily; the first token decides between answering and asking back."""
        model = self._model
        branches = Branches(model.language, prompt)
        questions = {k: model.question(text, BEGIN) for k, text in enumerate(texts)}
        states = {k: read[-1] for k, read in branches.append(questions).items()}
        self.llm_passes += 1
        evidence, first = {}, {}
        for k, state in states.items():
            likely = model.lm_head(state).softmax(dim=-1)
            evidence[k], first[k] = self._first_word(likely, decision)
        said = speak(
            branches,
            states,
            words=model.language.embed_tokens,
            head=model.lm_head,
            speech=Speech(seg=SEG, end=END, max_tokens=self._config.max_answer_tokens),
            first=first,
        )
        return [
            _Said(
                asked=states[k],
                spoken=self._vocabulary.spoken(said[k].tokens),
                utterance=said[k],
                words=evidence[k],
            )
            for k in states
        ], branches.prompt

    def _first_word(self, likely: Tensor, decision: DecisionConfig) -> tuple[Evidence, int]:
        """Weigh refusing and asking back; the answer itself is made without a refusal."""
        refusal, asking_back = self._vocabulary.refusal, self._vocabulary.asking_back
        words = Evidence(refusal=float(likely[refusal]), asking_back=float(likely[asking_back]))
        if decision.is_ambiguous(words):
            return words, asking_back
        others = likely.clone()
        others[[refusal, asking_back]] = 0
        return words, int(others.argmax())

    def _segment(
        self, seen: PictureFeatures, prompt: ReadPrompt, said: Sequence[_Said], rgb: np.ndarray
    ) -> list[Objects]:
        """Decode the masks of all answers at once; the picture gives them their outlines."""
        token_hw, head = self._model.encoder.token_hw, self._model.mask_head
        visual = prompt.states[len(prompt.states) - token_hw[0] * token_hw[1] :]
        asked = self._model.match(torch.stack([one.asked for one in said]))
        prompts = torch.cat((asked, *(s[None] for one in said for s in one.utterance.seg)))
        decoded = head(seen.embedding[0], seen.detail[0], visual, token_hw, prompts)
        full = functional.interpolate(decoded.fine[:, None], rgb.shape[:2], mode='bilinear')[:, 0]
        guide = Guide(rgb, (decoded.fine.shape[1], decoded.fine.shape[2]))
        fit, quality = surest_places(decoded.coarse[: len(said)]), decoded.quality.clamp(0, 1)
        objects, first, decision = [], len(said), self._config.decision_for(depth=seen.depth)
        for k, one in enumerate(said):
            own = slice(first, first + len(one.utterance.seg))
            first = own.stop
            named = Candidates(
                low=decoded.fine[own],
                full=full[own],
                quality=quality[own],
                presence=[fit[k]] * len(one.utterance.seg),
                labels=one.spoken.labels,
            )
            whole = outlined(decoded.fine[k], guide, quality=float(quality[k]), fit=fit[k])
            objects.append(divide_whole(whole, named, one.words, min_mask_px=decision.min_mask_px))
        return objects


def load_segmenter(
    folder: Path, *, device: str = 'cpu', cache_bytes: int = CACHE_BYTES
) -> VisaSegmenter:
    """
    Load a model folder: config.json, visa.safetensors, text/; cache_bytes as in VisaSegmenter.

    Raises CheckpointError for files that do not fit, ConfigError for a device that is not there.
    """
    where = resolve_device(device)
    model, config = load_model(folder)
    model.encoder.backbone = fastest(model.encoder.backbone.to(where), where)
    text = load_text_encoder(folder / 'text', device=str(where))
    return VisaSegmenter(model=model.to(where), text=text, config=config, cache_bytes=cache_bytes)
