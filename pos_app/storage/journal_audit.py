"""Proving the journal: pages, chain, numbers, and that everything derived from it is what it says."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pos_app.domain.journal import ChainError, EventKind, JournalEntry, verify_chain
from pos_app.domain.offline_redemption import OFFLINE_REFERENCE
from pos_app.domain.orders import OrderState
from pos_app.domain.period_figures import PeriodSums, figures_from_plain, is_later_loan
from pos_app.domain.poslog import refunds_from_plain, return_from_plain, sale_from_plain
from pos_app.domain.till import TillTotals
from pos_app.errors import WorldError
from pos_app.storage.database import Database
from pos_app.storage.journal import keys_of, stream_entries
from pos_app.storage.journal_tampering import explained
from pos_app.storage.reports import FiguresAudit
from pos_app.storage.unit_of_work import TOTALS_COLUMNS, totals_of_row
from pos_app.storage.witness import Witness, read_witness


@dataclass(slots=True)
class AuditReport:
    """What an audit found; without faults all is as it was written."""

    entries: int = 0
    incarnations: int = 0
    transactions: int = 0
    business_days: int = 0
    last_hash: str = ""
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What an auditor should know though nothing is wrong: where the data began anew from a copy."""


@dataclass(slots=True)
class _Derived:
    """What the entries alone say, gathered while they stream by."""

    figures: FiguresAudit
    totals: dict[tuple[str, str], TillTotals] = field(default_factory=dict)
    """By business day and till."""
    transaction_numbers: list[int] = field(default_factory=list)
    parked_numbers: set[int] = field(default_factory=set)
    """Numbers of sales that were ever parked. Where the data is a restored copy, they end with the incarnation."""
    periods: dict[str, PeriodSums] = field(default_factory=dict)
    """What happened at each till since its last Z report."""
    last_z_number: int = 0
    orders: dict[str, str] = field(default_factory=dict)
    offline_points: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    """Reference of a redemption without the central service -> the sale's sequence, the member, the points."""


def audit(database: Database, on_progress: Callable[[int], None] | None = None) -> AuditReport:
    """Check everything at one moment, also while the till is running; each fault says its place.

    on_progress gets the number of entries checked.
    """
    report = AuditReport()
    # Read before the journal, which may grow meanwhile.
    witness = read_witness(database.path.parent)
    with database.snapshot():
        try:
            report.faults += [f"the file: {text}" for text in _damaged_pages(database)]
            if not report.faults:
                _audit_entries(database, report, witness, on_progress)
        except WorldError as error:
            report.faults.append(str(error))
    return report


def _damaged_pages(database: Database) -> list[str]:
    rows = database.all("PRAGMA cipher_integrity_check") or database.all("PRAGMA integrity_check")
    return [str(text) for (text,) in rows if text != "ok"]


def _audit_entries(
    database: Database, report: AuditReport, witness: Witness | None, on_progress: Callable[[int], None] | None
) -> None:
    terminal = database.one("SELECT store_id || '-' || workstation_id, transaction_sequence FROM terminal")
    if terminal is None:
        return
    terminal_id, reached = terminal
    derived = _Derived(FiguresAudit(database))
    rows = database.all(
        "SELECT number, incarnation, acknowledged, transactions_before, began_at, reason FROM incarnation "
        "ORDER BY number"
    )
    broken = False
    for number, name, acknowledged, before, began_at, reason in rows:
        report.incarnations += 1
        if reason != "new":
            report.notes.append(f"incarnation {name}: began at {began_at} because {reason}")
        derived.transaction_numbers = []
        derived.parked_numbers = set()
        entries = stream_entries(database, terminal_id, number)
        try:
            last = verify_chain(_gathered(entries, number, derived, report, on_progress))
        except ChainError as error:
            report.faults.append(f"incarnation {name}: {explained(database, terminal_id, number, error)}")
            broken = True
            continue
        report.last_hash = last.entry_hash if last else ""
        if witness and witness.incarnation == name and witness.sequence > (last.sequence if last else 0):
            report.faults.append(f"incarnation {name}: {_missing_end(witness, last, reached)}")
        if acknowledged > (last.sequence if last else 0):
            report.faults.append(f"incarnation {name}: {acknowledged} entries are acknowledged, more than there are")
        is_current = number == rows[-1][0]
        ended_parked = derived.parked_numbers.difference(derived.transaction_numbers)
        numbers = derived.transaction_numbers + (_open_numbers(database) if is_current else sorted(ended_parked))
        report.transactions += len(derived.transaction_numbers)
        end = reached if is_current else max(numbers, default=before)
        report.faults += [f"incarnation {name}: {text}" for text in _number_faults(numbers, before, end)]
    report.faults += _key_faults(database)
    if broken:
        # Every sum differs then, and none of them says where: the break does.
        report.notes.append("sums were not compared, since the entries behind the break are not to be trusted")
    else:
        report.faults += _totals_faults(database, derived.totals)
        report.faults += _offline_faults(database, derived.offline_points)
        report.faults += _order_faults(database, derived.orders)
        report.faults += derived.figures.faults()
    report.business_days = len({day for day, _ in derived.totals})


