"""Make a model folder out of published networks, complete in itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
import json
import os
from pathlib import Path
import shutil

from visa_ros.backends.hub import read_network, read_tokenizer, read_type
from visa_ros.backends.open_vocabulary import CONCEPTS, detector_class, segmenter_class
from visa_ros.backends.recipe import CONFIG_FILE, Recipe
from visa_ros.backends.video_engines import ENGINES, TRACKER_FILE
from visa_ros.errors import ConfigError

_DETECTOR, _SEGMENTER, _TRACKER = 'detector', 'segmenter', 'tracker'


def make_folder(
    out: Path, recipe: Recipe, *, tracker: str | Path = '', download: bool = False
) -> None:
    """
    Copy the networks of an open-vocabulary model and of a tracker into a folder.

    out       a folder that is not there yet, or is empty; it appears whole or not at all
    recipe    its detector and segmenter name folders or models of the hub
    tracker   SAM 2 or EdgeTAM with its video part; '': the segmenter has one
    download  fetch from the hub what is not in its local cache

    ConfigError if a network is of the wrong kind, or the folder is not empty; CheckpointError
    if one cannot be read. Each network is loaded once on the way, so a folder that is made loads.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f'{out} is there already: choose another folder')
    concept = read_type(recipe.detector, download=download) in CONCEPTS
    _check_segmenter(recipe, concept=concept)
    with _appearing(out) as folder:
        _copy_detector(recipe.detector, folder / _DETECTOR, download)
        engine = '' if concept else _copy_masks(recipe.segmenter, folder / _SEGMENTER, download)
        place = _SEGMENTER
        if tracker:
            engine, place = _copy_masks(tracker, folder / _TRACKER, download), _TRACKER
        if engine not in ENGINES:
            raise ConfigError(
                'nothing here follows objects: name a tracker, such as facebook/sam2.1-hiera-tiny'
            )
        inside = replace(recipe, detector=_DETECTOR, segmenter='' if concept else _SEGMENTER)
        _write(folder / CONFIG_FILE, inside.to_json())
        _write(folder / TRACKER_FILE, {'engine': engine, 'path': place})


def _check_segmenter(recipe: Recipe, *, concept: bool) -> None:
    if concept and recipe.segmenter:
        raise ConfigError(f'{recipe.detector} makes masks itself: name no segmenter')
    if not concept and not recipe.segmenter:
        raise ConfigError(f'{recipe.detector} finds boxes: name a segmenter that masks them')


def _copy_detector(name: str, out: Path, download: bool) -> None:
    kind = read_type(name, download=download)
    class_name = CONCEPTS[kind] if kind in CONCEPTS else detector_class(kind)
    _copy(class_name, name, out, download)
    read_tokenizer(name, download=download).save_pretrained(out)


def _copy_masks(name: str | Path, out: Path, download: bool) -> str:
    """Copy a segmenter, with its video part if it has one; returns its kind."""
    kind = read_type(name, download=download)
    _copy(ENGINES.get(kind) or segmenter_class(kind), name, out, download)
    return kind


def _copy(class_name: str, name: str | Path, out: Path, download: bool) -> None:
    network = read_network(class_name, name, device='cpu', precision='fp32', download=download)
    network.save_pretrained(out)
    for weights in out.glob('*.safetensors'):
        weights.chmod(0o644)  # safetensors makes files that only their owner can read


def _write(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content, indent=2) + '\n', encoding='utf-8')


@contextmanager
def _appearing(out: Path) -> Iterator[Path]:
    """Give a folder to fill, which takes its name when it is complete and else is removed."""
    part = out.with_name(f'{out.name}.part')
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        if out.exists():
            out.rmdir()
        os.replace(part, out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
