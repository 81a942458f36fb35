"""Looking through the journal: entries are found, checked as they are read, and tampering is said at its place."""

import hashlib
import json
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import copyfile
from xml.etree import ElementTree

import pytest
from fakes.memory_shop import MemoryTerms, PlainFormatter, profile
from fakes.terminal_data import cash_sale, key_file, open_day, raw, terminal_data
from fakes.trading import Trade, write

from hardware.receipt_printer.text import receipt_text
from pos_app.cli import journal as command
from pos_app.domain.operator import Operator, Role
from pos_app.domain.period_figures import figures_of
from pos_app.domain.poslog import sale_to_plain
from pos_app.ports.reports import Cancelled
from pos_app.services.approvals import Approvals, NotAllowedError
from pos_app.services.journal_browsing import PAGE_ENTRIES, JournalBrowsing
from pos_app.storage.database import FILE_NAME, Database
from pos_app.storage.journal import stream_entries
from pos_app.storage.journal_audit import audit
from pos_app.storage.journal_poslog import export_poslog
from pos_app.storage.journal_records import SqliteJournalRecords
from pos_app.storage.reports import SqliteReportFigures
from pos_app.storage.terminal_database import TerminalDatabase

OPEN_JOURNAL = ("DROP TRIGGER journal_is_never_changed", "DROP TRIGGER journal_is_never_deleted")
SWAP = (
    "UPDATE journal SET sequence = -3 WHERE sequence = 3",
    "UPDATE journal SET sequence = 3 WHERE sequence = 5",
    "UPDATE journal SET sequence = 5 WHERE sequence = -3",
)
SWAP_CONTENT = (
    "CREATE TABLE aside AS SELECT sequence, payload FROM journal",
    "UPDATE journal SET payload = (SELECT payload FROM aside WHERE sequence = 5) WHERE sequence = 3",
    "UPDATE journal SET payload = (SELECT payload FROM aside WHERE sequence = 3) WHERE sequence = 5",
)


def _go_on(done: int, total: int) -> bool:
    return True


def _browsing(data: TerminalDatabase, role: Role = Role.AUDITOR) -> JournalBrowsing:
    return JournalBrowsing(
        SqliteJournalRecords(data.database, "001-02"),
        SqliteReportFigures(data.database),
        Approvals(Operator("x", "X", role)),
        terms=MemoryTerms(),
        formatter=PlainFormatter(),
        profile=profile(),
    )


def _sell(data: TerminalDatabase, *prices: int) -> None:
    for price_minor in prices:
        with data.storage.unit_of_work() as work:
            sale = cash_sale(work.begin_transaction(), price_minor)
            work.append("sale", sale_to_plain(sale))
            totals = data.storage.till_totals()
            work.save_till_totals(totals.with_sale(sale.total_minor, sale.tenders, sale.earned.points))
            work.commit()


def _titles(browsing: JournalBrowsing, words: str = "", group: str = "Everything") -> list[str]:
    return [entry.title for entry in browsing.find(words, group, _go_on)]


def test_entries_are_found_by_receipt_amount_operator_kind_time_and_day(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data, 10_000)
        _sell(data, 1234, 500)
        with data.storage.unit_of_work() as work:
            work.append("no_sale", {"operator_id": "a-7", "reason": "Change"})
            work.append("paid_out", {"operator_id": "a-7", "reason": "Stamps", "amount_minor": 500})
            work.commit()
        browsing = _browsing(data)
        assert _titles(browsing)[:2] == ["Paid out", "Drawer opened without a sale"]
        assert _titles(browsing, "000002") == ["Sale"]
        assert _titles(browsing, "12.34") == ["Sale"]
        assert _titles(browsing, "5.00") == ["Paid out", "Sale"]
        assert _titles(browsing, "a-7") == ["Paid out", "Drawer opened without a sale"]
        assert _titles(browsing, "12:0", "Sales") == ["Sale", "Sale"]
        assert _titles(browsing, "12h", "Sales") == ["Sale", "Sale"]
        assert _titles(browsing, "13:", "Sales") == []
        assert len(_titles(browsing, "2026-11-22")) == 6
        assert _titles(browsing, "2026-11-21") == []
        assert _titles(browsing, "", "Cash and drawer")[-1] == "Cash brought to the till"
        (sale,) = browsing.find("12.34", "Sales", _go_on)
        paper = receipt_text(browsing.paper(sale.found))
    assert "Cable" in paper
    assert "As it was written, and in its place." in paper
    assert "JOURNAL EXTRACT" in paper
    assert "[" not in paper


