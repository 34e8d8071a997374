"""All data sets by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from visa_ros.data.chat import ActivityNetChat, ChatSet, LlavaInstruct, MimicIT, ScienceQA
from visa_ros.data.mevis import LVVIS, MeViS
from visa_ros.data.parts import PACOLVIS, PartSet, PascalPart
from visa_ros.data.real_pictures import RealPictures
from visa_ros.data.reasonseg import ReasonSeg
from visa_ros.data.referring import RefCLEF, RefCOCO, RefCOCOg, RefCOCOPlus
from visa_ros.data.refytvos import RefDAVIS17, RefYouTubeVOS
from visa_ros.data.revos import ReVOS
from visa_ros.data.semantic import ADE20K, COCOStuff, Mapillary, SemanticSet
from visa_ros.data.video import VideoSet
from visa_ros.errors import DataError

ImageSet = RefCOCO | ReasonSeg | PartSet
DataSet = VideoSet | ImageSet | SemanticSet | ChatSet

VIDEO_SETS: Mapping[str, type[VideoSet]] = {
    kind.name: kind for kind in (ReVOS, MeViS, LVVIS, RefYouTubeVOS, RefDAVIS17)
}
IMAGE_SETS: Mapping[str, type[ImageSet]] = {
    kind.name: kind
    for kind in (RefCOCO, RefCOCOPlus, RefCOCOg, RefCLEF, ReasonSeg, PACOLVIS, PascalPart)
}
SEMANTIC_SETS: Mapping[str, type[SemanticSet]] = {
    kind.name: kind for kind in (ADE20K, COCOStuff, Mapillary)
}
CHAT_SETS: Mapping[str, type[ChatSet]] = {
    kind.name: kind for kind in (LlavaInstruct, ScienceQA, MimicIT, ActivityNetChat)
}
DATA_SETS: Mapping[str, type[DataSet]] = {
    **VIDEO_SETS,
    **IMAGE_SETS,
    **SEMANTIC_SETS,
    **CHAT_SETS,
}
TEST_SETS: Mapping[str, type[VideoSet]] = {RealPictures.name: RealPictures}
"""Scored, and never trained on: they are not among DATA_SETS, from which training mixes."""


def kind_of(name: str) -> type[DataSet]:
    """Look up the class of a set; DataError if there is none of this name."""
    known = {**DATA_SETS, **TEST_SETS}
    try:
        return known[name]
    except KeyError:
        raise DataError(f'data set {name!r}: choose from {list(known)}') from None


def open_dataset(name: str, root: Path | str, split: str) -> DataSet:
    """
    Open one split of a set.

    root  the folder of the set, or the common root above it

    DataError if the name is not known, or the set or the split is not there.
    """
    return kind_of(name)(root, split)


def sets_in(root: Path) -> list[str]:
    """
    Return the names of the sets in a folder, which may be one set's own.

    DataError if there is none, or if it may be either of two.
    """
    below = [name for name, kind in DATA_SETS.items() if _is_there(root / kind.folder, kind)]
    if below:
        return below
    itself = [name for name, kind in DATA_SETS.items() if _is_there(root, kind)]
    named = [name for name in itself if kind_of(name).folder == root.resolve().name]
    # The four refCOCO sets share a folder; otherwise one folder is one set.
    if len({kind_of(name).folder for name in itself}) > 1:
        itself = named
    if not itself:
        raise DataError(
            f'{root}: no data set found here; docs/datasets.md shows the trees, and --dataset '
            f'says which one is meant'
        )
    return itself


def _is_there(folder: Path, kind: type[DataSet]) -> bool:
    return folder.is_dir() and next(folder.glob(kind.marker), None) is not None
