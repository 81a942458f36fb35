"""The environment is built once, noticed when half built or out of date, and with uv or without."""

import ast
import errno
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from pos_app import __main__, environment
from pos_app.commands import DEVELOPMENT_LOCK, RUNTIME_LOCK
from pos_app.environment import Environment, SetupError

PROJECT = Path(environment.PROJECT_FOLDER)
WITHOUT_UV = "/usr/sbin:/usr/bin:/sbin:/bin"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for uv is a shell script")
needs_ensurepip = pytest.mark.skipif(find_spec("ensurepip") is None, reason="this Python came without ensurepip")

# Does what uv does with an empty lock, writes down each call, and obeys a file that tells it to fail.
UV = """#!/bin/sh
echo "$*" >> "{folder}/calls"
case "$*" in *"$(cat "{folder}/fails" 2>/dev/null || echo never)"*) echo "no route to the index" >&2; exit 2;; esac
[ "$1" = venv ] || exit 0
for last; do :; done
exec "{python}" -m venv --without-pip "$last"
"""


class Machine:
    """A project folder with two empty locks, and a uv that can be told to fail."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.project.mkdir()
        for lock in (RUNTIME_LOCK, DEVELOPMENT_LOCK):
            (self.project / lock).write_text(f"# {lock}\n")
        self.tools = folder / "tools"
        self.tools.mkdir()
        uv = self.tools / "uv"
        uv.write_text(UV.format(folder=folder, python=environment._base_python()))
        uv.chmod(0o755)
        self._folder = folder
        self.said: list[str] = []
        self.environment = Environment(str(self.project), self.said.append)

    def calls(self) -> list[str]:
        path = self._folder / "calls"
        return [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []

    def uv_fails_at(self, words: str) -> None:
        (self._folder / "fails").write_text(words)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path)
    monkeypatch.setenv("PATH", f"{machine.tools}:{WITHOUT_UV}")
    return machine


def test_a_new_folder_gets_its_environment_and_keeps_it(machine: Machine) -> None:
    assert not machine.environment.stands(RUNTIME_LOCK)
    machine.environment.build(RUNTIME_LOCK)
    assert machine.environment.stands(RUNTIME_LOCK)
    assert subprocess.run([machine.environment.python, "-c", "print(1)"], capture_output=True).stdout == b"1\n"
    machine.environment.build(RUNTIME_LOCK)
    assert machine.calls() == ["venv", "pip"]
    assert len(machine.said) == 1


def test_the_tests_need_more_than_the_register_and_add_it(machine: Machine) -> None:
    machine.environment.build(RUNTIME_LOCK)
    assert not machine.environment.stands(DEVELOPMENT_LOCK)
    machine.environment.build(DEVELOPMENT_LOCK)
    assert machine.environment.stands(DEVELOPMENT_LOCK)
    assert machine.environment.stands(RUNTIME_LOCK)
    assert machine.calls() == ["venv", "pip", "pip"]


def test_the_environment_of_the_tests_serves_the_register_too(machine: Machine) -> None:
    machine.environment.build(DEVELOPMENT_LOCK)
    assert machine.environment.stands(RUNTIME_LOCK)


def test_a_changed_lock_builds_anew_from_nothing(machine: Machine) -> None:
    machine.environment.build(DEVELOPMENT_LOCK)
    stale = Path(machine.environment.folder, "of-an-older-lock")
    stale.write_text("")
    (machine.project / RUNTIME_LOCK).write_text("# newer\n")
    assert not machine.environment.stands(RUNTIME_LOCK)
    machine.environment.build(RUNTIME_LOCK)
    assert machine.environment.stands(RUNTIME_LOCK)
    assert not machine.environment.stands(DEVELOPMENT_LOCK)
    assert not stale.exists()


def test_a_build_that_was_cut_short_is_done_again(machine: Machine) -> None:
    machine.environment.build(RUNTIME_LOCK)
    Path(machine.environment.folder, RUNTIME_LOCK).unlink()  # what comes last did not come
    assert not machine.environment.stands(RUNTIME_LOCK)
    machine.environment.build(RUNTIME_LOCK)
    assert machine.environment.stands(RUNTIME_LOCK)
    assert machine.calls() == ["venv", "pip"] * 2


def test_a_python_that_the_system_replaced_is_noticed(machine: Machine, tmp_path: Path) -> None:
    """As an upgrade of the system does: the link now leads to another version, whose packages are elsewhere."""
    machine.environment.build(RUNTIME_LOCK)
    newer = tmp_path / "python3.13"
    newer.write_bytes(b"")
    Path(machine.environment.python).unlink()
    Path(machine.environment.python).symlink_to(newer)
    assert not machine.environment.stands(RUNTIME_LOCK)


def test_an_interpreter_that_went_away_is_noticed(machine: Machine) -> None:
    machine.environment.build(RUNTIME_LOCK)
    Path(machine.environment.python).unlink()
    assert not machine.environment.stands(RUNTIME_LOCK)


@needs_ensurepip
def test_without_uv_pip_does_it(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", WITHOUT_UV)
    machine.environment.build(RUNTIME_LOCK)
    assert machine.environment.stands(RUNTIME_LOCK)
    installed = Path(machine.environment.folder, "installed-for-the-register")
    installed.write_text("")
    machine.environment.build(DEVELOPMENT_LOCK)
    assert machine.environment.stands(DEVELOPMENT_LOCK)
    assert installed.exists()
    assert machine.calls() == []


@needs_ensurepip
def test_a_uv_that_fails_leaves_it_to_pip_and_a_pip_that_fails_is_told_in_its_own_words(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    machine.uv_fails_at("pip install")
    (tmp_path / "wheels").mkdir()
    (machine.project / RUNTIME_LOCK).write_text(
        f"--no-index\n--find-links {tmp_path / 'wheels'}\nno-such-thing==1 --hash=sha256:{'0' * 64}\n"
    )
    with pytest.raises(SetupError, match="No matching distribution found for no-such-thing==1"):
        machine.environment.build(RUNTIME_LOCK)
    assert "Going on with pip, because uv said: no route to the index" in machine.said
    assert not machine.environment.stands(RUNTIME_LOCK)


def test_two_commands_at_once_build_once(machine: Machine) -> None:
    script = (
        f"from pos_app.environment import Environment; Environment({str(machine.project)!r}).build({RUNTIME_LOCK!r})"
    )
    both = [subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert machine.calls() == ["venv", "pip"]
    assert sorted(map(bool, said)) == [False, True]


def test_a_disk_that_refuses_is_said_so(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: str, target: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(SetupError, match="No space left on device"):
        machine.environment.build(RUNTIME_LOCK)
    assert not machine.environment.stands(RUNTIME_LOCK)


def test_set_up_stopped_by_hand_ends_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(self: Environment, lock: str, *, window: bool, arguments: list[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Environment, "prepare", stop)
    assert __main__.main(["run"]) == 130
    assert "starts it again" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_said_so(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(SetupError, match="cannot be written"):
        machine.environment.build(RUNTIME_LOCK)


def test_the_command_starts_again_in_the_environment(machine: Machine) -> None:
    """From outside, with the interpreter of the environment, and with the arguments it was given."""
    machine.environment.build(RUNTIME_LOCK)
    package = machine.project / "pos_app"
    package.mkdir()
    (package / "__main__.py").write_text("import sys; print(sys.prefix, *sys.argv[1:])")
    script = (
        "from pos_app.environment import Environment;"
        f"import os; environment = Environment({str(machine.project)!r}); os.chdir(environment.project_folder);"
        f"environment.prepare({RUNTIME_LOCK!r}, window=False, arguments=['run', '--data', 'a b'])"
    )
    result = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True)
    assert result.stdout == f"{machine.environment.folder} run --data a b\n", result.stderr


def test_the_entry_stands_on_the_standard_library_alone() -> None:
    """Without site-packages, and nothing but the standard library and the project's own set-up is imported."""
    script = (
        "import sys; from pos_app import __main__, commands, environment, system_packages;"
        "print(*(name for name in sys.modules if name.split('.')[0] not in sys.stdlib_module_names))"
    )
    result = subprocess.run([sys.executable, "-S", "-c", script], cwd=PROJECT, capture_output=True, text=True)
    own = {"pos_app", "pos_app.__main__", "pos_app.commands", "pos_app.environment", "pos_app.system_packages"}
    assert set(result.stdout.split()) - {"__main__"} == own, result.stderr


