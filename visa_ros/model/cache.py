"""What was computed from frames, kept while the frames live and the budget lasts."""

from __future__ import annotations

from collections import deque, OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
import threading
from typing import Any
import weakref

from torch import Tensor, UntypedStorage

from visa_ros.errors import ConfigError
from visa_ros.structs import Frame

_Key = tuple[Hashable, tuple[int, ...]]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Entry:
    value: Any
    nbytes: int


class FrameCache:
    """
    Results by what they are and by the frames they were computed from.

    Bounded in bytes: the results unused for longest go first. Frames are known by identity and
    held weakly: once the window drops a frame, all that was computed from it goes with it.

    One thread puts and gets; frames may die in any thread.
    """

    def __init__(self, max_bytes: int) -> None:
        """Keep at most so many bytes; 0: keep nothing. ConfigError if it is negative."""
        if max_bytes < 0:
            raise ConfigError(f'a cache of {max_bytes} bytes: want 0 (no cache) or more')
        self._max_bytes = max_bytes
        self._entries: OrderedDict[_Key, _Entry] = OrderedDict()
        self._alive: dict[int, weakref.ref[Frame]] = {}
        self._dead: deque[int] = deque()
        self._lock = threading.Lock()
        self._nbytes = 0

    @property
    def nbytes(self) -> int:
        """Bytes held now."""
        with self._lock:
            self._bury()
            return self._nbytes

    def get(self, kind: Hashable, frames: Sequence[Frame]) -> Any | None:
        """Return what was put for these very frames in this order; None if it is gone."""
        key = _key(kind, frames)
        with self._lock:
            self._bury()
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry.value

    def put(self, kind: Hashable, frames: Sequence[Frame], value: Any) -> None:
        """
        Keep a value: tensors, or tuples, lists, mappings and dataclasses of them.

        It must not hold the frames. What alone is larger than the budget is not kept.
        """
        key, entry = _key(kind, frames), _Entry(value=value, nbytes=bytes_of(value))
        with self._lock:
            self._bury()
            self._remove(key)
            if entry.nbytes > self._max_bytes:
                return
            for frame in frames:
                self._watch(frame)
            self._entries[key] = entry
            self._nbytes += entry.nbytes
            while self._nbytes > self._max_bytes:
                self._remove(next(iter(self._entries)))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._alive.clear()
            self._dead.clear()
            self._nbytes = 0

    def _watch(self, frame: Frame) -> None:
        number = id(frame)
        if number in self._alive:
            return
        cache = weakref.ref(self)

        def dies(_: weakref.ref[Frame]) -> None:
            if (owner := cache()) is not None:
                owner._died(number)

        self._alive[number] = weakref.ref(frame, dies)

    def _died(self, number: int) -> None:
        """Note a death. It may happen in the midst of a call here; then that is tidied up next."""
        self._dead.append(number)
        if self._lock.acquire(blocking=False):
            try:
                self._bury()
            finally:
                self._lock.release()

    def _bury(self) -> None:
        """Drop what belongs to dead frames, before their ids can mean others."""
        while self._dead:
            number = self._dead.popleft()
            self._alive.pop(number, None)
            for key in [key for key in self._entries if number in key[1]]:
                self._remove(key)

    def _remove(self, key: _Key) -> None:
        if (entry := self._entries.pop(key, None)) is not None:
            self._nbytes -= entry.nbytes


def bytes_of(value: Any) -> int:
    """Bytes of all tensors in a value; memory that several of them share counts once."""
    return sum({s.data_ptr(): s.nbytes() for s in _storages(value)}.values())


def _storages(value: Any) -> Iterator[UntypedStorage]:
    if isinstance(value, Tensor):
        yield value.untyped_storage()
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _storages(part)
    elif isinstance(value, dict):
        yield from _storages(list(value.values()))
    elif is_dataclass(value):
        yield from _storages([getattr(value, f.name) for f in fields(value)])


def _key(kind: Hashable, frames: Sequence[Frame]) -> _Key:
    return kind, tuple(id(frame) for frame in frames)
