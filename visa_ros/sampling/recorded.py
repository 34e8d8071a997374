"""Answers to the percentage question that were given before, read from a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

from visa_ros.errors import DataError
from visa_ros.sampling.percent import shares_of
from visa_ros.structs import Frame

Answers = tuple[str | float, ...]


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """
    Answers about one expression in one video.

    video          empty: any video
    expression_id  of the data set; empty where there is none
    """

    video: str
    expression: str
    answers: Answers
    expression_id: str = ''


class RecordedAsker:
    """Looks answers up by the words of the expression; case and spaces do not matter."""

    def __init__(self, recorded: Sequence[Recorded], *, source: str = 'the recorded answers'):
        self._recorded = tuple(recorded)
        self._source = source

    def within(self, video: str, expression_id: str = '') -> RecordedAsker:
        """
        Keep the answers about one video, or one expression of it.

        DataError if there are none.
        """
        kept = [
            one
            for one in self._recorded
            if one.video == video and expression_id in ('', one.expression_id)
        ]
        if not kept:
            raise DataError(f'{self._source}: nothing about {_place(video, expression_id)}')
        return RecordedAsker(kept, source=self._source)

    def percents(self, frames: Sequence[Frame], expression: str) -> list[str | float]:
        """
        Return all answers about the expression; the frames are not looked at.

        Those of expressions with the same words in the same video are taken together. DataError
        if there are none, or if they are about several videos: `within` names the one.
        """
        wanted = _words(expression)
        found = [one for one in self._recorded if _words(one.expression) == wanted]
        if not found:
            raise DataError(f'{self._source}: no answer about {expression!r}')
        videos = sorted({one.video for one in found})
        if len(videos) > 1:
            raise DataError(
                f'{self._source}: {expression!r} was asked about {len(videos)} videos, '
                f'such as {videos[0]!r} and {videos[1]!r}: say which one is meant'
            )
        return [answer for one in found for answer in one.answers]


def load_recorded(path: str | Path) -> RecordedAsker:
    """
    Read recorded answers from a json file of one of two forms.

    * ReVOS' meta file as the reference's sampling stage leaves it: each expression has its `tp`,
      from 0 to 1.
    * {"VIDEO/EXPRESSION": [ANSWER, ...]}, cut at the last slash; without one, the answers are
      about any video. An answer is words, or a share from 0 to 1.

    DataError for anything else, or a number out of range; the message names the place.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding='utf-8'), object_pairs_hook=_without_doubles)
    except DataError as error:
        raise DataError(f'{path}: {error}') from error
    except OSError as error:
        raise DataError(f'{path}: recorded answers cannot be read: {error.strerror}') from error
    except ValueError as error:
        raise DataError(f'{path}: not a json file: {error}') from error
    _want(isinstance(content, Mapping) and content, f'{path}: want an object with answers')
    is_meta = isinstance(content.get('videos'), Mapping)
    read = _from_meta(content['videos']) if is_meta else _from_plain(content)
    try:
        recorded = list(read)
    except DataError as error:
        raise DataError(f'{path}: {error}') from error
    _want(recorded, f'{path}: there are no expressions in it')
    return RecordedAsker(recorded, source=str(path))


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Json lets a later value of a name silently win."""
    counts = Counter(name for name, _ in pairs)
    doubled = [name for name, count in counts.items() if count > 1]
    _want(not doubled, f'given twice: {doubled[:3]}')
    return dict(pairs)


def _from_meta(videos: Mapping[str, Any]) -> Iterator[Recorded]:
    for video, entry in videos.items():
        expressions: Any = entry.get('expressions') if isinstance(entry, Mapping) else None
        _want(isinstance(expressions, Mapping), f'video {video!r} has no expressions')
        for expression_id, one in expressions.items():
            place = _place(video, expression_id)
            words: Any = one.get('exp') if isinstance(one, Mapping) else None
            _want(isinstance(words, str), f'{place} has no words ("exp")')
            _want(
                _is_number(one.get('tp')),
                f'{place} has no "tp": this is not the file that the sampling stage writes',
            )
            yield Recorded(
                video=video,
                expression=words,
                answers=_checked(place, [one['tp']]),
                expression_id=expression_id,
            )


def _from_plain(content: Mapping[str, Any]) -> Iterator[Recorded]:
    for key, answers in content.items():
        video, _, words = key.rpartition('/')
        _want(_words(words), f'{key!r} has no expression behind the last slash')
        _want(isinstance(answers, list) and answers, f'{key!r}: want a list of answers')
        yield Recorded(video=video, expression=words, answers=_checked(repr(key), answers))


def _checked(place: str, answers: Sequence[Any]) -> Answers:
    """Answers that can be read as far as their types go; words need not name a mark."""
    wrong = [answer for answer in answers if not (isinstance(answer, str) or _is_number(answer))]
    _want(not wrong, f'{place}: want words or shares from 0 to 1, got {wrong[:1]}')
    try:
        shares_of(answers)
    except DataError as error:
        raise DataError(f'{place}: {error}') from error
    return tuple(answers)


def _want(condition: object, otherwise: str) -> None:
    if not condition:
        raise DataError(otherwise)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _words(expression: str) -> str:
    return ' '.join(expression.casefold().split()).removesuffix('?').rstrip()


def _place(video: str, expression_id: str) -> str:
    return f'video {video!r}' + (f', expression {expression_id!r}' if expression_id else '')
