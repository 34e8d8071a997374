"""
Clips of the simulated world on disk, with depth, instances, questions and answers.

    DIR/JPEGImages/<clip>/<frame>.jpg
    DIR/Instances/<clip>/<frame>.png       8 bit; 0 is background, else the instance id
    DIR/Depth/<clip>/<frame>.png           16 bit, millimetres; 0 is unknown
    DIR/Scenes/<clip>.json                 visa_ros.sim.record.SceneRecord
    DIR/Annotations/<clip>.json            the clip's part of the two files below
    DIR/meta_expressions_<split>_.json     as in ReVOS, see visa_ros.sim.revos
    DIR/mask_dict.json
    DIR/settings.json                      what it was rendered with

A clip is complete if and only if its file in Scenes is there: it is written last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed, ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
import multiprocessing
from pathlib import Path
import shutil
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from visa_ros.errors import ConfigError, DataError, SimulationError
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.revos import annotate, frame_name, read_json, write_annotations, write_json
from visa_ros.sim.world import record_clip, SimFrame, World, WorldConfig

PREFIX = 'tabletop'
ATTRIBUTION = 'ATTRIBUTION.md'
JPEG_QUALITY = 92
MM_MAX = 65535


@dataclass(frozen=True, kw_only=True)
class ClipSettings:
    """
    How every clip of a data set is made.

    world        the scenes; see also vary
    frames       per clip
    rate_hz      frames per second of the clip's own time
    expressions  questions per clip at most
    held_out     ask in words that are kept from training
    vary         draw the number of events and whether the camera moves from the scene's seed
    """

    world: WorldConfig
    frames: int
    rate_hz: float
    expressions: int = 8
    held_out: bool = False
    vary: bool = False

    def __post_init__(self) -> None:
        if self.frames < 1 or not self.rate_hz > 0 or self.expressions < 0:
            raise ConfigError(
                'want at least one frame, a rate > 0 and expressions >= 0, got '
                f'{self.frames}, {self.rate_hz} and {self.expressions}'
            )

    def world_of(self, seed: int) -> WorldConfig:
        """Return the settings of one scene."""
        if not self.vary:
            return self.world
        rng = np.random.default_rng((seed, 7))
        return replace(
            self.world, events=int(rng.integers(0, 4)), moving_camera=bool(rng.random() < 0.5)
        )


@dataclass(frozen=True, kw_only=True)
class RenderReport:
    """
    What was done.

    rendered  new clips
    kept      clips that were complete already
    failed    seed -> why its scene could not be built
    """

    rendered: int
    kept: int
    failed: dict[int, str]


def clip_name(seed: int) -> str:
    """Return the name of a scene's clip."""
    return f'{PREFIX}/{seed:08d}'


def render_dataset(
    out: Path,
    seeds: Iterable[int],
    *,
    config: WorldConfig,
    frames: int,
    rate_hz: float,
    expressions: int = 8,
    held_out: bool = False,
    vary: bool = False,
    workers: int = 1,
    progress: bool = True,
) -> RenderReport:
    """
    Render one clip per seed into the folder `out`; complete clips are kept.

    progress  show a bar

    See ClipSettings for the others. May be stopped at any time and called again. ConfigError if
    the folder holds clips that were made otherwise, SimulationError if nothing can be rendered.
    """
    settings = ClipSettings(
        world=config,
        frames=frames,
        rate_hz=rate_hz,
        expressions=expressions,
        held_out=held_out,
        vary=vary,
    )
    _claim(out, settings)
    report = _render_missing(out, list(dict.fromkeys(seeds)), settings, workers, progress)
    write_annotations(out, out / 'Annotations', complete_clips(out))
    if config.assets != 'procedural':
        shutil.copyfile(Path(config.household_dir) / ATTRIBUTION, out / ATTRIBUTION)
    return report


def _render_missing(
    out: Path, seeds: Sequence[int], settings: ClipSettings, workers: int, progress: bool
) -> RenderReport:
    missing = [seed for seed in seeds if not scene_path(out, seed).exists()]
    kept = len(seeds) - len(missing)
    failed: dict[int, str] = {}
    with tqdm(
        total=len(seeds), initial=kept, desc='rendering', unit='clip', disable=not progress
    ) as bar:
        for seed, problem in _render_all(out, missing, settings, workers):
            bar.update()
            if problem is not None:
                failed[seed] = problem
    if missing and len(failed) == len(missing):
        raise SimulationError(f'no scene could be rendered: {failed[missing[0]]}')
    return RenderReport(rendered=len(missing) - len(failed), kept=kept, failed=failed)


