"""One atomic write: transaction, journal entry, print job and till totals become durable together or not at all."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pos_app.domain.cash_count import CountedPieces
from pos_app.domain.journal import JournalEntry
from pos_app.domain.offline_redemption import OfflineSpending
from pos_app.domain.orders import Order, OrderContact, order_papers_id
from pos_app.domain.receipt_document import to_plain
from pos_app.domain.till import TillTotals
from pos_app.domain.tills import FIRST_TILL, Till
from pos_app.ports import Clock, IdSource, OpenTransaction, ParkedSale, PrintJob, PrintState
from pos_app.storage.database import Connection, Database
from pos_app.storage.dataclass_json import from_json, to_json
from pos_app.storage.journal import SELECT_ENTRY, JournalTail, entry_of, write_entry

if TYPE_CHECKING:
    from pos_app.domain.till_closing import TillClosing

_TOTALS = tuple(field.name for field in fields(TillTotals))
_LISTS = ("by_tender", "foreign_cash")
_totals_of = attrgetter(*_TOTALS)
TOTALS_COLUMNS = ", ".join(_TOTALS)
_PLACES = ", ?" * len(_TOTALS)
_SAVE_TOTALS = f"INSERT OR REPLACE INTO till_totals (business_day, till_id, {TOTALS_COLUMNS}) VALUES (?, ?{_PLACES})"  # noqa: S608
_SELECT_TOTALS = f"SELECT {TOTALS_COLUMNS} FROM till_totals JOIN terminal USING (business_day, till_id)"  # noqa: S608
_SELECT_TILL = "SELECT till_id, drawer, owner_id, is_open FROM till"

_OFFLINE_SPENDING = """
    SELECT coalesce(sum(points) FILTER (WHERE is_members), 0), count(*) FILTER (WHERE is_members),
           coalesce(sum(points) FILTER (WHERE settled_at_s IS NULL), 0)
    FROM (
        SELECT points, settled_at_s, member_id = ?1 AND coalesce(settled_at_s > ?2, TRUE) AS is_members
        FROM offline_redemption WHERE member_id = ?1 OR settled_at_s IS NULL
    )
"""


def totals_of_row(row: Sequence[Any]) -> TillTotals:
    """The totals of a row of TOTALS_COLUMNS; lists are stored as JSON."""
    values = dict(zip(_TOTALS, row, strict=True))
    lists = {name: tuple((key, amount) for key, amount in json.loads(values[name])) for name in _LISTS}
    return TillTotals(**{**values, **lists})


def _till(row: Sequence[Any]) -> Till:
    till_id, drawer, owner_id, is_open = row
    return Till(till_id, drawer, owner_id, bool(is_open))


CLOCK_TOLERANCE = timedelta(minutes=5)
"""As much as the till's clock may be off for an allowance to be taken (domain/offline_redemption.py)."""


