"""The rules of the house, as far as a machine can check them."""

import importlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_app.commands import BUILD_LOCK, COMMANDS, DEVELOPMENT_LOCK, RUNTIME_LOCK, Command

PROJECT = Path(__file__).resolve().parents[2]

GIVEN = {"pyproject.toml", "README.md", "pos_app", "ui", "hardware", "sync", "tests", "resources", "build_installer.py"}
BESIDE_THEM = {"docs", "bench", "LICENSE", "CHANGELOG.md", RUNTIME_LOCK, DEVELOPMENT_LOCK, BUILD_LOCK}

# A path that exists on one machine only, or a file outside the project.
SOMEBODYS_MACHINE = re.compile(
    r"(?<![\w.])(/home/[a-z]\w*/|/roo[t]/|/Users/[A-Za-z]|/wor[k]/|[A-Z]:\\Users\\[A-Z])|\.\./share[d]"
)
TEXT_SUFFIXES = {".py", ".md", ".toml", ".lock", ".csv", ".json", ".yaml", ".txt", ".svg", ".ini", ".sql", ".mako", ""}


def project_files() -> Iterator[Path]:
    """The files that belong to the project: not what tools left behind."""
    for folder, folders, names in os.walk(PROJECT):
        folders[:] = [name for name in folders if name != "__pycache__" and (not name.startswith(".") or name == ".ci")]
        yield from (Path(folder, name) for name in names if not name.startswith("."))


def test_the_top_level_is_the_given_one() -> None:
    seen = {path.relative_to(PROJECT).parts[0] for path in project_files()}
    assert seen - GIVEN - BESIDE_THEM <= {".ci"}


def test_tests_is_not_a_package() -> None:
    """Else tests/ui would be imported in place of ui."""
    assert not list((PROJECT / "tests").rglob("__init__.py"))


def test_rooms_are_entered_only_where_the_architecture_has_a_door() -> None:
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as c; c()",
            "--no-logo",
            "--no-cache",
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = []
    for path in project_files():
        if path.suffix in TEXT_SUFFIXES:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if SOMEBODYS_MACHINE.search(line):
                    found.append(f"{path.relative_to(PROJECT)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_no_source_file_grows_beyond_one_subject() -> None:
    long = {
        str(path.relative_to(PROJECT)): lines
        for path in project_files()
        if path.suffix == ".py" and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 600
    }
    assert long == {}


@pytest.mark.parametrize("lock", [RUNTIME_LOCK, DEVELOPMENT_LOCK, BUILD_LOCK])
def test_locks_pin_every_package_by_hash_and_name_no_index(lock: str) -> None:
    text = (PROJECT / lock).read_text(encoding="utf-8")
    packages = [block for block in re.split(r"\n(?=\S)", text) if block.strip()]
    assert packages
    assert [block.split("==")[0] for block in packages if "==" not in block or "--hash=sha256:" not in block] == []
    assert "://" not in text


def test_the_locks_agree_with_each_other_and_hold_what_pyproject_asks_for() -> None:
    def pins(lock: str) -> dict[str, str]:
        text = (PROJECT / lock).read_text(encoding="utf-8")
        return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))

    runtime, development = pins(RUNTIME_LOCK), pins(DEVELOPMENT_LOCK)
    assert runtime.items() <= development.items()
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for asked, held in (
        (project["dependencies"], runtime),
        (project["optional-dependencies"]["dev"], development),
    ):
        names = {re.split(r"[\[<>=; ]", line)[0].lower() for line in asked}
        assert names - held.keys() == set()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert importlib.import_module(command.module).main
    with pytest.raises(SystemExit) as ended:
        command.run(["--help"])
    assert ended.value.code == 0
    assert command.help in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_is_in_the_documents(command: Command) -> None:
    written = [path for path in (PROJECT / "docs").rglob("*.md") if path.parent.name != "reference"]
    documents = [PROJECT / "README.md", *written]
    assert any(f"python3 -m pos_app {command.name}" in document.read_text(encoding="utf-8") for document in documents)


