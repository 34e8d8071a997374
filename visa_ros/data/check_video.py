"""What can be wrong with a set of videos."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
import math

from visa_ros.data.alignment import misplaced, OTHER_STEP
from visa_ros.data.files import image_hw
from visa_ros.data.findings import Finding
from visa_ros.data.revos import ReVOS
from visa_ros.data.samples import (
    NO_SUCH_OBJECT,
    REASONING,
    REFERRING,
    Track,
    TrackSource,
    VideoSample,
)
from visa_ros.data.video import VideoSet
from visa_ros.errors import DataError
from visa_ros.video.rle import decode

# What users found in the release of ReVOS; each clip is measured, since not all are affected.
_KNOWN = {
    'TAO': 'known: in many clips of TAO mask i belongs to frame 30 i; those found are listed',
    'UVO': 'known: in some clips of UVO masks drift off; those found are listed',
}
_SHOWN = 3  # names in a message, of many that are missing


def problems_of_videos(dataset: VideoSet, *, tick: Callable[[], object]) -> Iterator[Finding]:
    """
    Yield what is wrong with pictures, expressions and masks.

    tick  called once per video
    """
    yield from _notes(dataset)
    masks = dataset.files.masks
    if masks is not None and not masks.path.exists():
        yield Finding(
            dataset=dataset.name,
            split=dataset.split,
            where='all masks',
            problem=f'{masks.path}: missing',
            items=tuple(range(len(dataset))),
        )
        masks = None
    for at in range(len(dataset.videos)):
        yield from _Video(dataset, at, masks).problems()
        tick()


def _notes(dataset: VideoSet) -> Iterator[Finding]:
    """Say what is no error here, but should be known: other counts, sources with errors."""

    def note(where: str, text: str) -> Finding:
        return Finding(
            dataset=dataset.name, split=dataset.split, where=where, problem=text, wrong=False
        )

    count, released = len(dataset.videos), dataset.released.get(dataset.split)
    if released not in {None, count}:
        yield note('the split', f'{count} videos; the release has {released}')
    for source, text in _KNOWN.items() if isinstance(dataset, ReVOS) else ():
        clips = sum(video.name.startswith(f'{source}/') for video in dataset.videos)
        if clips:
            yield note(f'{source}, {clips} clip' + ('s' if clips > 1 else ''), text)


class _Video:
    """
    The check of one video.

    masks  None: there are none to check
    """

    def __init__(self, dataset: VideoSet, at: int, masks: TrackSource | None) -> None:
        self._set = dataset
        self._masks = masks
        self._at = at
        self._items = tuple(dataset.items_of(at))
        self._video = dataset.videos[at]
        self._folder = dataset.files.pictures / self._video.name

    def problems(self) -> Iterator[Finding]:
        if not self._items:
            yield self._finding('', 'has no expressions')
        yield from self._problems_of_expressions()
        missing = self._missing_pictures()
        if missing:
            yield self._finding('', missing, *self._items)
        hw, problem = self._size(complete=not missing)
        if problem:
            yield self._finding('', problem, *self._items)
        if self._masks is None:
            return
        tracks, findings = self._read_tracks(self._masks, hw)
        yield from findings
        yield from self._problems_of_foreground(hw)
        if tracks and not missing and not problem:
            yield from self._problems_of_alignment(tracks)

    def _finding(self, inside: str, problem: str, *items: int) -> Finding:
        return Finding(
            dataset=self._set.name,
            split=self._set.split,
            where=self._video.name + (f', {inside}' if inside else ''),
            problem=problem,
            items=items,
        )

    def _problems_of_expressions(self) -> Iterator[Finding]:
        for item in self._items:
            sample = self._set[item]
            for problem in _problems_of_expression(sample):
                yield self._finding(f'expression {sample.expression_id}', problem, item)

    def _missing_pictures(self) -> str:
        if not self._folder.is_dir():
            return f'{self._folder}: missing'
        there = {path.stem for path in self._folder.glob('*.jpg')}
        missing = [name for name in self._video.frames if name not in there]
        if not missing:
            return ''
        more = f' and {len(missing) - _SHOWN} more' if len(missing) > _SHOWN else ''
        return (
            f'{len(missing)} of {len(self._video.frames)} pictures missing: '
            f'{", ".join(missing[:_SHOWN])}{more}'
        )

    def _size(self, *, complete: bool) -> tuple[tuple[int, int] | None, str]:
        """Return the size of the video, and what is wrong with that of its pictures."""
        hw = self._video.hw
        if not complete:
            return hw, ''
        for name in self._video.frames:
            try:
                found = image_hw(self._folder / f'{name}.jpg')
            except DataError as error:
                return hw, str(error)
            hw = hw or found
            if found != hw:
                return hw, f'picture {name} has {_px(found)}, the video {_px(hw)}'
        return hw, ''

    def _read_tracks(
        self, masks: TrackSource, hw: tuple[int, int] | None
    ) -> tuple[dict[str, Track], list[Finding]]:
        """Return the tracks that are sound, and what is wrong with the others."""
        video = self._video
        tracks, findings = {}, []
        for annotation in sorted({a for e in video.expressions for a in e.annotation_ids}):
            try:
                track = masks.track(video.name, video.frames, annotation)
                _check_masks(track, video.frames, hw)
                tracks[annotation] = track
            except DataError as error:
                problem = f'{error}{self._hint(str(error))}'
                findings.append(
                    self._finding(f'mask {annotation}', problem, *self._users(annotation))
                )
        return tracks, findings

    def _users(self, annotation: str) -> list[int]:
        """Return the items that mean an object."""
        expressions = zip(self._items, self._video.expressions, strict=True)
        return [item for item, e in expressions if annotation in e.annotation_ids]

    def _hint(self, problem: str) -> str:
        """Name the known error that a wrong number of masks is a sign of."""
        sampled = math.ceil(len(self._video.frames) / OTHER_STEP)
        if sampled > 1 and f': {sampled} masks for' in problem:
            return f'; mask i may belong to frame {OTHER_STEP} i'
        return ''

    def _problems_of_foreground(self, hw: tuple[int, int] | None) -> Iterator[Finding]:
        if not isinstance(self._set, ReVOS) or not self._set.foreground_file.is_file():
            return
        try:
            _check_masks(self._set.foreground(self._at), self._video.frames, hw)
        except DataError as error:
            yield self._finding('foreground', f'{error}; R cannot be told')

    def _problems_of_alignment(self, tracks: Mapping[str, Track]) -> Iterator[Finding]:
        # The folder may hold more pictures than are annotated.
        names = sorted(path.stem for path in self._folder.glob('*.jpg'))
        places = {name: k for k, name in enumerate(names)}
        try:
            told = misplaced(
                [self._folder / f'{name}.jpg' for name in names],
                [places[name] for name in self._video.frames],
                tracks,
            )
        except DataError as error:
            yield self._finding('', str(error), *self._items)
            return
        for annotation, text in told.items():
            yield self._finding(f'mask {annotation}', text, *self._users(annotation))


def _problems_of_expression(sample: VideoSample) -> Iterator[str]:
    if not sample.text.strip():
        yield 'its text is empty'
    if sample.type_id not in {None, REFERRING, REASONING, NO_SUCH_OBJECT}:
        yield f'type_id {sample.type_id} is not 0, 1 or 2'
    elif sample.type_id == NO_SUCH_OBJECT and sample.annotation_ids:
        yield 'type_id 2, no such object, but it names masks'
    elif sample.type_id in {REFERRING, REASONING} and not sample.annotation_ids:
        yield f'type_id {sample.type_id}, but it names no masks'


def _check_masks(track: Track, frames: Sequence[str], hw: tuple[int, int] | None) -> None:
    """Raise DataError if a mask is damaged or not of the video's size."""
    for name, rle in zip(frames, track, strict=True):
        if rle is None:
            continue
        if hw is not None and rle.size != hw:
            raise DataError(f'frame {name}: mask of {_px(rle.size)}, the video has {_px(hw)}')
        try:
            decode(rle)
        except DataError as error:
            raise DataError(f'frame {name}: {error}') from error


def _px(hw: tuple[int, int]) -> str:
    return f'{hw[1]}x{hw[0]} px'
