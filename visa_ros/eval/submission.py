"""Zip files for the servers that score MeViS and Ref-YouTube-VOS, whose masks are not public."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
import zipfile

from tqdm import tqdm

from visa_ros.data.samples import VideoSample
from visa_ros.errors import DataError, VisaError
from visa_ros.eval.packed import Bits, NOTHING
from visa_ros.eval.pngmask import encode_mask
from visa_ros.eval.predict import FolderPredictor, video_question

# Data set -> folder at the top of the zip, with a slash.
TOP_FOLDERS: Mapping[str, str] = {'mevis': '', 'ref-youtube-vos': 'Annotations/'}
_TIME = (1980, 1, 1, 0, 0, 0)  # the same masks give the same file


@dataclass(frozen=True, kw_only=True)
class Submission:
    """
    What was written.

    files   pictures in the zip
    errors  expressions without usable masks, and why; theirs are empty in the zip
    """

    files: int
    errors: tuple[str, ...]


def write_submission(
    path: Path, samples: Iterable[VideoSample], masks: Path, *, progress: bool = True
) -> Submission:
    """
    Write <video>/<expression id>/<frame>.png for all expressions, 8 bit, 0 and 255.

    masks  folder of predictions; each is checked: there, readable, of the size of its video

    The zip is whole or not there. DataError if the set is not scored by a server.
    """
    predictor = FolderPredictor(masks)
    part = path.with_name(path.name + '.part')
    part.parent.mkdir(parents=True, exist_ok=True)
    files, errors = 0, []
    with zipfile.ZipFile(part, 'w', zipfile.ZIP_STORED) as archive:
        for sample in tqdm(samples, desc='packing', unit='expression', disable=not progress):
            hw = sample.size()
            found, error = _masks_of(sample, predictor, hw)
            errors += [error] if error else []
            top = top_folder(sample.dataset)
            names = video_question(sample).masks
            for name, mask in zip(names, found, strict=True):
                info = zipfile.ZipInfo(top + name, _TIME)
                archive.writestr(info, encode_mask(mask, hw))
            files += len(names)
    part.replace(path)
    return Submission(files=files, errors=tuple(errors))


def top_folder(dataset: str) -> str:
    """Return the folder at the top of the zip; DataError if no server scores the set."""
    if dataset not in TOP_FOLDERS:
        raise DataError(f'no server takes a zip for {dataset}: only for {list(TOP_FOLDERS)}')
    return TOP_FOLDERS[dataset]


def _masks_of(
    sample: VideoSample, predictor: FolderPredictor, hw: tuple[int, int]
) -> tuple[list[Bits], str]:
    try:
        return list(predictor.masks(video_question(sample), hw)), ''
    except VisaError as error:
        return [NOTHING] * len(sample.frames), f'{sample}: {error}'
