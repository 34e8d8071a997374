"""Read .sh3f furniture libraries: zip archives with a catalogue and OBJ models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import itertools
from pathlib import Path
import posixpath
import re
import zipfile

import numpy as np

from visa_ros.errors import DataError
from visa_ros.sim.shapes import Part

CATALOGUE = 'PluginFurnitureCatalog.properties'
MAX_ENTRY_BYTES = 64 << 20
TEXTURE_PX = 256
MIN_ALPHA = 0.35
_Z_UP = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float)
_ESCAPE = re.compile(r'\\(u[0-9a-fA-F]{4}|.)')
Corner = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """
    One model of a catalogue.

    library, asset_id  the two halves of its id
    path      of its OBJ file within the archive
    size_m    width, depth and height
    rotation  (3, 3) row-major, applied to the file's points, y up
    """

    library: str
    asset_id: str
    name: str
    creator: str
    path: str
    size_m: tuple[float, float, float]
    rotation: tuple[float, ...]


@dataclass(kw_only=True)
class _Material:
    rgb: tuple[float, ...] = (0.8, 0.8, 0.8)
    alpha: float = 1.0
    gloss: float = 0.0
    picture: str = ''


class Library:
    """
    An open library. Entries are read in memory by their exact names; nothing is unpacked.

    name, license  as its catalogue states them
    DataError if the file is not a library or is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise DataError(f'{path} is not a furniture library: {error}') from error
        self._names = {name.lower(): name for name in self._zip.namelist()}
        properties = parse_properties(self._read(CATALOGUE).decode('latin1'))
        self.name = properties.get('name', path.stem)
        self.license = properties.get('license', 'not stated')
        self.entries = tuple(_entries(properties))

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()

    def parts(self, entry: Entry) -> list[Part]:
        """Surfaces of the model: z up, m, with its underside at z = 0; DataError if damaged."""
        try:
            mesh = _parse_obj(self._text(entry.path).splitlines())
            materials: dict[str, _Material] = {}
            for name in mesh.libraries:
                materials.update(self._materials(_beside(entry.path, name)))
            return self._build(entry, mesh, materials)
        except (ValueError, IndexError, KeyError) as error:
            raise DataError(f'{self._path}: {entry.path} is damaged: {error}') from error

    def _build(self, entry: Entry, mesh: _Mesh, materials: Mapping[str, _Material]) -> list[Part]:
        if not mesh.groups:
            raise ValueError('it has no faces')
        points = _placed(np.array(mesh.points, float), mesh.used(), entry)
        coords = np.array(mesh.coords or [[0.0, 0.0]], float)
        parts = []
        for name, triangles in mesh.groups.items():
            part = _surface(points, coords, triangles)
            if part is not None:
                parts.append(self._finish(part, materials.get(name, _Material()), entry.path))
        if not parts:
            raise ValueError('all its faces are degenerate')
        return parts

    def _finish(self, part: Part, material: _Material, model_path: str) -> Part:
        texture = None
        if material.picture and part.texcoords is not None:
            texture = self._picture(_beside(model_path, material.picture))
        rgb = (1.0, 1.0, 1.0) if texture is not None else material.rgb
        return Part(
            vertices=part.vertices,
            faces=part.faces,
            rgba=(*np.clip(rgb, 0, 1).tolist(), max(MIN_ALPHA, material.alpha)),
            gloss=material.gloss,
            texcoords=part.texcoords if texture is not None else None,
            texture=texture,
        )

    def _picture(self, path: str) -> np.ndarray | None:
        """Decode a texture, uint8 (h, w, 3); None if it is missing or of another format."""
        import cv2

        if path.lower() not in self._names:
            return None
        picture = cv2.imdecode(np.frombuffer(self._read(path), np.uint8), cv2.IMREAD_COLOR)
        if picture is None:
            return None
        scale = min(1.0, TEXTURE_PX / max(picture.shape[:2]))
        size = [max(1, round(side * scale)) for side in picture.shape[1::-1]]
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        return np.ascontiguousarray(picture[..., ::-1])

    def _materials(self, path: str) -> dict[str, _Material]:
        return _parse_mtl(self._text(path).splitlines()) if path.lower() in self._names else {}

    def _text(self, path: str) -> str:
        return self._read(path).decode('utf-8', 'replace')

    def _read(self, path: str) -> bytes:
        name = self._names.get(path.lower())
        if name is None:
            raise DataError(f'{self._path} lacks {path}')
        if self._zip.getinfo(name).file_size > MAX_ENTRY_BYTES:
            raise DataError(f'{self._path}: {name} is larger than {MAX_ENTRY_BYTES >> 20} MiB')
        try:
            return self._zip.read(name)
        except (zipfile.BadZipFile, EOFError, OSError, RuntimeError) as error:
            raise DataError(f'{self._path}: {name} cannot be read: {error}') from error


def parse_properties(text: str) -> dict[str, str]:
    """Parse Java properties as catalogues use them: key=value lines with backslash escapes."""
    values = {}
    for line in re.sub(r'\\\r?\n[ \t]*', '', text).splitlines():
        key, separator, value = line.strip().partition('=')
        if separator and not key.startswith(('#', '!')):
            values[_unescape(key).strip()] = _unescape(value).strip()
    return values


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1][1:], 16)) if len(m[1]) > 1 else m[1], text)


