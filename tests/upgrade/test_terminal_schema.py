"""Bringing a till's data to the program's schema: with a backup first, whole or not at all."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes.memory_shop import DEMO_ACCOUNT
from fakes.terminal_data import NOON, cash_sale, key_file, open_data, open_day, raw, terminal_data

from pos_app.clock import SetClock
from pos_app.domain.journal import canonical_json, next_entry
from pos_app.domain.poslog import sale_to_plain
from pos_app.domain.tenders import TenderType
from pos_app.errors import WorldError
from pos_app.ids import SystemIds
from pos_app.storage import migration, terminal_database
from pos_app.storage.database import FILE_NAME, Database
from pos_app.storage.identity import establish, witness_of
from pos_app.storage.journal import JournalTail
from pos_app.storage.journal_audit import audit

NEXT_VERSION = """
from alembic import op
revision, down_revision, branch_labels, depends_on = "0005", "0004", None, None
def upgrade():
    op.execute("CREATE TABLE added_later (id INTEGER PRIMARY KEY) STRICT")
    {more}
"""


@pytest.fixture
def till(tmp_path: Path) -> Path:
    with terminal_data(tmp_path / "till") as data:
        open_day(data, 4200)
    return tmp_path / "till"


@pytest.fixture
def newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program whose schema has one more version; the file of that version comes back, to be written."""
    migrations = tmp_path / "migrations"
    shutil.copytree(migration.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migration, "MIGRATIONS", migrations)
    monkeypatch.setattr(terminal_database, "SCHEMA_VERSION", terminal_database.SCHEMA_VERSION + 1)
    version = migrations / "versions" / "v0005_later.py"
    version.write_text(NEXT_VERSION.format(more=""))
    return version


class JournalOfThen:
    """Writes entries as the programs did that had these schemas."""

    def __init__(self, database: Database, business_day: str = "") -> None:
        self._database = database
        self._tail = JournalTail(database, "001-02")
        self._business_day = business_day
        raw(database, "UPDATE terminal SET business_day = ?", business_day)

    def append(self, kind: str, payload: dict[str, Any]) -> None:
        entry = next_entry(
            self._tail.last(),
            terminal_id="001-02",
            incarnation=self._tail.incarnation,
            event_id=SystemIds().new_id(),
            kind=kind,
            occurred_at=NOON.isoformat(timespec="milliseconds"),
            business_day=self._business_day,
            payload=canonical_json(payload),
        )
        receipt_number = payload["header"]["receipt_number"] if kind == "sale" else None
        raw(
            self._database,
            "INSERT INTO journal (incarnation_number, sequence, event_id, kind, version, occurred_at, business_day, "
            "payload, previous_hash, entry_hash, receipt_number) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(entry.sequence, entry.event_id, kind, entry.version, entry.occurred_at, entry.business_day),
            *(entry.payload, entry.previous_hash, entry.entry_hash, receipt_number),
        )
        self._tail.moved_to(entry)


def _tables(database: Database) -> set[str]:
    return {name for (name,) in database.all("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_data_of_the_last_version_is_migrated_with_a_backup_that_opens(till: Path, newer_program: Path) -> None:
    with terminal_data(till) as data:
        assert "added_later" in _tables(data.database)
        assert data.storage.till_totals().opening_float_minor == 4200
        assert data.database.one("PRAGMA user_version") == (terminal_database.SCHEMA_VERSION,)
    (backup,) = (till / "backups").iterdir()
    assert backup.name == "terminal-v4-20261122T120000.db"
    assert b"SQLite format" not in backup.read_bytes()
    copy = Database(backup, key_file(till).database_key(create=False), read_only=True)
    assert "added_later" not in _tables(copy)
    assert copy.one("SELECT opening_float_minor FROM till_totals") == (4200,)
    copy.close()


def test_data_of_the_first_version_goes_on_selling_and_knows_members(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal_database, "SCHEMA_VERSION", 1)
    clock, ids = SetClock(NOON), SystemIds()
    first = terminal_database.open_database(tmp_path, key_file(tmp_path), clock)
    establish(first, store_id="001", workstation_id="02", clock=clock, ids=ids)
    JournalOfThen(first).append("no_sale", {})
    witness_of(first, tmp_path)()
    first.close()
    monkeypatch.undo()
    with terminal_data(tmp_path) as data:
        assert data.outbox.pending_count() == 1
        data.members.remember("jo@example.com", DEMO_ACCOUNT)
        assert data.members.find("jo@example.com") == DEMO_ACCOUNT
        assert data.terms.offline_policy().terminal_budget_points == 0
        with data.storage.unit_of_work() as work:
            work.append("sale", sale_to_plain(cash_sale(work.begin_transaction())))
            work.add_offline_redemption("offline-1", "m-1", 100)
            work.commit()
        assert data.storage.offline_spending("m-1", NOON).terminal_points == 100
    (backup,) = (tmp_path / "backups").iterdir()
    assert backup.name == "terminal-v1-20261122T120000.db"


def test_a_migration_that_fails_leaves_the_data_as_it_was(
    till: Path, newer_program: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("schema 4 could not become 5")
    newer_program.write_text(NEXT_VERSION.format(more='raise RuntimeError("a bug in the migration")'))
    with pytest.raises(WorldError, match=r"\(a bug in the migration\). It is as it was: install the version before"):
        open_data(till)
    monkeypatch.undo()
    with terminal_data(till) as data:
        assert "added_later" not in _tables(data.database)
        assert data.storage.till_totals().opening_float_minor == 4200


def test_a_till_killed_in_its_first_start_starts_afresh(tmp_path: Path) -> None:
    key = key_file(tmp_path).database_key(create=True)
    Database(tmp_path / FILE_NAME, key).close()
    with terminal_data(tmp_path) as data:
        assert data.outbox.pending_count() == 0


def test_a_normal_start_loads_neither_alembic_nor_sqlalchemy(till: Path) -> None:
    tests = Path(__file__).parents[1]
    script = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path\n"
        "from fakes.terminal_data import open_data\n"
        "data = open_data(Path(sys.argv[1]))\n"
        "print([name for name in ('alembic', 'sqlalchemy', 'keyring') if name in sys.modules])\n"
        "data.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(till), str(tests), str(tests.parent)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


def test_the_totals_of_earlier_days_get_a_row_for_each_tender(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal_database, "SCHEMA_VERSION", 2)
    clock, ids = SetClock(NOON), SystemIds()
    before = terminal_database.open_database(tmp_path, key_file(tmp_path), clock)
    establish(before, store_id="001", workstation_id="02", clock=clock, ids=ids)
    journal = JournalOfThen(before, "2026-11-22")
    sold = enumerate(((1000, TenderType.CASH), (500, TenderType.CARD), (250, TenderType.CARD)), 1)
    for number, (price_minor, kind) in sold:
        sale = cash_sale(number, price_minor)
        paid = tuple(replace(tender, tender_type=kind) for tender in sale.tenders)
        journal.append("sale", sale_to_plain(replace(sale, tenders=paid)))
    raw(before, "UPDATE terminal SET transaction_sequence = 3")
    raw(before, "INSERT INTO till_totals VALUES ('2026-11-22', 0, 1000, 0, 0, 750, 0, 0, 3, 1750, 17, 0)")
    witness_of(before, tmp_path)()
    before.close()
    monkeypatch.undo()
    with terminal_data(tmp_path) as data:
        assert data.storage.till_totals().by_tender == (("card", 750), ("cash", 1000))
        assert audit(data.database).faults == []
