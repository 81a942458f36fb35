"""Where catalogue files are looked for: beside the data, among the user's files, and on media that are plugged in."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

SUFFIXES = (".csv", ".json", ".jsonl", ".ndjson", ".tsv")
_MEDIA = (Path("/media"), Path("/run/media"), Path("/Volumes"))
_MOST_FILES = 60
_MOST_ENTRIES = 2_000


def catalogue_files(folder: Path) -> list[Path]:
    """Files that may be catalogues, newest first. Looks at a few folders, and not below them."""
    from platformdirs import user_documents_path, user_downloads_path

    places = [folder / "imports", user_downloads_path(), user_documents_path(), *_media()]
    found = {path: path.stat().st_mtime for place in dict.fromkeys(places) for path in _files(place)}
    return sorted(found, key=lambda path: found[path], reverse=True)[:_MOST_FILES]


def _files(place: Path) -> Iterator[Path]:
    """What may be read there; a place that cannot be looked into has none."""
    try:
        entries = list(islice(os.scandir(place), _MOST_ENTRIES))
    except OSError:
        return
    for entry in entries:
        if entry.name.lower().endswith(SUFFIXES) and not entry.name.startswith(".") and entry.is_file():
            yield Path(entry.path)


def _media() -> Iterator[Path]:
    """The roots of what is plugged in: /media/USER/NAME, or /Volumes/NAME."""
    for root in _MEDIA:
        for depth in ("*", "*/*"):
            yield from islice(root.glob(depth), _MOST_FILES)
