"""XMem's step on one frame: read, decode, correct, remember. In tensors of the network's size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor
import torch.nn.functional as F

from visa_ros.tracking.config import MemoryConfig
from visa_ros.tracking.network import aggregate, ImageFeatures, TrackerNetwork
from visa_ros.tracking.store import MemoryFrame, MemoryStore

Planes = dict[int, Tensor]
"""Object id -> float (H, W), 0 to 1."""


class Propagation:
    """
    The objects of one stream: their sensory state, and the memory of all.

    (H, W) is the network's input, (h, w) the same in units of its stride; both may change while
    the stream runs. One thread owns a propagation.
    """

    def __init__(self, network: TrackerNetwork, memory: MemoryConfig):
        self._network = network
        self._every = memory.every
        self._store = MemoryStore(
            recent=memory.recent, top_k=memory.top_k, long_term=memory.long_term
        )
        self._hidden: dict[int, Tensor] = {}
        self._since_memory = 0

    @property
    def ids(self) -> tuple[int, ...]:
        """The objects, in ascending order."""
        return tuple(sorted(self._hidden))

    @property
    def sizes(self) -> tuple[int, int]:
        """Elements in working memory, and in long-term memory."""
        return self._store.sizes

    @property
    def nbytes(self) -> int:
        """Size of memory and states, in bytes."""
        return self._store.nbytes + sum(h.nbytes for h in self._hidden.values())

    def max_bytes(self, network_hw: tuple[int, int], objects: int) -> int:
        """Tell what nbytes never exceeds with so many objects, at this size of the input."""
        sizes = self._network.config
        places = network_hw[0] * network_hw[1] // sizes.stride**2
        memory = self._store.max_bytes(
            places=places, objects=objects, key_dim=sizes.key_dim, value_dim=sizes.value_dim
        )
        return memory + 4 * objects * places * sizes.hidden_dim

    def hidden(self, object_id: int) -> Tensor:
        """Return the sensory state of an object (CH, h, w)."""
        return self._hidden[object_id]

    def forget(self, ids: Iterable[int]) -> None:
        """Stop following these objects; ids that are not followed are ignored."""
        gone = frozenset(ids)
        self._store.forget(gone)
        # States that were computed together share their storage; a copy lets go of it.
        self._hidden = {i: h.clone() for i, h in self._hidden.items() if i not in gone}

    def advance(self, image: Tensor, masks: Mapping[int, Tensor], *, last: bool = False) -> Planes:
        """
        Go on to the next image; return the joint probability of each object in it.

        image  normalised (1, 3, H, W)
        masks  id -> float (H, W), 0 to 1: objects to start with, or to correct, on this image
        last   no image follows: nothing is learnt from this one

        An object that was only ever given as an empty mask is not in the result.
        """
        features = self._network.encode_image(image)
        due = bool(masks) or self._since_memory + 1 >= self._every
        remember = due and not last
        single = self._decode(features, update=not (remember or last))
        if masks:
            self._correct(single, masks, features)
        joint = compete(single)
        if remember and joint:
            prompted = frozenset(i for i, mask in masks.items() if mask.any())
            self._hidden.update(self._remember(image, features, joint, prompted))
        self._since_memory = 0 if remember else self._since_memory + 1
        return joint

    def add(self, image: Tensor, masks: Mapping[int, Tensor]) -> None:
        """
        Show objects on an image of any time, without going on.

        image, masks  as in `advance`

        What is known of other objects does not change. An object that is followed already keeps
        its state, and remembers this view of it as well.
        """
        features = self._network.encode_image(image)
        seen = {i: mask for i, mask in masks.items() if mask.any()}
        new = {i: self._initial(features) for i in masks if i not in self._hidden}
        self._hidden.update(new)
        if seen:
            states = self._remember(image, features, compete(seen), frozenset(seen))
            self._hidden.update({i: state for i, state in states.items() if i in new})

    def _decode(self, features: ImageFeatures, *, update: bool) -> Planes:
        """Read the memory and decode; probability of each object by itself."""
        readout = self._store.read(_rows(features.key[0]), _rows(features.selection[0]))
        if not readout:
            return {}
        hw = features.key.shape[-2:]
        values = torch.stack([value.T.reshape(-1, *hw) for value in readout.values()])
        hidden = self._states(readout, hw)
        probability, hidden = self._network.decode(features, values[None], hidden, update=update)
        self._hidden.update(zip(readout, hidden[0], strict=True))
        return dict(zip(readout, probability[0], strict=True))

    def _correct(
        self, single: Planes, masks: Mapping[int, Tensor], features: ImageFeatures
    ) -> None:
        """Replace objects by their given masks, and clear the others below these."""
        free = 1.0 - torch.stack(list(masks.values())).amax(dim=0)
        for object_id in single:
            single[object_id] = single[object_id] * free
        for object_id, mask in masks.items():
            if object_id not in self._hidden:
                self._hidden[object_id] = self._initial(features)
            if object_id in single or mask.any():
                single[object_id] = mask

    def _remember(
        self,
        image: Tensor,
        features: ImageFeatures,
        joint: Mapping[int, Tensor],
        prompted: frozenset[int],
    ) -> dict[int, Tensor]:
        """Put a frame into memory; return the states of its objects, renewed."""
        masks = torch.stack(list(joint.values()))[None]
        hidden = self._states(joint, features.key.shape[-2:])
        values, hidden = self._network.encode_value(image, features, masks, hidden)
        self._store.add(
            MemoryFrame(
                key=_rows(features.key[0]),
                shrinkage=features.shrinkage[0].flatten(),
                selection=_rows(features.selection[0]),
                values={i: _rows(v) for i, v in zip(joint, values[0], strict=True)},
                prompted=prompted,
            )
        )
        return dict(zip(joint, hidden[0], strict=True))

    def _states(self, ids: Iterable[int], hw: Sequence[int]) -> Tensor:
        """States (1, N, CH, h, w); those from images of another size are resized."""
        states = [self._hidden[i] for i in ids]
        return torch.stack([_resized(state, hw) for state in states])[None]

    def _initial(self, features: ImageFeatures) -> Tensor:
        return self._network.initial_hidden(1, 1, features.key.shape[-2:])[0, 0]


def compete(single: Mapping[int, Tensor]) -> Planes:
    """Joint probabilities, from those of each object by itself."""
    if not single:
        return {}
    log_odds = aggregate(torch.stack(list(single.values()))[None])
    return dict(zip(single, torch.softmax(log_odds, dim=1)[0, 1:], strict=True))


def _rows(features: Tensor) -> Tensor:
    """(C, h, w) to (h * w, C)."""
    return features.flatten(1).T.contiguous()


def _resized(state: Tensor, hw: Sequence[int]) -> Tensor:
    if state.shape[-2:] == tuple(hw):
        return state
    return F.interpolate(state[None], tuple(hw), mode='bilinear', align_corners=False)[0]
