"""System packages: installed where the machine lets us, else one exact line to type."""

import os
import sys
from pathlib import Path

import pytest

from pos_app import system_packages
from pos_app.system_packages import (
    BROWSER_PROGRAMS,
    SetupError,
    install,
    install_if_offered,
    missing_libraries,
    needed_libraries,
)

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lacks libraries")


class Tools:
    """A PATH on which apt-get and sudo are stand-ins that write down how they were called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._calls = folder / "calls"

    def put(self, name: str, script: str) -> None:
        path = self.folder / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> "{self._calls}"\n{script}\n')
        path.chmod(0o755)

    def calls(self) -> list[str]:
        return self._calls.read_text().splitlines() if self._calls.exists() else []


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    (tmp_path / "sh").symlink_to("/bin/sh")
    (tmp_path / "env").symlink_to("/usr/bin/env")
    monkeypatch.setenv("PATH", str(tmp_path))
    return Tools(tmp_path)


def test_the_loader_is_asked_and_not_a_list_of_packages() -> None:
    assert missing_libraries(["libc.so.6", "libthere-is-no-such-thing.so.9"]) == ["libthere-is-no-such-thing.so.9"]


def test_x11_and_wayland_are_needed_only_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert "libxcb-cursor.so.0" not in needed_libraries()
    monkeypatch.setenv("DISPLAY", ":0")
    assert needed_libraries()["libxcb-cursor.so.0"] == "libxcb-cursor0"
    assert "libwayland-cursor.so.0" not in needed_libraries()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert "libwayland-cursor.so.0" in needed_libraries()


def test_root_installs_them_and_says_so(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    tools.put("apt-get", "exit 0")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    said: list[str] = []
    install(["libgl1", "libegl1"], said.append)
    assert said == ["Installing system packages as root: libgl1 libegl1"]
    assert tools.calls() == ["apt-get -q install -y --no-install-recommends libgl1 libegl1"]


def test_lists_that_were_never_fetched_are_fetched_and_it_is_tried_again(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools.put(
        "apt-get", f'case "$*" in *update*) : > {tools.folder}/lists;; esac\n[ -e {tools.folder}/lists ] || exit 100'
    )
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    install(["libgl1"], lambda line: None)
    assert [call.split()[2] for call in tools.calls()] == ["install", "update", "install"]


def test_sudo_without_a_password_is_as_good(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    tools.put("apt-get", "exit 0")
    tools.put("sudo", 'shift; [ "$1" = true ] || exec "$@"')
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    install(["libgl1"], lambda line: None)
    assert tools.calls()[0] == "sudo -n true"
    assert tools.calls()[-1] == "apt-get -q install -y --no-install-recommends libgl1"


@pytest.mark.parametrize("sudo", [None, "exit 1"], ids=["no sudo", "sudo with a password"])
def test_anybody_else_gets_the_one_line_to_type(
    tools: Tools, monkeypatch: pytest.MonkeyPatch, sudo: str | None
) -> None:
    tools.put("apt-get", "exit 0")
    if sudo:
        tools.put("sudo", sudo)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError) as refusal:
        install(["libgl1", "libegl1"], lambda line: None)
    assert str(refusal.value).splitlines()[-1] == "sudo apt install libgl1 libegl1"
    assert "apt-get" not in " ".join(tools.calls())


def test_a_package_that_cannot_be_had_is_told_in_apts_words(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    tools.put("apt-get", "echo 'E: Unable to locate package libgl1' >&2; exit 100")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(SetupError, match="Unable to locate package libgl1"):
        install(["libgl1"], lambda line: None)


def test_a_system_without_apt_is_told_what_to_look_for(tools: Tools) -> None:
    with pytest.raises(SetupError, match="by their Debian names: libgl1"):
        install(["libgl1"], lambda line: None)


def test_packages_that_do_not_help_are_not_called_done(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    tools.put("apt-get", "exit 0")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(system_packages, "needed_libraries", lambda: {"libthere-is-no-such-thing.so.9": "libgl1"})
    with pytest.raises(SetupError, match="libthere-is-no-such-thing"):
        system_packages.ensure(lambda line: None, window=True, packages=[])


def test_everything_that_is_missing_is_asked_for_at_once(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    tools.put("apt-get", "exit 0")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(system_packages, "needed_libraries", lambda: {"libthere-is-no-such-thing.so.9": "libgl1"})
    with pytest.raises(SetupError, match=r"sudo apt install libgl1 python3\.11-venv$"):
        system_packages.ensure(lambda line: None, window=True, packages=["python3.11-venv"])


def test_where_nothing_is_missing_nothing_is_done(tools: Tools) -> None:
    system_packages.ensure(lambda line: None, window=False, packages=[])
    assert tools.calls() == []


def test_a_browser_is_installed_where_the_system_offers_one(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    tools.put("apt-cache", "exit 0")
    tools.put("apt-get", "exit 0")
    tools.put("chromium", "exit 0")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    install_if_offered(BROWSER_PROGRAMS, [].append)
    assert tools.calls()[-1] == "apt-get -q install -y --no-install-recommends chromium-driver"
    tools.put("chromedriver", "exit 0")
    before = tools.calls()
    install_if_offered(BROWSER_PROGRAMS, [].append)
    assert tools.calls() == before


@pytest.mark.parametrize("apt_cache", ["exit 100", "exit 0"])
def test_without_a_browser_the_tests_go_on(tools: Tools, monkeypatch: pytest.MonkeyPatch, apt_cache: str) -> None:
    tools.put("apt-cache", apt_cache)
    tools.put("apt-get", "exit 100")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    said: list[str] = []
    install_if_offered(BROWSER_PROGRAMS, said.append)
    assert said[-1].startswith("Going on without chromium and chromium-driver")
