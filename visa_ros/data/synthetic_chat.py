"""Tiny synthetic copies of the sets of conversations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from visa_ros.data.drawing import draw_clip, DrawnClip
from visa_ros.data.synthetic_files import save_json, save_picture
from visa_ros.errors import DataError
from visa_ros.video.opencv import opencv

Json = dict[str, Any]


def _talk(slot: str, scene: DrawnClip, *, rounds: int = 1) -> list[Json]:
    turns: list[Json] = []
    for k in range(rounds):
        question = f'{slot}\nWhat is there?' if k == 0 else 'What else?'
        turns.append({'from': 'human', 'value': question})
        turns.append({'from': 'gpt', 'value': f'A {scene.names[k]}.'})
    return turns


def write_llava_instruct(root: Path, rng: np.random.Generator) -> Path:
    """Write LLaVA-Instruct; returns the common root."""
    entries = []
    for k in range(3):
        scene, name = draw_clip(rng, frames=1), f'{k:012d}.jpg'
        save_picture(root / 'coco' / 'train2017' / name, scene.pictures[0])
        talk = _talk('<image>', scene, rounds=1 + k % 2)
        entries.append({'id': name[:-4], 'image': name, 'conversations': talk})
    save_json(root / 'llava_dataset' / 'llava_instruct_150k.json', entries)
    return root


def write_scienceqa(root: Path, rng: np.random.Generator) -> Path:
    """Write ScienceQA, one question of it without a picture; returns the common root."""
    folder = root / 'ScienceQA_tuning'
    entries = []
    for k in range(3):
        scene, name = draw_clip(rng, frames=1), f'{k}/image.jpg'
        entry: Json = {'id': str(k), 'conversations': _talk('<image>' if k else '', scene)}
        if k:
            save_picture(folder / 'train' / name, scene.pictures[0])
            entry['image'] = name
        entries.append(entry)
    save_json(folder / 'llava_train_QCM-LEA.json', entries)
    return root


def write_mimic_it(root: Path, rng: np.random.Generator) -> Path:
    """Write the pictures of MIMIC-IT: one conversation about two pictures; returns the root."""
    folder = root / 'Fine-tuning' / 'MIMIC_imageonly'
    entries = []
    for part in ('CGD', 'LA', 'SD'):
        scene = draw_clip(rng, frames=2)
        names = [f'{part}_IMG_{k}.jpg' for k in range(2)]
        for name, picture in zip(names, scene.pictures, strict=True):
            save_picture(folder / part / 'images' / name, picture)
        image = names if part == 'CGD' else names[0]
        talk = _talk('<image>' * (2 if part == 'CGD' else 1), scene)
        entries.append({'id': f'{part}_0', 'image': image, 'conversations': talk})
    save_json(folder / 'MIMIC-IT-imageonly.json', entries)
    return root


def write_activitynet_chat(root: Path, rng: np.random.Generator) -> Path:
    """Write conversations about movies; returns the common root."""
    folder = root / 'Fine-tuning' / 'VIDEO'
    entries = []
    for k in range(2):
        clip, name = draw_clip(rng, frames=12), f'v_synthetic{k}.mp4'
        _save_movie(folder / 'Activity_Videos' / name, clip)
        entries.append({'id': f'{k}', 'video': name, 'conversations': _talk('<video>', clip)})
    save_json(folder / 'video_chat.json', entries)
    return root


def _save_movie(path: Path, clip: DrawnClip) -> None:
    cv2 = opencv()
    path.parent.mkdir(parents=True, exist_ok=True)
    height, width = clip.hw
    movie = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'mp4v'), 5.0, (width, height))
    if not movie.isOpened():
        raise DataError(f'{path}: this OpenCV cannot write mp4')
    for rgb in clip.pictures:
        movie.write(np.ascontiguousarray(rgb[:, :, ::-1]))
    movie.release()
