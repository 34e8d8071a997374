"""
Published video networks behind the tracker's protocol: SAM 2 and EdgeTAM, without end.

The sessions of transformers grow with the video; ours are bounded (see object_memory).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
import torch.nn.functional as F

from visa_ros.backends.hub import device_of, dtype_of, read_network, read_type
from visa_ros.backends.joint_masks import as_given, check_step, compete, disjoint
from visa_ros.backends.object_memory import ObjectMemory, PictureFeatures, Reach
from visa_ros.backends.pictures import IMAGENET, resized
from visa_ros.backends.recipe import place_of
from visa_ros.errors import CheckpointError, ConfigError
from visa_ros.structs import Propagated

TRACKER_FILE = 'tracker.json'
ENGINES = {'sam2_video': 'Sam2VideoModel', 'edgetam_video': 'EdgeTamVideoModel'}

_PROMPTS = 4


class VideoEngine:
    """
    Masks of objects, carried from image to image by SAM 2 or EdgeTAM.

    Give the mask of an object with any image; step returns it on that image and on all later
    ones. Images may change in size. The image is encoded once for all objects. An object that
    was only ever given as an empty mask is tracked and never seen. Memory is bounded, see
    max_bytes. One thread owns an engine; forks share the weights, which nobody changes.

    Each object is followed by itself, as in the paper. So where a mask is given for one object
    the others do not notice; in a session of transformers' SAM 2 they do: on that frame the
    masks that it remembers of the others are made hard as well.
    """

    def __init__(self, network: Any, *, prompts: int = _PROMPTS) -> None:
        """
        Follow objects with a network.

        network  Sam2VideoModel or EdgeTamVideoModel, in evaluation mode
        prompts  how many given masks an object is remembered by, 1 or more
        """
        if prompts < 1:
            raise ConfigError(f'prompts: want 1 or more, got {prompts}')
        self._network = network
        self._device = device_of(network)
        self._dtype = dtype_of(network)
        self._side = (network.image_size, network.image_size)
        self._reach = Reach(
            features=network.config.num_maskmem - 1,
            pointers=network.config.max_object_pointers_in_encoder - 1,
            prompts=prompts,
        )
        self.reset()

    @property
    def ids(self) -> tuple[int, ...]:
        """The tracked objects, in ascending order."""
        return tuple(sorted(self._memories.keys() | self._never_seen))

    @property
    def memory_bytes(self) -> int:
        """Size of all that is remembered, in bytes; the weights are not counted."""
        tensors = [t for memory in self._memories.values() for t in memory.tensors()]
        storages = [t.untyped_storage() for t in (*tensors, *self._positions.values())]
        return sum({s.data_ptr(): s.nbytes() for s in storages}.values())

    def max_bytes(self, image_hw: tuple[int, int], objects: int) -> int:
        """
        Tell what memory_bytes never exceeds, however long the stream is.

        image_hw  px of the images; it does not matter to these networks
        objects   tracked at the same time: each has (num_maskmem + prompts) frames of features
                  and some more object pointers; one encoding of their places is there for all
        """
        config = self._network.config
        size = self._dtype.itemsize
        values, format_bytes = _features_of(config, self._dtype)
        pointer = (int(config.vision_config.fpn_hidden_size) + 1) * size
        features = self._reach.most_features * values * format_bytes
        one = features + self._reach.most_outputs * pointer
        return objects * one + values * size

    @property
    def output_count(self) -> int:
        """Frames of which something is kept, summed over the objects."""
        return sum(memory.output_count for memory in self._memories.values())

    def reset(self) -> None:
        """Forget everything."""
        self._memories: dict[int, ObjectMemory] = {}
        self._never_seen: set[int] = set()
        self._positions: dict[tuple[int, ...], Tensor] = {}
        self._features = PictureFeatures()

    def fork(self) -> VideoEngine:
        """Return a tracker with the same weights and an empty memory."""
        return VideoEngine(self._network, prompts=self._reach.prompts)

    def forget(self, ids: Iterable[int]) -> None:
        """Stop tracking these objects; ids that are not tracked are ignored."""
        for object_id in ids:
            self._memories.pop(object_id, None)
            self._never_seen.discard(object_id)

    @torch.inference_mode()
    def step(
        self, rgb: np.ndarray, masks: Mapping[int, np.ndarray] | None = None
    ) -> dict[int, Propagated]:
        """
        Go on to the next image; return all tracked objects on it.

        rgb    uint8 (H, W, 3)
        masks  id -> bool (H, W): objects to start tracking, or to correct, on this image. They
               are returned as given, except that a pixel in several of them belongs to the
               highest id. An empty mask says that the object is not in sight.

        A score is the network's belief that the object is in sight, times the mean probability
        of the mask's pixels. InvalidFrameError if an array has another dtype or shape, or an id
        is below 1; nothing is changed then.
        """
        check_step(rgb, masks or {})
        given = disjoint(masks or {})
        found = self._look(rgb, given, self._memories.keys() | given.keys())
        seen = compete({i: f for i, f in found.items() if i not in given}, given, rgb.shape[:2])
        seen |= {i: as_given(mask) for i, mask in given.items()}
        nothing = Propagated(mask=np.zeros(rgb.shape[:2], bool), score=0.0)
        return {i: seen.get(i, nothing) for i in self.ids}

    @torch.inference_mode()
    def add(self, rgb: np.ndarray, masks: Mapping[int, np.ndarray]) -> None:
        """
        Show objects on an image of any time, without going on; arguments and errors as in step.

        They are tracked from the next step on. What is known of other objects does not change.
        """
        check_step(rgb, masks)
        self._look(rgb, disjoint(masks), masks.keys())

    def _look(
        self, rgb: np.ndarray, given: Mapping[int, np.ndarray], ids: Iterable[int]
    ) -> dict[int, tuple[Tensor, Tensor]]:
        """Show an image to these objects; returns mask logits (1, h, w) and presence logit ()."""
        before = dict(self._memories), set(self._never_seen)
        try:
            seeing = self._begin(given) | {i for i in ids if i in self._memories}
            return self._see(rgb, given, sorted(seeing))
        except BaseException:
            self._memories, self._never_seen = before
            raise
        finally:
            self._features.clear_all()

    def _begin(self, given: Mapping[int, np.ndarray]) -> set[int]:
        """Make memories for objects that are seen for the first time; returns their ids."""
        new = {i for i, mask in given.items() if i not in self._memories and mask.any()}
        self._memories |= {i: self._new_memory() for i in new}
        self._never_seen = (self._never_seen | given.keys()) - self._memories.keys()
        return new

    def _see(
        self, rgb: np.ndarray, given: Mapping[int, np.ndarray], ids: Sequence[int]
    ) -> dict[int, tuple[Tensor, Tensor]]:
        if not ids:
            return {}
        picture = resized(rgb, self._side, IMAGENET).to(self._device, self._dtype)
        masks = {i: self._prompt_of(mask) for i, mask in given.items()}
        return {i: self._memories[i].see(self._network, picture, masks.get(i)) for i in ids}

    def _new_memory(self) -> ObjectMemory:
        return ObjectMemory(
            reach=self._reach,
            features=self._features,
            positions=self._positions,
            device=self._device,
            dtype=self._dtype,
        )

    def _prompt_of(self, mask: np.ndarray) -> Tensor:
        """Bring a mask to the size of the network's image: float (1, 1, S, S), 0 or 1."""
        shares = torch.from_numpy(mask).to(self._device).float()[None, None]
        if shares.shape[-2:] != self._side:
            shares = F.interpolate(
                shares, self._side, mode='bilinear', align_corners=False, antialias=True
            )
        small = (shares >= 0.5).float()
        # A thing of a pixel or two vanishes when it shrinks, and none would be remembered.
        return small if small.any() else (shares >= shares.amax()).float() * float(mask.any())