def test_a_python_too_old_can_read_the_entry_and_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ast.parse(Path(__main__.__file__).read_text(encoding="utf-8"), feature_version=(3, 6))
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    assert __main__.main(["run"]) == 3
    said = capsys.readouterr().err
    assert said.startswith("This is Python 3.9.2; Python 3.11, 3.12 or 3.13 is needed. ")


@pytest.mark.parametrize(("arguments", "status"), [([], 0), (["--help"], 0), (["sell"], 2)])
def test_without_a_command_it_lists_them(arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(arguments) == status
    printed = capsys.readouterr()
    assert "  run " in printed.out + printed.err
    assert ("There is no command 'sell'." in printed.err) == (status == 2)


def test_set_up_that_needs_a_person_ends_with_status_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(self: Environment, lock: str, *, window: bool, arguments: list[str]) -> None:
        raise SetupError("sudo apt install libgl1")

    monkeypatch.setattr(Environment, "prepare", refuse)
    assert __main__.main(["run"]) == 3
    assert capsys.readouterr().err == "sudo apt install libgl1\n"


def test_version_needs_no_environment() -> None:
    result = subprocess.run(
        [environment._base_python(), "-S", "-m", "pos_app", "version"], cwd=PROJECT, capture_output=True, text=True
    )
    assert result.stdout.startswith("pos-terminal ")
