"""Follow objects through a stream of images, from masks given on some of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from torch import Tensor

from visa_ros.errors import InvalidFrameError
from visa_ros.structs import Propagated
from visa_ros.tracking.config import TrackerConfig
from visa_ros.tracking.flow import FlowSharpener
from visa_ros.tracking.framing import Framing, framing, Part
from visa_ros.tracking.network import TrackerNetwork
from visa_ros.tracking.propagation import Propagation


class MemoryTracker:
    """
    Masks of objects, carried from image to image.

    Give the mask of an object with any image; step returns it on that image and on all later
    ones. Images may change in size. An object that was only ever given as an empty mask is
    tracked and never seen. Memory is bounded, see max_bytes. One thread owns a tracker; forks
    share the weights, which nobody changes, and may live in other threads.

    dtype  of the computation where it may be coarse; None: as the config says
    """

    def __init__(
        self, network: TrackerNetwork, config: TrackerConfig, *, dtype: torch.dtype | None = None
    ):
        self._network = network
        self._config = config
        self._device = next(network.parameters()).device
        self._dtype = dtype or (torch.bfloat16 if config.autocast else torch.float32)
        self.reset()

    @property
    def ids(self) -> tuple[int, ...]:
        """The tracked objects, in ascending order."""
        return self._propagation.ids

    @property
    def memory_bytes(self) -> int:
        """Size of all that is remembered, in bytes; the weights are not counted."""
        outlines = 0 if self._sharpener is None else self._sharpener.nbytes
        return self._propagation.nbytes + outlines

    def max_bytes(self, image_hw: tuple[int, int], objects: int) -> int:
        """
        Tell what memory_bytes never exceeds, however long the stream is.

        image_hw  px of the images; where they change, the largest
        objects   tracked at the same time
        """
        outlines = 0
        if self._sharpener is not None:
            outlines = self._sharpener.max_bytes(image_hw, objects)
        network_hw = self._framing(image_hw).network_hw
        return self._propagation.max_bytes(network_hw, objects) + outlines

    def reset(self) -> None:
        """Forget everything."""
        side = self._config.flow_short_side
        self._propagation = Propagation(self._network, self._config.memory)
        self._sharpener = FlowSharpener(side) if side else None

    def fork(self) -> MemoryTracker:
        """Return a tracker with the same weights and an empty memory."""
        return MemoryTracker(self._network, self._config, dtype=self._dtype)

    def forget(self, ids: Iterable[int]) -> None:
        """Stop tracking these objects; ids that are not tracked are ignored."""
        with torch.inference_mode():
            self._propagation.forget(ids)
        if self._sharpener is not None:
            self._sharpener.forget(ids)

    @torch.inference_mode()
    def step(
        self,
        rgb: np.ndarray,
        masks: Mapping[int, np.ndarray] | None = None,
        *,
        last: bool = False,
    ) -> dict[int, Propagated]:
        """
        Go on to the next image; return all tracked objects on it.

        rgb    uint8 (H, W, 3)
        masks  id -> bool (H, W): objects to start tracking, or to correct, on this image. They
               are returned as given, except that a pixel in several of them belongs to the
               highest id. An empty mask says that the object is not in sight.
        last   no image follows, which saves the time to remember this one

        The score of an object is the mean probability of the pixels of its mask; 1 for a mask
        that was given, 0 for an object that is not seen.

        InvalidFrameError if an array has another dtype or shape, or an id is below 1; nothing
        is changed then.
        """
        given = _disjoint(_checked(rgb, masks or {}))
        if not given and not self.ids:
            return {}
        if (carried := self._carried(rgb, given)) is not None:
            return carried
        frame = self._framing(rgb.shape[:2])
        with self._autocast():
            joint = self._propagation.advance(
                self._image(rgb, frame), self._masks(given, frame), last=last
            )
        found = {i: _as_given(mask) for i, mask in given.items()}
        found = {**_results(joint, frame, given), **found}
        found = {i: found[i] if i in found else _unseen(rgb.shape[:2]) for i in self.ids}
        return found if self._sharpener is None else self._sharpener.sharpen(found, given)

    def _carried(
        self, rgb: np.ndarray, given: Mapping[int, np.ndarray]
    ) -> dict[int, Propagated] | None:
        """Find all objects without the network, where that will do; see FlowSharpener."""
        if self._sharpener is None:
            return None
        self._sharpener.look(rgb)
        return None if given else self._sharpener.carry(self.ids)

    @torch.inference_mode()
    def add(self, rgb: np.ndarray, masks: Mapping[int, np.ndarray]) -> None:
        """
        Show objects on an image of any time, without going on; arguments and errors as in step.

        They are tracked from the next step on. What is known of other objects does not change.
        """
        given = _disjoint(_checked(rgb, masks))
        if given:
            frame = self._framing(rgb.shape[:2])
            with self._autocast():
                self._propagation.add(self._image(rgb, frame), self._masks(given, frame))

    def _framing(self, image_hw: tuple[int, ...]) -> Framing:
        height, width = image_hw
        config = self._config
        return framing(
            (height, width),
            input_hw=config.input_hw,
            short_side=config.short_side,
            antialias=config.antialias,
        )

    def _autocast(self) -> torch.autocast:
        enabled = self._dtype != torch.float32
        dtype = self._dtype if enabled else torch.bfloat16
        return torch.autocast(self._device.type, dtype, enabled=enabled)

    def _image(self, rgb: np.ndarray, frame: Framing) -> Tensor:
        """Uint8 (H, W, 3) to the network's input (1, 3, H', W')."""
        planes = torch.tensor(rgb).permute(2, 0, 1)[None]
        if not frame.antialias:
            planes = planes.to(self._device).float()
        # Interpolation does not mind scale and offset; so what is small is normalised. On CPUs
        # antialiasing is five times as fast in bytes.
        small = frame.resize(planes).to(self._device)
        return frame.pad(self._network.normalise(small))

    def _masks(self, given: Mapping[int, np.ndarray], frame: Framing) -> dict[int, Tensor]:
        """Bool (H, W) each, to float (H', W')."""
        if not given:
            return {}
        planes = torch.tensor(np.stack(list(given.values())), device=self._device)
        masks = frame.pad(frame.resize_masks(planes.float()[None]))
        return dict(zip(given, masks[0], strict=True))