def scene_path(out: Path, seed: int) -> Path:
    """Return the file that is there when the clip is complete."""
    return out / 'Scenes' / f'{clip_name(seed)}.json'


def complete_clips(out: Path) -> list[tuple[str, int]]:
    """List name and seed of all complete clips of a folder."""
    paths = sorted((out / 'Scenes' / PREFIX).glob('[0-9]*.json'))
    return [(f'{PREFIX}/{path.stem}', int(path.stem)) for path in paths]


def _claim(out: Path, settings: ClipSettings) -> None:
    """Note the settings in the folder, or check that it was made with the same."""
    path = out / 'settings.json'
    wanted = asdict(settings)
    wanted['world'].pop('household_dir')
    if path.exists():
        found = read_json(path)
        # Folders from before there were held-out instances have none.
        found['world'] = {'instances': 'train', **found.get('world', {})}
        differing = sorted(k for k in wanted if found.get(k) != wanted[k])
        if differing:
            raise ConfigError(
                f'{out} was rendered with other settings ({", ".join(differing)}): '
                'use them or another folder'
            )
        return
    out.mkdir(parents=True, exist_ok=True)
    write_json(path, wanted)


def _render_all(
    out: Path, seeds: Sequence[int], settings: ClipSettings, workers: int
) -> Iterator[tuple[int, str | None]]:
    """Yield each seed when it is done, with what went wrong or None."""
    if workers <= 1:
        for seed in seeds:
            yield _try_clip(out, seed, settings)
        return
    # Forked processes would share one OpenGL context.
    spawn = multiprocessing.get_context('spawn')
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        jobs = [pool.submit(_try_clip, out, seed, settings) for seed in seeds]
        for job in as_completed(jobs):
            yield job.result()


def _try_clip(out: Path, seed: int, settings: ClipSettings) -> tuple[int, str | None]:
    """Render a clip; a scene that cannot be built is no reason to lose all others."""
    try:
        render_clip(out, seed, settings)
    except SimulationError as error:
        return seed, str(error)
    return seed, None


def render_clip(out: Path, seed: int, settings: ClipSettings) -> None:
    """Render one clip into the folder; SimulationError if its scene cannot be built."""
    with World(seed, settings.world_of(seed)) as world:
        record, shots = record_clip(world, frames=settings.frames, rate_hz=settings.rate_hz)
    write_pictures(out, clip_name(seed), shots)
    instances = [shot.instances for shot in shots]
    entries = annotate(record, instances, count=settings.expressions, held_out=settings.held_out)
    write_records(out, record, entries)


def write_pictures(out: Path, name: str, shots: Sequence[SimFrame]) -> None:
    """Write the images of a clip; DataError if one cannot be written."""
    _write_images(out / 'JPEGImages' / name, shots, '.jpg', _bgr)
    _write_images(out / 'Instances' / name, shots, '.png', lambda shot: shot.instances)
    _write_images(out / 'Depth' / name, shots, '.png', _depth_mm)


def write_records(out: Path, record: SceneRecord, entries: Mapping[str, Any]) -> None:
    """Write a clip's part of ReVOS's files, then the record that says that it is complete."""
    for path, value in (
        (out / 'Annotations' / f'{clip_name(record.seed)}.json', entries),
        (scene_path(out, record.seed), record.to_json()),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, value)


def _bgr(shot: SimFrame) -> np.ndarray:
    return shot.frame.rgb[:, :, ::-1]


def _depth_mm(shot: SimFrame) -> np.ndarray:
    """Return uint16 (H, W): millimetres, 0 where there is none or it is out of range."""
    depth = shot.frame.depth_m
    if depth is None:
        return np.zeros(shot.frame.hw, np.uint16)
    mm = np.round(np.nan_to_num(depth, nan=0.0, posinf=0.0, neginf=0.0) * 1000)
    return np.where((mm > 0) & (mm <= MM_MAX), mm, 0).astype(np.uint16)


def _write_images(
    folder: Path,
    shots: Sequence[SimFrame],
    extension: str,
    image_of: Callable[[SimFrame], np.ndarray],
) -> None:
    """Write the images of a clip to a folder that is whole or not there."""
    part = folder.with_name(folder.name + '.part')
    for left_over in (part, folder):
        shutil.rmtree(left_over, ignore_errors=True)
    part.mkdir(parents=True)
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY] if extension == '.jpg' else []
    for k, shot in enumerate(shots):
        path = part / (frame_name(k) + extension)
        image = np.ascontiguousarray(image_of(shot))
        if not cv2.imwrite(str(path), image, options):
            raise DataError(f'{path}: cannot be written')
    part.rename(folder)
