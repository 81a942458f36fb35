"""Opening the terminal's data: what can be wrong with it is said here, in a sentence, before the first sale."""

from contextlib import ExitStack
from pathlib import Path

from pos_app.errors import WorldError
from pos_app.ports import Clock, IdSource
from pos_app.storage.card_refunds import SqliteCardRefunds
from pos_app.storage.catalogue import SqliteCatalogue
from pos_app.storage.database import FILE_NAME, Database
from pos_app.storage.folder_lock import FolderLock
from pos_app.storage.identity import SqliteIdentityStore, establish, witness_of
from pos_app.storage.journal import JournalTail
from pos_app.storage.keys import KeyStore
from pos_app.storage.mail_queue import SqliteMailQueue
from pos_app.storage.member_cache import SqliteMemberCache
from pos_app.storage.orders import SqliteOrderBook
from pos_app.storage.outbox import SqliteOutbox
from pos_app.storage.parked import SqliteParkedSales
from pos_app.storage.people import SqlitePeople
from pos_app.storage.price_lists import SqlitePriceLists
from pos_app.storage.print_queue import SqlitePrintQueue
from pos_app.storage.printer_records import SqlitePrinterRecords
from pos_app.storage.promotions import SqlitePromotionEditions
from pos_app.storage.receipt_index import SqliteReceiptIndex
from pos_app.storage.restorations import SqliteRestorations, journal_restorations
from pos_app.storage.restore import finish
from pos_app.storage.sale_finder import SqlitePendingReturns, SqliteSaleFinder
from pos_app.storage.terms import SqliteTerms
from pos_app.storage.till_records import SqliteTillRecords
from pos_app.storage.time_clock import SqliteTimeClock
from pos_app.storage.unit_of_work import SqliteStorage

SCHEMA_VERSION = 4
KEY_FILE_NAME = "database.key"


class TerminalDatabase:
    """The open data of one terminal, by port."""

    def __init__(
        self, database: Database, lock: FolderLock, *, store_id: str, workstation_id: str, clock: Clock, ids: IdSource
    ) -> None:
        self.began_because = establish(database, store_id=store_id, workstation_id=workstation_id, clock=clock, ids=ids)
        """Why this start goes on under a new incarnation; empty when it does not."""
        self.database = database
        self._lock = lock
        self._witness = witness_of(database, database.path.parent)
        self._witness()
        tail = JournalTail(database, f"{store_id}-{workstation_id}")
        tail.reload()
        self.storage = SqliteStorage(database, tail, clock, ids)
        self.catalogue = SqliteCatalogue(database)
        self.print_queue = SqlitePrintQueue(database)
        self.printer_records = SqlitePrinterRecords(database)
        self.card_refunds = SqliteCardRefunds(database)
        self.receipts = SqliteReceiptIndex(database, tail)
        self.mail_queue = SqliteMailQueue(database)
        self.terms = SqliteTerms(database, clock)
        self.members = SqliteMemberCache(database, clock)
        self.parked = SqliteParkedSales(database)
        self.orders = SqliteOrderBook(database)
        self.sale_finder = SqliteSaleFinder(database, tail.terminal_id)
        self.pending_returns = SqlitePendingReturns(database)
        self.price_lists = SqlitePriceLists(database)
        self.promotion_editions = SqlitePromotionEditions(database)
        self.outbox = SqliteOutbox(
            database, tail, self.terms, self.members, self._witness, self.promotion_editions.save
        )
        self.identity = SqliteIdentityStore(database, tail)
        self.people = SqlitePeople(database, clock)
        self.time_clock = SqliteTimeClock(database)
        self.till_records = SqliteTillRecords(database, tail.terminal_id)
        self.restorations = SqliteRestorations(database)
        journal_restorations(database, self.storage)

    def close(self) -> None:
        """Close the data and let another program at it."""
        self._witness()
        self.database.close()
        self._lock.release()


def open_terminal_database(
    folder: Path, *, store_id: str, workstation_id: str, clock: Clock, ids: IdSource, keys: KeyStore
) -> TerminalDatabase:
    """Open the data of a terminal, made or migrated first where needed.

    Raises WorldError: another program has the folder, it cannot be written to, the key does not fit, a page cannot
    be read, a newer program wrote it, it belongs to another terminal, or SQLite is too old to be trusted.
    """
    with ExitStack() as undo:
        lock = FolderLock(folder)
        undo.callback(lock.release)
        finish(folder, keys, clock.now())
        database = open_database(folder, keys, clock)
        undo.callback(database.close)
        opened = TerminalDatabase(
            database, lock, store_id=store_id, workstation_id=workstation_id, clock=clock, ids=ids
        )
        undo.pop_all()
        return opened


def open_database(folder: Path, keys: KeyStore, clock: Clock) -> Database:
    """The database file of a folder at this program's schema version. The caller holds the folder's lock."""
    path = folder / FILE_NAME
    is_new = not path.exists() or not path.stat().st_size
    database = Database(path, keys.database_key(create=is_new))
    with ExitStack() as undo:
        undo.callback(database.close)
        version = schema_version(database)
        if version != SCHEMA_VERSION:
            from pos_app.storage.migration import upgrade

            at = clock.now().strftime("%Y%m%dT%H%M%S")
            upgrade(database, version, SCHEMA_VERSION, f"terminal-v{version}-{at}.db")
        undo.pop_all()
    return database


def open_for_inspection(folder: Path, keys: KeyStore) -> Database:
    """The database for reading only, also while the till is running. Raises WorldError."""
    path = folder / FILE_NAME
    if not path.exists():
        raise WorldError(f"There is no till data in {folder}.")
    database = Database(path, keys.database_key(create=False), read_only=True)
    if schema_version(database) != SCHEMA_VERSION:
        database.close()
        raise WorldError("The data has the schema of an older program. Start the till once, which migrates it.")
    return database


def schema_version(database: Database) -> int:
    """The schema version of the file; 0 when it is empty. Raises WorldError when a newer program made it."""
    row = database.one("PRAGMA user_version")
    version = int(row[0]) if row else 0
    if version > SCHEMA_VERSION:
        raise WorldError(
            f"The data in {database.path.parent} was written by a newer version of this program "
            f"(schema {version}, this one knows {SCHEMA_VERSION}). Install that version again."
        )
    return version
