"""The percentage question, answered by a video LLM of transformers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
import hashlib
from pathlib import Path
import re
from typing import Any

from PIL import Image
import torch
from transformers import AutoModelForImageTextToText, AutoProcessor

from visa_ros.errors import CheckpointError, ConfigError, MissingPackageError
from visa_ros.nn.device import resolve_device, resolve_precision
from visa_ros.sampling.percent import percent_question
from visa_ros.structs import Frame

# The reference asks ten times, with this much chance.
ANSWERS = 10
_TEMPERATURE = 0.6
_TOP_P = 0.9
_MAX_NEW_TOKENS = 64
_HUB_NAME = re.compile(r'[\w.-]+/[\w.-]+')
_PLAIN = {'skip_special_tokens': True}


class VideoLlmAsker:
    """
    Shows a video to a chat model and takes what it says.

    A model that reads videos gets the frames as one; any other one as a list of pictures.
    Not thread-safe: one thread owns it.
    """

    def __init__(self, *, model: Any, processor: Any, answers: int = ANSWERS, seed: int = 0):
        if answers < 1:
            raise ConfigError(f'a video LLM is asked for at least 1 answer, got {answers}')
        self._model = model
        self._processor = processor
        self._answers = answers
        self._seed = seed

    @torch.inference_mode()
    def percents(self, frames: Sequence[Frame], expression: str) -> list[str]:
        """
        Return what the model says, as many times as it is asked.

        A single answer is the likeliest one, several are drawn; the draw depends on the seed and
        the question alone. ConfigError if the model cannot read several pictures and a text.
        """
        inputs = self._inputs(frames, percent_question(expression))
        with _drawn_by(f'{self._seed}\n{expression}', self._model.device):
            tokens = self._model.generate(**inputs, **self._decoding())
        said = tokens[:, inputs['input_ids'].shape[1] :]
        return [text.strip() for text in self._tokenizer.batch_decode(said, **_PLAIN)]

    @property
    def _tokenizer(self) -> Any:
        return self._processor.tokenizer

    def _decoding(self) -> dict[str, Any]:
        """A pad token is only needed to fill up the shorter ones of several answers."""
        pad = self._tokenizer.pad_token_id
        common = {
            'max_new_tokens': _MAX_NEW_TOKENS,
            'pad_token_id': self._tokenizer.eos_token_id if pad is None else pad,
        }
        if self._answers == 1:
            return common | {'do_sample': False, 'temperature': None, 'top_p': None, 'top_k': None}
        chance = {'do_sample': True, 'temperature': _TEMPERATURE, 'top_p': _TOP_P, 'top_k': 0}
        return common | chance | {'num_return_sequences': self._answers}

    def _inputs(self, frames: Sequence[Frame], question: str) -> Any:
        pictures = [Image.fromarray(frame.rgb) for frame in frames]
        options: dict[str, Any] = {}
        if getattr(self._processor, 'video_processor', None) is None:
            shown = [{'type': 'image', 'image': picture} for picture in pictures]
            question = f'These are frames of one video, in order of time. {question}'
        else:
            shown = [{'type': 'video', 'video': pictures}]
            options = {'do_sample_frames': False, 'video_metadata': [_metadata(frames)]}
        content = [*shown, {'type': 'text', 'text': question}]
        try:
            inputs = self._processor.apply_chat_template(
                [{'role': 'user', 'content': content}],
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
                return_tensors='pt',
                processor_kwargs=options,
            )
        except (ValueError, TypeError, IndexError) as error:
            raise ConfigError(
                f'{type(self._model).__name__} cannot be asked about {len(frames)} frames: {error}'
            ) from error
        return inputs.to(self._model.device, dtype=self._model.dtype)


def _metadata(frames: Sequence[Frame]) -> dict[str, Any]:
    """Frames per second and the like, which some models are told as the times of the frames."""
    span_s = (frames[-1].stamp_ns - frames[0].stamp_ns) / 1e9
    fps = (len(frames) - 1) / span_s if span_s > 0 else 1.0
    height, width = frames[0].hw
    return {
        'total_num_frames': len(frames),
        'fps': fps,
        'duration': len(frames) / fps,
        'frames_indices': list(range(len(frames))),
        'height': height,
        'width': width,
    }


@contextmanager
def _drawn_by(words: str, device: torch.device) -> Iterator[None]:
    """Draw random numbers by these words; the process's own generators go on undisturbed."""
    digest = hashlib.sha256(words.encode(errors='replace')).digest()
    cuda = [device] if device.type == 'cuda' else []
    with torch.random.fork_rng(devices=cuda):
        torch.manual_seed(int.from_bytes(digest[:8], 'big', signed=True))
        yield


def load_video_llm(
    name: str | Path,
    *,
    device: str = 'cpu',
    precision: str = 'auto',
    answers: int = ANSWERS,
    seed: int = 0,
    local_files_only: bool = True,
) -> VideoLlmAsker:
    """
    Load a video LLM, or one that reads several pictures, with its processor.

    name              folder of the model, or its name on the Hugging Face hub
    device            'auto', 'cpu', 'cuda', 'cuda:N' or 'mps'
    precision         'auto', 'fp32', 'bf16' or 'fp16'
    answers           1: the likeliest one; more: that many are drawn
    local_files_only  False: what is not there yet may be downloaded

    Code that comes with a model is never run. CheckpointError if the model is not there, needs
    code of its own, lacks weights or a chat template; MissingPackageError if its processor needs
    a package; ConfigError for an unknown device or precision.
    """
    where = resolve_device(device)
    dtype = resolve_precision(precision, where)
    processor, model, missing = _read(str(name), dtype, local_files_only)
    if missing:
        raise CheckpointError(
            f'{name}: {len(missing)} tensors are missing, such as {missing[0]}: '
            'the download is incomplete, or is of another model'
        )
    if not (hasattr(processor, 'tokenizer') and processor.chat_template):
        raise CheckpointError(
            f'{name}: it has no processor with a chat template: want a model that chats about '
            'pictures, often called "instruct"'
        )
    model.to(where).eval()
    return VideoLlmAsker(model=model, processor=processor, answers=answers, seed=seed)


def _read(name: str, dtype: torch.dtype, local_files_only: bool) -> tuple[Any, Any, list[str]]:
    """Load processor and model; also the names of weights that were not in the files."""
    is_hub_name = _HUB_NAME.fullmatch(name)
    if not (is_hub_name or Path(name).is_dir()):
        raise CheckpointError(f'{name!r} is no folder, and no name on the Hugging Face hub')
    options = {'local_files_only': local_files_only, 'trust_remote_code': False}
    try:
        processor = AutoProcessor.from_pretrained(name, **options)
        model, report = AutoModelForImageTextToText.from_pretrained(
            name, dtype=dtype, output_loading_info=True, **options
        )
    except ImportError as error:
        raise MissingPackageError(
            f'{name}: its processor needs a package: {_line(error)} (Models that read videos need '
            'torchvision, of the version that fits torch: pip install torchvision)'
        ) from error
    except (OSError, ValueError, RuntimeError) as error:
        fetch = (
            f' Download it once: hf download {name}' if is_hub_name and local_files_only else ''
        )
        raise CheckpointError(f'{name}: no video LLM to load: {_line(error)}{fetch}') from error
    return processor, model, sorted(report['missing_keys'])


def _line(error: Exception) -> str:
    return ' '.join(str(error).split())
