"""A clip on disk as a stream of frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from visa_ros.errors import DataError
from visa_ros.structs import Frame


@dataclass(frozen=True, kw_only=True)
class FrameSource:
    """
    Frames of one camera, oldest first; each iteration starts from the beginning.

    count    frames, as far as the file tells; None: not known before it is read
    rate_hz  frames per second; None: not known
    """

    path: Path
    open_frames: Callable[[], Iterator[Frame]]
    count: int | None = None
    rate_hz: float | None = None

    def __iter__(self) -> Iterator[Frame]:
        """Read frame by frame; DataError if there is none or their size changes."""
        first_hw: tuple[int, int] | None = None
        for index, frame in enumerate(self.open_frames()):
            first_hw = first_hw or frame.hw
            if frame.hw != first_hw:
                raise DataError(
                    f'{self.path}: frame {index} is {frame.hw[1]}x{frame.hw[0]} px, the first '
                    f'one {first_hw[1]}x{first_hw[0]}: all frames must have one size'
                )
            yield frame
        if first_hw is None:
            raise DataError(f'{self.path}: holds no readable frame')
