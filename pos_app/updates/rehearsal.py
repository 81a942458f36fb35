"""The newer program proves itself on a copy of a till's data, before anything is installed.

Run by the newer program itself, unpacked beside the data (`update rehearse`), while the older one still has the till.
"""

import shutil
from pathlib import Path

from pos_app.clock import SystemClock
from pos_app.errors import WorldError
from pos_app.storage.database import FILE_NAME, Database
from pos_app.storage.journal_audit import audit
from pos_app.storage.keys import KeyStore
from pos_app.storage.migration import copy_to
from pos_app.storage.parked import SqliteParkedSales
from pos_app.storage.terminal_database import open_database
from pos_app.updates.places import FOLDER

_MUST_STAY = {
    "entries of the journal": "SELECT count(*) FROM journal",
    "items": "SELECT count(*) FROM item",
    "parked sales": "SELECT count(*) FROM parked_sale",
}


class KeyInHand:
    """The key of the data that was copied."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def database_key(self, *, create: bool) -> bytes:
        """See KeyStore."""
        return self._key


def rehearse(folder: Path, keys: KeyStore) -> str:
    """Copy, migrate the copy, check every page and the whole journal; what was found, in words.

    Raises WorldError with the reason; the data itself is only read.
    """
    source, stage = folder / FILE_NAME, folder / FOLDER / "rehearsal"
    if not source.exists():
        raise WorldError(f"There is no till data in {folder}.")
    size = source.stat().st_size
    if shutil.disk_usage(folder).free < 3 * size:
        raise WorldError("There is too little room on the disk to try the newer version on a copy of the data.")
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    try:
        return _rehearse(source, stage, keys.database_key(create=False))
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _rehearse(source: Path, stage: Path, key: bytes) -> str:
    old = Database(source, key)
    try:
        copy_to(stage / FILE_NAME, old)
        before = _counts(old)
    finally:
        old.close()
    new = open_database(stage, KeyInHand(key), SystemClock())
    try:
        after, report = _counts(new), audit(new)
        SqliteParkedSales(new).all()  # each can still be read
    finally:
        new.close()
    for what, count in before.items():
        if after.get(what) != count:
            raise WorldError(f"The newer version lost {what}: {count} became {after.get(what, 0)}.")
    if report.faults:
        raise WorldError(f"The newer version finds fault with the journal: {report.faults[0]}")
    return f"{report.entries:,} journal entries, {report.transactions:,} transactions on a copy of the data"


def _counts(database: Database) -> dict[str, int]:
    """How many there are of what must not become fewer; a table that an older version did not have is left out."""
    tables = {name for (name,) in database.all("SELECT name FROM sqlite_master WHERE type = 'table'")}
    found = {}
    for what, query in _MUST_STAY.items():
        if query.rsplit(" ", 1)[1] in tables:
            row = database.one(query)
            found[what] = int(row[0]) if row else 0
    return found
