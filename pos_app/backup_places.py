"""Places that copies could go to: sticks and shares that are there now."""

import os
import shutil
import string
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pos_app.ports.backup import BackupPlace

SUBFOLDER = "till-backups"
_MOUNT_ROOTS = {"linux": ("/media", "/run/media", "/mnt"), "darwin": ("/Volumes",)}


def places(roots: Iterable[Path] | None = None) -> list[BackupPlace]:
    """Every stick and share that can be written to, by name. roots are looked into in place of the usual ones."""
    found = []
    for path in sorted(set(_mounted(roots))):
        try:
            free = shutil.disk_usage(path).free
        except OSError:  # a share that went away between two looks is no place
            continue
        if os.access(path, os.W_OK):
            found.append(BackupPlace(path, path.name or str(path), free))
    return found


def _mounted(roots: Iterable[Path] | None) -> Iterator[Path]:
    if roots is None and sys.platform == "win32":
        drives = (Path(f"{letter}:\\") for letter in string.ascii_uppercase if letter not in "ABC")
        yield from (drive for drive in drives if drive.exists())
        return
    for root in roots if roots is not None else map(Path, _MOUNT_ROOTS.get(sys.platform, ())):
        for path in _folders(root):
            # Systems mount as /media/NAME or as /media/USER/NAME.
            inner = [path, *_folders(path)] if os.access(path, os.R_OK) else [path]
            yield from (one for one in inner if one.is_mount())


def _folders(root: Path) -> list[Path]:
    try:
        return [path for path in root.iterdir() if path.is_dir()]
    except OSError:
        return []
