"""
Finished expressions on disk, so that a run that was killed goes on where it was.

A folder with one file of lines per process: the settings first, then a result per line. Lines
are only added. What follows a line that is damaged, or was not finished, is not believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import contextlib
import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from visa_ros.errors import ConfigError, DataError
from visa_ros.eval.results import Key, Result
from visa_ros.eval.shards import Shard

_PATTERN = 'part-*.jsonl'


class Journal:
    """
    Results of all processes of a run; this process adds its own.

    Use it in a `with` block. ConfigError if the folder belongs to a run with other settings, or
    another process is writing the same file.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any], shard: Shard) -> None:
        self._folder = folder
        self._settings = json.loads(json.dumps(settings))
        self._read: dict[Path, _Part] = {}
        self._own: Path | None = None
        self.results: dict[Key, Result] = {}
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f'part-{shard.rank:04d}-of-{shard.world:04d}.jsonl'
        self._file = _open_locked(path)
        try:
            self.refresh()
            self._resume(path)
        except BaseException:
            self._file.close()
            raise

    def refresh(self) -> None:
        """Read what other processes have added."""
        for path in sorted(self._folder.glob(_PATTERN)):
            if path == self._own:
                continue  # what this process writes it knows
            part = self._read.setdefault(path, _Part(path, self._settings))
            for result in part.more():
                self.results[result.key] = result

    def add(self, results: Iterable[Result]) -> None:
        """Write results; when it returns they are on the disk."""
        found = list(results)
        lines = [json.dumps(result.to_json(), allow_nan=False) for result in found]
        self._write(lines)
        self.results.update({result.key: result for result in found})

    def _resume(self, path: Path) -> None:
        """Cut off what was not finished; begin with the settings."""
        end = self._read[path].end
        self._file.truncate(end)
        self._file.seek(end)
        if end == 0:
            self._write([json.dumps({'settings': self._settings})])
            _sync_folder(self._folder)
        self._own = path

    def _write(self, lines: Iterable[str]) -> None:
        self._file.write(''.join(line + '\n' for line in lines).encode())
        self._file.flush()
        os.fsync(self._file.fileno())

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


class _Part:
    """
    One file of a journal, read as it grows.

    end  where the last line that is believed ends
    """

    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        self._path = path
        self._settings = settings
        self.end = 0

    def more(self) -> list[Result]:
        """Return the results that were added; ConfigError if they are of another run."""
        with self._path.open('rb') as file:
            file.seek(self.end)
            content = file.read()
        results = []
        for line in content.splitlines(keepends=True):
            raw = _parsed(line)
            if raw is None:
                break
            if self.end:
                try:
                    results.append(Result.from_json(raw))
                except DataError:
                    break
            else:
                self._check(raw.get('settings'))
            self.end += len(line)
        return results

    def _check(self, settings: Any) -> None:
        if settings == self._settings:
            return
        theirs = settings if isinstance(settings, dict) else {}
        names = [n for n in {**theirs, **self._settings} if theirs.get(n) != self._settings.get(n)]
        raise ConfigError(
            f'{self._path.parent}: holds results of another run, which differs in '
            f'{", ".join(names)}: delete that folder, or write to another place'
        )


def _parsed(line: bytes) -> dict[str, Any] | None:
    """Return the object in a line; None if the line is damaged or was not finished."""
    if not line.endswith(b'\n'):
        return None
    try:
        raw = json.loads(line)
    except ValueError:
        return None
    return raw if isinstance(raw, dict) else None


def _open_locked(path: Path) -> BinaryIO:
    file = path.open('a+b')
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise ConfigError(f'{path}: another process is writing it: wait, or stop it') from error
    return file


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some file systems cannot
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
