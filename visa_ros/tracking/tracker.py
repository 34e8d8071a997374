"""Follow objects through a stream of images, from masks given on some of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor
import torch.nn.functional as F

from visa_ros.errors import InvalidFrameError
from visa_ros.structs import Propagated
from visa_ros.tracking.config import TrackerConfig
from visa_ros.tracking.memory import MemoryFrame, WorkingMemory
from visa_ros.tracking.network import aggregate, ImageFeatures, TrackerNetwork


class MemoryTracker:
    """
    Masks of objects, carried from image to image.

    Give the mask of an object with any image; step returns it on that image and on all later
    ones. Images may change in size. An object that was only ever given as an empty mask is
    tracked and never seen. Memory is bounded, see memory_bytes. One thread owns a tracker;
    forks share the weights, which nobody changes, and may live in other threads.
    """

    def __init__(self, network: TrackerNetwork, config: TrackerConfig):
        self._network = network
        self._config = config
        self._device = next(network.parameters()).device
        self.reset()

    @property
    def ids(self) -> tuple[int, ...]:
        """The tracked objects, in ascending order."""
        return tuple(sorted(self._hidden))

    @property
    def memory_bytes(self) -> int:
        """
        Size of all that is remembered, in bytes; the weights are not counted.

        With N objects it is at most 2 * (recent + N) * h * w * (CK + 1 + N * CV) * 4 for the
        memory (see WorkingMemory) plus N * h * w * CH * 4 for the state, however long the
        stream is.
        """
        return self._memory.nbytes + sum(h.nbytes for h in self._hidden.values())

    def reset(self) -> None:
        """Forget everything."""
        memory = self._config.memory
        self._memory = WorkingMemory(recent=memory.recent, top_k=memory.top_k)
        self._hidden: dict[int, Tensor] = {}
        self._since_memory = 0

    def fork(self) -> MemoryTracker:
        """Return a tracker with the same weights and an empty memory."""
        return MemoryTracker(self._network, self._config)

    def forget(self, ids: Iterable[int]) -> None:
        """Stop tracking these objects; ids that are not tracked are ignored."""
        gone = frozenset(ids)
        self._memory.forget(gone)
        self._hidden = {i: h for i, h in self._hidden.items() if i not in gone}

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

        InvalidFrameError if an array has another dtype or shape, or an id is below 1; nothing
        is changed then.
        """
        _check(rgb, masks or {})
        given = _disjoint(masks or {})
        if not given and not self._hidden:
            return {}
        enabled = self._config.autocast
        with torch.autocast(self._device.type, torch.bfloat16, enabled=enabled):
            joint = self._advance(rgb, given)
        found = {i: _as_given(mask) for i, mask in given.items()}
        found = {**_results(joint, rgb.shape[:2], given), **found}
        return {i: found[i] if i in found else _unseen(rgb.shape[:2]) for i in self.ids}

    def _advance(self, rgb: np.ndarray, given: Mapping[int, np.ndarray]) -> dict[int, Tensor]:
        """Advance the state by one image; joint probabilities (H', W') of the objects in it."""
        image = self._network.normalise(self._resize(np.moveaxis(rgb, 2, 0)))
        features = self._network.encode_image(image)
        remember = bool(given) or self._since_memory + 1 >= self._config.memory.every
        single = self._propagate(features, update=not remember)
        if given:
            self._overwrite(single, given, features.key.shape[-2:])
        joint = _compete(single)
        if remember and joint:
            prompted = frozenset(i for i, mask in given.items() if mask.any())
            self._remember(image, features, joint, prompted)
        self._since_memory = 0 if remember else self._since_memory + 1
        return joint

    def _propagate(self, features: ImageFeatures, *, update: bool) -> dict[int, Tensor]:
        """Read the memory and decode; probability (H', W') of each object by itself."""
        readout = self._memory.read(_rows(features.key[0]), _rows(features.selection[0]))
        if not readout:
            return {}
        hw = features.key.shape[-2:]
        values = torch.stack([value.T.unflatten(1, hw) for value in readout.values()])
        hidden = torch.stack([self._hidden[i] for i in readout])
        probability, hidden = self._network.decode(
            features, values[None], hidden[None], update=update
        )
        self._hidden.update(zip(readout, hidden[0], strict=True))
        return dict(zip(readout, probability[0], strict=True))

    def _overwrite(
        self, single: dict[int, Tensor], given: Mapping[int, np.ndarray], hw: Sequence[int]
    ) -> None:
        """Replace objects by their given masks, and clear the others below these."""
        masks = self._resize(np.stack(list(given.values())))[0]
        free = 1.0 - masks.amax(dim=0)
        for object_id in single:
            single[object_id] = single[object_id] * free
        for (object_id, mask), resized in zip(given.items(), masks, strict=True):
            if object_id not in self._hidden:
                self._hidden[object_id] = self._network.initial_hidden(1, 1, hw)[0, 0]
            if object_id in single or mask.any():
                single[object_id] = resized

    def _remember(
        self,
        image: Tensor,
        features: ImageFeatures,
        joint: Mapping[int, Tensor],
        prompted: frozenset[int],
    ) -> None:
        masks = torch.stack(list(joint.values()))[None]
        hidden = torch.stack([self._hidden[i] for i in joint])[None]
        values, hidden = self._network.encode_value(image, features, masks, hidden)
        self._hidden.update(zip(joint, hidden[0], strict=True))
        self._memory.add(
            MemoryFrame(
                key=_rows(features.key[0]),
                shrinkage=features.shrinkage[0].flatten(),
                values={i: _rows(v) for i, v in zip(joint, values[0], strict=True)},
                prompted=prompted,
            )
        )

    def _resize(self, planes: np.ndarray) -> Tensor:
        """(C, H, W), uint8 or bool, to float (1, C, H', W') of the network's input size."""
        tensor = torch.tensor(planes, device=self._device).float()[None]
        if tuple(tensor.shape[-2:]) == self._config.input_hw:
            return tensor
        return F.interpolate(
            tensor, self._config.input_hw, mode='bilinear', align_corners=False, antialias=True
        )


