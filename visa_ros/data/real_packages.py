"""Files out of Debian and Python packages, fetched with the clients that users have anyway."""

from __future__ import annotations

from collections.abc import Iterable
import gzip
import hashlib
from pathlib import Path
import re
import subprocess
import sys
import zipfile
import zlib

from visa_ros.data.real_annotations import Package, RealPicture
from visa_ros.errors import DataError, MissingPackageError

PIP = (sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:')
_MESSAGE_CHARS = 300


def read_files(
    pictures: Iterable[RealPicture], scratch: Path, source: Path | None = None
) -> dict[str, bytes]:
    """
    Read the files of some pictures: name of the picture -> content, unpacked.

    scratch  an empty folder, to be removed afterwards
    source   folder with packages (.deb, .whl) that were fetched earlier; None: fetch them

    MissingPackageError if a client does not do its part, DataError if a package is not in
    `source`, or if a file is not in its package or is another one than what was annotated.
    """
    if source is not None and not source.is_dir():
        raise DataError(f'{source}: there is no such folder of packages')
    pictures = list(pictures)
    contents = {}
    for package in sorted({p.package for p in pictures}, key=lambda p: p.name):
        path = _find(package, source) if source is not None else _fetch(package, scratch)
        wanted = [picture for picture in pictures if picture.package == package]
        found = _unpack_deb(path, wanted, scratch) if package.client == 'apt' else None
        for picture in wanted:
            content = _plain(found, picture) if found is not None else _member(path, picture)
            contents[picture.name] = _checked(content, picture, path)
    return contents


def _find(package: Package, source: Path) -> Path:
    suffix = '.deb' if package.client == 'apt' else '.whl'
    name = _normal(re.split('[=<>~!]', package.requirement)[0])
    named = re.compile(rf'{name}_\d')
    paths = sorted(p for p in source.glob(f'*{suffix}') if named.match(_normal(p.name)))
    if not paths:
        raise DataError(
            f'{source}: no {suffix} of {package.requirement}; without --source it is fetched'
        )
    return paths[-1]


def _normal(name: str) -> str:
    return re.sub('[-_.]+', '_', name).lower()


def _fetch(package: Package, scratch: Path) -> Path:
    folder = scratch / package.name
    folder.mkdir()
    if package.client == 'apt':
        hint = 'run `apt-get update` first, or fetch it elsewhere and give --source'
        _run(['apt-get', 'download', package.requirement], folder, hint)
    else:
        hint = 'is there a network? Else fetch it elsewhere and give --source'
        _run([*PIP, package.requirement], folder, hint)
    path = next(iter(folder.glob('*.*')), None)
    if path is None:
        raise MissingPackageError(f'{package.requirement} was not fetched; {hint}')
    return path


def _run(command: list[str], folder: Path, hint: str) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise MissingPackageError(f'{command[0]} is needed for {command[-1]}; {hint}') from error
    except subprocess.CalledProcessError as error:
        raise MissingPackageError(
            f'`{" ".join(command)}` failed: {error.stderr.strip()[-_MESSAGE_CHARS:]}; {hint}'
        ) from error


def _unpack_deb(path: Path, wanted: list[RealPicture], scratch: Path) -> Path:
    folder = scratch / f'{wanted[0].package.name}-files'
    folder.mkdir()
    _run(['dpkg', '-x', str(path.resolve()), str(folder)], scratch, 'it unpacks Debian packages')
    return folder


def _plain(folder: Path, picture: RealPicture) -> bytes:
    """Read an unpacked file, which the packager may have compressed."""
    path = folder / picture.file
    packed = path.with_name(f'{path.name}.gz')
    try:
        return path.read_bytes() if path.is_file() else gzip.decompress(packed.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f'{picture.package.name}: {picture.file}: {error}') from error


def _member(path: Path, picture: RealPicture) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(picture.file)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f'{path.name}: {picture.file}: {error}') from error


def _checked(content: bytes, picture: RealPicture, path: Path) -> bytes:
    if hashlib.sha256(content).hexdigest() != picture.sha256:
        raise DataError(
            f'{path.name}: {picture.file} is not the file that was annotated (another sha256); '
            'fetch another version of the package and give --source'
        )
    return content
