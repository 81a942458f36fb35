"""Offering a package to the stores of a ring, in both forms of the channel. Not part of a till."""

import re
from datetime import datetime
from pathlib import Path

from pos_app.updates.apt_repository import AptRepository
from pos_app.updates.publishing import ROOT_NAME, Repository, read_keys
from pos_app.updates.release import Release

_INSTALLER = re.compile(r"pos-terminal[_-]([0-9.]+)(?:_(amd64|arm64)\.deb|-setup\.exe)")


class Channel:
    """metadata/ and targets/ for the tills themselves and, with a key of GnuPG, apt/ for machines kept by apt."""

    def __init__(self, folder: Path, keys: Path, now: datetime, apt_key: str | None) -> None:
        """Raises OSError and ValueError when the keys cannot be read."""
        self._repository = Repository(folder, read_keys(keys), now)
        self._repository.begin((keys / ROOT_NAME).read_bytes())
        self._apt = AptRepository(folder / "apt", apt_key, now) if apt_key else None

    def offer(self, package: Path, ring: str, notes: str) -> None:
        """Offer it to a ring. Raises ValueError for what is no installer of this program."""
        found = _INSTALLER.fullmatch(package.name)
        if found is None:
            raise ValueError(f"{package.name} is no installer of this program.")
        platform = f"linux-{found[2]}" if found[2] else "windows-amd64"
        self._repository.publish(package, Release(found[1], package.name, notes), ring, platform)
        if self._apt is not None and found[2]:
            self._apt.publish(package, ring)

    def refresh(self) -> None:
        """Sign anew what is offered."""
        self._repository.refresh()
        if self._apt is not None:
            self._apt.refresh()
