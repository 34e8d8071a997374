"""
What a video network of the SAM 2 family remembers of one object: a bounded session.

transformers keeps in a session every image, every mask and every feature of the whole video.
The networks read far less of it: the features of the last few frames, the object pointers of
the last few more, and both of the frames on which a mask was given. The rest is dropped here
after each frame, so that a stream has no end. One session holds one object; the sessions of a
stream share the features of the image.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

_THE_OBJECT = 0
_FEATURES = 'maskmem_features'
_POSITIONS = 'maskmem_pos_enc'
_POINTER = 'object_pointer'
_PRESENCE = 'object_score_logits'


@dataclass(frozen=True, kw_only=True)
class Reach:
    """
    How far a network looks back, in frames, and how many given masks it is reminded of.

    features  frames whose features it reads
    pointers  frames whose object pointer it reads
    prompts   the newest given masks that are kept, and besides these the newest one with a pixel
    """

    features: int
    pointers: int
    prompts: int

    @property
    def frames(self) -> int:
        """Frames of which it reads anything."""
        return max(self.features, self.pointers)

    @property
    def most_features(self) -> int:
        """Frames of which features are kept, at most."""
        return self.features + self.prompts + 1

    @property
    def most_outputs(self) -> int:
        """Frames of which anything is kept, at most."""
        return self.frames + self.prompts + 1


class PictureFeatures:
    """
    What the encoder makes of the image at hand, for all who look at it.

    Takes the place of the cache of a session, which knows images by their number; here each
    object counts its own, and there is one image at a time.
    """

    def __init__(self) -> None:
        self._features: dict[str, Any] | None = None

    def cache_vision_features(self, frame_idx: int, features: dict[str, Any]) -> None:
        """Keep what was computed by the first who looked."""
        self._features = features

    def get_vision_features(self, frame_idx: int) -> dict[str, Any] | None:
        """Return it to the others; None to the first."""
        return self._features

    def clear_all(self) -> None:
        """Forget the image."""
        self._features = None


class ObjectMemory(Sam2VideoInferenceSession):
    """
    A session of Sam2VideoModel or EdgeTamVideoModel for one object that never grows.

    positions  encodings of the places of features; they are the same for all frames and
               objects and are kept once, here
    """

    def __init__(
        self,
        *,
        reach: Reach,
        features: PictureFeatures,
        positions: dict[tuple[int, ...], Tensor],
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        super().__init__(
            inference_device=device,
            inference_state_device=device,
            video_storage_device=device,
            dtype=dtype,
        )
        self.cache: Any = features
        self._positions = positions
        self._reach = reach
        self._frame = 0
        self.obj_id_to_idx(_THE_OBJECT)

    def see(
        self, network: Any, picture: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """
        Go on to the next image.

        picture  (1, 3, S, S) as the network takes it
        mask     float (1, 1, S, S) of 0 and 1, where it is given: it is remembered as the truth
        returns  logits of the object's mask (1, h, w), and of whether it is in sight ()
        """
        if mask is not None:
            self.add_mask_inputs(_THE_OBJECT, self._frame, mask)
            self.obj_with_new_inputs = [_THE_OBJECT]
        try:
            output = network(self, frame_idx=self._frame, frame=picture)
        finally:
            self._settle()
        return output.pred_masks[0], output.object_score_logits.float().flatten()[0]

    def _settle(self) -> None:
        """Drop all that no later image reads; whatever happened, this one is over."""
        frame, self._frame = self._frame, self._frame + 1
        self.processed_frames = {}
        self.mask_inputs_per_obj[_THE_OBJECT].clear()
        self.frames_tracked_per_obj[_THE_OBJECT].clear()
        self.obj_with_new_inputs = []
        prompted, tracked = self._outputs
        for outputs in (prompted, tracked):
            if frame in outputs and not _keep_what_is_read(outputs[frame], self._positions):
                del outputs[frame]
        for index in set(prompted) - self._lasting(prompted):
            del prompted[index]
        for index in [i for i in tracked if i <= frame - self._reach.frames]:
            del tracked[index]
        for index, output in tracked.items():
            if index <= frame - self._reach.features:
                output.pop(_FEATURES, None)
                output.pop(_POSITIONS, None)

    @property
    def output_count(self) -> int:
        """Frames of which something is kept."""
        return sum(map(len, self._outputs))

    def tensors(self) -> Iterator[Tensor]:
        """Iterate over all that is kept."""
        for outputs in self._outputs:
            for output in outputs.values():
                yield from output.values()

    @property
    def _outputs(self) -> tuple[dict[int, Any], dict[int, Any]]:
        """What was found on frames where a mask was given, and on the others."""
        outputs = self.output_dict_per_obj[_THE_OBJECT]
        return outputs['cond_frame_outputs'], outputs['non_cond_frame_outputs']

    def _lasting(self, prompted: dict[int, Any]) -> set[int]:
        """Frames whose given masks are kept: the newest ones, and the newest with a pixel."""
        if len(prompted) <= self._reach.prompts:
            return set(prompted)
        with_pixels = [i for i, output in prompted.items() if bool((output[_PRESENCE] > 0).any())]
        return {*sorted(prompted)[-self._reach.prompts :], *with_pixels[-1:]}


def _keep_what_is_read(output: dict[str, Any], positions: dict[tuple[int, ...], Tensor]) -> bool:
    """Keep of one frame what later frames read, in tensors of its own; False if it is not all."""
    if output.get(_FEATURES) is None:  # the network failed on the way
        return False
    for name in output.keys() - {_FEATURES, _POSITIONS, _POINTER, _PRESENCE}:
        del output[name]
    place = output[_POSITIONS]
    known = positions.setdefault(tuple(place.shape), _own(place))
    if torch.equal(known, place):
        output[_POSITIONS] = known
    for name in (_FEATURES, _POINTER, _PRESENCE):
        output[name] = _own(output[name])
    return True


def _own(tensor: Tensor) -> Tensor:
    """Return the tensor, copied if it is a view of a larger one that it would keep alive."""
    whole = tensor.untyped_storage().nbytes() == tensor.nbytes
    return tensor if whole else tensor.clone()
