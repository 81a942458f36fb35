"""The repository for machines that are kept by apt, as apt itself sees it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fakes.update_vendor import Vendor, debian_package

from pos_app.updates.apt_repository import KEYRING
from pos_app.updates.offering import Channel

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("apt-get", "gpg", "dpkg-deb")), reason="apt or GnuPG is not here"
)


@pytest.fixture
def signer(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A key of GnuPG in a home of its own, whose path has to be short for its agent's socket."""
    with TemporaryDirectory(prefix="gnupg-") as home:
        monkeypatch.setenv("GNUPGHOME", home)
        making = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "Vendor", "ed25519", "sign"]
        subprocess.run([*making, "never"], check=True, capture_output=True)
        yield "Vendor"
        subprocess.run(["gpgconf", "--kill", "all"], check=True, capture_output=True)


class Machine:
    """A machine whose apt knows this repository and nothing else."""

    def __init__(self, folder: Path, repository: Path, suite: str) -> None:
        self._folder = folder
        for part in ("state/lists/partial", "cache/archives/partial", "etc"):
            (folder / part).mkdir(parents=True)
        (folder / "status").touch()
        # Read before the settings of the machine that runs the tests, which it leaves out.
        (folder / "etc" / "none").mkdir()
        (folder / "apt.conf").write_text(f'Dir::Etc::main "none"; Dir::Etc::parts "{folder / "etc" / "none"}";')
        keyring = repository / "apt" / KEYRING
        source = f"deb [arch=amd64 signed-by={keyring}] file:{repository / 'apt'} {suite} main\n"
        (folder / "etc" / "sources.list").write_text(source)

    def apt(self, *command: str) -> tuple[int, str]:
        settings = {
            "Dir::State": "state",
            "Dir::State::status": "status",
            "Dir::Cache": "cache",
            "Dir::Etc::sourcelist": "etc/sources.list",
            "Dir::Etc::sourceparts": "etc/none",
            "APT::Architecture": "amd64",
        }
        options = [
            part
            for name, value in settings.items()
            for part in ("-o", f"{name}={value if name == 'APT::Architecture' else self._folder / value}")
        ]
        # As root, apt would fetch as another user, who cannot look into a folder of the tests.
        options += ["-o", "APT::Sandbox::User=root"]
        variables = {**os.environ, "APT_CONFIG": str(self._folder / "apt.conf"), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            [command[0], *options, *command[1:]], env=variables, cwd=self._folder, capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def vendor(tmp_path: Path) -> Vendor:
    return Vendor(tmp_path / "vendor")


def offer(vendor: Vendor, signer: str, ring: str = "stable", at: datetime | None = None) -> None:
    package = vendor.folder / "pos-terminal_9.0.0_amd64.deb"
    package.write_bytes(debian_package(vendor.folder, "#!/bin/sh\n"))
    Channel(vendor.place, vendor.keys, at or datetime.now(UTC), signer).offer(package, ring, "")


def test_apt_takes_the_package_of_the_machines_ring(vendor: Vendor, signer: str, tmp_path: Path) -> None:
    offer(vendor, signer, "early")
    machine = Machine(tmp_path / "pilot", vendor.place, "early")
    status, said = machine.apt("apt-get", "update")
    assert status == 0, said
    assert "W:" not in said
    assert "Candidate: 9.0.0" in machine.apt("apt-cache", "policy", "pos-terminal")[1]
    status, said = machine.apt("apt-get", "download", "pos-terminal")
    assert status == 0, said
    fetched = (tmp_path / "pilot" / "pos-terminal_9.0.0_amd64.deb").read_bytes()
    assert fetched == (vendor.folder / "pos-terminal_9.0.0_amd64.deb").read_bytes()
    assert Machine(tmp_path / "other", vendor.place, "stable").apt("apt-get", "update")[0] != 0


def test_a_suite_keeps_what_it_offered_before_once(vendor: Vendor, signer: str, tmp_path: Path) -> None:
    for _ in range(2):
        offer(vendor, signer)
    index = vendor.place / "apt" / "dists" / "stable" / "main" / "binary-amd64" / "Packages"
    assert index.read_text().count("Package: pos-terminal") == 1


def test_apt_refuses_an_index_that_was_changed(vendor: Vendor, signer: str, tmp_path: Path) -> None:
    offer(vendor, signer)
    for index in (vendor.place / "apt" / "dists" / "stable").rglob("*"):
        if index.is_file() and ("Packages" in index.name or "by-hash" in str(index)):
            index.write_bytes(index.read_bytes()[:-2] + b"x\n")
    status, said = Machine(tmp_path / "till", vendor.place, "stable").apt("apt-get", "update")
    assert status != 0
    assert "size" in said or "Hash Sum mismatch" in said


def test_apt_refuses_what_is_too_old_until_it_is_signed_anew(vendor: Vendor, signer: str, tmp_path: Path) -> None:
    offer(vendor, signer, at=datetime.now(UTC) - timedelta(days=40))
    machine = Machine(tmp_path / "till", vendor.place, "stable")
    status, said = machine.apt("apt-get", "update")
    assert status != 0
    assert "expired" in said
    Channel(vendor.place, vendor.keys, datetime.now(UTC), signer).refresh()
    assert machine.apt("apt-get", "update")[0] == 0


def test_apt_refuses_another_signature(vendor: Vendor, signer: str, tmp_path: Path) -> None:
    offer(vendor, signer)
    release = vendor.place / "apt" / "dists" / "stable" / "InRelease"
    release.write_text(release.read_text().replace("Label: pos-terminal", "Label: pos-terminaI"))
    (release.parent / "Release.gpg").unlink()
    assert Machine(tmp_path / "till", vendor.place, "stable").apt("apt-get", "update")[0] != 0
