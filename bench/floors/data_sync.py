"""Floor of anything durable: 4 KiB written to a file of fixed size, and the disk asked to have it."""

import os
from pathlib import Path

_PAGE = b"\0" * 4096
_PAGES = 256


class DataSync:
    """One preallocated file."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.write(self._descriptor, _PAGE * _PAGES)
        os.fsync(self._descriptor)
        self._next = 0

    def write(self) -> None:
        """One durable page."""
        os.pwrite(self._descriptor, _PAGE, self._next * len(_PAGE))
        os.fdatasync(self._descriptor)
        self._next = (self._next + 1) % _PAGES

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
