"""One program per data folder: two tills on one journal would give out the same numbers."""

import os
import sys
from pathlib import Path
from typing import BinaryIO

from pos_app.errors import WorldError


class FolderLock:
    """A lock that the operating system drops with the process, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Take the lock. Raises WorldError when another program has it or the folder cannot be written to."""
        path = folder / "terminal.lock"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab")
        except OSError as error:
            raise WorldError(f"The data folder {folder} cannot be written to: {error.strerror or error}.") from error
        try:
            _lock(self._file)
        except OSError as error:
            self._file.close()
            raise WorldError(
                f"Another program is using the data folder {folder}. Close it first; a till's data has one owner."
            ) from error

    def release(self) -> None:
        """Let the next program in."""
        self._file.close()


def _lock(file: BinaryIO) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0, os.SEEK_SET)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
