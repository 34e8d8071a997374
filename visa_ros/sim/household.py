"""Household models of the Debian package sweethome3d-furniture, converted on request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
import functools
import json
from pathlib import Path
import re
import tempfile
from types import MappingProxyType

import numpy as np

from visa_ros.errors import ConfigError, DataError
from visa_ros.sim.debian import unpack_package
from visa_ros.sim.knowledge import COLORS
from visa_ros.sim.objects import make_object, MAKERS
from visa_ros.sim.sh3f import Entry, Library
from visa_ros.sim.shapes import grounded, Model, Part, stretch

PACKAGE = 'sweethome3d-furniture'
INDEX = 'index.json'
ATTRIBUTION = 'ATTRIBUTION.md'
MIN_POINTS = 4
"""MuJoCo refuses meshes with fewer points."""

# Category -> ids in the catalogues, with the library's name where two have it, and the longest
# side in m where the catalogue's is wrong. Left out: what looks like something else.
ASSETS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        'mug': {'coffee-mug': 0},
        'cup': {'caffe_final': 0, 'plasticCup': 0, 'coffee_cup': 0},
        'glass': {
            '12-oz-glass': 0, 'highball-glass': 0, 'glass': 0, 'cocktailGlass': 0, 'beerGlass': 0,
        },
        'bottle': {
            'red-wine-bottle-01': 0, 'wine_bottle': 0, 'beer_bottle': 0, 'yogurtBottle': 0,
        },
        'bowl': {'Scopia#bowl': 0.16},
        'plate': {'dinner-plate': 0, 'bread-plate': 0},
        'vase': {'vase2': 0.2},
        'spoon': {'spoon': 0},
        'knife': {'knife': 0, 'kitchenKnife': 0},
        'bread': {'bread': 0},
        'book': {'book': 0},
        'box': {'cardboard-box': 0.2},
        'ball': {'basketball': 0.18, 'ballonFoot': 0.18},
        'toy car': {'carrito-de-madera': 0.18},
        'candle': {'complements2': 0, 'candle': 0.26},
        'flashlight': {'flashlight': 0},
        'hammer': {'marteau': 0.28},
        'screwdriver': {'tournevis': 0.22},
        'phone': {'iphone': 0.14, 'mobile': 0},
        'remote': {'tv-remote-control': 0},
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class HouseholdModel:
    """
    One converted model, as the index lists it.

    file   npz beside the index: v0, f0, m0, and t0, p0 where textured, then v1, ...
    color  name of its main colour or ''
    """

    model_id: str
    category: str
    file: str
    color: str
    name: str
    creator: str
    license: str
    library: str


class HouseholdSet:
    """
    Draws converted models; of categories without one, or half the time if mixed, procedural ones.

    DataError if the folder holds no converted models.
    """

    def __init__(self, folder: Path, *, mixed: bool) -> None:
        self._folder = folder
        self._mixed = mixed
        self._models: dict[str, list[HouseholdModel]] = {}
        for model in read_index(folder):
            self._models.setdefault(model.category, []).append(model)
        own = tuple(category for category in MAKERS if category in self._models)
        self.categories = tuple(MAKERS) if mixed else own

    def make(self, category: str, rng: np.random.Generator) -> Model:
        """Draw a model of the category and vary its size a little."""
        models = self._models.get(category, [])
        if not models or (self._mixed and rng.random() < 0.5):
            return make_object(category, rng)
        chosen = models[int(rng.integers(len(models)))]
        size = rng.uniform(0.88, 1.12)
        parts = tuple(stretch(p, (size, size, size)) for p in _load(self._folder / chosen.file))
        return Model(parts=parts, color=chosen.color, model_id=f'household/{chosen.model_id}')


def unpack_household(out: Path, source: Path | None = None) -> tuple[HouseholdModel, ...]:
    """
    Convert the models of our categories into `out`, with their ATTRIBUTION.md.

    source  the .deb, or a folder with .sh3f files; None: fetch the package with apt-get
    MissingPackageError if apt-get or dpkg do not do their part, DataError if a file is damaged.
    """
    with tempfile.TemporaryDirectory(prefix='visa-household-') as scratch:
        folder = unpack_package(PACKAGE, Path(scratch), source)
        paths = sorted(folder.rglob('*.sh3f'))
        if not paths:
            raise DataError(f'no .sh3f library in {source or PACKAGE}')
        out.mkdir(parents=True, exist_ok=True)
        models = [model for path in paths for model in _convert_library(path, out)]
    if not models:
        raise DataError(f'none of the models that are used is in {[p.name for p in paths]}')
    (out / ATTRIBUTION).write_text(attribution(models), encoding='utf-8')
    index = json.dumps({'models': [asdict(m) for m in models]}, indent=1, ensure_ascii=False)
    (out / INDEX).write_text(index + '\n', encoding='utf-8')
    return tuple(models)


def read_index(folder: Path) -> tuple[HouseholdModel, ...]:
    """List the converted models of a folder; DataError if it is not one."""
    try:
        raw = json.loads((folder / INDEX).read_text(encoding='utf-8'))
        return tuple(HouseholdModel(**model) for model in raw['models'])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f'{folder} holds no household models; make them with: visa-ros sim assets -o {folder}'
        ) from error


def attribution(models: Sequence[HouseholdModel]) -> str:
    """Write who made the models and under which licence, as Markdown."""
    rows = '\n'.join(
        f'| {m.model_id} | {m.name} | {m.creator or m.library} | {m.license} | {m.library} |'
        for m in models
    )
    return (
        '# Household models\n\n'
        f'Converted from the Debian package {PACKAGE} (https://www.sweethome3d.com): scaled, '
        'triangulated, textures reduced.\nPictures that show these models need this table '
        'beside them.\n\n'
        '| Model | Name | Creator | Licence | Library |\n|---|---|---|---|---|\n' + rows + '\n'
    )


def household_maker(folder: str, *, mixed: bool) -> HouseholdSet:
    """Open a folder of converted models; ConfigError if it does not exist."""
    if not Path(folder).is_dir():
        raise ConfigError(
            f'household_dir {folder!r} is no folder; `visa-ros sim assets -o {folder}` makes it'
        )
    return HouseholdSet(Path(folder), mixed=mixed)


def _convert_library(path: Path, out: Path) -> list[HouseholdModel]:
    library = Library(path)
    try:
        found = {e.asset_id: e for e in library.entries}
        found |= {f'{e.library}#{e.asset_id}': e for e in library.entries}
        return [
            _convert(library, found[asset], category, longest_m, out)
            for category, assets in ASSETS.items()
            for asset, longest_m in assets.items()
            if asset in found
        ]
    finally:
        library.close()


def _convert(
    library: Library, entry: Entry, category: str, longest_m: float, out: Path
) -> HouseholdModel:
    parts = [part for part in library.parts(entry) if len(part.vertices) >= MIN_POINTS]
    if not parts:
        raise DataError(f'{library.name}: {entry.asset_id} has no surface')
    if longest_m > 0:
        scale = longest_m / max(entry.size_m)
        parts = [stretch(part, (scale, scale, scale)) for part in parts]
    parts = list(grounded(parts))
    file = re.sub(r'[^A-Za-z0-9_-]+', '-', f'{library.name}-{entry.asset_id}') + '.npz'
    arrays: dict[str, np.ndarray] = {}
    for i, part in enumerate(parts):
        arrays[f'v{i}'], arrays[f'f{i}'] = part.vertices.astype(np.float32), part.faces
        arrays[f'm{i}'] = np.array([*part.rgba, part.gloss], np.float32)
        if part.texture is not None and part.texcoords is not None:
            arrays[f't{i}'] = part.texcoords.astype(np.float32)
            arrays[f'p{i}'] = part.texture
    np.savez_compressed(out / file, **arrays)
    return HouseholdModel(
        model_id=entry.asset_id, category=category, file=file, color=main_color(parts),
        name=entry.name, creator=entry.creator, license=library.license, library=library.name,
    )  # fmt: skip


def main_color(parts: Sequence[Part]) -> str:
    """Name of the colour of most of the surface; '' if there is none, or if it is a picture."""
    areas: dict[str, float] = {}
    for part in parts:
        a, b, c = part.vertices[part.faces].transpose(1, 0, 2)
        area = float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum())
        opaque = part.texture is None and part.rgba[3] > 0.7
        name = _nearest(part.rgba[:3]) if opaque else ''
        areas[name] = areas.get(name, 0.0) + area
    best = max(areas, key=lambda name: areas[name])
    return best if areas[best] > 0.7 * sum(areas.values()) else ''


def _nearest(rgb: Sequence[float]) -> str:
    """Name of the colour that is most alike; hue counts more than brightness."""

    def unlike(name: str) -> float:
        gap = np.subtract(COLORS[name], rgb)
        return float(gap.mean() ** 2 + 3 * np.square(gap - gap.mean()).sum())

    return min(COLORS, key=unlike)


@functools.lru_cache(maxsize=64)
def _load(path: Path) -> tuple[Part, ...]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            count = sum(name.startswith('v') for name in arrays.files)
            return tuple(_part(arrays, i) for i in range(count))
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f'{path} is damaged ({error}); make it again with: visa-ros sim assets'
        ) from error


def _part(arrays: Mapping[str, np.ndarray], i: int) -> Part:
    red, green, blue, alpha, gloss = arrays[f'm{i}'].tolist()
    textured = f'p{i}' in arrays
    return Part(
        vertices=arrays[f'v{i}'].astype(float),
        faces=arrays[f'f{i}'],
        rgba=(red, green, blue, alpha),
        gloss=gloss,
        texcoords=arrays[f't{i}'].astype(float) if textured else None,
        texture=arrays[f'p{i}'] if textured else None,
    )
