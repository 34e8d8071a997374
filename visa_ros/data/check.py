"""Look through a data set for what is missing, damaged or does not fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tqdm import tqdm

from visa_ros.data.check_video import problems_of_videos
from visa_ros.data.files import image_hw
from visa_ros.data.findings import Finding, Report
from visa_ros.data.registry import DataSet, kind_of, open_dataset
from visa_ros.data.samples import ChatSample, ImageSample, SemanticSample
from visa_ros.data.video import VideoSet
from visa_ros.errors import DataError


def check_dataset(
    name: str, root: Path | str, *, splits: tuple[str, ...] = (), progress: bool = True
) -> list[Report]:
    """
    Check the splits of a set; every item is looked at, every mask decoded.

    splits    empty: all that are there
    progress  show a bar

    What is wrong is reported, not raised. DataError only if there is no such set here at all.
    """
    chosen = splits or kind_of(name).splits(Path(root))
    return [check_split(name, root, split, progress=progress) for split in chosen]


def check_split(name: str, root: Path | str, split: str, *, progress: bool = True) -> Report:
    """Check one split; a split that cannot be opened is a finding too."""
    try:
        dataset = open_dataset(name, root, split)
    except DataError as error:
        finding = Finding(dataset=name, split=split, where='the split', problem=str(error))
        return Report(dataset=name, split=split, count=0, findings=(finding,))
    bar = tqdm(total=_steps(dataset), desc=f'{name} {split}', disable=None if progress else True)
    with bar:
        findings = tuple(problems_of(dataset, tick=bar.update))
    return Report(dataset=name, split=split, count=len(dataset), findings=findings)


def _steps(dataset: DataSet) -> int:
    return len(dataset.videos) if isinstance(dataset, VideoSet) else len(dataset)


def problems_of(dataset: DataSet, *, tick: Callable[[], object]) -> Iterator[Finding]:
    """
    Yield what is wrong in an open split.

    tick  called once per video, or per item of other sets
    """
    if not len(dataset):
        yield _finding(dataset, 'the split', 'holds nothing')
    if isinstance(dataset, VideoSet):
        yield from problems_of_videos(dataset, tick=tick)
        return
    for i in range(len(dataset)):
        yield from _problems_of_item(dataset, i)
        tick()


def _finding(dataset: DataSet, where: str, problem: str, *items: int) -> Finding:
    return Finding(
        dataset=dataset.name, split=dataset.split, where=where, problem=problem, items=items
    )


def _problems_of_item(dataset: DataSet, i: int) -> Iterator[Finding]:
    try:
        sample = dataset[i]
    except DataError as error:
        yield _finding(dataset, f'item {i}', str(error), i)
        return
    for where, problem in _problems_of_sample(sample):
        yield _finding(dataset, where, problem, i)


def _problems_of_sample(sample: object) -> Iterator[tuple[str, str]]:
    if isinstance(sample, ImageSample):
        yield from _problems_of_picture(sample)
    elif isinstance(sample, SemanticSample):
        yield from _problems_of_map(sample)
    elif isinstance(sample, ChatSample):
        yield from _problems_of_chat(sample)


def _problems_of_picture(sample: ImageSample) -> Iterator[tuple[str, str]]:
    where = sample.path.name
    try:
        hw = image_hw(sample.path)
    except DataError as error:
        yield where, str(error)
        return
    for query in sample.queries:
        at = f'{where}, query {query.id}'
        if not query.text.strip():
            yield at, 'its text is empty'
        try:
            truth = query.truth()
        except DataError as error:
            yield at, str(error)
            continue
        if truth.shape != hw:
            yield at, _sizes('the mask', truth.shape, hw)
        elif not (truth == 1).any():
            yield at, 'its mask is empty'


def _problems_of_map(sample: SemanticSample) -> Iterator[tuple[str, str]]:
    where = sample.label_path.name
    try:
        hw, labels = image_hw(sample.path), sample.labels()
    except DataError as error:
        yield where, str(error)
        return
    if labels.shape != hw:
        yield where, _sizes('the map', labels.shape, hw)


def _problems_of_chat(sample: ChatSample) -> Iterator[tuple[str, str]]:
    if sample.video is not None and not sample.video.exists():
        yield f'conversation {sample.id}', f'{sample.video}: missing'
    for path in sample.pictures:
        try:
            image_hw(path)
        except DataError as error:
            yield f'conversation {sample.id}', str(error)


def _sizes(what: str, found: tuple[int, ...], hw: tuple[int, int]) -> str:
    return f'{what} has {found[1]}x{found[0]} px, the picture {hw[1]}x{hw[0]}'
