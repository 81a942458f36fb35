"""The `central` command: what whoever runs the service types, and what it says."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.central_till import Journal

from pos_app.commands import find
from sync import contract
from sync.central.demo import DEMO_EMAIL, seed_demo
from sync.central.service import CentralService

ROOT = Path(__file__).parent.parent.parent


def run(*arguments: str) -> int:
    command = find("central")
    assert command is not None
    return command.run(list(arguments))


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "central")


def test_a_code_is_printed_and_lets_a_terminal_in(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("enrol-code", "--store", "001", "--workstation", "02", "--data", folder) == 0
    code = capsys.readouterr().out.split()[-1]
    assert len(code) >= 20
    service = CentralService.open(Path(folder))
    enrolled = service.enrol_terminal(contract.EnrolTerminal(code=code, public_key="A" * 43, incarnation="i"))
    service.close()
    assert enrolled.terminal_id == "001-02"
    assert run("revoke", "001-02", "--data", folder) == 0
    assert run("revoke", "001-99", "--data", folder) == 1
    assert "no terminal 001-99" in capsys.readouterr().err


def test_a_store_number_that_is_none_is_refused(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("enrol-code", "--store", "../1", "--workstation", "02", "--data", folder) == 1
    assert "letters and digits" in capsys.readouterr().err


def test_the_demo_comes_in_once(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    service = CentralService.open(Path(folder))
    seed_demo(service)
    first = [service.find_member(contract.FindMember(email=DEMO_EMAIL)), service.terms()]
    seed_demo(service)
    assert service.find_member(contract.FindMember(email=DEMO_EMAIL)).member is not None
    assert service.terms() == first[1]
    service.close()
    assert run("member", DEMO_EMAIL, "--data", folder) == 0
    said = capsys.readouterr().out
    assert "balance 1,234, available 1,234" in said
    assert DEMO_EMAIL not in said
    assert run("member", "nobody@example.com", "--data", folder) == 1
    assert run("member", "nonsense", "--data", folder) == 1


def test_verify_says_that_all_is_well_and_names_what_is_not(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    service = CentralService.open(Path(folder))
    seed_demo(service)
    service.close()
    assert run("verify", "--data", folder) == 0
    assert "4 members" in capsys.readouterr().out
    import sqlcipher3.dbapi2 as sqlite

    connection = sqlite.connect(os.path.join(folder, "central.db"))
    connection.execute("UPDATE balance SET points = points + 1 WHERE points = 1234")
    connection.commit()
    connection.close()
    assert run("verify", "--data", folder) == 1
    assert "balance 1235, ledger 1234" in capsys.readouterr().err


def test_what_could_not_be_applied_is_listed_with_its_reason(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    service = CentralService.open(Path(folder))
    code = service.open_enrolment("001", "01")
    service.enrol_terminal(contract.EnrolTerminal(code=code, public_key="A" * 43, incarnation="first"))
    journal = Journal()
    journal.append("teleport", {})
    service.upload("001-01", journal.batch())
    service.close()
    assert run("quarantine", "--data", folder) == 0
    said = capsys.readouterr().out
    assert "001-01 first 1  teleport  unknown_kind" in said
    assert said.endswith("1 events could not be applied.\n")


def test_gift_cards_are_issued_in_their_currency(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    issue = ("gift-card", "issue", "--number", "6006490000000001", "--data", folder)
    assert run(*issue, "--amount", "20.00") == 0
    assert run(*issue, "--amount", "20.00") == 0
    assert "20.00 USD" in capsys.readouterr().out
    assert run(*issue, "--amount", "30.00") == 1
    assert run(*issue, "--amount", "20.005") == 1
    assert run(*issue, "--amount=-20") == 1
    assert run(*issue, "--amount", "20", "--currency", "XXX") == 1
    assert "6006490000000001" not in capsys.readouterr().err


def test_terms_are_loaded_from_a_file_once_per_version(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "terms.json"
    document = {"terms_id": "club", "version": 1, "effective_from": "2026-01-01T00:00:00-08:00"}
    file.write_text(json.dumps(document))
    assert run("terms", "load", str(file), "--data", folder) == 0
    assert run("terms", "load", str(file), "--data", folder) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith("was there already.")
    for change, says in (
        ({"earn_points_per_unit": 9}, "give the change a new version"),
        ({"version": 2}, "effective from the same moment"),
        ({"version": 2, "effective_from": "soon"}, "cannot be used"),
        ({"version": 2, "redeem_points": 0}, "cannot be used"),
        ({"version": "two"}, "version"),
    ):
        file.write_text(json.dumps(document | change))
        assert run("terms", "load", str(file), "--data", folder) == 1
        assert says in capsys.readouterr().err
    assert run("terms", "load", str(tmp_path / "nothing.json"), "--data", folder) == 1
    assert "nothing.json" in capsys.readouterr().err


def test_a_database_that_is_not_there_is_said_in_words(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", "--data", folder, "--database", "postgresql://127.0.0.1:1/nothing") == 1
    assert "database cannot be used" in capsys.readouterr().err


def test_the_service_says_when_it_is_ready_and_ends_when_told(folder: str) -> None:
    command = [sys.executable, "-m", "pos_app", "central", "serve", "--demo", "--port", "0", "--data", folder]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=60)
    assert line.startswith("central: ready on http://127.0.0.1:"), log
    assert process.returncode == 0
    lines = [json.loads(one) for one in log.splitlines() if one.startswith("{")]
    assert lines
    assert {one["level"] for one in lines} == {"INFO"}


def test_a_port_that_is_taken_is_said_in_words(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert run("--data", folder, "--port", str(taken.getsockname()[1])) == 1
    assert "Choose another --port" in capsys.readouterr().err


def test_points_expire_at_a_moment_and_a_dry_run_says_what_would(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    service = CentralService.open(Path(folder))
    seed_demo(service)
    service.close()
    assert run("expire", "--data", folder) == 0
    assert "0 points of 0 members expired, in 0 lots." in capsys.readouterr().out
    assert run("expire", "--at", "9000-01-01T00:00:00Z", "--dry-run", "--data", folder) == 0
    assert "14,126 points of 3 members would expire" in capsys.readouterr().out
    assert run("expire", "--at", "9000-01-01T00:00:00Z", "--data", folder) == 1
    assert "still to come" in capsys.readouterr().err
    assert run("expire", "--at", "tomorrow", "--data", folder) == 1
    assert "no time with an offset" in capsys.readouterr().err


def test_what_is_on_a_gift_card_is_shown_with_its_movements_and_without_its_number(
    folder: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = "6006490000000001"
    assert run("gift-card", "issue", "--number", number, "--amount", "20.00", "--data", folder) == 0
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO(number + "\n"))
    assert run("gift-card", "show", "--number", "-", "--data", folder) == 0
    shown = capsys.readouterr().out
    assert "20.00 USD can be spent" in shown
    assert "issue" in shown
    assert number not in shown
