"""Conversations about pictures and videos: LLaVA-Instruct, and the sets of Chat-UniVi."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from visa_ros.data.base import FolderSet
from visa_ros.data.files import entry, inner_path, require
from visa_ros.data.samples import ChatSample, Turn
from visa_ros.data.stream import object_at, objects_in
from visa_ros.errors import DataError

_SPEAKERS = ('human', 'gpt')
_MOVIES = ('.mp4', '.mkv', '.webm', '.avi')


class ChatSet(FolderSet):
    """
    A list of conversations in LLaVA's form; item i is one of them. The only split is 'train'.

    Opening notes where each conversation is in the file; it is read when asked for. DataError if
    the file is missing or is not of this form.
    """

    folder = '.'
    picture_folders: ClassVar[tuple[str, ...]] = ()
    video_folder: ClassVar[str] = ''

    def __init__(self, root: Path | str, split: str = 'train') -> None:
        super().__init__(root, split)
        self.file = self.root / self.marker
        places = [(start, end) for start, end, _ in objects_in(self.file)]
        self._places = np.array(places, np.int64).reshape(-1, 2)

    @classmethod
    def splits(cls, root: Path) -> tuple[str, ...]:
        """Return the splits that are in a folder; DataError if the set is not there."""
        cls.find(root)
        return ('train',)

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, i: int) -> ChatSample:
        if not 0 <= i < len(self):
            raise IndexError(f'{self.name}: no item {i}, there are {len(self)}')
        where = f'{self.file}, entry {i}'
        raw = require(object_at(self.file, *map(int, self._places[i])), dict, where)
        images = raw.get('image', [])
        video = raw.get('video')
        return ChatSample(
            dataset=self.name,
            split=self.split,
            id=str(raw.get('id', i)),
            pictures=tuple(
                self._picture(inner_path(name, where))
                for name in (images if isinstance(images, list) else [images])
            ),
            video=None if video is None else self._video(inner_path(video, where)),
            turns=_turns(entry(raw, 'conversations', list, where), where),
        )

    def _picture(self, name: str) -> Path:
        return _existing([self.root / folder / name for folder in self.picture_folders])

    def _video(self, name: str) -> Path:
        if not self.video_folder:
            return _existing([])
        path = self.root / self.video_folder / name
        return _existing([path, *(path.with_name(path.name + s) for s in _MOVIES)])


def _existing(candidates: list[Path]) -> Path:
    """Return the first one that is there; the first of all where none is."""
    if not candidates:
        raise DataError('this set has no folder for what the conversation is about')
    return next((path for path in candidates if path.exists()), candidates[0])


def _turns(raw: list[object], where: str) -> tuple[Turn, ...]:
    turns = tuple(
        Turn(speaker=entry(turn, 'from', str, where), text=entry(turn, 'value', str, where))
        for turn in raw
    )
    # A greeting comes first in some; LLaVA's own training leaves it out.
    turns = turns[1:] if turns and turns[0].speaker == 'gpt' else turns
    speakers = [turn.speaker for turn in turns]
    if not turns or len(turns) % 2 or speakers != [_SPEAKERS[k % 2] for k in range(len(turns))]:
        raise DataError(f'{where}: human and gpt do not take turns: {speakers}')
    return turns


class LlavaInstruct(ChatSet):
    """LLaVA-Instruct: llava_dataset/llava_instruct_150k.json on coco/train2017."""

    name = 'llava-instruct'
    marker = 'llava_dataset/llava_instruct_150k.json'
    picture_folders = ('coco/train2017',)


class ScienceQA(ChatSet):
    """ScienceQA as Chat-UniVi gives it; some questions have no picture."""

    name = 'scienceqa'
    marker = 'ScienceQA_tuning/llava_train_QCM-LEA.json'
    picture_folders = ('ScienceQA_tuning/train',)


class MimicIT(ChatSet):
    """The pictures of MIMIC-IT as Chat-UniVi gives them, in three folders."""

    name = 'mimic-it'
    marker = 'Fine-tuning/MIMIC_imageonly/MIMIC-IT-imageonly.json'
    # The download spells the first one in both ways.
    picture_folders = tuple(
        f'Fine-tuning/MIMIC_imageonly/{part}/images' for part in ('CGD', 'CDG', 'LA', 'SD')
    )


class ActivityNetChat(ChatSet):
    """Conversations about ActivityNet's videos, as Chat-UniVi gives them."""

    name = 'activitynet-chat'
    marker = 'Fine-tuning/VIDEO/video_chat.json'
    video_folder = 'Fine-tuning/VIDEO/Activity_Videos'
