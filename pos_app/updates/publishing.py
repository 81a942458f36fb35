"""The vendor's side of the update channel: keys, and a repository whose metadata they sign. Not part of a till.

Four keys sign for four roles, so that the one that lies on the server (timestamp) cannot offer a version, and the root
key, needed to change the others, stays in a safe.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from pos_app.updates.release import Release, release_to_bytes, ring_document

LASTS = {
    "root": timedelta(days=3 * 365),
    "targets": timedelta(days=365),
    "snapshot": timedelta(days=365),
    "timestamp": timedelta(days=30),
}
"""How long what a role signed is believed. The timestamp is to be renewed by a nightly job (--refresh)."""
ROOT_RENEWED_BEFORE = timedelta(days=365)
ROOT_NAME = "root.json"

Keys = Mapping[str, CryptoSigner]


def new_keys(folder: Path, now: datetime) -> Path:
    """A key for each role, and the first root document, which programs are built with; its path.

    Raises FileExistsError rather than replace a key that tills trust.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.glob("*.pem")):
        raise FileExistsError(f"There are keys in {folder} already. Tills trust them: they are not replaced.")
    keys = {role: CryptoSigner.generate_ed25519() for role in LASTS}
    for role, key in keys.items():
        with os.fdopen(os.open(folder / f"{role}.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key.private_bytes)
    root = Root(expires=_until("root", now), consistent_snapshot=True)
    for role, key in keys.items():
        root.add_key(key.public_key, role)
    path = folder / ROOT_NAME
    path.write_bytes(_signed(root, keys["root"]))
    return path


def read_keys(folder: Path) -> Keys:
    """The keys of a folder. Raises OSError and ValueError."""
    found = {}
    for role in LASTS:
        private = load_pem_private_key((folder / f"{role}.pem").read_bytes(), None)
        found[role] = CryptoSigner(private)
    return found


class Repository:
    """A folder to be put behind any web server: metadata/ and targets/."""

    def __init__(self, folder: Path, keys: Keys, now: datetime) -> None:
        self._metadata, self._targets = folder / "metadata", folder / "targets"
        self._keys = keys
        self._now = now

    def begin(self, root: bytes) -> None:
        """Make the folders and put the first root document there; once more changes nothing."""
        self._metadata.mkdir(parents=True, exist_ok=True)
        self._targets.mkdir(exist_ok=True)
        first = self._metadata / "1.root.json"
        if not first.exists():
            first.write_bytes(root)

    def publish(self, package: Path, release: Release, ring: str, platform: str) -> None:
        """Offer an installer to a ring: it replaces what that ring was offered before."""
        targets = self._next_targets()
        installer = self._add(package.read_bytes(), release.file)
        document = self._add(release_to_bytes(release), ring_document(ring, platform))
        for target in (installer, document):
            targets.targets[target.path] = target
        self._renew_root()
        self._sign_all(targets)

    def refresh(self) -> None:
        """Sign anew what is about to expire; to be done every night where tills ask."""
        self._renew_root()
        self._sign_all(self._next_targets())

    def _add(self, content: bytes, name: str) -> TargetFile:
        """A file under its hash, as a repository with consistent snapshots keeps it."""
        digest = hashlib.sha256(content).hexdigest()
        place = self._targets / name
        place = place.with_name(f"{digest}.{place.name}")
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            part = place.with_name(f"{place.name}.part")
            part.write_bytes(content)
            part.replace(place)
        return TargetFile(len(content), {"sha256": digest}, name)

    def _next_targets(self) -> Targets:
        """What is offered now, to be signed as one version more."""
        versions = [int(path.name.split(".")[0]) for path in self._metadata.glob("*.targets.json")]
        if not versions:
            return Targets(expires=_until("targets", self._now))
        targets = Metadata[Targets].from_file(str(self._metadata / f"{max(versions)}.targets.json")).signed
        targets.version += 1
        targets.expires = _until("targets", self._now)
        return targets

    def _renew_root(self) -> None:
        """A year before tills would stop believing the root document, it is followed by one that lasts longer."""
        version = max(int(path.name.split(".")[0]) for path in self._metadata.glob("*.root.json"))
        root = Metadata[Root].from_file(str(self._metadata / f"{version}.root.json")).signed
        if root.expires - self._now < ROOT_RENEWED_BEFORE:
            root.version, root.expires = version + 1, _until("root", self._now)
            self._write(f"{root.version}.root.json", _signed(root, self._keys["root"]))

    def _sign_all(self, targets: Targets) -> None:
        """Targets, then the snapshot of them, then the timestamp: who asks meanwhile sees the old or the new state."""
        self._write(f"{targets.version}.targets.json", _signed(targets, self._keys["targets"]))
        version = targets.version
        snapshot = Snapshot(
            version=version, expires=_until("snapshot", self._now), meta={"targets.json": MetaFile(targets.version)}
        )
        self._write(f"{version}.snapshot.json", _signed(snapshot, self._keys["snapshot"]))
        timestamp = Timestamp(version=version, expires=_until("timestamp", self._now), snapshot_meta=MetaFile(version))
        self._write("timestamp.json", _signed(timestamp, self._keys["timestamp"]))

    def _write(self, name: str, content: bytes) -> None:
        part = self._metadata / f"{name}.part"
        part.write_bytes(content)
        shutil.move(part, self._metadata / name)


def _signed(document: Any, key: CryptoSigner) -> bytes:
    metadata = Metadata(document)
    metadata.sign(key)
    return metadata.to_bytes()


def _until(role: str, now: datetime) -> datetime:
    return (now + LASTS[role]).astimezone(UTC).replace(microsecond=0)
