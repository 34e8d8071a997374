"""Where predicted masks come from: a model that is asked, or a folder made elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
import hashlib
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from visa_ros.data.samples import ImageQuery, ImageSample, VideoSample
from visa_ros.errors import DataError, InvalidFrameError
from visa_ros.eval.packed import Bits, NOTHING, pack
from visa_ros.eval.pngmask import MaskReader, write_mask
from visa_ros.structs import Answer, Camera, Frame, Query
from visa_ros.video.folder import depths_of, has_depth

_GAP_NS = 200_000_000  # sets do not tell the times of their frames: 5 per second


class Answerer(Protocol):
    """What visa_ros.pipeline.Pipeline does."""

    def ask(self, query: Query, frames: Sequence[Frame]) -> Answer:
        """Answer a question about frames, oldest first."""
        ...


@dataclass(frozen=True, kw_only=True)
class Question:
    """
    One expression about the pictures of a video, or about one picture.

    video, expression_id, text  as in Result
    pictures                    files, in order of time
    masks                       files of its prediction below a folder, one per picture
    """

    video: str
    expression_id: str
    text: str
    pictures: tuple[Path, ...]
    masks: tuple[str, ...]


def video_question(sample: VideoSample) -> Question:
    """Predictions of a video: <video>/<expression id>/<frame>.png."""
    folder = f'{sample.video}/{sample.expression_id}'
    return Question(
        video=sample.video,
        expression_id=sample.expression_id,
        text=sample.text,
        pictures=sample.paths,
        masks=tuple(f'{folder}/{frame}.png' for frame in sample.frames),
    )


def image_question(sample: ImageSample, query: ImageQuery) -> Question:
    """Predictions for a picture: <picture>/<id of the text>.png."""
    name = sample.path.stem
    return Question(
        video=name,
        expression_id=query.id,
        text=query.text,
        pictures=(sample.path,),
        masks=(f'{name}/{query.id}.png',),
    )


class Predictor(Protocol):
    """Knows the masks of questions."""

    def prepare(self) -> None:
        """Get ready; an error here ends the whole run."""
        ...

    def masks(self, question: Question, hw: tuple[int, int]) -> Iterator[Bits]:
        """Yield one mask per picture, each of size hw; any error means there is no answer."""
        ...

    def source(self, question: Question) -> str:
        """Return a text that changes when the answer may; '' if only the settings decide."""
        ...


class FolderPredictor:
    """Reads masks that were made before; any pixel that is not zero is object."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise DataError(f'{folder}: there is no such folder of predictions')
        self.folder = folder

    def prepare(self) -> None:
        """There is nothing to do."""

    def masks(self, question: Question, hw: tuple[int, int]) -> Iterator[Bits]:
        """Yield the masks; DataError if one is missing, damaged or of another size."""
        reader = MaskReader(hw)
        folder = (self.folder / question.masks[0]).parent
        if not folder.is_dir():
            raise DataError(f'{folder}: there is no such folder')
        return (reader.read(self.folder / name) for name in question.masks)

    def source(self, question: Question) -> str:
        """Return a digest of sizes and times of the files."""
        digest = hashlib.sha256()
        for name in question.masks:
            try:
                found = (self.folder / name).stat()
                digest.update(f'{found.st_size} {found.st_mtime_ns}\n'.encode())
            except OSError:
                digest.update(b'none\n')
        return digest.hexdigest()[:16]


class ModelPredictor:
    """
    Asks a model, as a robot would at the end of each video.

    The model is loaded when there is something to ask. The pictures of one video are kept for
    all of its questions.

    depth  give it the depth of a video, too, where there is any
    """

    def __init__(self, load: Callable[[], Answerer], *, depth: bool = True) -> None:
        self._load, self._depth = load, depth
        self._answerer: Answerer | None = None
        self._pictures: tuple[Path, ...] = ()
        self._frames: list[Frame] = []

    def prepare(self) -> None:
        """Load the model."""
        self._ready()

    def masks(self, question: Question, hw: tuple[int, int]) -> Iterator[Bits]:
        """Yield the union of all objects of the answer; DataError if pictures are damaged."""
        frames = self._read(question.pictures)
        if frames[0].hw != hw:
            raise DataError(
                f'{question.pictures[0]}: {frames[0].hw[1]}x{frames[0].hw[0]} px, '
                f'the masks have {hw[1]}x{hw[0]} px'
            )
        query = Query(instruction=question.text, keep_tracking=False)
        answer = self._ready().ask(query, frames)
        given = {frame.stamp_ns: frame.masks for frame in answer.sequence}
        return (union_of(given.get(frame.stamp_ns, {})) for frame in frames)

    def source(self, question: Question) -> str:
        """Tell whether there is depth; the model is part of the settings."""
        return 'depth' if self._depth and has_depth(question.pictures) else ''

    def _ready(self) -> Answerer:
        if self._answerer is None:
            self._answerer = self._load()
        return self._answerer

    def _read(self, pictures: tuple[Path, ...]) -> list[Frame]:
        if pictures != self._pictures:
            self._pictures, self._frames = (), []
            none: list[np.ndarray | None] = [None] * len(pictures)
            depths, camera = depths_of(pictures) if self._depth else (none, None)
            self._frames = [
                _frame(path, (k + 1) * _GAP_NS, depth_m, camera)
                for k, (path, depth_m) in enumerate(zip(pictures, depths, strict=True))
            ]
            self._pictures = pictures
        return self._frames


def _frame(path: Path, stamp_ns: int, depth_m: np.ndarray | None, camera: Camera | None) -> Frame:
    try:
        return Frame(rgb=read_rgb(path), stamp_ns=stamp_ns, depth_m=depth_m, camera=camera)
    except InvalidFrameError as error:
        raise DataError(f'{path}: what lies beside it does not fit: {error}') from error


def read_rgb(path: Path) -> np.ndarray:
    """Read a picture, uint8 (H, W, 3); DataError that names it if it is missing or damaged."""
    try:
        with Image.open(path) as image:
            return np.array(image.convert('RGB'))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f'{path}: missing or not a readable picture') from error


def union_of(masks: Mapping[int, np.ndarray]) -> Bits:
    """Pack the union of bool (H, W) masks."""
    return pack(np.logical_or.reduce(list(masks.values()))) if masks else NOTHING


class SavingPredictor:
    """Writes the masks of another one as pictures while it makes them."""

    def __init__(self, inner: Predictor, folder: Path) -> None:
        self._inner = inner
        self._folder = folder

    def prepare(self) -> None:
        """Prepare the other one."""
        self._inner.prepare()

    def masks(self, question: Question, hw: tuple[int, int]) -> Iterator[Bits]:
        """Yield the masks, each after it is on disk."""
        for name, mask in zip(question.masks, self._inner.masks(question, hw), strict=True):
            write_mask(self._folder / name, mask, hw)
            yield mask

    def source(self, question: Question) -> str:
        """Return that of the other one."""
        return self._inner.source(question)
