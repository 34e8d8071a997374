"""What the data sets give: typed samples whose masks and pictures are read when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visa_ros.data.files import image_hw
from visa_ros.errors import DataError
from visa_ros.video.rle import decode, Rle

# ReVOS's type_id.
REFERRING, REASONING, NO_SUCH_OBJECT = 0, 1, 2

# The masks of one object, one entry per frame; None: it is not in the frame.
Track = tuple[Rle | None, ...]

IGNORE = 255


class TrackSource(Protocol):
    """
    Where a video set keeps its masks.

    path  file or folder
    """

    path: Path

    def track(self, video: str, frames: tuple[str, ...], annotation_id: str) -> Track:
        """Return one object's masks; DataError if they are missing or not one per frame."""
        ...


@dataclass(frozen=True, kw_only=True)
class Truth:
    """
    The true masks of one expression, still compressed.

    hw      height and width in px
    count   frames
    tracks  one per object that is meant; none: there is no such object
    """

    hw: tuple[int, int]
    count: int
    tracks: tuple[Track, ...]

    def mask(self, k: int) -> NDArray[np.bool_]:
        """Return the union of the objects on frame k, bool (H, W); DataError if damaged."""
        union = np.zeros(self.hw, np.bool_)
        for mask in self._on_frame(k):
            union |= mask
        return union

    def total(self, k: int) -> NDArray[np.uint8]:
        """Return how many of the objects cover each pixel of frame k, uint8 (H, W)."""
        total = np.zeros(self.hw, np.uint8)
        for mask in self._on_frame(k):
            total += mask
        return total

    def _on_frame(self, k: int) -> list[NDArray[np.bool_]]:
        if not 0 <= k < self.count:
            raise DataError(f'there is no frame {k}: the video has {self.count}')
        return [decode(rle) for track in self.tracks if (rle := track[k]) is not None]


@dataclass(frozen=True, kw_only=True)
class VideoSample:
    """
    One expression about one video.

    dataset, split  names, such as 'revos' and 'valid'
    video           its name; may contain slashes
    expression_id   names the folder of predictions: <video>/<expression id>/<frame>.png
    text            the expression
    type_id         0 referring, 1 reasoning, 2 no such object; None: the set has no types
    frames          names without extension, in order of time
    folder          of the pictures
    hw              height and width in px as the set tells; None: it does not
    object_ids      as the set counts them
    annotation_ids  one per object that is meant
    attributes      what else the set says about the expression
    source          of the masks; None: they are not public
    """

    dataset: str
    split: str
    video: str
    expression_id: str
    text: str
    frames: tuple[str, ...]
    folder: Path
    type_id: int | None = None
    hw: tuple[int, int] | None = None
    object_ids: tuple[str, ...] = ()
    annotation_ids: tuple[str, ...] = ()
    attributes: Mapping[str, object] = field(default_factory=dict, repr=False)
    source: TrackSource | None = field(default=None, repr=False, compare=False)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The pictures, in order of time."""
        return tuple(self.folder / f'{name}.jpg' for name in self.frames)

    @property
    def has_truth(self) -> bool:
        """Whether the true masks are public."""
        return self.source is not None

    @property
    def target_time(self) -> float | None:
        """Share of the video, 0 to 1, at which a frame sampler said to look; None: not said."""
        tp = self.attributes.get('tp')
        return float(tp) if isinstance(tp, (int, float)) else None

    def size(self) -> tuple[int, int]:
        """Return height and width in px, read from the first picture where the set is silent."""
        return self.hw or image_hw(self.paths[0])

    def truth(self) -> Truth:
        """
        Load the true masks, still compressed.

        DataError if they are not public, missing, not one per frame, or of another size.
        """
        if self.source is None:
            raise DataError(f'{self}: the masks of this split are not public')
        tracks = tuple(
            self.source.track(self.video, self.frames, annotation)
            for annotation in self.annotation_ids
        )
        sizes = {rle.size for track in tracks for rle in track if rle is not None}
        hw = self.hw or (sizes.pop() if len(sizes) == 1 else self.size())
        for wrong in sizes - {hw}:
            raise DataError(
                f'{self}: a mask of {wrong[1]}x{wrong[0]} px, the video has {hw[1]}x{hw[0]} px'
            )
        return Truth(hw=hw, count=len(self.frames), tracks=tracks)

    def __str__(self) -> str:
        return f'{self.dataset} {self.split}: {self.video}, expression {self.expression_id}'


class MaskSource(Protocol):
    """How the mask of a query is made when it is needed."""

    def label(self) -> NDArray[np.uint8]:
        """Return uint8 (H, W): 1 object, 0 background, 255 not to be judged."""
        ...


@dataclass(frozen=True, kw_only=True)
class ImageQuery:
    """
    One text about a picture.

    id           of the text in the set
    text         an expression or a question
    variants     other ways to say it
    is_sentence  it is a full sentence, to be asked as it is
    source       of the mask
    """

    id: str
    text: str
    source: MaskSource = field(repr=False, compare=False)
    variants: tuple[str, ...] = ()
    is_sentence: bool = False

    def truth(self) -> NDArray[np.uint8]:
        """Return the true mask, uint8 (H, W): 1 object, 0 background, 255 not to be judged."""
        return self.source.label()


@dataclass(frozen=True, kw_only=True)
class ImageSample:
    """
    One picture and what is asked about it.

    queries      at least one
    explanation  question and answer in words, where the set has them
    """

    dataset: str
    split: str
    path: Path
    queries: tuple[ImageQuery, ...]
    explanation: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class SemanticSample:
    """
    One picture with a class for each pixel.

    classes    name of each class, by its number; '' where a number is not used
    labelling  turns the stored map into class numbers
    """

    dataset: str
    split: str
    path: Path
    label_path: Path
    classes: tuple[str, ...] = field(repr=False)
    labelling: Labelling = field(repr=False, compare=False)

    def labels(self) -> NDArray[np.uint8]:
        """Return the class number of each pixel, uint8 (H, W), 255 where not to be judged."""
        return self.labelling.labels(self.label_path)

    def present(self) -> dict[int, str]:
        """Return number -> name of the classes in the picture."""
        numbers = (int(n) for n in np.unique(self.labels()) if n != IGNORE)
        return {n: self.classes[n] for n in numbers}


class Labelling(Protocol):
    """How a set stores its class maps."""

    def labels(self, path: Path) -> NDArray[np.uint8]:
        """Read a class map, uint8 (H, W), 255 for ignored; DataError if it is damaged."""
        ...


@dataclass(frozen=True, kw_only=True)
class Turn:
    """
    What one side says in a conversation.

    speaker  'human' or 'gpt'
    """

    speaker: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ChatSample:
    """
    A conversation about pictures or a video.

    pictures  in order; empty for a video, or where there is only text
    video     the file or folder of frames; None: there is none
    turns     human and gpt alternate, human first
    """

    dataset: str
    split: str
    id: str
    pictures: tuple[Path, ...]
    turns: tuple[Turn, ...]
    video: Path | None = None
