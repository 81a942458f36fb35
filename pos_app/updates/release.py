"""A version that the vendor offers to a ring of stores, as the signed document of the ring names it."""

import json
import platform
import re
import sys
from dataclasses import dataclass
from typing import Any

from pos_app.errors import WorldError

_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){1,3}")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~-]{0,120}")
_RING = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_LONGEST_NOTES = 2_000


class UpdateRefusedError(WorldError):
    """What was offered is not to be trusted; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Release:
    """One version for one platform: file is the name of its installer, notes what is new in a few words."""

    version: str
    file: str
    notes: str = ""


def numbers_of(version: str) -> tuple[int, ...]:
    """A version as numbers that can be compared. Raises UpdateRefusedError for what is none."""
    if not _VERSION.fullmatch(version):
        raise UpdateRefusedError(f"The update was refused: {version[:40]!r} is no version.")
    numbers = [int(part) for part in version.split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))


def is_newer(version: str, than: str) -> bool:
    """True when the first is the later one."""
    return numbers_of(version) > numbers_of(than)


def platform_name() -> str:
    """What installers for this machine are filed under, such as linux-amd64."""
    machine = platform.machine().lower()
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
    return f"{system}-{ {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(machine, machine) }"


def ring_document(ring: str, platform: str) -> str:
    """Where the document of a ring is. Raises WorldError for a name that cannot be one."""
    if not _RING.fullmatch(ring):
        raise WorldError(f"{ring[:40]!r} is no ring of stores; rings are called stable, early or the like.")
    return f"{ring}/{platform}.json"


def release_to_bytes(release: Release) -> bytes:
    """The document of a ring. Raises UpdateRefusedError for a release that no till would take."""
    document = {"file": release.file, "notes": release.notes, "version": release.version}
    content = json.dumps(document, sort_keys=True).encode()
    release_from_bytes(content)
    return content


def release_from_bytes(content: bytes) -> Release:
    """What a ring's document names; keys that are not known are a newer vendor's. Raises UpdateRefusedError."""
    try:
        found: Any = json.loads(content)
        release = Release(found["version"], found["file"], found.get("notes", ""))
        sound = all(isinstance(one, str) for one in (release.version, release.file, release.notes))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UpdateRefusedError("The update was refused: its description cannot be read.") from error
    if not sound or not _FILE.fullmatch(release.file) or len(release.notes) > _LONGEST_NOTES:
        raise UpdateRefusedError("The update was refused: its description makes no sense.")
    numbers_of(release.version)
    return release