def test_every_link_in_the_documents_leads_somewhere() -> None:
    broken = []
    for document in (*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8")):
            if "://" not in target and not (document.parent / target).exists():
                broken.append(f"{document.relative_to(PROJECT)} -> {target}")
    assert broken == []


def test_every_picture_is_shown_by_a_document() -> None:
    documents = (*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"))
    shown = "".join(document.read_text(encoding="utf-8") for document in documents)
    folder = PROJECT / "docs" / "images"
    pictures = [path.relative_to(folder).as_posix() for path in folder.rglob("*.png")]
    assert [name for name in pictures if f"images/{name})" not in shown] == []


def test_every_way_through_the_menu_that_the_documents_name_is_there() -> None:
    """*More*, *This till*, *Training*: each name is one that the window shows."""
    shown = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "ui").rglob("*.py"))
    named = [
        (document.name, name)
        for document in (PROJECT / "docs").rglob("*.md")
        for way in re.findall(r"(?:F10\*?|\*More\*)((?:, \*[^*\n]+\*)+)", document.read_text(encoding="utf-8"))
        for name in re.findall(r"\*([^*]+)\*", way)
    ]
    assert len(named) > 30
    assert [(document, name) for document, name in named if f'"{name}"' not in shown] == []


def test_what_one_sees_when_something_does_not_work_is_what_the_program_says() -> None:
    """Words in italics on that page are quoted."""
    sources = (path for top in ("pos_app", "ui", "hardware", "sync") for path in (PROJECT / top).rglob("*.py"))
    said = "".join(path.read_text(encoding="utf-8") for path in sources).lower()
    page = (PROJECT / "docs" / "technician" / "symptoms.md").read_text(encoding="utf-8")
    quoted = set(re.findall(r"(?<!\*)\*([^*\n]{3,})\*(?!\*)", page))
    assert len(quoted) > 20
    assert [words for words in sorted(quoted) if words.lower() not in said] == []


def test_every_decision_has_a_number_of_its_own_and_is_listed() -> None:
    folder = PROJECT / "docs" / "adr"
    decisions = sorted(path.name for path in folder.glob("0*.md"))
    assert [name[:4] for name in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    listed = re.findall(
        r"^\| \[(\d{4})\]\((\S+)\) \|", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert listed == [(name[:4], name) for name in decisions]


def test_every_file_that_the_documents_name_exists() -> None:
    """Words between back-ticks that look like a file of the project."""
    missing = []
    tops = "|".join(re.escape(name) for name in (GIVEN | BESIDE_THEM) - {"build_installer.py"})
    for document in (PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")):
        for named in re.findall(rf"`((?:{tops})/[\w./-]+)`", document.read_text(encoding="utf-8")):
            if not (PROJECT / named).exists():
                missing.append(f"{document.relative_to(PROJECT)}: {named}")
    assert missing == []


CORE_WITHOUT_QT = """
import importlib, pkgutil, sys
sys.modules["PySide6"] = None                 # any import of it raises ImportError
for name in ("pos_app.domain", "pos_app.services", "pos_app.storage", "sync", "hardware"):
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        if ".migrations." not in module.name:  # Alembic runs those itself, with its own context
            importlib.import_module(module.name)
"""


def test_the_core_runs_with_qt_absent() -> None:
    result = subprocess.run([sys.executable, "-c", CORE_WITHOUT_QT], cwd=PROJECT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


SMALL_CORE_TEST = "tests/unit/test_environment_system_packages.py"


def test_core_tests_pass_with_qt_absent() -> None:
    """conftest and the plain tests ask nothing of Qt when its plugin is off."""
    script = (
        "import sys; sys.modules['PySide6'] = None; import pytest;"
        f"sys.exit(pytest.main(['-q', '-p', 'no:pytest-qt', '-p', 'no:cacheprovider',"
        f" '-o', 'addopts=--import-mode=importlib', '-W', 'ignore::pytest.PytestConfigWarning', '{SMALL_CORE_TEST}']))"
    )
    result = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