def _entries(properties: Mapping[str, str]) -> Iterable[Entry]:
    for number in itertools.count(1):
        get = {k.partition('#')[0]: v for k, v in properties.items() if k.endswith(f'#{number}')}
        if 'id' not in get:
            return
        path = posixpath.normpath(get.get('model', '').lstrip('/'))
        if not path.lower().endswith('.obj') or path.startswith('..'):
            continue
        try:
            width, depth, height = (
                float(get.get(side, 0)) / 100 for side in ('width', 'depth', 'height')
            )
            rotation = tuple(
                float(x) for x in get.get('modelRotation', '1 0 0 0 1 0 0 0 1').split()
            )
        except ValueError:
            continue
        if min(width, depth, height) > 0 and len(rotation) == 9:
            library, _, asset_id = get['id'].rpartition('#')
            yield Entry(
                library=library, asset_id=asset_id, name=get.get('name', ''),
                creator=get.get('creator', ''), path=path, size_m=(width, depth, height),
                rotation=rotation,
            )  # fmt: skip


class _Mesh:
    """What an OBJ file holds: points, texture coordinates, triangles per material."""

    def __init__(self) -> None:
        self.points: list[list[float]] = []
        self.coords: list[list[float]] = []
        self.groups: dict[str, list[tuple[Corner, Corner, Corner]]] = {}
        self.libraries: list[str] = []

    def used(self) -> np.ndarray:
        """Indices of the points that have a face."""
        corners = (c[0] for group in self.groups.values() for face in group for c in face)
        return np.unique(np.fromiter(corners, int))


def _parse_obj(lines: Iterable[str]) -> _Mesh:
    mesh, material = _Mesh(), ''
    for line in lines:
        word, _, rest = line.strip().partition(' ')
        if word == 'v':
            mesh.points.append([float(x) for x in rest.split()[:3]])
        elif word == 'vt':
            mesh.coords.append([float(x) for x in rest.split()[:2]])
        elif word == 'mtllib':
            mesh.libraries.append(rest.strip())
        elif word == 'usemtl':
            material = rest.strip()
        elif word == 'f':
            corners = [_corner(text, mesh) for text in rest.split()]
            fan = [(corners[0], *pair) for pair in itertools.pairwise(corners[1:])]
            mesh.groups.setdefault(material, []).extend(fan)
    return mesh


def _corner(text: str, mesh: _Mesh) -> Corner:
    """Parse point/coordinate/normal; counts from 1, or from the end if negative."""
    numbers = [int(n) if n else 0 for n in text.split('/')]
    point, coord = numbers[0], numbers[1] if len(numbers) > 1 else 0
    at = (
        point - 1 if point > 0 else len(mesh.points) + point,
        coord - 1 if coord > 0 else len(mesh.coords) + coord if coord < 0 else -1,
    )
    if not 0 <= at[0] < len(mesh.points) or at[1] >= len(mesh.coords):
        raise ValueError(f'face refers to point {text}, which does not exist')
    return at


def _parse_mtl(lines: Iterable[str]) -> dict[str, _Material]:
    materials: dict[str, _Material] = {}
    current = _Material()
    for line in lines:
        word, _, rest = line.strip().partition(' ')
        values = rest.split()
        if word == 'newmtl':
            current = materials[rest.strip()] = _Material()
        elif word == 'Kd':
            current.rgb = tuple(float(x) for x in values[:3])
        elif word == 'Ks':
            current.gloss = float(np.clip(np.mean([float(x) for x in values[:3]]), 0, 1))
        elif word == 'd':
            current.alpha = float(values[-1])
        elif word == 'map_Kd':
            current.picture = values[-1].replace('\\', '/')
    return materials


def _beside(path: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))


def _placed(points: np.ndarray, used: np.ndarray, entry: Entry) -> np.ndarray:
    """Turn and scale points to the size the catalogue states; z up, standing on z = 0."""
    turned = points @ np.array(entry.rotation).reshape(3, 3).T
    low, high = turned[used].min(0), turned[used].max(0)
    width, depth, height = entry.size_m
    scale = np.array([width, height, depth]) / np.maximum(high - low, 1e-9)
    scale = np.where(high - low < 1e-6, 1.0, scale)
    placed = (turned - (low + high) / 2) * scale
    return (placed + np.array([0, height / 2, 0])) @ _Z_UP.T


def _surface(
    points: np.ndarray, coords: np.ndarray, triangles: list[tuple[Corner, Corner, Corner]]
) -> Part | None:
    """Surface of some triangles of an OBJ file; None if none of them has an area."""
    corners = np.array(triangles, int).reshape(-1, 2)
    keys, index = np.unique(corners, axis=0, return_inverse=True)
    faces = index.reshape(-1, 3).astype(np.int32)
    vertices = points[keys[:, 0]]
    a, b, c = vertices[faces].transpose(1, 0, 2)
    faces = faces[np.linalg.norm(np.cross(b - a, c - a), axis=1) > 1e-12]
    if not len(faces):
        return None
    mapped = (keys[:, 1] >= 0).all()
    return Part(vertices=vertices, faces=faces, texcoords=coords[keys[:, 1]] if mapped else None)
