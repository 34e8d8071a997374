"""Photographs of the Debian package opencv-doc that rendered objects are laid on in training."""

from __future__ import annotations

from pathlib import Path
import shutil
import tempfile

from visa_ros.errors import DataError
from visa_ros.sim.debian import unpack_package

PACKAGE = 'opencv-doc'
# None shows an object of our kinds, and none is among the real pictures that models are scored on.
PICTURES = tuple(
    f'{name}.{suffix}'
    for suffix, names in (
        (
            'jpg',
            'aero1 aero3 aloeL baboon board building butterfly ela_original home leuvenA left01 '
            'left07 left13 licenseplate_motion starry_night plant scenetext01 scenetext02 '
            'scenetext03 scenetext04 scenetext05 scenetext06 000',
        ),
        ('png', 'graf1 graf3 rubberwhale1'),
    )
    for name in names.split()
)


def copy_backgrounds(out: Path, source: Path | None = None) -> tuple[Path, ...]:
    """
    Copy the photographs into `out`.

    source  the .deb, or a folder with its files; None: fetch the package with apt-get

    MissingPackageError if it cannot be had, DataError if a photograph is not in it.
    """
    with tempfile.TemporaryDirectory(prefix='visa-backgrounds-') as scratch:
        folder = unpack_package(PACKAGE, Path(scratch), source)
        examples = next((p for p in sorted(folder.rglob('examples')) if p.is_dir()), folder)
        found = {path.name: path for path in sorted(examples.rglob('*')) if path.is_file()}
        if missing := [name for name in PICTURES if name not in found]:
            raise DataError(f'{source or PACKAGE}: no {missing[0]} in it ({len(missing)} missing)')
        out.mkdir(parents=True, exist_ok=True)
        return tuple(Path(shutil.copyfile(found[name], out / name)) for name in PICTURES)
