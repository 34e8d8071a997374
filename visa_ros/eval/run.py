"""Doing the work of a split: in one process or several, going on where an earlier run stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
import hashlib
import multiprocessing
from pathlib import Path
import time
from typing import Any

from tqdm import tqdm

from visa_ros.errors import DataError
from visa_ros.eval.jobs import Job, Plan
from visa_ros.eval.journal import Journal
from visa_ros.eval.results import Key, Result
from visa_ros.eval.shards import Shard
from visa_ros.video.opencv import opencv

_POLL_S = 0.5
_PIECES, _PIECE_BYTES = 64, 1 << 16


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """
    How a split is gone through.

    settings  all that the results depend on: a journal of another run is refused
    journal   folder for finished expressions; None: they are not kept
    shard     this process among several
    workers   processes that work for this one; 1: it does all itself
    progress  show a bar with the time left
    """

    settings: Mapping[str, Any]
    journal: Path | None = None
    shard: Shard = field(default_factory=Shard)
    workers: int = 1
    progress: bool = True


def run_plan(plan: Plan, source: Callable[[Key], str], config: RunConfig) -> list[Result]:
    """
    Judge what is not judged yet; return the results in the order of the set.

    source  tells from what a prediction is made: a result made from something else is not valid

    The first of several processes waits for the others and returns all results, the others
    return [].
    """
    with ExitStack() as stack:
        journal = stack.enter_context(_journal(config))
        keys = [key for unit in plan.keys for key in unit]

        def done(among: Iterable[Key]) -> set[Key]:
            known = ((key, journal.results.get(key)) for key in among)
            return {key for key, result in known if result and result.source == source(key)}

        _work(plan, journal, done(keys), config)
        if config.shard.rank:
            return []
        if config.shard.world > 1:
            _await(journal, set(keys), done, progress=config.progress)
        return [journal.results[key] for key in keys]


class _Memory:
    """In place of a journal where nothing is to be kept."""

    def __init__(self) -> None:
        self.results: dict[Key, Result] = {}

    def add(self, results: Iterable[Result]) -> None:
        """Keep results."""
        self.results.update({result.key: result for result in results})

    def refresh(self) -> None:
        """There is nobody else."""


def _journal(config: RunConfig) -> AbstractContextManager[Journal | _Memory]:
    if config.journal is None:
        return nullcontext(_Memory())
    return Journal(config.journal, config.settings, config.shard)


def _work(plan: Plan, journal: Journal | _Memory, done: set[Key], config: RunConfig) -> None:
    """Do the share of this process."""
    units = [unit for unit in range(len(plan.keys)) if config.shard.owns(unit)]
    open_keys = {unit: {k for k in plan.keys[unit] if k not in done} for unit in units}
    total = sum(len(plan.keys[unit]) for unit in units)
    left = sum(map(len, open_keys.values()))
    jobs = (plan.job(unit, keys) for unit, keys in open_keys.items() if keys)
    with tqdm(
        total=total,
        initial=total - left,
        desc='evaluating',
        unit='expression',
        disable=not config.progress or config.shard.rank > 0,
        smoothing=0.05,
    ) as bar:
        for results in _done_here(jobs) if config.workers < 2 else _done_by(config.workers, jobs):
            journal.add(results)
            bar.update(len(results))


def _done_here(jobs: Iterable[Job]) -> Iterator[Sequence[Result]]:
    for job in jobs:
        for result in job.results():
            yield [result]


def _done_by(workers: int, jobs: Iterable[Job]) -> Iterator[Sequence[Result]]:
    """Hand jobs to processes; few wait, for each holds the masks of a video."""
    context = multiprocessing.get_context('spawn')
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_one_thread) as pool:
        waiting: set[Future[list[Result]]] = set()
        for job in jobs:
            waiting.add(pool.submit(_finish, job))
            if len(waiting) > 2 * workers:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in ready)
        for future in waiting:
            yield future.result()


def _one_thread() -> None:
    opencv().setNumThreads(1)


def _finish(job: Job) -> list[Result]:
    return list(job.results())


def _await(
    journal: Journal | _Memory,
    keys: set[Key],
    done: Callable[[Iterable[Key]], set[Key]],
    *,
    progress: bool,
) -> None:
    """Read the journals of the other processes until everything is there."""
    missing = keys - done(keys)
    with tqdm(
        total=len(keys),
        initial=len(keys) - len(missing),
        desc='other processes',
        unit='expression',
        disable=not progress or not missing,
    ) as bar:
        while missing:
            time.sleep(_POLL_S)
            journal.refresh()
            found = done(missing)
            missing -= found
            bar.update(len(found))


def digest_of(path: Path) -> str:
    """
    Return a text that changes with the content of a file, or of the files in a folder.

    Of large files, 64 pieces and the size are looked at. DataError if it cannot be read.
    """
    files = sorted(f for f in path.rglob('*') if f.is_file()) if path.is_dir() else [path]
    digest = hashlib.sha256()
    try:
        for file in files:
            size = file.stat().st_size
            digest.update(f'{file.name} {size}\n'.encode())
            step = max(_PIECE_BYTES, size // _PIECES)
            with file.open('rb') as content:
                for start in range(0, size, step):
                    content.seek(start)
                    digest.update(content.read(_PIECE_BYTES))
    except OSError as error:
        raise DataError(f'{path}: cannot be read: {error}') from error
    return digest.hexdigest()[:16]


def digest_of_questions(plan: Plan) -> str:
    """Return a text that changes with what is asked, or the frames it is asked about."""
    digest = hashlib.sha256()
    for keys in plan.keys:
        for key in keys:
            question = plan.question(key)
            digest.update('\n'.join([*key, question.text, *question.masks]).encode())
    return digest.hexdigest()[:16]
