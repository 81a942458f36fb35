"""What the installers are made of, as far as it can be seen without packing the program."""

import ast
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import build_installer
from pos_app import __version__

CENTRAL_FILES = ("central.toml", "compose.yaml", "nginx.conf", "pos-central.target", "pos-central@.service")
"""What docs/central/installing.md puts in place for the central service."""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder in the form of a packed program."""
    folder = tmp_path / "packed" / build_installer.NAME
    (folder / "_internal").mkdir(parents=True)
    executable = folder / build_installer.NAME
    executable.write_text("#!/bin/sh\necho sold\n")
    executable.chmod(0o755)
    (folder / "_internal" / "data").write_bytes(b"\x00" * 2048)
    return folder


def test_the_file_list_is_what_sha256sum_reads(program: Path) -> None:
    build_installer.write_file_list(program)
    build_installer.write_file_list(program)  # again: the list does not list itself
    lines = (program / "SHA256SUMS").read_text().splitlines()
    assert [line.split("  ")[1] for line in lines] == ["_internal/data", build_installer.NAME]
    assert lines[0].split("  ")[0] == hashlib.sha256(b"\x00" * 2048).hexdigest()


def test_every_library_of_the_lock_has_its_licence_beside_the_program(tmp_path: Path) -> None:
    build_installer.collect_licences(tmp_path / "licences")
    listed = (tmp_path / "licences" / "LIBRARIES.txt").read_text().splitlines()
    assert any(line.startswith("PySide6") and "LGPL" in line for line in listed)
    assert (tmp_path / "licences" / "SQLAlchemy").is_dir()
    assert (tmp_path / "licences" / f"{build_installer.NAME}.txt").read_text().startswith("MIT License")
    for line in listed:
        assert re.fullmatch(r"[\w.-]+ [\w.+]+: \S.*", line), line


def test_the_windows_set_up_has_every_place_filled_and_leaves_the_data_alone(program: Path, tmp_path: Path) -> None:
    script = build_installer.windows_setup_script(program, tmp_path)
    assert not re.search(r"@[A-Z]+@", script)
    assert f"AppVersion={__version__}" in script
    assert str(program) in script
    sections = re.findall(r"^\[(\w+)\]$", script, re.MULTILINE)
    assert {"Setup", "Files", "Icons"} <= set(sections)
    deleted = re.findall(r'^Type: \w+; Name: "(.+)"$', script, re.MULTILINE)
    assert deleted == [r"{app}\_internal"]
    assert "[UninstallDelete]" not in script
    assert "PrivilegesRequired=admin" in script


def test_the_version_that_windows_shows_is_the_programs(tmp_path: Path) -> None:
    text = build_installer.windows_version_resource("1.4.2")
    ast.parse(text)
    assert "filevers=(1, 4, 2, 0)" in text
    assert "StringStruct('ProductVersion', '1.4.2')" in text


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb, which makes Debian packages, is not here")
def test_the_debian_package_holds_the_program_and_what_a_till_needs_around_it(program: Path, tmp_path: Path) -> None:
    (program / build_installer.MANUAL).mkdir()
    (program / build_installer.MANUAL / "index.html").write_text("<p>")
    package = build_installer.make_deb(program, tmp_path)

    def told(option: str) -> str:
        return subprocess.run(["dpkg-deb", option, str(package)], capture_output=True, text=True, check=True).stdout

    assert f"Version: {__version__}\n" in told("--info")
    for dependency in build_installer.DEBIAN_DEPENDS:
        assert dependency in told("--info")
    listing = told("--contents")
    for place in (
        "./opt/pos-terminal/pos-terminal",
        "./usr/bin/pos-terminal",
        "./usr/lib/pos-terminal/finish-interrupted",
        "./usr/lib/systemd/system/pos-terminal-update.path",
        "./usr/lib/systemd/system/pos-terminal-update.service",
        "./usr/lib/udev/rules.d/60-pos-terminal.rules",
        "./usr/lib/systemd/user/pos-terminal.service",
        "./usr/share/applications/pos-terminal.desktop",
        "./usr/share/xsessions/pos-terminal-kiosk.desktop",
        "./usr/share/doc/pos-terminal/copyright",
        *(f"./usr/share/doc/pos-terminal/central/{name}" for name in CENTRAL_FILES),
        "./opt/pos-terminal/manual/index.html",
        "./usr/share/doc/pos-terminal/manual -> /opt/pos-terminal/manual",
    ):
        assert place in listing
    assert {line.split()[1] for line in listing.splitlines()} == {"root/root"}


def test_what_runs_at_purge_deletes_nothing_of_the_stores() -> None:
    script = (build_installer.PACKAGING / "linux" / "postrm").read_text()
    assert re.findall(r"^\s*rm .*$", script, re.MULTILINE) == ["    rm -rf /var/lib/pos-terminal"]
