"""The till for training is a process of its own: the till that sells beside it is not touched by a byte."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.parking_till import ParkingTill
from fakes.terminal_data import terminal_data

from pos_app.commands import find
from pos_app.domain.operator import Operator, Role
from pos_app.domain.training import LessonResult
from pos_app.errors import WorldError
from pos_app.storage.training import SqliteTrainingRecords
from pos_app.training_till import FOLDER_NAME, TrainingTill

PROJECT = Path(__file__).parents[2]
OPERATOR = Operator("associate-1", "Associate", Role.ASSOCIATE)


def contents(folder: Path) -> dict[str, str]:
    """Every file of the till that sells, by its hash."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and FOLDER_NAME not in path.relative_to(folder).parts
    }


def test_training_beside_an_open_till_changes_nothing_of_it(tmp_path: Path) -> None:
    till = ParkingTill(tmp_path)
    till.ring_up("12")
    before = contents(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pos_app", "training", "--data", str(tmp_path), "--exit-when-ready"],
        cwd=PROJECT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path) == before
    assert (tmp_path / FOLDER_NAME / "database.key").exists()
    till.ring_up("10")
    assert till.faults() == []
    till.close()


def test_it_opens_once_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = tmp_path / "started"
    program = f"import pathlib, sys; pathlib.Path({str(started)!r}).write_text(' '.join(sys.argv[1:])); input()"
    monkeypatch.setattr(
        "pos_app.commands.own_command_line", lambda *arguments: [sys.executable, "-c", program, *arguments]
    )
    training = TrainingTill(tmp_path, OPERATOR)
    training.start()
    process = training._process
    assert process is not None
    process.wait(timeout=60)  # nobody types anything into it, so it ends by itself
    assert started.read_text() == f"training --data {tmp_path} --operator associate-1 --name Associate"
    training.start()
    again = training._process
    assert again is not process
    assert again is not None
    again.wait(timeout=60)

    program_that_stays = "import time; time.sleep(60)"
    monkeypatch.setattr("pos_app.commands.own_command_line", lambda *_: [sys.executable, "-c", program_that_stays])
    training.start()
    staying = training._process
    assert staying is not None
    try:
        with pytest.raises(WorldError, match="open already"):
            training.start()
    finally:
        staying.kill()
        staying.wait()


def test_a_manager_sees_how_everybody_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / FOLDER_NAME
    own.mkdir()
    with terminal_data(own, store_id="900") as data:
        records = SqliteTrainingRecords(data.database)
        for person, score in (("associate-2", 70), ("associate-1", 85), ("associate-2", 95), ("associate-2", 90)):
            records.save_result(LessonResult(person, "first-sale", "2026-11-22T10:00:00+00:00", score, 0, 0, 2, 30))
    command = find("training")
    assert command is not None
    assert command.run(["--data", str(tmp_path), "--results"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:5] == ["person", "lesson", "done", "best", "last"]
    assert [row.split()[:5] for row in rows] == [
        ["associate-1", "first-sale", "1", "85", "85"],
        ["associate-2", "first-sale", "3", "95", "90"],
    ]


def test_results_where_nobody_was_trained_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = find("training")
    assert command is not None
    assert command.run(["--data", str(tmp_path), "--results"]) == 1
    assert "There is no till data" in capsys.readouterr().err
