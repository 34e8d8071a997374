"""Tiny synthetic copies of the image sets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from visa_ros.data.drawing import draw_clip, DrawnClip
from visa_ros.data.synthetic_files import (
    rle_json,
    runs_json,
    save_json,
    save_numbers,
    save_pickle,
    save_picture,
)

Json = dict[str, Any]


def _scene(rng: np.random.Generator) -> DrawnClip:
    """Draw one picture of two objects: a clip of one frame."""
    return draw_clip(rng, frames=1, objects=2)


def write_refcoco(root: Path, rng: np.random.Generator) -> Path:
    """Write refCOCO; returns refer_seg."""
    splits = ('train', 'val', 'testA', 'testB')
    return _write_refer(root, rng, 'refcoco', 'unc', splits, 'mscoco/images/train2014')


def write_refcoco_plus(root: Path, rng: np.random.Generator) -> Path:
    """Write refCOCO+; returns refer_seg."""
    splits = ('train', 'val', 'testA', 'testB')
    return _write_refer(root, rng, 'refcoco+', 'unc', splits, 'mscoco/images/train2014')


def write_refcocog(root: Path, rng: np.random.Generator) -> Path:
    """Write refCOCOg; returns refer_seg."""
    splits = ('train', 'val', 'test')
    return _write_refer(root, rng, 'refcocog', 'umd', splits, 'mscoco/images/train2014')


def write_refclef(root: Path, rng: np.random.Generator) -> Path:
    """Write refclef; returns refer_seg."""
    splits = ('train', 'val', 'testA', 'testB', 'testC')
    return _write_refer(root, rng, 'refclef', 'unc', splits, 'saiapr_tc-12')


def _write_refer(
    root: Path,
    rng: np.random.Generator,
    name: str,
    split_by: str,
    splits: Sequence[str],
    pictures: str,
) -> Path:
    folder = root / 'refer_seg'
    refs: list[Json] = []
    images: list[Json] = []
    annotations: list[Json] = []
    for number, split in enumerate(s for s in splits for _ in range(2)):
        scene = _scene(rng)
        file_name = f'{name}_{number:012d}.jpg'
        save_picture(folder / 'images' / pictures / file_name, scene.pictures[0])
        images.append(_image_json(number, file_name, scene))
        for k, thing in enumerate(scene.names):
            annotation = _annotation_json(len(annotations), number, k, scene)
            annotations.append(annotation)
            refs.append(_ref(len(refs), annotation, split, thing, file_name))
    save_pickle(folder / name / f'refs({split_by}).p', refs)
    save_json(
        folder / name / 'instances.json',
        {'images': images, 'annotations': annotations, 'categories': _categories(['shape'])},
    )
    return folder


def _image_json(number: int, file_name: str, scene: DrawnClip) -> Json:
    return {'id': number, 'file_name': file_name, 'height': scene.hw[0], 'width': scene.hw[1]}


def _annotation_json(number: int, picture: int, k: int, scene: DrawnClip) -> Json:
    """The three forms that occur: polygons, runs as text, runs as a list."""
    mask = scene.masks[k, 0]
    forms = ([scene.corners[k, 0].reshape(-1).tolist()], [rle_json(mask)], runs_json(mask))
    return {
        'id': number,
        'image_id': picture,
        'category_id': 1,
        'iscrowd': 0,
        'area': float(mask.sum()),
        'segmentation': forms[number % len(forms)],
    }


def _categories(names: Sequence[str]) -> list[Json]:
    return [{'id': k + 1, 'name': name} for k, name in enumerate(names)]


def _ref(number: int, annotation: Json, split: str, thing: str, file_name: str) -> Json:
    texts = (f'the {thing}', f'a {thing} on the ground')
    sentences = [
        {'sent_id': 2 * number + i, 'sent': text, 'raw': text.title(), 'tokens': text.split()}
        for i, text in enumerate(texts)
    ]
    return {
        'ref_id': number,
        'ann_id': annotation['id'],
        'image_id': annotation['image_id'],
        'category_id': annotation['category_id'],
        'file_name': file_name,
        'split': split,
        'sent_ids': [s['sent_id'] for s in sentences],
        'sentences': sentences,
    }


def write_reasonseg(root: Path, rng: np.random.Generator) -> Path:
    """Write ReasonSeg with flags, pixels to ignore, and an explanation; returns its folder."""
    folder = root / 'reason_seg' / 'ReasonSeg'
    explained: list[Json] = []
    for split, number in (('train', 3), ('val', 2), ('test', 1)):
        for k in range(number):
            scene = _scene(rng)
            path = folder / split / f'{split}_{k}.jpg'
            save_picture(path, scene.pictures[0])
            save_json(path.with_suffix('.json'), _labelme(scene, is_sentence=k % 2 == 0))
            if split == 'train' and k == 0:
                answer = f'The {scene.names[0]}, because it is in front.'
                question = 'What is in front, and why?'
                explained.append({'image': path.name, 'query': question, 'outputs': answer})
    save_json(folder / 'explanatory' / 'train.json', explained)
    return folder


def _labelme(scene: DrawnClip, *, is_sentence: bool) -> Json:
    first, second = (corners[0] for corners in scene.corners)
    texts = ['What would you reach for first?', 'Which one is nearer?']
    shapes = [
        ('target', first),
        ('ignore', (first + first.mean(axis=0)) / 2),
        ('flag', second),
        ('target', second),
    ]
    return {
        'text': texts if is_sentence else [f'the {scene.names[0]}'],
        'is_sentence': is_sentence,
        'shapes': [
            {'label': label, 'shape_type': 'polygon', 'points': corners.tolist()}
            for label, corners in shapes
        ],
    }


def write_paco_lvis(root: Path, rng: np.random.Generator) -> Path:
    """Write PACO-LVIS; returns the common root."""
    folder = root / 'vlpart' / 'paco' / 'annotations'
    _write_parts(
        rng,
        file=folder / 'paco_lvis_v1_train.json',
        pictures=root / 'coco',
        prefix='train2017/paco_',
        names=('trash_can', 'mug_(drinking):handle'),
    )
    return root


def write_pascal_part(root: Path, rng: np.random.Generator) -> Path:
    """Write PASCAL-Part; returns the common root."""
    folder = root / 'vlpart' / 'pascal_part'
    _write_parts(
        rng,
        file=folder / 'train.json',
        pictures=folder / 'VOCdevkit' / 'VOC2010' / 'JPEGImages',
        prefix='2008_',
        names=('bird', 'dog:muzzle'),
    )
    return root


def _write_parts(
    rng: np.random.Generator, *, file: Path, pictures: Path, prefix: str, names: Sequence[str]
) -> None:
    images: list[Json] = []
    annotations: list[Json] = []
    for number in range(3):
        scene = _scene(rng)
        file_name = f'{prefix}{number:06d}.jpg'
        save_picture(pictures / file_name, scene.pictures[0])
        images.append(_image_json(number, file_name, scene))
        for k in range(2):
            annotation = _annotation_json(len(annotations), number, k, scene)
            annotations.append({**annotation, 'category_id': k + 1})
    save_json(
        file, {'images': images, 'annotations': annotations, 'categories': _categories(names)}
    )


def write_ade20k(root: Path, rng: np.random.Generator) -> Path:
    """Write ADE20K; value 0 is not labelled; returns its folder."""
    folder = root / 'ade20k'
    for split, prefix in (('training', 'ADE_train'), ('validation', 'ADE_val')):
        for k in range(2):
            scene, name = _scene(rng), f'{prefix}_{k + 1:08d}'
            save_picture(folder / 'images' / split / f'{name}.jpg', scene.pictures[0])
            save_numbers(folder / 'annotations' / split / f'{name}.png', scene.numbers[0])
    rows = ['Idx\tRatio\tTrain\tVal\tStuff\tName', '1\t0.2\t9\t9\t1\twall', '2\t0.1\t9\t9\t1\t']
    (folder / 'objectInfo150.txt').write_text('\n'.join(rows) + 'building, edifice\n')
    return folder


def write_cocostuff(root: Path, rng: np.random.Generator) -> Path:
    """Write COCO-Stuff; 255 is not labelled; returns the common root."""
    for k in range(2):
        scene, name = _scene(rng), f'{k:012d}'
        numbers = scene.numbers[0]
        numbers[:4] = 255
        save_picture(root / 'coco' / 'train2017' / f'{name}.jpg', scene.pictures[0])
        save_numbers(root / 'cocostuff' / 'train2017' / f'{name}.png', numbers)
    names = '0: unlabeled\n1: person\n2: furniture-other\n3: bicycle\n'
    (root / 'cocostuff' / 'labels.txt').write_text(names)
    return root


def write_mapillary(root: Path, rng: np.random.Generator) -> Path:
    """Write Mapillary Vistas 2.0; returns its folder."""
    folder = root / 'mapillary'
    for split in ('training', 'validation'):
        for k in range(2):
            scene, name = _scene(rng), f'{split}_{k}'
            save_picture(folder / split / 'images' / f'{name}.jpg', scene.pictures[0])
            maps = folder / split / 'v2.0' / 'labels'
            save_numbers(maps / f'{name}.png', scene.numbers[0], palette=True)
    labels = [{'readable': name} for name in ('Road', 'Traffic Sign (Front)', 'Car')]
    save_json(folder / 'config_v2.0.json', {'labels': labels})
    return folder