def _checked(rgb: np.ndarray, masks: Mapping[int, np.ndarray]) -> Mapping[int, np.ndarray]:
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
    return masks


def _disjoint(masks: Mapping[int, np.ndarray]) -> dict[int, np.ndarray]:
    """Take from each mask what a higher id covers; the arrays given stay as they are."""
    result: dict[int, np.ndarray] = {}
    for object_id in sorted(masks):
        mask = masks[object_id]
        result = {i: m & ~mask for i, m in result.items()}
        result[object_id] = mask.copy()
    return result


def _results(
    joint: Mapping[int, Tensor], frame: Framing, given: Mapping[int, np.ndarray]
) -> dict[int, Propagated]:
    """Masks at the size of the image: a pixel belongs to whatever is most probable there."""
    if not joint:
        return {}
    planes = torch.stack(list(joint.values()))
    # Less than an equal share wins nowhere, also not between two positions.
    support = (frame.unpad(planes) > 1.0 / (len(joint) + 1)).any(dim=0)
    probability, part = frame.restore_part(planes, support)
    background = 1.0 - probability.sum(dim=0, keepdim=True)
    # max is many times as fast as argmax, and its values are the scores.
    best, winner = torch.cat((background, probability)).max(dim=0)
    labels = winner.cpu().numpy()
    for mask in given.values():
        labels[mask[part]] = 0
    scores = _mean_by_label(best.cpu().numpy(), labels, count=len(joint) + 1)
    return {
        object_id: Propagated(mask=_whole(labels == n, part, frame), score=float(scores[n]))
        for n, object_id in enumerate(joint, start=1)
    }


def _whole(mask: np.ndarray, part: Part, frame: Framing) -> np.ndarray:
    """Put a part of a mask into its place: bool (H, W)."""
    whole = np.zeros(frame.image_hw, np.bool_)
    whole[part] = mask
    return whole


def _mean_by_label(values: np.ndarray, labels: np.ndarray, *, count: int) -> np.ndarray:
    """
    Mean over the pixels of each label, 0 where there are none: (count,).

    Of probabilities this is the confidence in a mask. It tells good masks from bad ones better
    than the expected IoU, the share of sure pixels, the highest probability and how well the
    memory fits; docs/tracking.md has the figures.
    """
    pixels = np.bincount(labels.ravel(), minlength=count)
    totals = np.bincount(labels.ravel(), values.ravel(), minlength=count)
    return totals / np.maximum(pixels, 1)


def _as_given(mask: np.ndarray) -> Propagated:
    return Propagated(mask=mask, score=float(mask.any()))


def _unseen(hw: tuple[int, ...]) -> Propagated:
    return Propagated(mask=np.zeros(hw, bool), score=0.0)
