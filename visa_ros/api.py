"""The short way in: load, push frames, ask."""

from __future__ import annotations

from dataclasses import asdict
import json
from pathlib import Path
from typing import Any

from visa_ros.config import PipelineConfig, SamplingConfig
from visa_ros.errors import CheckpointError, ConfigError, StaleInputError
from visa_ros.paths import model_dir
from visa_ros.pipeline import Backlog, build_buffer, FrameSampler, Pipeline, Segmenter, Tracker
from visa_ros.structs import Answer, Frame, ObjectState, Query


class Visa:
    """
    A window over one camera's frames, questions about it, and the objects that are followed.

    Owned by one thread.
    """

    def __init__(self, pipeline: Pipeline, config: PipelineConfig | None = None) -> None:
        self._pipeline = pipeline
        self._buffer = build_buffer((config or PipelineConfig()).window)

    def push(self, frame: Frame) -> bool:
        """Take the frame as the newest of the window; False if it is late or a repetition."""
        return self._buffer.push(frame)

    def ask(self, question: str | Query) -> Answer:
        """
        Answer a question about the window, in words or with all its options.

        StaleInputError before the first frame, or if the query's window holds none.
        """
        query = Query(instruction=question) if isinstance(question, str) else question
        return self._pipeline.ask(query, self._buffer.snapshot())

    def track(self, *, clouds: bool = False) -> tuple[ObjectState, ...]:
        """
        Follow the objects of earlier answers on the newest frame; () when there are none.

        clouds  lift the masks too, where the frame has depth and intrinsics

        StaleInputError before the first frame.
        """
        frame = self._buffer.newest
        if frame is None:
            raise StaleInputError('there is no frame yet: push one first')
        backlog = Backlog(frames=self._buffer.snapshot())
        return self._pipeline.track(frame, clouds=clouds, backlog=backlog)

    def forget(self, *object_ids: int) -> None:
        """Stop following these objects; all of them if none is named."""
        self._pipeline.forget(object_ids or self._pipeline.tracked_ids)


def load(
    model: str | Path = 'visa-nano',
    device: str = 'auto',
    config: PipelineConfig | None = None,
    *,
    precision: str = 'auto',
    quantization: str = 'none',
) -> Visa:
    """
    Load a model and make everything around it.

    model         a name in models/, or a folder
    device        'auto' (a GPU if there is one), 'cpu', 'cuda', 'cuda:1', 'mps'
    precision     'auto' (bf16 on a GPU that computes in it, else fp32), 'fp32', 'bf16', 'fp16'
    quantization  of the language model of a published VISA: 'none', '8bit', '4bit'

    CheckpointError if the model is missing or damaged; ConfigError if the device is not there,
    or the model cannot be had in that precision or quantization.
    """
    made = load_pipeline(model, device, config, precision=precision, quantization=quantization)
    return Visa(made, config)


def load_pipeline(
    model: str | Path = 'visa-nano',
    device: str = 'auto',
    config: PipelineConfig | None = None,
    *,
    precision: str = 'auto',
    quantization: str = 'none',
) -> Pipeline:
    """Load a model for callers that keep their own frames, as `load` does."""
    folder = model_dir(model)
    settings = config or PipelineConfig()
    segmenter = _load_segmenter(folder, device, precision, quantization)
    return Pipeline(
        segmenter=segmenter,
        tracker=_load_tracker(folder, device, precision),
        config=settings,
        sampler=_load_sampler(settings.sampling, segmenter, device, precision),
    )


def _load_segmenter(folder: Path, device: str, precision: str, quantization: str) -> Segmenter:
    """Load what config.json says the folder holds; torch is only needed from here on."""
    kind = _read_json(folder / 'config.json').get('format')
    if kind == 'visa-ros-published':
        from visa_ros.model.published.segmenter import load_published_segmenter

        return load_published_segmenter(
            folder, device=device, precision=precision, quantization=quantization
        )
    if quantization != 'none':
        raise ConfigError(f'quantization {quantization!r}: only published VISAs have it; set none')
    if kind == 'visa-ros-open-vocabulary':
        from visa_ros.backends.open_vocabulary import load_open_vocabulary

        return load_open_vocabulary(folder, device=device, precision=precision)
    if kind is not None:
        raise CheckpointError(f'{folder}: this visa_ros knows no models of format {kind!r}')
    if precision not in ('auto', 'fp32'):
        raise ConfigError(f'precision {precision!r}: a small VISA runs in fp32; set auto or fp32')
    from visa_ros.model.segmenter import load_segmenter

    return load_segmenter(folder, device=device)


def _load_tracker(folder: Path, device: str, precision: str) -> Tracker:
    path = folder / 'tracker.json'
    if not path.is_file():
        raise CheckpointError(
            f'{folder} holds no tracker: add one by `visa-ros convert --tracker XMem.pth '
            f'-o {folder}`'
        )
    if 'engine' in _read_json(path):
        from visa_ros.backends.video_engines import load_video_engine

        return load_video_engine(folder, device=device, precision=precision)
    from visa_ros.tracking import load_tracker

    return load_tracker(folder, device=device, precision=precision)


def _load_sampler(
    config: SamplingConfig, segmenter: Segmenter, device: str, precision: str
) -> FrameSampler | None:
    """Make what chooses the frames; None: their positions in the window decide."""
    if not config.needs_sampler:
        return None
    from visa_ros.sampling.build import sampler_from

    return sampler_from(**asdict(config), segmenter=segmenter, device=device, precision=precision)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise CheckpointError(f'cannot read {path}: {error}') from error
    if not isinstance(raw, dict):
        raise CheckpointError(f'{path}: want a json object')
    return raw
