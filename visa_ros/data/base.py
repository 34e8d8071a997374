"""What all sets share: a name, a place below a common root, splits."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from visa_ros.data.files import find_folder
from visa_ros.errors import DataError


class FolderSet:
    """
    One split of a data set in a folder.

    name    of the set, as in visa_ros.data.registry
    folder  where it lies below a common root
    marker  glob of what is in every copy of it
    """

    name: ClassVar[str]
    folder: ClassVar[str]
    marker: ClassVar[str]

    def __init__(self, root: Path | str, split: str) -> None:
        """
        Find one split.

        root   the folder of the set, or the common root above it
        split  one of `splits()`

        DataError if the set, or the split, is not there.
        """
        self.root = self.find(Path(root))
        self.split = split
        known = self.splits(self.root)
        if split not in known:
            raise DataError(f'{self.root}: {self.name} has no split {split!r} but {list(known)}')

    @classmethod
    def find(cls, root: Path) -> Path:
        """Return the folder of the set, given itself or one above it; DataError if not there."""
        return find_folder(root, cls.folder, cls.marker)

    @classmethod
    def splits(cls, root: Path) -> tuple[str, ...]:
        """Return the splits that are in a folder; DataError if the set is not there."""
        raise NotImplementedError
