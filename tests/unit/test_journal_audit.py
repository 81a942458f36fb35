"""`journal verify` and `journal export`: whatever is changed behind the program's back is found, with its place."""

import hashlib
import json
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copyfile

import pytest
from fakes.terminal_data import cash_sale, header, key_file, open_day, raw, terminal_data

from pos_app.cli import journal as command
from pos_app.domain.basket import Basket
from pos_app.domain.poslog import sale_to_plain
from pos_app.ports import OpenTransaction
from pos_app.storage.database import FILE_NAME, Database
from pos_app.storage.journal_audit import AuditReport, audit
from pos_app.storage.terminal_database import TerminalDatabase


def _sell(data: TerminalDatabase, price_minor: int = 1000, contact_id: str = "") -> int:
    with data.storage.unit_of_work() as work:
        number = work.begin_transaction()
        sale = cash_sale(number, price_minor, contact_id)
        work.append("sale", sale_to_plain(sale))
        work.save_till_totals(data.storage.till_totals().with_sale(sale.total_minor, sale.tenders, sale.earned.points))
        work.commit()
    return number


def _cancel(data: TerminalDatabase) -> None:
    with data.storage.unit_of_work() as work:
        number = work.begin_transaction()
        work.append("transaction_cancelled", {"sequence_number": number, "reason": "changed their mind"})
        work.commit()


def _a_day(data: TerminalDatabase) -> None:
    """Three sales, a cancelled one, cash in and out, and a sale under way."""
    open_day(data, 10_000)
    _sell(data, 1234)
    _cancel(data)
    _sell(data, 1, contact_id="c1")
    totals = data.storage.till_totals()
    with data.storage.unit_of_work() as work:
        work.append("paid_out", {"amount_minor": 300, "reason": "stamps"})
        work.append("paid_in", {"amount_minor": 100, "reason": "found"})
        work.save_till_totals(replace(totals, paid_out_minor=300, paid_in_minor=100))
        work.commit()
    _sell(data)
    with data.storage.unit_of_work() as work:
        work.save_open_transaction(OpenTransaction(header(work.begin_transaction()), Basket()))
        work.commit()


def _faults_after(tmp_path: Path, *changes: str) -> list[str]:
    with terminal_data(tmp_path) as data:
        _a_day(data)
        for change in changes:
            raw(data.database, change)
        return audit(data.database).faults


def test_a_day_as_it_was_written_has_no_fault(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        assert audit(data.database) == AuditReport(incarnations=1)
        _a_day(data)
        report = audit(data.database)
    assert report.faults == []
    assert (report.entries, report.transactions, report.business_days) == (8, 4, 1)


OPEN_JOURNAL = ("DROP TRIGGER journal_is_never_changed", "DROP TRIGGER journal_is_never_deleted")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            "UPDATE journal SET payload = CAST(replace(payload, '1234', '1235') AS BLOB) WHERE sequence = 3",
            "entry 3 was changed",
        ),
        ("UPDATE journal SET occurred_at = '' WHERE sequence = 4", "entry 4 was changed"),
        ("DELETE FROM journal WHERE sequence = 4", "entry 4 is missing"),
        ("UPDATE journal SET sequence = 99 WHERE sequence = 5", "entry 5 is missing"),
        ("UPDATE journal SET previous_hash = entry_hash WHERE sequence = 2", "entry 2 does not follow"),
        ("UPDATE journal SET receipt_number = 'x' WHERE sequence = 3", "entry 3: what it is found by"),
        ("UPDATE journal SET contact_id = NULL WHERE sequence = 5", "entry 5: what it is found by"),
        ("DELETE FROM journal WHERE sequence = 8", "transaction number 4 is missing"),
        ("UPDATE till_totals SET cash_sales_minor = 1", "till of 2026-11-22: cash_sales_minor is 1, the journal adds"),
        ("UPDATE till_totals SET points_earned = 0", "points_earned is 0"),
        ("DELETE FROM till_totals", "opening_float_minor is 0, the journal adds up to 10000"),
        ("UPDATE terminal SET transaction_sequence = 7", "transaction number 6 is missing"),
        ("UPDATE terminal SET transaction_sequence = 3", "transaction number 4 was never given out"),
        ("DELETE FROM open_transaction", "transaction number 5 is missing"),
        ("UPDATE open_transaction SET sequence_number = 4", "transaction number 4 was used twice"),
        ("UPDATE incarnation SET acknowledged = 9", "9 entries are acknowledged, more than there are"),
    ],
)
def test_every_tampering_is_found_with_its_place(tmp_path: Path, change: str, fault: str) -> None:
    faults = _faults_after(tmp_path, *OPEN_JOURNAL, change)
    assert any(fault in text for text in faults), faults


