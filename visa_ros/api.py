"""The short way in: load, push frames, ask."""

from __future__ import annotations

from pathlib import Path

from visa_ros.config import PipelineConfig
from visa_ros.errors import StaleInputError
from visa_ros.paths import model_dir
from visa_ros.pipeline import build_buffer, Pipeline
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
        return self._pipeline.track(frame, clouds=clouds)

    def forget(self, *object_ids: int) -> None:
        """Stop following these objects; all of them if none is named."""
        self._pipeline.forget(object_ids or self._pipeline.tracked_ids)


def load(
    model: str | Path = 'visa-nano', device: str = 'cpu', config: PipelineConfig | None = None
) -> Visa:
    """
    Load a model and make everything around it.

    model   a name in models/, or a folder
    device  of torch: 'cpu', 'cuda', 'cuda:1', ...

    CheckpointError if the model is missing or damaged, ConfigError if the device is not there.
    """
    return Visa(load_pipeline(model, device, config), config)


def load_pipeline(
    model: str | Path = 'visa-nano', device: str = 'cpu', config: PipelineConfig | None = None
) -> Pipeline:
    """Load a model for callers that keep their own frames, as `load` does."""
    folder = model_dir(model)
    from visa_ros.model.segmenter import load_segmenter  # torch is only needed from here on
    from visa_ros.tracking import load_tracker

    return Pipeline(
        segmenter=load_segmenter(folder, device=device),
        tracker=load_tracker(folder, device=device),
        config=config,
    )
