"""Published detectors behind the segmenter's protocol: they answer names of things."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
import time

import numpy as np

from visa_ros.backends.finders import BoxMasks, ConceptMasks, Finder
from visa_ros.backends.hub import read_network, read_tokenizer, read_type
from visa_ros.backends.recipe import place_of, read_recipe, Recipe
from visa_ros.backends.wording import Named, read_names
from visa_ros.errors import ConfigError
from visa_ros.structs import Detection, Frame, Grounding, Status

_SAME_OBJECT_IOU = 0.7

# Kinds of models, as their config.json names them, and the class of transformers that runs them.
DETECTORS = {
    'grounding-dino': 'GroundingDinoForObjectDetection',
    'mm-grounding-dino': 'MMGroundingDinoForObjectDetection',
}
SEGMENTERS = {
    'sam2': 'Sam2Model',
    'sam2_video': 'Sam2Model',
    'edgetam': 'EdgeTamModel',
    'edgetam_video': 'EdgeTamModel',
}
CONCEPTS = {'sam3': 'Sam3Model', 'sam3_video': 'Sam3Model'}


class OpenVocabularySegmenter:
    """
    Finds what has a name: 'mug', 'the red bowl', 'find all the books'.

    It looks at the target frame alone. Whatever needs more than a name (questions, events,
    places, comparisons) raises InvalidQueryError with the reason and with what to ask instead.
    One thread owns it.
    """

    def __init__(self, finder: Finder, *, threshold: float) -> None:
        self._finder = finder
        self._threshold = threshold

    def ground(
        self,
        references: Sequence[Frame],
        target: Frame,
        instruction: str,
        *,
        max_objects: int = 0,
    ) -> Grounding:
        """
        Find the objects of the target frame that the instruction names.

        references   not looked at: these models know no past
        max_objects  the best so many; 0: all
        returns      detections by falling score; AMBIGUOUS if one was asked for ('the mug') and
                     there are several

        InvalidQueryError if the instruction is more than a name.
        """
        named = read_names(instruction)
        start_s = time.perf_counter()
        found = _distinct(self._finder.find(target.rgb, named.phrases, self._threshold))
        ms = {'find': 1e3 * (time.perf_counter() - start_s)}
        if max_objects:
            found = found[:max_objects]
        if not found:
            return Grounding(status=Status.ABSENT, answer=_refusal(named), ms=ms)
        several = named.asks_for_one and len(found) > 1
        status = Status.AMBIGUOUS if several else Status.FOUND
        answer = _count(found, named)
        return Grounding(status=status, answer=answer, detections=tuple(found), ms=ms)


def load_open_vocabulary(
    folder: Path, *, device: str = 'cpu', precision: str = 'auto'
) -> OpenVocabularySegmenter:
    """
    Load a folder with an open-vocabulary model (see Recipe); nothing is downloaded.

    CheckpointError if a network is missing, damaged or of a kind that is not known here;
    ConfigError for a wrong config.json, device or precision.
    """
    recipe = read_recipe(folder)
    finder = load_finder(recipe, folder, device=device, precision=precision)
    return OpenVocabularySegmenter(finder, threshold=recipe.box_threshold)


def load_finder(recipe: Recipe, folder: Path, *, device: str, precision: str) -> Finder:
    """Load the networks of a recipe; errors as in load_open_vocabulary."""
    detector = place_of(recipe.detector, folder)
    kind = read_type(detector)
    if kind in CONCEPTS:
        network = read_network(CONCEPTS[kind], detector, device=device, precision=precision)
        return ConceptMasks(network=network, tokenizer=read_tokenizer(detector))
    if not recipe.segmenter:
        raise ConfigError(f'{recipe.detector} finds boxes: name a segmenter that masks them')
    segmenter = place_of(recipe.segmenter, folder)
    boxes, masks = detector_class(kind), segmenter_class(read_type(segmenter))
    return BoxMasks(
        detector=read_network(boxes, detector, device=device, precision=precision),
        tokenizer=read_tokenizer(detector),
        segmenter=read_network(masks, segmenter, device=device, precision=precision),
        shortest_px=recipe.shortest_px,
        longest_px=recipe.longest_px,
    )


def detector_class(kind: str) -> str:
    """Class of transformers for a kind of detector; ConfigError names those that work."""
    if kind not in DETECTORS:
        raise ConfigError(f'detector of kind {kind!r}: want one of {[*DETECTORS, *CONCEPTS]}')
    return DETECTORS[kind]


def segmenter_class(kind: str) -> str:
    """Class of transformers that makes masks of boxes; ConfigError names those that work."""
    if kind not in SEGMENTERS:
        raise ConfigError(f'segmenter of kind {kind!r}: want one of {[*SEGMENTERS]}')
    return SEGMENTERS[kind]


def _distinct(found: Sequence[Detection]) -> list[Detection]:
    """Detectors may give one object twice, or under two names: keep the better one."""
    kept: list[Detection] = []
    for one in found:
        if all(_iou(one.mask, other.mask) < _SAME_OBJECT_IOU for other in kept):
            kept.append(one)
    return kept


def _iou(mask: np.ndarray, other: np.ndarray) -> float:
    """Overlap of two masks, of which at least one has a pixel."""
    return float((mask & other).sum() / (mask | other).sum())


def _count(found: Sequence[Detection], named: Named) -> str:
    """Say how many of each were found, in the order they were asked for: '2 x mug, 0 x bowl'."""
    labels = [one.label for one in found]
    return ', '.join(f'{labels.count(phrase)} x {phrase}' for phrase in named.phrases)


def _refusal(named: Named) -> str:
    return f'I see nothing here that I would call {" or ".join(named.phrases)}.'