def _missing_end(witness: Witness, last: JournalEntry | None, reached: int) -> str:
    """A copy of yesterday knows nothing of what came after it; a journal that was cut off has its numbers still."""
    missing = f"entry {witness.sequence} had been written"
    if last is not None and witness.transaction_sequence > reached:
        return f"the data is an older copy, as of {last.occurred_at} (entry {last.sequence}): {missing}"
    return f"the end is missing, {missing}"


def _gathered(
    entries: Iterable[JournalEntry],
    incarnation_number: int,
    derived: _Derived,
    report: AuditReport,
    on_progress: Callable[[int], None] | None,
) -> Iterator[JournalEntry]:
    """The entries as they are, with what they say taken down on the way."""
    for entry in entries:
        yield entry
        report.entries += 1
        if on_progress and report.entries % 500 == 0:
            on_progress(report.entries)
        derived.figures.take(
            incarnation_number, entry.sequence, entry.kind, entry.occurred_at, entry.business_day, entry.payload
        )
        try:
            report.faults += _z_faults(entry, derived)
            _take_down(entry, derived)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            report.faults.append(f"entry {entry.sequence}: the {entry.kind} cannot be read: {error!r}")


def _take_down(entry: JournalEntry, derived: _Derived) -> None:
    payload = json.loads(entry.payload)
    _take_down_order(entry.kind, payload, derived)
    till = (entry.business_day, payload.get("till_id", ""))
    totals = derived.totals.get(till, TillTotals())
    match entry.kind:
        case EventKind.SALE:
            sale = sale_from_plain(payload)
            derived.transaction_numbers.append(sale.header.sequence_number)
            derived.offline_points |= {
                tender.reference: (entry.sequence, sale.member.member_id if sale.member else "", tender.points)
                for tender in sale.tenders
                if tender.reference.startswith(OFFLINE_REFERENCE)
            }
            totals = totals.with_sale(sale.total_minor, sale.tenders, sale.earned.points)
        case EventKind.RETURN | EventKind.POST_VOID | EventKind.RETURN_WITHOUT_RECEIPT:
            returned = return_from_plain(payload)
            derived.transaction_numbers.append(returned.header.sequence_number)
            totals = totals.with_return(returned.refunds, returned.points_reversed)
        case EventKind.DEPOSIT:
            deposit = sale_from_plain(payload)
            derived.transaction_numbers.append(deposit.header.sequence_number)
            totals = totals.with_deposit(deposit.tenders)
        case EventKind.DEPOSIT_REFUNDED:
            derived.transaction_numbers.append(payload["header"]["sequence_number"])
            totals = totals.with_deposit_back(refunds_from_plain(payload["refunds"]))
        case EventKind.TRANSACTION_CANCELLED | EventKind.TRANSACTION_TAKEN_ELSEWHERE:
            derived.transaction_numbers.append(payload["sequence_number"])
            return
        case EventKind.TRANSACTION_SUSPENDED:
            derived.parked_numbers.add(payload["sequence_number"])
            return
        case EventKind.BUSINESS_DAY_OPENED | EventKind.TILL_OPENED:
            totals = TillTotals()
        case EventKind.TENDER_LOAN:
            kind = "loans" if is_later_loan(payload) else "opening_float"
            totals = totals.with_movement(kind, payload["amount_minor"])
        case EventKind.PAID_IN | EventKind.PAID_OUT:
            totals = totals.with_movement(entry.kind, payload["amount_minor"])
        case EventKind.TENDER_PICKUP:
            totals = totals.with_movement("pickups", payload["amount_minor"])
        case _:
            return
    derived.totals[till] = totals


def _z_faults(entry: JournalEntry, derived: _Derived) -> list[str]:
    """A Z report has the next number and says what the entries since the one before add up to."""
    payload = json.loads(entry.payload)
    till_id = payload.get("till_id", "")
    if entry.kind == EventKind.DATA_RESTORED:
        # Z reports that the copy did not have keep their numbers.
        derived.last_z_number = max(derived.last_z_number, payload["z_number"])
    if entry.kind != EventKind.Z_REPORT:
        derived.periods.setdefault(till_id, PeriodSums()).add(entry.kind, payload)
        return []
    figures = derived.periods.pop(till_id, PeriodSums()).figures()
    number, expected = payload["z_number"], derived.last_z_number + 1
    derived.last_z_number = number
    faults = [f"entry {entry.sequence}: Z report {number} follows {expected - 1}"] if number != expected else []
    if figures_from_plain(payload["figures"]) != figures:
        faults.append(f"entry {entry.sequence}: Z report {number} does not say what its entries add up to")
    if payload["period"]["last_hash"] != entry.previous_hash:
        faults.append(f"entry {entry.sequence}: Z report {number} seals another journal than the one before it")
    return faults


