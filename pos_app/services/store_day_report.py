"""A store's day laid out as a report: for the screen, for paper and for files alike."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pos_app.domain.day_words import day_words
from pos_app.domain.report import Column, Report, Table, Unit, Value
from pos_app.domain.report_pages import tender_words
from pos_app.domain.store import StoreProfile
from pos_app.domain.store_close import Bag, StoreClose, StoreDay, StoreTill, TillState
from pos_app.ports import Formatter
from pos_app.services.till_papers import ZReport

STATE_WORDS = {
    TillState.CLOSED: "Closed",
    TillState.OPEN: "Open",
    TillState.COUNTING: "Counting",
    TillState.NOT_OPENED: "Not opened",
    TillState.UNREADABLE: "Cannot be read",
}
_SILENT_S = 15 * 60


def store_day_report(
    day: StoreDay, close: StoreClose | None, profile: StoreProfile, formatter: Formatter, now: datetime
) -> Report:
    """The day as it stands."""
    notes = [*_open_notes(day), *_point_notes(day)]
    if day.quarantined:
        notes.append(f"{day.quarantined} records of the day wait in quarantine at the service.")
    if close is not None and close.day.content != day.content:
        notes.insert(0, f"A till has come in since {close.title.lower()}: close the store again to amend it.")
    tills = Table("Tills", _TILL_COLUMNS, tuple(_till(one, formatter, now) for one in day.tills), _till_total(day))
    sums = (_sums(day, profile), _counted(day), deposit_table(day.bags), _points(day)) if day.closed_tills else ()
    tables = (tills, *sums)
    return Report("store_day", _title(close), scope_words(day, profile), tables, notes=tuple(notes))


def store_close_report(close: StoreClose, profile: StoreProfile, formatter: Formatter) -> Report:
    """The paper of a close: the day as it was then, who closed it and its seal."""
    closed_at = datetime.fromisoformat(close.closed_at)
    report = store_day_report(close.day, None, profile, formatter, closed_at)
    people: list[tuple[Value, ...]] = [("Closed", formatter.date_time(closed_at)), ("Closed by", close.operator_id)]
    if close.approver_id:
        people.append(("Approved by", close.approver_id))
    digest = close.digest
    people.append(("Seal", f"{digest[:8]} {digest[8:16]} {digest[16:24]}"))
    by_whom = Table("Store close", (Column(""), Column("")), tuple(people))
    return Report("store_close", close.title, report.scope, (by_whom, *report.tables), notes=report.notes)


def deposit_report(close: StoreClose, profile: StoreProfile) -> Report:
    """The slip that goes to the bank with the bags of all tills."""
    title = "Deposit slip" + (f", amendment {close.amendment}" if close.amendment else "")
    return Report("deposit", title, scope_words(close.day, profile), (deposit_table(close.day.bags),))


def own_day_report(open_day: str, closed: Sequence[ZReport], profile: StoreProfile) -> Report:
    """This till alone, when the others cannot be asked about."""
    columns = (
        Column("Business day"),
        Column("Z", Unit.COUNT),
        Column("Net sales", Unit.MONEY),
        Column("Over or short", Unit.MONEY),
        Column("Picked up", Unit.MONEY),
        Column("Deposit", Unit.MONEY),
    )
    rows = tuple(
        (
            one.business_day,
            one.number,
            one.figures.net_sales_minor,
            sum(result.over_short_minor for result in one.results if not result.currency_code),
            one.figures.pickups_minor,
            one.deposit_minor,
        )
        for one in closed
    )
    state = f"The day of {open_day} is open." if open_day else "No day is open."
    table = Table("Days closed here", columns, rows, empty="No day was closed here yet.")
    words = (
        "The central service cannot be reached, so nothing is known here of the other tills. Close this till as "
        "always: its day is kept and sent later. The store is closed when the line is back, here or at another till."
    )
    now = Table("This till", (Column(""),), ((state,), (words,)))
    return Report(
        "own_day", "This till alone", f"Store {profile.store_id}, till {profile.workstation_id}", (now, table)
    )


def deposit_table(bags: Iterable[Bag]) -> Table:
    """Every bag with what is in it."""
    rows: list[tuple[Value, ...]] = [
        (f"Bag {bag.bag_number}", bag.terminal_id, "Pickup" if bag.is_pickup else "Closing", bag.amount_minor)
        for bag in bags
    ]
    columns = (Column("To the bank"), Column("Till"), Column("From"), Column("Amount", Unit.MONEY))
    total = ("All bags", "", "", sum(bag.amount_minor for bag in bags)) if rows else ()
    return Table("Deposit", columns, tuple(rows), total, "No bag goes to the bank.")


def scope_words(day: StoreDay, profile: StoreProfile) -> str:
    """Which day of which store, over how many tills."""
    closed, every = len(day.closed_tills), len(day.tills)
    tills = "all tills closed" if closed == every else f"{closed} of {every} tills closed"
    return f"{day_words(day.business_day)}  ·  Store {profile.store_id}  ·  {tills}"


# --- tables -----------------------------------------------------------------------------------------------------------

_TILL_COLUMNS = (
    Column("Till"),
    Column("State"),
    Column("Z", Unit.COUNT),
    Column("Net sales", Unit.MONEY),
    Column("Over or short", Unit.MONEY),
    Column("Picked up", Unit.MONEY),
    Column("Deposit", Unit.MONEY),
)


def _title(close: StoreClose | None) -> str:
    return close.title if close is not None else "Store day"


def _till(till: StoreTill, formatter: Formatter, now: datetime) -> tuple[Value, ...]:
    words = STATE_WORDS[till.state]
    if till.state != TillState.CLOSED:
        return (till.name, words + _news(till, formatter, now), "", "", "", "", "")
    amounts = (till.net_sales_minor, till.over_short_minor, till.pickups_minor, till.deposit_minor)
    return (till.name, words, till.z_number, *amounts)


def _news(till: StoreTill, formatter: Formatter, now: datetime) -> str:
    """How old what is known of the till is, when that is worth a word."""
    if till.unsent:
        return f", {till.unsent} records to come"
    heard_at = datetime.fromisoformat(till.last_heard_at)
    if (now - heard_at).total_seconds() > _SILENT_S:
        return f", silent since {formatter.date_time(heard_at)}"
    return ""


def _till_total(day: StoreDay) -> tuple[Value, ...]:
    closed = day.closed_tills
    if not closed:
        return ()
    return (
        "Closed tills",
        "",
        "",
        sum(till.net_sales_minor for till in closed),
        sum(till.over_short_minor for till in closed),
        sum(till.pickups_minor for till in closed),
        sum(till.deposit_minor for till in closed),
    )


def _sums(day: StoreDay, profile: StoreProfile) -> Table:
    figures = day.figures
    names = {rate.tax_id: rate.name for rate in profile.tax_rates}
    rows: list[tuple[Value, ...]] = [
        ("Sales", figures.sale_count, figures.sales_minor),
        ("Returns", figures.return_count, -figures.returns_minor),
        ("Voided sales", figures.void_count, -figures.voids_minor),
        *((names.get(tax.name) or tax.name, "", tax.amount_minor) for tax in figures.taxes),
        ("Discounts, in the sales", "", figures.discount_minor),
        ("Opening floats", "", figures.opening_float_minor),
        ("Loans", "", figures.loans_minor),
        ("Paid in", "", figures.paid_in_minor),
        ("Paid out", "", -figures.paid_out_minor),
        ("Picked up", "", -figures.pickups_minor),
    ]
    columns = (Column("Closed tills together"), Column("Number", Unit.COUNT), Column("Amount", Unit.MONEY))
    shown = tuple(row for row in rows if row[1] or row[2])
    total = ("Net sales", "", figures.net_sales_minor) if shown else ()
    return Table("Sums", columns, shown, total, "No till has closed the day yet.")


def _counted(day: StoreDay) -> Table:
    columns = (
        Column("Tender"),
        Column("Expected", Unit.MONEY),
        Column("Counted", Unit.MONEY),
        Column("Over or short", Unit.MONEY),
    )
    rows = tuple(
        (one.name or tender_words(one.tender, {}), one.expected_minor, one.counted_minor, one.over_short_minor)
        for one in day.results
        if not one.currency_code
    )
    return Table("Counted", columns, rows, empty="No till has counted yet.")


def _points(day: StoreDay) -> Table:
    figures, ledger = day.figures, day.ledger
    points, value_minor = day.points_worth

    def row(words: str, at_tills: int, in_ledger: int) -> tuple[Value, ...]:
        return (words, at_tills, in_ledger, at_tills * value_minor // points)

    change = figures.points_issued - figures.points_redeemed - figures.points_reversed + figures.points_restored
    booked = ledger.issued - ledger.redeemed - ledger.reversed + ledger.restored
    columns = (
        Column("Points"),
        Column("On receipts", Unit.POINTS),
        Column("In the ledger", Unit.POINTS),
        Column("Worth", Unit.MONEY),
    )
    rows = (
        row("Issued", figures.points_issued, ledger.issued),
        row("Redeemed", -figures.points_redeemed, -ledger.redeemed),
        row("Reversed by returns", -figures.points_reversed, -ledger.reversed),
        row("Restored by returns", figures.points_restored, ledger.restored),
    )
    return Table("Points", columns, rows, row("Owed to members, change", change, booked), main=1)


# --- notes ------------------------------------------------------------------------------------------------------------


def _open_notes(day: StoreDay) -> list[str]:
    waited = [till.name for till in day.open_tills if till.state != TillState.NOT_OPENED]
    if not waited:
        return []
    return [f"Not in the sums, since not closed or not heard of: {', '.join(waited)}."]


def _point_notes(day: StoreDay) -> list[str]:
    notes = []
    if not day.points_agree:
        notes.append(
            "Receipts and ledger differ: records wait in quarantine or for a sale of another till, or the service put "
            "points right. The back office says which."
        )
    if day.ledger.corrected:
        notes.append(f"The service corrected {day.ledger.corrected} points of what was printed.")
    return notes