def test_older_entries_come_page_by_page_and_each_one_once(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        write(data, Trade().day(date(2026, 1, 1), 120))
        browsing = _browsing(data)
        seen: list[int] = []
        page = browsing.find("", "Everything", _go_on)
        while page:
            assert len(page) <= PAGE_ENTRIES
            seen += [one.found.entry.sequence for one in page]
            page = browsing.find("", "Everything", _go_on, page[-1].found.position)
    assert seen == list(range(len(seen), 0, -1))


@pytest.mark.parametrize(
    ("changes", "sequence", "fault"),
    [
        (["UPDATE journal SET payload = CAST(payload || ' ' AS BLOB) WHERE sequence = 4"], 4, "was changed"),
        (["DELETE FROM journal WHERE sequence = 4"], 5, "1 entry is missing before this one"),
        (["DELETE FROM journal WHERE sequence IN (3, 4)"], 5, "2 entries are missing before this one"),
        (SWAP, 3, "does not follow the one before it"),
        (["UPDATE journal SET payload = CAST('broken' AS BLOB) WHERE sequence = 4"], 4, "was changed"),
    ],
    ids=["one byte", "one row", "two rows", "swapped", "no JSON"],
)
def test_tampering_shows_at_its_entry(tmp_path: Path, changes: list[str], sequence: int, fault: str) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data)
        _sell(data, 100, 200, 300, 400)
        for change in (*OPEN_JOURNAL, *changes):
            raw(data.database, change)
        browsing = _browsing(data)
        faults = {one.found.entry.sequence: one.fault for one in browsing.find("", "Everything", _go_on)}
        assert fault in faults[sequence]
        assert not faults[1]
        assert not faults[2]
        proof = browsing.prove(_go_on)
    assert proof.faults


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (SWAP, "entry 3 does not follow the entry before it: it changed places with entry 5"),
        (SWAP_CONTENT, "entry 3 was changed after it was written: its content stands in entry 5 now"),
        (["DELETE FROM journal WHERE sequence = 4"], "entry 4 is missing (found 5 in its place): it was deleted"),
    ],
    ids=["rows", "contents", "deleted"],
)
def test_what_was_done_is_named(tmp_path: Path, changes: tuple[str, ...], words: str) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data)
        _sell(data, 100, 200, 300, 400)
        for change in (*OPEN_JOURNAL, *changes):
            raw(data.database, change)
        assert any(text.endswith(words) for text in audit(data.database).faults), audit(data.database).faults


def test_yesterdays_copy_is_named_as_such_and_stays_in_the_record(
    tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("an older copy: entry 5 is not in it; the journal goes on under a new incarnation")
    backup = tmp_path / "backup.db"
    with terminal_data(tmp_path / "till") as data:
        open_day(data)
        _sell(data, 100)
    copyfile(tmp_path / "till" / FILE_NAME, backup)
    with terminal_data(tmp_path / "till") as data:
        _sell(data, 200, 300)
    copyfile(backup, tmp_path / "till" / FILE_NAME)
    database = Database(tmp_path / "till" / FILE_NAME, key_file(tmp_path / "till").database_key(create=False))
    (fault,) = audit(database).faults
    database.close()
    assert "the data is an older copy, as of 2026-11-22T12:00:00.000-08:00 (entry 3): entry 5 had been written" in fault
    with terminal_data(tmp_path / "till") as data:
        proof = _browsing(data).prove(_go_on)
    assert proof.faults == ()
    (note,) = proof.notes
    assert note.endswith("because the data is an older copy: entry 5 is not in it")


@pytest.mark.parametrize("genuine", [True, False], ids=["own seal", "another journal's seal"])
def test_a_z_seals_the_entry_before_it(tmp_path: Path, genuine: bool) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data)
        _sell(data, 100)
        entries = list(stream_entries(data.database, "001-02", 1))
        period = {"last_hash": entries[-1].entry_hash if genuine else "0" * 64}
        with data.storage.unit_of_work() as work:
            work.append("z_report", {"z_number": 1, "figures": figures_of(entries).to_plain(), "period": period})
            work.commit()
        faults = audit(data.database).faults
    assert faults == ([] if genuine else ["entry 4: Z report 1 seals another journal than the one before it"])


def test_a_check_can_be_stopped(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        write(data, Trade().day(date(2026, 1, 1), 600))
        with pytest.raises(Cancelled):
            _browsing(data).prove(lambda done, total: False)


def test_who_may_read_the_journal(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        _browsing(data, Role.AUDITOR).check_right()
        with pytest.raises(NotAllowedError):
            _browsing(data, Role.TECHNICIAN).check_right()


def test_the_journal_as_xml_is_well_formed_whole_and_sealed(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        with data.storage.unit_of_work() as work:
            work.append("no_sale", {"operator_id": "<b>&\"'", "reason": "]]>\u0007 \ufffe"})
            work.commit()
        write(data, Trade().day(date(2026, 1, 1), 40))
        lines = list(export_poslog(data.database))
        rows = data.database.all("SELECT sequence, entry_hash, payload FROM journal ORDER BY position")
    root = ElementTree.fromstring(b"".join(lines))
    found = [
        (int(one.find("Chain").get("Sequence")), one.find("Chain").get("Hash"), one.find("Payload").text)
        for one in root.iterfind("Transaction")
    ]
    assert [(sequence, digest) for sequence, digest, _ in found] == [row[:2] for row in rows]
    assert [json.loads(text) for _, _, text in found[1:]] == [json.loads(row[2]) for row in rows[1:]]
    totals = [int(one.text) for one in root.iterfind("Transaction[@Kind='sale']/RetailTransaction/Total")]
    assert totals == [
        json.loads(row[2])["total_minor"] for row in rows if b'"ended_at"' in row[2] and b'"tenders"' in row[2]
    ]
    digest = root.find("Digest")
    assert digest.text == hashlib.sha256(b"".join(lines[:-1])).hexdigest()
    assert digest.get("entries") == str(len(rows))


def test_the_command_writes_the_xml(tmp_path: Path) -> None:
    with terminal_data(tmp_path / "till") as data:
        open_day(data)
        _sell(data, 100)
    parser = ArgumentParser()
    command.add_arguments(parser)
    out = tmp_path / "journal.xml"
    arguments = ["export", "--format", "xml", "--data", str(tmp_path / "till"), "--out", str(out)]
    assert command.main(parser.parse_args(arguments)) == 0
    assert len(list(ElementTree.parse(out).getroot().iterfind("Transaction"))) == 3