def _take_down_order(kind: str, payload: dict[str, Any], derived: _Derived) -> None:
    """What became of an order, step by step."""
    number = payload.get("order_number", "")
    if number and (state := _ORDER_STATES.get(kind)):
        derived.orders[number] = state.value


def _order_faults(database: Database, expected: dict[str, str]) -> list[str]:
    """Orders that leave later are where their journal says."""
    stored = dict(database.all("SELECT number, state FROM customer_order"))
    return [
        f"order {number} is {stored.get(number, 'missing')}, the journal says {expected.get(number, 'nothing of it')}"
        for number in sorted(expected.keys() | stored.keys())
        if expected.get(number) != stored.get(number)
    ]


_ORDER_STATES: dict[str, OrderState] = {
    EventKind.ORDER_PLACED: OrderState.OPEN,
    EventKind.DEPOSIT: OrderState.OPEN,
    EventKind.ORDER_READY: OrderState.READY,
    EventKind.SHIPPED: OrderState.DONE,
    EventKind.ORDER_COMPLETED: OrderState.DONE,
    EventKind.ORDER_CANCELLED: OrderState.CANCELLED,
    EventKind.DEPOSIT_REFUNDED: OrderState.CANCELLED,
}


def _open_numbers(database: Database) -> list[int]:
    rows = database.all(
        "SELECT sequence_number FROM open_transaction UNION ALL SELECT sequence_number FROM parked_sale"
    )
    return [number for (number,) in rows]


def _number_faults(numbers: list[int], before: int, end: int) -> list[str]:
    """Every transaction number given out must belong to exactly one sale: completed, ended, under way or parked."""
    faults: list[str] = []
    seen: set[int] = set()
    for number in numbers:
        if number in seen:
            faults.append(f"transaction number {number} was used twice")
        seen.add(number)
    missing = [number for number in range(before + 1, end + 1) if number not in seen]
    faults += [f"transaction number {number} is missing" for number in missing]
    faults += [
        f"transaction number {number} was never given out" for number in sorted(seen) if not before < number <= end
    ]
    return faults


def _key_faults(database: Database) -> list[str]:
    """What entries are found by must be what they say."""
    faults: list[str] = []
    after = 0
    while rows := database.all(
        """
        SELECT position, sequence, kind, payload, receipt_number, contact_id, returned_receipt_number, till_id
        FROM journal
        WHERE position > ? ORDER BY position LIMIT 500
        """,
        (after,),
    ):
        for position, sequence, kind, payload, *stored in rows:
            after = position
            if tuple(stored) != _keys(kind, payload):
                faults.append(f"entry {sequence}: what it is found by is not what its payload says")
    return faults


def _keys(kind: str, payload: bytes) -> tuple[Any, ...] | None:
    try:
        return keys_of(kind, json.loads(payload))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _offline_faults(database: Database, expected: dict[str, tuple[int, str, int]]) -> list[str]:
    """Points spent without the central service count against the limits exactly as the sales say."""
    rows = database.all("SELECT reference, sequence, member_id, points FROM offline_redemption")
    stored = {reference: tuple(values) for reference, *values in rows}
    return [
        f"points spent offline under {reference} are not counted as the journal says"
        for reference in sorted(expected.keys() | stored.keys())
        if expected.get(reference) != stored.get(reference)
    ]


def _totals_faults(database: Database, expected: dict[tuple[str, str], TillTotals]) -> list[str]:
    rows = database.all(f"SELECT business_day, till_id, {TOTALS_COLUMNS} FROM till_totals")  # noqa: S608 - constants only
    stored = {(day, till_id): totals_of_row(values) for day, till_id, *values in rows}
    faults: list[str] = []
    for till in sorted(expected.keys() | stored.keys()):
        from_journal, kept = expected.get(till, TillTotals()), stored.get(till, TillTotals())
        place = f"till {till[1]} of {till[0] or 'no day'}" if till[1] else f"till of {till[0] or 'no day'}"
        for name in TillTotals.__slots__:
            wanted, found = getattr(from_journal, name), getattr(kept, name)
            if wanted != found:
                faults.append(f"{place}: {name} is {found}, the journal adds up to {wanted}")
    return faults
