"""The same packages for machines that are kept by apt: a signed repository with a suite per ring. Not part of a till.

The form is that of wiki.debian.org/DebianRepository/Format; apt itself checks signature, age and hashes.
"""

import gzip
import hashlib
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

LASTS = timedelta(days=30)
"""How long apt believes a Release file; to be renewed by the same nightly job as the timestamp."""
KEYRING = "pos-terminal.gpg"
_COMPONENT = "main"


class AptRepository:
    """A folder with pool/ and dists/, signed by a key of the builder's GnuPG."""

    def __init__(self, folder: Path, key: str, now: datetime) -> None:
        self._folder = folder
        self._key = key
        self._now = now

    def publish(self, package: Path, suite: str) -> None:
        """Add a package to a suite, beside the versions that it has already. Raises OSError, CalledProcessError."""
        pool = self._folder / "pool" / _COMPONENT / package.name
        pool.parent.mkdir(parents=True, exist_ok=True)
        if not pool.exists():
            shutil.copyfile(package, pool)
        control = _said("dpkg-deb", "--field", str(package)).rstrip("\n")
        fields = dict(line.split(": ", 1) for line in control.splitlines() if ": " in line and line[0] != " ")
        content = pool.read_bytes()
        entry = (
            f"{control}\nFilename: {pool.relative_to(self._folder).as_posix()}\nSize: {len(content)}\n"
            f"SHA256: {hashlib.sha256(content).hexdigest()}\n"
        )
        index = self._folder / "dists" / suite / _COMPONENT / f"binary-{fields['Architecture']}" / "Packages"
        index.parent.mkdir(parents=True, exist_ok=True)
        before = index.read_text(encoding="utf-8").split("\n\n") if index.exists() else []
        kept = [one.rstrip("\n") for one in before if one.strip() and f"Filename: {_filename(entry)}" not in one]
        index.write_text("\n\n".join([*kept, entry.rstrip("\n")]) + "\n", encoding="utf-8")
        (self._folder / KEYRING).write_bytes(_bytes("gpg", "--batch", "--export", self._key))
        self._sign(suite)

    def refresh(self) -> None:
        """Sign every suite anew."""
        for release in sorted(self._folder.glob("dists/*/Release")):
            self._sign(release.parent.name)

    def _sign(self, suite: str) -> None:
        """Release with the hash of every index, then its signature in place and beside it."""
        folder = self._folder / "dists" / suite
        indexes = sorted(folder.glob(f"{_COMPONENT}/binary-*/Packages"))
        for index in indexes:
            index.with_suffix(".gz").write_bytes(gzip.compress(index.read_bytes(), mtime=0))
        listed = [file for index in indexes for file in (index, index.with_suffix(".gz"))]
        lines = []
        for file in listed:
            content = file.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            by_hash = file.parent / "by-hash" / "SHA256" / digest
            by_hash.parent.mkdir(parents=True, exist_ok=True)
            by_hash.write_bytes(content)
            lines.append(f" {digest} {len(content)} {file.relative_to(folder).as_posix()}")
        architectures = " ".join(index.parent.name.removeprefix("binary-") for index in indexes)
        release = folder / "Release"
        release.write_text(
            f"Origin: pos-terminal\nLabel: pos-terminal\nSuite: {suite}\nCodename: {suite}\n"
            f"Date: {_date(self._now)}\nValid-Until: {_date(self._now + LASTS)}\nAcquire-By-Hash: yes\n"
            f"Architectures: {architectures}\nComponents: {_COMPONENT}\nSHA256:\n" + "\n".join(lines) + "\n",
            encoding="utf-8",
        )
        signing = ("gpg", "--batch", "--yes", "--local-user", self._key, "--digest-algo", "SHA512")
        _said(*signing, "--armor", "--detach-sign", "--output", str(folder / "Release.gpg"), str(release))
        _said(*signing, "--clearsign", "--output", str(folder / "InRelease"), str(release))


def _filename(entry: str) -> str:
    return next(line.removeprefix("Filename: ") for line in entry.splitlines() if line.startswith("Filename: "))


def _date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)


def _said(*command: str) -> str:
    return _bytes(*command).decode()


def _bytes(*command: str) -> bytes:
    return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True).stdout
