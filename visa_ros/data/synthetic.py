"""
Tiny synthetic copies of all data sets, in the exact form of the real ones.

They are drawn from a seed, so that every loader runs on real files without a download.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from visa_ros.data import synthetic_chat as chat
from visa_ros.data import synthetic_image as image
from visa_ros.data import synthetic_video as video
from visa_ros.errors import DataError

Writer = Callable[[Path, np.random.Generator], Path]

WRITERS: Mapping[str, Writer] = {
    'revos': video.write_revos,
    'mevis': video.write_mevis,
    'lvvis': video.write_lvvis,
    'ref-youtube-vos': video.write_ref_youtube_vos,
    'ref-davis17': video.write_ref_davis17,
    'refcoco': image.write_refcoco,
    'refcoco+': image.write_refcoco_plus,
    'refcocog': image.write_refcocog,
    'refclef': image.write_refclef,
    'reasonseg': image.write_reasonseg,
    'paco-lvis': image.write_paco_lvis,
    'pascal-part': image.write_pascal_part,
    'ade20k': image.write_ade20k,
    'cocostuff': image.write_cocostuff,
    'mapillary': image.write_mapillary,
    'llava-instruct': chat.write_llava_instruct,
    'scienceqa': chat.write_scienceqa,
    'mimic-it': chat.write_mimic_it,
    'activitynet-chat': chat.write_activitynet_chat,
}


def make_tree(name: str, root: Path | str, *, seed: int = 0) -> Path:
    """
    Write a tiny set below a common root; the same seed writes the same files.

    name     one of WRITERS
    returns  the folder of the set

    DataError if the name is not known.
    """
    if name not in WRITERS:
        raise DataError(f'data set {name!r}: choose from {list(WRITERS)}')
    # One set must not change when another one is added.
    rng = np.random.default_rng([seed, *name.encode()])
    return WRITERS[name](Path(root), rng)
