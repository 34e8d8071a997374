"""Tiny synthetic copies of the video sets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from visa_ros.data.drawing import draw_clip, DrawnClip
from visa_ros.data.synthetic_files import (
    rle_json,
    save_json,
    save_numbers,
    save_pickle,
    save_picture,
)

Clips = dict[str, DrawnClip]
Json = dict[str, Any]


def _frames(clip: DrawnClip) -> list[str]:
    return [f'{k:05d}' for k in range(len(clip.pictures))]


def _draw(rng: np.random.Generator, names: Sequence[str]) -> Clips:
    sizes = ((48, 64), (40, 56), (64, 48))
    return {
        name: draw_clip(rng, frames=6 + k, hw=sizes[k % len(sizes)], objects=2 + k % 2)
        for k, name in enumerate(names)
    }


def _save_pictures(folder: Path, clips: Clips) -> None:
    for name, clip in clips.items():
        for frame, rgb in zip(_frames(clip), clip.pictures, strict=True):
            save_picture(folder / name / f'{frame}.jpg', rgb)


def _tracks(clip: DrawnClip) -> list[list[Json | None]]:
    return [[rle_json(mask) for mask in track] for track in clip.masks]


def write_revos(root: Path, rng: np.random.Generator) -> Path:
    """Write ReVOS: two splits, all three types, one mask file for both; returns its folder."""
    folder, numbers = root / 'ReVOS', count()
    masks: Json = {}
    foreground: Json = {}
    for split in ('train', 'valid'):
        clips = _draw(rng, [f'SYN/{split}/clip{k}' for k in range(3)])
        _save_pictures(folder / 'JPEGImages', clips)
        videos = {}
        for vid_id, (name, clip) in enumerate(clips.items()):
            ids = [next(numbers) for _ in clip.names]
            masks |= {str(i): track for i, track in zip(ids, _tracks(clip), strict=True)}
            foreground[name] = _foreground(clip)
            videos[name] = {
                'vid_id': vid_id,
                'frames': _frames(clip),
                'height': clip.hw[0],
                'width': clip.hw[1],
                'expressions': _reasoning(clip, ids),
            }
        save_json(folder / f'meta_expressions_{split}_.json', {'videos': videos})
    save_json(folder / 'mask_dict.json', masks)
    save_json(folder / 'mask_dict_foreground.json', foreground)
    return folder


def _reasoning(clip: DrawnClip, ids: Sequence[int]) -> Json:
    everything = list(range(len(ids)))
    rows: list[tuple[str, list[int], int]] = [
        *((f'the {name} that moves', [k], 0) for k, name in enumerate(clip.names)),
        ('which one leaves the picture?', [everything[-1]], 1),
        ('what could roll or slide away?', everything, 1),
        ('a purple elephant', [], 2),
    ]
    return {
        str(i): {'exp': text, 'obj_id': own, 'anno_id': [ids[k] for k in own], 'type_id': kind}
        for i, (text, own, kind) in enumerate(rows)
    }


def _foreground(clip: DrawnClip) -> Json:
    union = list(clip.masks.max(axis=0))
    return {
        'masks_rle': [rle_json(mask) for mask in union],
        'foreground_ratio': [float(mask.mean()) for mask in union],
    }


def write_mevis(root: Path, rng: np.random.Generator) -> Path:
    """Write MeViS: 'train' and 'valid_u' with masks, 'valid' without; returns its folder."""
    folder = root / 'mevis'
    for split in ('train', 'valid_u', 'valid'):
        clips = _draw(rng, [f'{int(rng.integers(1 << 40)):012x}' for _ in range(2)])
        _write_mevis_split(folder / split, clips, public=split != 'valid')
    return folder


def write_lvvis(root: Path, rng: np.random.Generator) -> Path:
    """Write LV-VIS: names of categories as expressions; returns its folder."""
    folder = root / 'lvvis'
    _write_mevis_split(folder / 'train', _draw(rng, ['00000', '00001']), public=True, names=True)
    return folder


def _write_mevis_split(folder: Path, clips: Clips, *, public: bool, names: bool = False) -> None:
    _save_pictures(folder / 'JPEGImages', clips)
    masks: Json = {}
    videos = {}
    for vid_id, (name, clip) in enumerate(clips.items()):
        expressions: Json = {}
        for k, (thing, track) in enumerate(zip(clip.names, _tracks(clip), strict=True)):
            number = len(masks)
            masks[str(number)] = track
            text = thing.replace(' ', '_') if names else f'{thing} moving to the right'
            expressions[str(k)] = {'exp': text}
            if public:
                expressions[str(k)] |= {'obj_id': [k], 'anno_id': [number]}
        videos[name] = {'vid_id': vid_id, 'frames': _frames(clip), 'expressions': expressions}
    save_json(folder / 'meta_expressions.json', {'videos': videos})
    if public:
        save_json(folder / 'mask_dict.json', masks)


def write_ref_youtube_vos(root: Path, rng: np.random.Generator) -> Path:
    """Write Ref-YouTube-VOS; 'valid' lists the video of 'test' too; returns its folder."""
    folder = root / 'Ref-Youtube-VOS'
    clips = _draw(rng, [f'{int(rng.integers(1 << 40)):010x}' for _ in range(5)])
    names = sorted(clips)
    for split, chosen in (('train', names[:2]), ('valid', names[2:]), ('test', names[4:])):
        part = {name: clips[name] for name in chosen}
        _write_counted_split(folder, split, part, public=split == 'train', spoken=6)
    return folder


def write_ref_davis17(root: Path, rng: np.random.Generator) -> Path:
    """Write Ref-DAVIS17: two splits, four annotators; returns its folder."""
    folder = root / 'davis17'
    for split, names in (('train', ['bear', 'boat']), ('valid', ['camel', 'dogs-jump'])):
        _write_counted_split(folder, split, _draw(rng, names), public=True, spoken=4)
    return folder


def _write_counted_split(
    folder: Path, split: str, clips: Clips, *, public: bool, spoken: int
) -> None:
    """Write a split whose annotation ids are counted; each object is spoken of so many times."""
    _save_pictures(folder / split / 'JPEGImages', clips)
    videos: Json = {}
    masks: Json = {}
    categories: Json = {}
    numbers = count()
    for name in sorted(clips):
        clip = clips[name]
        told = [k for _ in range(spoken) for k in range(len(clip.names))]
        expressions: Json = {
            str(i): {'exp': f'the {clip.names[k]}, told in way {i}', 'obj_id': str(k + 1)}
            for i, k in enumerate(told)
        }
        tracks = _tracks(clip)
        for i in sorted(expressions):
            masks[str(next(numbers))] = tracks[told[int(i)]]
        videos[name] = {'frames': _frames(clip), 'expressions': expressions}
        categories[name] = {
            'objects': {
                str(k + 1): {'category': thing.split()[1], 'frames': _frames(clip)}
                for k, thing in enumerate(clip.names)
            }
        }
    if not public:
        for video in videos.values():
            for expression in video['expressions'].values():
                del expression['obj_id']
    save_json(folder / 'meta_expressions' / split / 'meta_expressions.json', {'videos': videos})
    if public:
        save_pickle(folder / split / 'mask_dict.pkl', masks)
        save_json(folder / split / 'meta.json', {'videos': categories})
        _save_annotations(folder / split / 'Annotations', clips)


def _save_annotations(folder: Path, clips: Clips) -> None:
    for name, clip in clips.items():
        for frame, numbers in zip(_frames(clip), clip.numbers, strict=True):
            save_numbers(folder / name / f'{frame}.png', numbers, palette=True)
