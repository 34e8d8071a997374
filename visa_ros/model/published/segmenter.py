"""A published VISA behind one call: frames and an instruction in, objects with masks out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

import numpy as np
import torch

from visa_ros.errors import ConfigError
from visa_ros.model.branches import Prompt, ReadPrompt
from visa_ros.model.cache import FrameCache
from visa_ros.model.decision import Evidence
from visa_ros.model.generation import check_finite
from visa_ros.model.objects import Candidates, conclude, find_objects, Objects
from visa_ros.model.published.checkpoint import load_published
from visa_ros.model.published.folder import read_prompt, TOKENIZER
from visa_ros.model.published.generation import forced, generated, Said
from visa_ros.model.published.network import PublishedVisa
from visa_ros.model.published.prompts import PromptTemplate
from visa_ros.model.published.reading import PictureReader, split_at_pictures, Target
from visa_ros.model.published.tokenizer import PromptTokenizer, SEG_TEXT
from visa_ros.model.stopwatch import Stopwatch
from visa_ros.structs import Frame, Grounding

CACHE_BYTES = 2 << 30
_TOGETHER = 16  # instructions that are read in one pass


class PublishedSegmenter:
    """
    The model behind one call; reads one target frame and a few reference frames.

    A model that was not trained to speak has its answer put in its mouth, as the reference does:
    one pass of the language model, no words, one mask. A model that was generates its answer,
    with as many `[SEG]`s as it likes.

    Not thread-safe: one thread owns it.
    """

    def __init__(
        self,
        *,
        network: PublishedVisa,
        tokenizer: PromptTokenizer,
        template: PromptTemplate,
        cache_bytes: int = CACHE_BYTES,
        max_answer_tokens: int = 128,
    ) -> None:
        """
        Put the parts together.

        cache_bytes        kept at most of what is computed from frames; 0: nothing
        max_answer_tokens  of a generated answer, which is cut behind them

        ConfigError if the answer that is put in the model's mouth holds no `[SEG]`.
        """
        if not network.config.speaks and SEG_TEXT not in template.answers[0]:
            raise ConfigError(f'prompt: the first of the answers needs {SEG_TEXT}')
        self._network = network
        self._config = network.config
        self._tokenizer = tokenizer
        self._template = template
        self._max_answer = max_answer_tokens if network.config.speaks else 0
        self._cache = FrameCache(cache_bytes)
        self._reader = PictureReader(network, self._cache)
        self._device = network.mm_projector.weight.device

    @property
    def llm_passes(self) -> int:
        """Prompts read by the language model so far; one pass reads several at once."""
        return self._reader.passes

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

        references   oldest first; without any, the target is its own reference
        max_objects  the best so many; 0: all
        returns      detections by falling score

        InvalidQueryError for an instruction and ConfigError for pictures that are too long for
        the language model, CheckpointError if the network computes no finite numbers.
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
        answers = self._answers(references, target, instructions, clock)
        return [
            conclude(
                objects,
                self._config.decision,
                answer=said.spoken.text,
                refusal=said.refusal,
                max_objects=max_objects,
                ms=clock.ms,
            )
            for said, objects in answers
        ]

    def weigh(self, references: Sequence[Frame], target: Frame, instruction: str) -> Evidence:
        """Return what the decision about an instruction would go by, to calibrate it."""
        clock = Stopwatch(self._device)
        ((_, objects),) = self._answers(references, target, [instruction], clock)
        return objects.evidence

    @torch.no_grad()
    def likelihoods(
        self, pictures: Sequence[Frame], question: str, answers: Sequence[str]
    ) -> np.ndarray:
        """
        Score answers to a question about pictures, all in one pass.

        pictures  oldest first, at least one
        answers   as the model would say them
        returns   float64 (A,)  log-likelihood of each, its end token included

        Errors as `ground`.
        """
        if not answers:
            return np.zeros(0)
        asked = self._template.plain_question(question, len(pictures))
        texts = [self._template.conversation([(asked, answer)]) for answer in (*answers, None)]
        *whole, opening = map(self._tokenizer.encode, texts)
        self._reader.check_length(whole)
        first = min(_common(opening, ids) for ids in whole)  # where the answers begin
        head, _ = split_at_pictures(opening)
        prompt = self._reader.begin(pictures, head)
        # The last token that all share begins each branch: its state predicts the first answer.
        branches, states = self._reader.read(
            prompt,
            [ids[first - 1 : -1] for ids in whole],
            shared=opening[len(head) : first - 1],
        )
        self._reader.keep(pictures, head, branches.prompt)
        logits = check_finite(self._network.lm_head(torch.cat(states)).float())
        said = torch.tensor([t for ids in whole for t in ids[first:]], device=logits.device)
        chances = logits.log_softmax(dim=-1).gather(1, said[:, None])[:, 0].double()
        return np.array([float(part.sum()) for part in chances.split([*map(len, states)])])

    @torch.no_grad()
    def _answers(
        self,
        references: Sequence[Frame],
        target: Frame,
        instructions: Sequence[str],
        clock: Stopwatch,
    ) -> list[tuple[Said, Objects]]:
        if not instructions:
            return []
        frames = (*(references or (target,)), target)
        prompts = [self._ids(instruction, len(frames) - 1) for instruction in instructions]
        self._reader.check_length(prompts, answer=self._max_answer)
        head, _ = split_at_pictures(prompts[0])
        ends = [ids[len(head) :] for ids in prompts]
        prompt = self._reader.begin(frames, head)
        embedded = self._reader.target(target)
        clock.lap('encode')
        answers: list[tuple[Said, Objects]] = []
        for start in range(0, len(ends), _TOGETHER):
            said, prompt = self._say(prompt, ends[start : start + _TOGETHER])
            clock.lap('language')
            answers += zip(said, self._segment(embedded, said), strict=True)
            clock.lap('mask')
        self._reader.keep(frames, head, prompt)
        return answers

    def _ids(self, instruction: str, references: int) -> list[int]:
        answer = None if self._config.speaks else self._template.answers[0]
        text = self._template.segmentation_prompt(instruction, references, answer)
        return self._tokenizer.encode(text)

    def _say(
        self, prompt: Prompt | ReadPrompt, ends: Sequence[Sequence[int]]
    ) -> tuple[list[Said], ReadPrompt]:
        branches, states = self._reader.read(prompt, ends)
        if self._config.speaks:
            said = generated(
                self._network, self._tokenizer, branches, states, max_tokens=self._max_answer
            )
        else:
            said = [forced(self._network, *end) for end in zip(ends, states, strict=True)]
        return said, branches.prompt

    def _segment(self, target: Target, said: Sequence[Said]) -> list[Objects]:
        """Decode the masks of all answers at once."""
        seg = [state for one in said for state in one.seg]
        if not seg:
            return [Objects(detections=(), evidence=one.words) for one in said]
        decoded = self._network.decode_masks(target.embedding, torch.stack(seg))
        full = self._network.full_resolution(
            decoded.low_res, resize_hw=target.resize_hw, orig_hw=target.orig_hw
        )
        counts = [len(one.seg) for one in said]
        tensors = (decoded.low_res.float(), full, decoded.quality)
        parts = zip(*(tensor.split(counts) for tensor in tensors), strict=True)
        return [
            find_objects(
                Candidates(
                    low=low,
                    full=big,
                    quality=quality,
                    presence=one.presence,
                    labels=one.spoken.labels,
                ),
                one.words,
                min_mask_px=self._config.decision.min_mask_px,
                trust_quality=False,
            )
            for one, (low, big, quality) in zip(said, parts, strict=True)
        ]


def load_published_segmenter(
    folder: Path,
    *,
    device: str = 'auto',
    precision: str = 'auto',
    quantization: str = 'none',
    cache_bytes: int = CACHE_BYTES,
) -> PublishedSegmenter:
    """
    Load a folder that `visa-ros convert` wrote.

    cache_bytes  kept at most of what is computed from frames; 0: nothing

    Raises CheckpointError for files that do not fit or are damaged, ConfigError for a device, a
    precision or a quantization that is not there.
    """
    network = load_published(folder, device=device, precision=precision, quantization=quantization)
    return PublishedSegmenter(
        network=network,
        tokenizer=PromptTokenizer(folder / TOKENIZER, legacy=network.config.legacy_tokenizer),
        template=read_prompt(folder),
        cache_bytes=cache_bytes,
    )


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """Tokens that both begin with."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    )
