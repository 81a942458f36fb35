"""The central command's parts for partners, auditors and data protection."""

import argparse
import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_app.cli import central
from sync import contract
from sync.central.service import CentralService


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "central")


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    central.add_arguments(parser)
    return central.main(parser.parse_args(arguments))


def joined(folder: str, email: str = "jo@example.com") -> str:
    service = CentralService.open(Path(folder))
    joining = contract.EnrolMember(
        event_id=f"join-{email}", email=email, marketing_consent=False, joined_at="2026-01-01T00:00:00Z"
    )
    member = service.enrol_member(joining).member
    service.close()
    assert member is not None
    return member.member_id


def test_a_partner_is_let_in_with_a_key_that_is_shown_once(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("partner", "add", "bank", "--pool", "card", "--data", folder) == 0
    said = capsys.readouterr().out
    private_key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(said.split()[-1]))
    service = CentralService.open(Path(folder))
    assert service.care.partner("partner-bank").public_key == private_key.public_key().public_bytes_raw()
    service.close()
    key = base64.b64encode(b"k" * 32).decode()
    assert run("partner", "add", "bank", "--pool", "card", "--public-key", key, "--data", folder) == 0
    assert "private" not in capsys.readouterr().out
    assert run("partner", "close", "bank", "--data", folder) == 0
    assert run("partner", "close", "nobody", "--data", folder) == 1
    capsys.readouterr()
    assert run("partner", "add", "bank", "--pool", "card", "--public-key", "short", "--data", folder) == 1
    assert "32 bytes" in capsys.readouterr().err


def test_a_file_of_a_partner_is_imported_twice_and_counts_once(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    joined(folder)
    run("partner", "add", "bank", "--pool", "card", "--data", folder)
    file = tmp_path / "rows.csv"
    today = datetime.now(UTC).date() - timedelta(days=1)
    file.write_text(f"reference,points,earned_on,email\nr1,70,{today},jo@example.com\n")
    imports = ("partner", "import", str(file), "--partner", "bank", "--data", folder)
    assert [run(*imports), run(*imports)] == [0, 0]
    assert capsys.readouterr().out.splitlines()[-1] == "0 rows posted, 1 had come before, 0 refused."
    file.write_text(f"reference,points,earned_on,email\nr2,lots,{today},jo@example.com\n")
    assert run(*imports) == 1
    assert "rows.csv.refused.csv" in capsys.readouterr().err
    file.write_text("nothing of the kind")
    assert run(*imports) == 1
    assert run("partner", "import", str(file), "--partner", "nobody", "--data", folder) == 1


def test_the_digest_of_a_day_is_printed_and_stays_the_same(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    joined(folder)
    day = ("--day", (datetime.now(UTC) - timedelta(days=2)).date().isoformat())
    assert [run("digest", *day, "--data", folder) for _ in range(2)] == [0, 0]
    first, _, second, _ = capsys.readouterr().out.splitlines()
    assert first == second
    assert run("digest", "--day", datetime.now(UTC).date().isoformat(), "--data", folder) == 1
    assert "not over" in capsys.readouterr().err
    assert run("verify", "--data", folder) == 0


def test_a_person_is_erased_only_with_a_yes(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    member_id = joined(folder)
    erase = ("erase", "jo@example.com", "--data", folder)
    assert run(*erase) == 0
    assert f"member {member_id} with 0 points" in capsys.readouterr().out
    assert run(*erase, "--yes") == 0
    assert run(*erase, "--yes") == 1
    said = capsys.readouterr()
    assert "jo@example.com" not in said.out + said.err
    assert run("verify", "--data", folder) == 0