def test_a_journal_cut_off_at_its_end_is_found(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        _a_day(data)
        with data.storage.unit_of_work() as work:
            work.append("no_sale", {"reason": "change"})
            work.commit()
    database = Database(tmp_path / FILE_NAME, key_file(tmp_path).database_key(create=False))
    for change in (*OPEN_JOURNAL, "DELETE FROM journal WHERE sequence = 9"):
        raw(database, change)
    (fault,) = audit(database).faults
    database.close()
    assert fault.endswith("the end is missing, entry 9 had been written")


def test_a_payload_that_cannot_be_read_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    faults = _faults_after(tmp_path, *OPEN_JOURNAL, "UPDATE journal SET payload = x'ff' WHERE sequence = 3")
    assert any("entry 3" in fault for fault in faults)


def test_a_restored_copy_is_no_fault(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data, 0)
        _sell(data)
    backup = tmp_path / "backup.db"
    copyfile(tmp_path / "terminal.db", backup)
    with terminal_data(tmp_path) as data:
        _sell(data)
    copyfile(backup, tmp_path / "terminal.db")
    expect_log("new incarnation")
    with terminal_data(tmp_path) as data:
        assert _sell(data) == 3
        report = audit(data.database)
    assert (report.faults, report.incarnations, report.transactions) == ([], 2, 2)


# --- the commands ----------------------------------------------------------------------------------------------------


def _run(*arguments: object) -> int:
    parser = ArgumentParser()
    command.add_arguments(parser)
    return command.main(parser.parse_args([str(argument) for argument in arguments]))


def test_verify_says_that_all_is_well_also_while_the_till_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with terminal_data(tmp_path) as data:
        _a_day(data)
        assert _run("verify", "--data", tmp_path) == 0
    said = capsys.readouterr().out
    assert "8 entries of 1 incarnation(s), 4 transactions, 1 business day(s)." in said
    assert "The journal is as it was written." in said


def test_verify_ends_with_1_and_the_place_of_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with terminal_data(tmp_path) as data:
        _a_day(data)
        raw(data.database, "UPDATE till_totals SET sale_count = 9")
    assert _run("verify", "--data", tmp_path) == 1
    assert "FAULT till of 2026-11-22: sale_count is 9, the journal adds up to 3" in capsys.readouterr().err


def test_verify_finds_a_flipped_bit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with terminal_data(tmp_path) as data:
        _a_day(data)
    path = tmp_path / "terminal.db"
    content = bytearray(path.read_bytes())
    content[-2000] ^= 1
    path.write_bytes(content)
    assert _run("verify", "--data", tmp_path) == 1
    assert "page" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["verify", "export"])
def test_a_folder_without_data_ends_with_1(tmp_path: Path, action: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(action, "--data", tmp_path) == 1
    assert "no till data" in capsys.readouterr().err


def test_an_export_holds_every_entry_in_its_exact_bytes_and_closes_with_a_digest(tmp_path: Path) -> None:
    with terminal_data(tmp_path / "till") as data:
        _a_day(data)
        entries = data.outbox.pending(100)
    out = tmp_path / "journal.jsonl"
    assert _run("export", "--data", tmp_path / "till", "--out", out) == 0
    *lines, closing = out.read_bytes().splitlines(keepends=True)
    assert json.loads(closing) == {
        "terminal_id": "001-02",
        "entries": 8,
        "sha256": hashlib.sha256(b"".join(lines)).hexdigest(),
    }
    for line, entry in zip(lines, entries, strict=True):
        assert line.endswith(b',"payload":' + entry.payload + b"}\n")
        assert json.loads(line)["entry_hash"] == entry.entry_hash


def test_an_export_to_the_output_is_the_same(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with terminal_data(tmp_path) as data:
        _a_day(data)
    assert _run("export", "--data", tmp_path) == 0
    assert len(capfdbinary.readouterr().out.splitlines()) == 9
