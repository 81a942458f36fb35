"""The commands of who operates the service: migrate, backup, trace."""

import os
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlite
from fakes.central_till import Journal

from pos_app.commands import find
from sync import contract
from sync.central.service import CentralService

JO = contract.EnrolMember(
    event_id="jo", email="jo@example.com", marketing_consent=False, joined_at="2014-01-01T00:00:00Z"
)


def central(*arguments: str) -> int:
    command = find("central")
    assert command is not None
    return command.run(list(arguments))


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """A service that took one sale of a member, and one event that is none."""
    folder = tmp_path / "central"
    service = CentralService.open(folder)
    code = service.open_enrolment("001", "01")
    service.enrol_terminal(contract.EnrolTerminal(code=code, public_key="A" * 43, incarnation="first"))
    member = service.enrol_member(JO).member
    assert member is not None
    journal = Journal()
    journal.sale("t1", member_id=member.member_id, receipt_number="001-01-000042")
    journal.append("teleport", {}, event_id="odd-1")
    service.upload("001-01", journal.batch())
    service.close()
    return str(folder)


def test_a_service_that_may_not_migrate_says_what_to_run(
    folder: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POS_CENTRAL_MIGRATE", "by_command")
    empty = folder + "-empty"
    assert central("verify", "--data", empty) == 1
    assert "Run: central migrate" in capsys.readouterr().err
    assert central("migrate", "--check", "--data", empty) == 1
    assert central("migrate", "--data", empty) == 0
    assert central("migrate", "--check", "--data", empty) == 0
    assert central("verify", "--data", empty) == 0
    capsys.readouterr()
    assert central("migrate", "--data", empty) == 0
    assert "nothing to do" in capsys.readouterr().out


def test_a_sale_is_followed_by_its_receipt_and_an_event_that_was_set_aside_by_its_id(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("001-01-000042", "t1"):
        assert central("trace", name, "--data", folder) == 0
        said = capsys.readouterr().out
        assert "sale t1: entry 1 of 001-01 (first)" in said
        assert "+100  earn_base" in said
        assert "jo@" not in said
    assert central("trace", "odd-1", "--data", folder) == 0
    assert "quarantined   unknown_kind" in capsys.readouterr().out
    assert central("trace", "t2", "--data", folder) == 1
    assert "may still wait to be sent" in capsys.readouterr().err


def test_a_backup_is_proved_and_is_whole(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "copy.db"
    assert central("backup", str(copy), "--data", folder) == 0
    assert "The copy is proved." in capsys.readouterr().out
    assert copy.stat().st_mode & 0o077 == 0
    assert central("backup", str(copy), "--data", folder) == 1
    assert "never goes over another one" in capsys.readouterr().err
    assert central("trace", "t1", "--data", folder, "--database", f"sqlite:///{copy}") == 0


def test_a_backup_of_a_database_that_is_off_says_so(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = sqlite.connect(os.path.join(folder, "central.db"))
    connection.execute("UPDATE balance SET points = points + 1")
    connection.commit()
    connection.close()
    assert central("backup", str(tmp_path / "copy.db"), "--data", folder) == 1
    assert "balance 101, ledger 100" in capsys.readouterr().err
