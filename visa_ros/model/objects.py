"""From the mask decoder's logits to objects, the evidence for them, and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from torch import Tensor
from torch.nn import functional

from visa_ros.model.decision import DecisionConfig, Evidence
from visa_ros.model.generation import check_finite
from visa_ros.nn.outlines import Guide
from visa_ros.structs import Detection, Grounding, Status

_SAME_OBJECT_IOU = 0.7
_LEAST_SHARE = 0.3  # of a named object that has to fit
_PART_SHARE = 0.1  # of the largest part of a mask; smaller ones are no objects of their own
_PIECE = 0.025  # of the picture's width: the side of the largest square that may be a mere piece
_UNSURE = 3.0  # logits below the surest place of an answer, down to which an unsure one reaches


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """
    What the mask decoder says about n `[SEG]`s.

    low       float (n, h, w)  logits as they leave the decoder; above 0 is object
    full      float (n, H, W)  the same on the image
    quality   float (n,)       predicted IoU
    presence  n probabilities of `[SEG]` where it was said
    labels    n names; may be empty
    """

    low: Tensor
    full: Tensor
    quality: Tensor
    presence: Sequence[float]
    labels: Sequence[str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Whole:
    """
    What the mask decoder says about all objects of an answer together.

    low      float (h, w)  logits as they leave the decoder
    mask     bool (H, W)   what is object of the image
    quality  predicted IoU
    fit      how well the best place of the picture fits the question, 0 to 1
    """

    low: Tensor
    mask: np.ndarray
    quality: float
    fit: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Objects:
    """
    What was found, before any decision.

    detections  by falling score
    evidence    of the whole answer
    """

    detections: Sequence[Detection]
    evidence: Evidence


def find_objects(
    candidates: Candidates, words: Evidence, *, min_mask_px: int, trust_quality: bool
) -> Objects:
    """
    Keep the masks that are objects: large enough, and none of them twice.

    words          evidence of the words alone
    min_mask_px    px of the decoder's output
    trust_quality  whether the decoder was trained to predict its IoU, which then is the score;
                   if not, the score is the mean probability over the pixels of the mask

    CheckpointError where the logits are not finite: such masks mean nothing.
    """
    check_finite(candidates.low)
    check_finite(candidates.quality)
    masks = (candidates.full > 0).cpu().numpy()
    kept = _kept(candidates.low, masks, min_mask_px)
    if not kept:
        return Objects(detections=(), evidence=words)
    quality = candidates.quality.float().clamp(0, 1).tolist()
    certainty = _certainty(candidates.full)
    scores = quality if trust_quality else [(1 + c) / 2 for c in certainty]
    found = [Detection(mask=masks[k], label=candidates.labels[k], score=scores[k]) for k in kept]
    evidence = replace(
        words,
        presence=max(candidates.presence[k] for k in kept),
        quality=max(quality[k] for k in kept),
        certainty=max(certainty[k] for k in kept),
        **_shape_evidence(np.logical_or.reduce(masks[kept])),
    )
    return Objects(detections=sorted(found, key=lambda d: -d.score), evidence=evidence)


def outlined(low: Tensor, guide: Guide, *, quality: float, fit: float) -> Whole:
    """
    Give the logits (h, w) of an answer the outlines of a picture.

    Above 0 is object. Where nothing is surely so, what is nearly as sure as the surest place is:
    an unsure answer is still one, and whether there is any is for the decision to say.
    """
    shift = (low.max() - _UNSURE).clamp(max=0)
    mask = guide.outline((low - shift).float().cpu().numpy())
    return Whole(low=low, mask=mask, quality=quality, fit=fit)


def divide_whole(whole: Whole, named: Candidates, words: Evidence, *, min_mask_px: int) -> Objects:
    """
    Divide what fits a question among the objects that the answer names.

    Each pixel is of the named object that is surest there. A part that no named object reaches is
    an object without a name; a named object of which little fits is none. One name may reach two
    objects: of parts of what fits that do not touch each is an object, but for small ones, which
    are pieces, as of a pen behind a cup. Where what fits is too small to be an object, the named
    objects are kept, for the decision to weigh.

    words, min_mask_px, errors  as in find_objects
    """
    check_finite(whole.low)
    union = whole.mask
    if np.count_nonzero(union) * whole.low.numel() < min_mask_px * union.size:
        return find_objects(named, words, min_mask_px=min_mask_px, trust_quality=True)
    check_finite(named.low)
    quality = [*named.quality.float().clamp(0, 1).tolist(), whole.quality]
    labels = [*named.labels, '']
    found = [
        Detection(mask=mask, label=labels[owner], score=quality[owner])
        for owner, mask in _shares(union, named.full)
    ]
    evidence = replace(
        words,
        presence=whole.fit,
        quality=whole.quality,
        certainty=_certainty(whole.low[None])[0],
        **_shape_evidence(union),
    )
    return Objects(detections=sorted(found, key=lambda d: -d.score), evidence=evidence)


def _shares(union: np.ndarray, named: Tensor) -> list[tuple[int, np.ndarray]]:
    """Parts of a mask (H, W): owner and mask; the owner is n where none of n objects reaches."""
    count = len(named)
    owner = np.full(union.shape, count)
    if count:
        surest, first = named.max(dim=0)
        owner = np.where((surest > 0).cpu().numpy(), first.cpu().numpy(), count)
        for k in range(count):
            own = owner == k
            if np.count_nonzero(own & union) < _LEAST_SHARE * max(np.count_nonzero(own), 1):
                owner[own] = count
    parts, areas = _parts(union)
    large = np.flatnonzero(areas >= _PART_SHARE * areas.max()) + 1
    held = np.array([np.bincount(owner[parts == n], minlength=count + 1)[:count] for n in large])
    held[held < _PART_SHARE * held.max(axis=0)] = 0  # a strip of a neighbour is no object
    shares: dict[int, list[np.ndarray]] = {}
    unnamed = []
    for part, reached in zip(large, held, strict=True):
        mask = parts == part
        if not reached.any():
            unnamed.append((count, mask))
            continue
        # What no object claims goes to the one that has most of the part.
        most = int(reached.argmax())
        claimed = np.append(np.where(reached > 0, np.arange(count), most), most)[owner]
        for name in np.flatnonzero(reached).tolist():
            shares.setdefault(name, []).append(mask & (claimed == name))
    return [*((k, mask) for k in sorted(shares) for mask in _joined(shares[k])), *unnamed]


def _joined(parts: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Give the small ones of parts (H, W) of one name to the largest; the others stay alone."""
    areas = [np.count_nonzero(part) for part in parts]
    largest = int(np.argmax(areas))
    piece_px = (_PIECE * parts[0].shape[1]) ** 2
    small = [k for k, area in enumerate(areas) if area < piece_px and k != largest]
    whole = np.logical_or.reduce([parts[largest], *(parts[k] for k in small)])
    rest = [part for k, part in enumerate(parts) if k != largest and k not in small]
    return [whole, *rest]