class SqliteUnitOfWork:
    """A write under way; made by SqliteStorage.unit_of_work only."""

    def __init__(self, database: Database, connection: Connection, tail: JournalTail, clock: Clock, ids: IdSource):
        self._database = database
        self._connection = connection
        self._tail = tail
        self._clock = clock
        self._ids = ids
        self._last = tail.last()
        self.committed_entries = False
        self.opens_drawers: list[str] = []
        self._business_day, self._till_id = connection.execute("SELECT business_day, till_id FROM terminal").fetchone()

    def append(self, kind: str, payload: dict[str, Any], *, event_id: str | None = None) -> JournalEntry:
        """One more journal entry; the event id is made here unless the caller already used one elsewhere.

        Its payload names the till it belongs to, unless that is the workstation's first.
        """
        if self._till_id:
            payload = payload | {"till_id": self._till_id}
        self._last = write_entry(
            self._live(),
            self._tail,
            self._last,
            event_id=event_id or self._ids.new_id(),
            kind=kind,
            occurred_at=self._clock.now().isoformat(timespec="milliseconds"),
            business_day=self._business_day,
            payload=payload,
        )
        return self._last

    def begin_transaction(self) -> int:
        """The next transaction sequence number of this workstation, without gaps."""
        row = (
            self._live()
            .execute(
                "UPDATE terminal SET transaction_sequence = transaction_sequence + 1 RETURNING transaction_sequence"
            )
            .fetchall()
        )
        return int(row[0][0])

    def open_business_day(self, day: str) -> None:
        """Entries from here on belong to this day (YYYY-MM-DD); its till starts at 0, even a second time."""
        self._live().execute("UPDATE terminal SET business_day = ?", (day,))
        self._business_day = day
        self.open_till()

    def open_till(self) -> None:
        """The till that is sold from is open, and starts at 0."""
        which = (self._business_day, self._till_id)
        self._live().execute("UPDATE till SET is_open = 1 WHERE till_id = ?", (self._till_id,))
        self._live().execute("DELETE FROM till_totals WHERE business_day = ? AND till_id = ?", which)
        self._live().execute("DELETE FROM till_opening WHERE till_id = ?", (self._till_id,))

    def close_till(self) -> None:
        """The till is closed and nobody has it any more; with the last till the business day ends. Entries of this unit
        still belong to both.
        """
        self._live().execute("UPDATE till SET is_open = 0 WHERE till_id = ?", (self._till_id,))
        self._live().execute("DELETE FROM till_assignment WHERE till_id = ?", (self._till_id,))
        self._live().execute("DELETE FROM till_closing")
        self._live().execute(
            "UPDATE terminal SET business_day = '' WHERE NOT EXISTS (SELECT 1 FROM till WHERE is_open)"
        )

    def use_till(self, till: Till, operator_id: str = "") -> None:
        """From here on cash goes to this till; operator_id is who works with it until it is closed."""
        self._live().execute(
            """
            INSERT INTO till (till_id, drawer, owner_id, is_open) VALUES (?, ?, ?, 0)
            ON CONFLICT (till_id) DO UPDATE SET drawer = excluded.drawer
            """,
            (till.till_id, till.drawer, till.owner_id),
        )
        self._live().execute("UPDATE terminal SET till_id = ?", (till.till_id,))
        self._till_id = till.till_id
        if operator_id:
            self._live().execute("INSERT OR REPLACE INTO till_assignment VALUES (?, ?)", (operator_id, till.till_id))

    def keep_opening_count(self, count: Sequence[CountedPieces]) -> None:
        """What was counted so far of a till that is about to be opened."""
        document = json.dumps([list(one) for one in count if one.number])
        self._live().execute("INSERT OR REPLACE INTO till_opening VALUES (?, ?)", (self._till_id, document))

    def add_taken_up(self, transfer_id: str) -> None:
        """A till came from another workstation by this transfer, which counts no second time."""
        taken_at = self._clock.now().isoformat(timespec="milliseconds")
        self._live().execute("INSERT INTO till_taken_up VALUES (?, ?)", (transfer_id, taken_at))

    def save_closing(self, closing: "TillClosing | None") -> None:
        """Keep the closing under way, or forget it."""
        if closing is None:
            self._live().execute("DELETE FROM till_closing")
        else:
            self._live().execute(
                "INSERT OR REPLACE INTO till_closing (id, document) VALUES (1, ?)", (to_json(closing),)
            )

    def save_open_transaction(self, transaction: OpenTransaction) -> None:
        """Keep the sale under way."""
        self._live().execute(
            "INSERT OR REPLACE INTO open_transaction (id, sequence_number, document) VALUES (1, ?, ?)",
            (transaction.header.sequence_number, to_json(transaction)),
        )

    def clear_open_transaction(self) -> None:
        """Forget the sale under way."""
        self._live().execute("DELETE FROM open_transaction")

    def park(self, sale: ParkedSale) -> None:
        """Keep a sale that was set aside."""
        self._live().execute(
            "INSERT INTO parked_sale (parking_id, sequence_number, parked_at, document) VALUES (?, ?, ?, ?)",
            (sale.parking_id, sale.transaction.header.sequence_number, sale.parked_at, to_json(sale)),
        )

    def unpark(self, parking_id: str) -> None:
        """Forget a sale that was set aside."""
        self._live().execute("DELETE FROM parked_sale WHERE parking_id = ?", (parking_id,))

    def add_print_job(self, job: PrintJob) -> None:
        """Queue a document; the same job id again changes nothing."""
        if job.open_drawer:
            self.opens_drawers.append(self._drawer())
        self._live().execute(
            """
            INSERT INTO print_job (job_id, transaction_id, document, open_drawer, state, reason, drawer)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job_id) DO NOTHING
            """,
            (
                job.job_id,
                job.transaction_id,
                json.dumps(to_plain(job.document), ensure_ascii=False),
                int(job.open_drawer),
                job.state.value,
                job.reason,
                self._drawer(),
            ),
        )

    def settle_print_job(self, job_id: str, state: PrintState, reason: str) -> bool:
        """Somebody answers for a job in doubt; False when it is not in doubt any more, and nothing was changed."""
        settled = self._live().execute(
            "UPDATE print_job SET state = ?, reason = ?, in_doubt = 0 WHERE job_id = ? AND in_doubt = 1",
            (state.value, reason, job_id),
        )
        return bool(settled.rowcount == 1)

    def save_till_totals(self, totals: TillTotals) -> None:
        """The running totals of this till and business day."""
        values = (json.dumps(value) if type(value) is tuple else value for value in _totals_of(totals))
        self._live().execute(_SAVE_TOTALS, (self._business_day, self._till_id, *values))

    def add_contact(self, contact_id: str, email: str) -> None:
        """An address that the central service has to resolve; kept beside the journal until it did."""
        self._live().execute("INSERT OR REPLACE INTO contact (contact_id, email) VALUES (?, ?)", (contact_id, email))

    def add_offline_redemption(self, reference: str, member_id: str, points: int) -> None:
        """Points that the sale appended last spends without the central service; counted until it has the sale."""
        sale = self._last
        if sale is None or sale is self._tail.last():
            raise RuntimeError("the sale comes before the points it spends")
        self._live().execute(
            """
            INSERT INTO offline_redemption (reference, incarnation_number, sequence, member_id, points)
            VALUES (?, ?, ?, ?, ?)
            """,
            (reference, self._tail.incarnation_number, sale.sequence, member_id, points),
        )

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        """A statement of another part of storage, within this write."""
        self._live().execute(statement, values)

    @property
    def connection(self) -> Connection:
        """The writing connection, for another part of storage within this write."""
        return self._live()

    def save_order(self, order: Order, contact: OrderContact | None = None) -> None:
        """Keep an order, with whom it is for when it is new. A closed order's contact is forgotten."""
        self._live().execute(
            """
            INSERT INTO customer_order (number, state, placed_at, member_id, document) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (number) DO UPDATE SET state = excluded.state, document = excluded.document
            """,
            (order.number, order.state.value, order.placed_at, order.member_id, to_json(order)),
        )
        if contact is not None:
            self._live().execute(
                "INSERT INTO order_contact (number, document) VALUES (?, ?)", (order.number, to_json(contact))
            )
        if not order.is_open:
            self._live().execute("DELETE FROM order_contact WHERE number = ?", (order.number,))
            self._live().execute("DELETE FROM print_job WHERE transaction_id = ?", (order_papers_id(order.number),))

    def commit(self) -> None:
        """Make it durable. Raises CommitUnknownError when the outcome cannot be known."""
        self._database.commit()
        if self._last is not None:
            self.committed_entries = self._last is not self._tail.last()
            self._tail.moved_to(self._last)

    def _drawer(self) -> str:
        """Where the till lies that is sold from."""
        row = self._live().execute("SELECT drawer FROM till WHERE till_id = ?", (self._till_id,)).fetchone()
        return str(row[0]) if row else FIRST_TILL.drawer

    def _live(self) -> Connection:
        """The connection while the write lasts: after it, a statement would be a commit of its own."""
        if not self._connection.in_transaction:
            raise RuntimeError("this unit of work is over")
        return self._connection


