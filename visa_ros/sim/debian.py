"""Files of Debian packages, fetched and unpacked on request, without installing anything."""

from __future__ import annotations

from pathlib import Path
import subprocess

from visa_ros.errors import DataError, MissingPackageError


def unpack_package(name: str, scratch: Path, source: Path | None = None) -> Path:
    """
    Return a folder with the files of a package.

    scratch  an empty folder
    source   its .deb, or a folder with its files, which is returned as it is; None: fetch it

    MissingPackageError if apt-get or dpkg do not do their part, DataError without a .deb.
    """
    if source is not None and source.is_dir():
        return source
    if source is None:
        _run(['apt-get', 'download', name], scratch, name)
        source = next(iter(scratch.glob('*.deb')), None)
    if source is None or not source.is_file():
        raise DataError(f'{source or name}: want a .deb, or a folder with its files')
    _run(['dpkg', '-x', str(source.resolve()), str(scratch / 'files')], scratch, name)
    return scratch / 'files'


def _run(command: list[str], folder: Path, name: str) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise MissingPackageError(
            f'{command[0]} is needed to unpack {name}; '
            'on another system give its .deb or its files'
        ) from error
    except subprocess.CalledProcessError as error:
        raise MissingPackageError(
            f'`{" ".join(command)}` failed: {error.stderr.strip()[-300:]}; '
            'run `apt-get update` first, or give the .deb'
        ) from error