def load_video_engine(
    folder: Path, *, device: str = 'cpu', precision: str = 'auto'
) -> VideoEngine:
    """
    Load the video network of a model folder; nothing is downloaded.

    folder  holds tracker.json: {"engine": "sam2_video" or "edgetam_video", "path": PATH,
            "prompts": 4}; PATH is a folder within, or a name of the hub's local cache

    ConfigError for a tracker.json that makes no sense, CheckpointError if the network is
    missing, damaged or another one.
    """
    try:
        raw = json.loads((folder / TRACKER_FILE).read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise CheckpointError(f'cannot read {folder / TRACKER_FILE}: {error}') from error
    engine, path, prompts = _read_settings(raw)
    name = place_of(path, folder)
    kind = read_type(name)
    if kind != engine:
        raise CheckpointError(f'{name} is a model of kind {kind!r}, not {engine!r}')
    network = read_network(ENGINES[engine], name, device=device, precision=precision)
    return VideoEngine(network, prompts=prompts)


def _read_settings(raw: Any) -> tuple[str, str, int]:
    known = {'engine', 'path', 'prompts'}
    if not isinstance(raw, dict) or not {'engine', 'path'} <= raw.keys() <= known:
        raise ConfigError(f'{TRACKER_FILE}: want an object with the keys {sorted(known)}')
    engine, path, prompts = raw['engine'], raw['path'], raw.get('prompts', _PROMPTS)
    if engine not in ENGINES:
        raise ConfigError(f'{TRACKER_FILE}: engine {engine!r}: want one of {sorted(ENGINES)}')
    if not isinstance(path, str) or not path or type(prompts) is not int:
        raise ConfigError(f'{TRACKER_FILE}: want a path and a whole number of prompts')
    return engine, path, prompts


def _features_of(config: Any, dtype: torch.dtype) -> tuple[int, int]:
    """How many numbers the features of one frame are, and the bytes of each."""
    width = int(config.memory_encoder_output_channels)
    if hasattr(config, 'perceiver_resampler_num_latents'):
        latents = config.perceiver_resampler_num_latents
        return width * int(latents + config.perceiver_resampler_num_latents_2d), dtype.itemsize
    h, w = config.vision_config.backbone_feature_sizes[-1]
    return width * int(h * w), torch.bfloat16.itemsize  # SAM 2 keeps them in this format