class SqliteStorage:
    """The terminal's database as services see it. Threads may share it."""

    def __init__(self, database: Database, tail: JournalTail, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._tail = tail
        self._clock = clock
        self._ids = ids
        self.on_committed: Callable[[], None] = lambda: None
        """Called after each commit that wrote to the journal, on the thread that wrote; must not block."""
        self.on_drawer_wanted: Callable[[str], None] = lambda _: None
        """Called with A or B after each commit of a job that opens that drawer, as on_committed is."""

    @contextmanager
    def unit_of_work(self) -> Iterator[SqliteUnitOfWork]:
        """A new atomic write (BEGIN IMMEDIATE). Raises WorldError when the file cannot be written."""
        with self._database.write() as connection:
            work = SqliteUnitOfWork(self._database, connection, self._tail, self._clock, self._ids)
            yield work
        if work.committed_entries:
            self.on_committed()
            for drawer in dict.fromkeys(work.opens_drawers):
                self.on_drawer_wanted(drawer)

    def open_transaction(self) -> OpenTransaction | None:
        """The sale under way, if any."""
        row = self._database.one("SELECT document FROM open_transaction")
        return from_json(OpenTransaction, row[0]) if row else None

    def till_totals(self) -> TillTotals:
        """The running totals of this till and business day."""
        row = self._database.one(_SELECT_TOTALS)
        return totals_of_row(row) if row else TillTotals()

    def business_day(self) -> str:
        """The open business day (YYYY-MM-DD), or empty while the till that is sold from is closed or being closed."""
        row = self._database.one(
            "SELECT business_day FROM terminal JOIN till USING (till_id) "
            "WHERE is_open AND NOT EXISTS (SELECT 1 FROM till_closing)"
        )
        return str(row[0]) if row else ""

    def current_till(self) -> Till:
        """The till that is sold from, open or not."""
        row = self._database.one(f"{_SELECT_TILL} JOIN terminal USING (till_id)")
        return _till(row) if row else FIRST_TILL

    def open_tills(self) -> list[Till]:
        """The tills of this workstation that are not closed, the one being closed among them."""
        return [_till(row) for row in self._database.all(f"{_SELECT_TILL} WHERE is_open ORDER BY drawer, till_id")]

    def till_is_closing(self) -> bool:
        """True from the stop of sales until the till is closed or sells again."""
        return self._database.one("SELECT 1 FROM till_closing") is not None

    def has_event(self, event_id: str) -> bool:
        """True when the journal holds the event: the answer to an unknown commit.

        Raises WorldError while the disk lets nobody find out.
        """
        self._database.settle()
        return self._database.one("SELECT 1 FROM journal WHERE event_id = ?", (event_id,)) is not None

    def sale(self, receipt_number: str) -> JournalEntry | None:
        """The journal entry of a sale by its receipt number, or None."""
        row = self._database.one(f"{SELECT_ENTRY} WHERE j.receipt_number = ? AND j.kind = 'sale'", (receipt_number,))
        return entry_of(self._tail.terminal_id, row) if row else None

    def with_own_number(self, receipt_number: str) -> JournalEntry | None:
        """The journal entry of a sale, a return or a post-void by the number on its own paper, or None."""
        row = self._database.one(
            f"{SELECT_ENTRY} WHERE j.receipt_number = ? "
            "AND j.kind IN ('sale', 'return', 'post_void', 'return_without_receipt')",
            (receipt_number,),
        )
        return entry_of(self._tail.terminal_id, row) if row else None

    def sale_of_serial(self, serial_number: str) -> JournalEntry | None:
        """The last sale here of the piece with this serial number, or None."""
        row = self._database.one(
            f"{SELECT_ENTRY} JOIN sold_serial s ON s.position = j.position WHERE s.serial_number = ? "
            "ORDER BY j.position DESC LIMIT 1",
            (serial_number,),
        )
        return entry_of(self._tail.terminal_id, row) if row else None

    def returns_of(self, receipt_number: str) -> list[JournalEntry]:
        """Returns and post-voids of a sale that this terminal took, oldest first."""
        rows = self._database.all(
            f"{SELECT_ENTRY} WHERE j.returned_receipt_number = ? ORDER BY j.position", (receipt_number,)
        )
        return [entry_of(self._tail.terminal_id, row) for row in rows]

    def offline_spending(self, member_id: str, issued_at: datetime) -> OfflineSpending:
        """What this terminal let be spent offline: by the member and not in the allowance, by all not yet settled.

        An allowance contains what the central service had when it was issued. What was settled only later, or
        shortly before by clocks that may differ, counts as not contained: rather refused than spent twice.
        """
        contained_s = int((issued_at - CLOCK_TOLERANCE).timestamp())
        row = self._database.one(_OFFLINE_SPENDING, (member_id, contained_s))
        return OfflineSpending(*row) if row else OfflineSpending()

    def recent_sales(self, limit: int) -> list[JournalEntry]:
        """The last sales of this till, newest first."""
        rows = self._database.all(f"{SELECT_ENTRY} WHERE j.kind = 'sale' ORDER BY j.position DESC LIMIT ?", (limit,))
        return [entry_of(self._tail.terminal_id, row) for row in rows]