def _rows(features: Tensor) -> Tensor:
    """(C, h, w) to (h * w, C)."""
    return features.flatten(1).T.contiguous()


def _compete(single: Mapping[int, Tensor]) -> dict[int, Tensor]:
    """Joint probabilities, from those of each object by itself."""
    if not single:
        return {}
    log_odds = aggregate(torch.stack(list(single.values()))[None])
    return dict(zip(single, torch.softmax(log_odds, dim=1)[0, 1:], strict=True))


def _check(rgb: np.ndarray, masks: Mapping[int, np.ndarray]) -> None:
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.size == 0:
        raise InvalidFrameError(f'rgb: want uint8 (H, W, 3), got {rgb.dtype} {rgb.shape}')
    for object_id, mask in masks.items():
        if object_id < 1:
            raise InvalidFrameError(f'object id {object_id}: want 1 or more, 0 is background')
        if mask.dtype != np.bool_ or mask.shape != rgb.shape[:2]:
            raise InvalidFrameError(
                f'mask of object {object_id}: want bool {rgb.shape[:2]}, '
                f'got {mask.dtype} {mask.shape}'
            )


def _disjoint(masks: Mapping[int, np.ndarray]) -> dict[int, np.ndarray]:
    """Take from each mask what a higher id covers; the arrays given stay as they are."""
    result: dict[int, np.ndarray] = {}
    for object_id in sorted(masks):
        mask = masks[object_id]
        result = {i: m & ~mask for i, m in result.items()}
        result[object_id] = mask.copy()
    return result


def _results(
    joint: Mapping[int, Tensor], hw: tuple[int, int], given: Mapping[int, np.ndarray]
) -> dict[int, Propagated]:
    """Masks at the size of the image: a pixel belongs to whatever is most probable there."""
    if not joint:
        return {}
    probability = torch.stack(list(joint.values()))[None]
    probability = F.interpolate(probability, hw, mode='bilinear', align_corners=False)[0]
    background = 1.0 - probability.sum(dim=0, keepdim=True)
    best, winner = torch.cat((background, probability)).max(dim=0)
    labels = winner.cpu().numpy()
    for mask in given.values():
        labels[mask] = 0
    count = np.bincount(labels.ravel(), minlength=len(joint) + 1)
    total = np.bincount(labels.ravel(), best.cpu().numpy().ravel(), minlength=len(joint) + 1)
    scores = total / np.maximum(count, 1)
    return {
        object_id: Propagated(mask=labels == n, score=float(scores[n]))
        for n, object_id in enumerate(joint, start=1)
    }


def _as_given(mask: np.ndarray) -> Propagated:
    return Propagated(mask=mask, score=float(mask.any()))


def _unseen(hw: tuple[int, int]) -> Propagated:
    return Propagated(mask=np.zeros(hw, bool), score=0.0)