def conclude(
    objects: Objects,
    decision: DecisionConfig,
    *,
    answer: str,
    refusal: str,
    max_objects: int,
    ms: Mapping[str, float],
) -> Grounding:
    """
    Decide whether the objects are the answer, or whether to refuse or to ask back.

    answer       the model's words about its objects
    refusal      the words where there is no such object
    max_objects  the best so many; 0: all
    """
    if not objects.detections or decision.is_absent(objects.evidence):
        return Grounding(status=Status.ABSENT, answer=refusal, ms=ms)
    ambiguous = decision.is_ambiguous(objects.evidence)
    detections = list(objects.detections)
    if ambiguous and len(detections) == 1 and decision.ambiguous.split:
        detections = split_parts(detections[0])
    if max_objects:
        detections = detections[:max_objects]
    status = Status.AMBIGUOUS if ambiguous and len(detections) > 1 else Status.FOUND
    return Grounding(status=status, answer=answer, detections=tuple(detections), ms=ms)


def split_parts(detection: Detection) -> list[Detection]:
    """Make one detection of each connected part of a mask, largest first; specks are left out."""
    parts, areas = _parts(detection.mask)
    order = np.argsort(-areas, kind='stable')
    large = [k for k in order if areas[k] >= _PART_SHARE * areas[order[0]]]
    return [replace(detection, mask=parts == k + 1) for k in large]


def surest_places(maps: Tensor) -> list[float]:
    """Probability of the place, two cells wide, where each question fits best; maps (Q, h, w)."""
    places = functional.avg_pool2d(maps[:, None].float(), 2, stride=1).flatten(1)
    return places.max(dim=1).values.sigmoid().tolist()


def _kept(low: Tensor, masks: np.ndarray, min_mask_px: int) -> list[int]:
    """Which masks are large enough, and not one that was there before."""
    large = ((low > 0).flatten(1).sum(dim=1) >= min_mask_px).tolist()
    kept: list[int] = []
    for k, mask in enumerate(masks):
        if not (large[k] and mask.any()):
            continue
        if all(_iou(mask, masks[other]) < _SAME_OBJECT_IOU for other in kept):
            kept.append(k)
    return kept


def _certainty(logits: Tensor) -> list[float]:
    """Mean of 2 p - 1 over the pixels of each mask; logits (n, H, W)."""
    inside = logits > 0
    sure = (logits / 2).tanh() * inside
    pixels = inside.flatten(1).sum(dim=1).clamp(min=1)
    return (sure.flatten(1).sum(dim=1) / pixels).tolist()


def _shape_evidence(union: np.ndarray) -> dict[str, float]:
    _, areas = _parts(union)
    covered = float(areas.sum())
    return {'area': covered / union.size, 'split': 1.0 - float(areas.max()) / covered}


def _parts(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the connected parts of a mask from 1, int (H, W), and count their px, (parts,)."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return parts, stats[1:, cv2.CC_STAT_AREA]


def _iou(one: np.ndarray, other: np.ndarray) -> float:
    union = np.count_nonzero(one | other)
    return np.count_nonzero(one & other) / union if union else 1.0
