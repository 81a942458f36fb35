"""Reports about what people did: reductions, what was taken back, and what a manager should look into."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pos_app.domain.report import Chart, ChartKind, Column, Report, Table, Unit, Value
from pos_app.domain.report_cells import Cell, Section
from pos_app.domain.report_figures import Grouping
from pos_app.domain.report_pages import Figures

LOOK_FROM = 3
"""Fewer times than this are no sign of anything."""
LOOK_FACTOR = 2
"""Somebody who does something so many times as often as all together is worth a look."""
PER_SALES = 100

_SIGNS = (
    ("void", "Lines taken back"),
    ("cancelled", "Sales cancelled"),
    ("voided", "Sales voided"),
    ("no_sale", "Drawer opened without a sale"),
    ("no_receipt", "Returns without a receipt"),
    ("policy", "Returns against the policy"),
    ("near_limit", "Discounts just below the limit of 10 %"),
    ("override", "Prices changed by hand"),
    ("reprint", "Receipts printed again"),
    ("refused", "Approvals refused"),
    ("failed", "Failed sign-ons"),
)


@dataclass(slots=True)
class _Doings:
    """What somebody did."""

    sales: int = 0
    sold_minor: int = 0
    amounts: dict[str, int] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)

    def add(self, sign: str, cell: Cell) -> None:
        self.times[sign] = self.times.get(sign, 0) + cell.times
        self.amounts[sign] = self.amounts.get(sign, 0) + cell.amount_minor


def _by_operator(figures: Figures) -> dict[str, _Doings]:
    people: dict[str, _Doings] = {}
    for section in (
        Section.TAKINGS,
        Section.DISCOUNT,
        Section.PRICE_OVERRIDE,
        Section.VOID,
        Section.NO_SALE,
        Section.WATCH,
    ):
        for operator_id, cell in figures.grouped(section, Grouping.OPERATOR):
            doings = people.setdefault(operator_id, _Doings())
            if section is Section.TAKINGS:
                if cell.key == "sales":
                    doings.sales, doings.sold_minor = cell.times, cell.amount_minor
            elif sign := _sign_of(section, cell.key):
                doings.add(sign, cell)
    return {who: doings for who, doings in people.items() if doings.sales or doings.times}


def _sign_of(section: Section, key: str) -> str:
    """Which sign a figure is; empty for none."""
    if section is Section.VOID:
        return {"line": "void", "cancelled": "cancelled", "sale": "voided"}.get(key, "")
    if section is Section.WATCH:
        if key.startswith("approval:"):
            return "" if key.startswith("approval:granted") else "refused"
        return {
            "return_without_receipt": "no_receipt",
            "return_against_policy": "policy",
            "near_limit": "near_limit",
            "sign_on_failed": "failed",
            "reprint:copy": "reprint",
        }.get(key, "")
    names = {Section.DISCOUNT: "discount", Section.PRICE_OVERRIDE: "override", Section.NO_SALE: "no_sale"}
    return names.get(section, "")


def reductions(figures: Figures) -> Report:
    """Discounts, other prices and voids, by operator and by reason."""
    people = _by_operator(figures)
    columns = (
        Column("Operator"),
        Column("Sales", Unit.COUNT),
        Column("Discounts", Unit.COUNT),
        Column("Taken off", Unit.MONEY),
        Column("Other prices", Unit.COUNT),
        Column("Lines back", Unit.COUNT),
        Column("Cancelled", Unit.COUNT),
        Column("Voided", Unit.COUNT),
    )
    rows: list[tuple[Value, ...]] = [
        (
            who or "Nobody",
            doings.sales,
            doings.times.get("discount", 0),
            doings.amounts.get("discount", 0),
            *(doings.times.get(sign, 0) for sign in ("override", "void", "cancelled", "voided")),
        )
        for who, doings in people.items()
    ]
    reason_columns = (Column("Reason"), Column("Lines", Unit.COUNT), Column("Amount", Unit.MONEY))
    points = tuple((str(row[0]), int(row[3])) for row in rows if row[3])
    return Report(
        "reductions",
        "Discounts and voids",
        "",
        (
            Table("By operator", columns, tuple(rows)),
            Table("Discounts by reason", reason_columns, _by_reason(figures, Section.DISCOUNT), empty="None."),
            Table("Other prices, sold for", reason_columns, _by_reason(figures, Section.PRICE_OVERRIDE), empty="None."),
        ),
        Chart(ChartKind.BARS, "Taken off by hand, by operator", Unit.MONEY, points),
    )


def _by_reason(figures: Figures, section: Section) -> tuple[tuple[Value, ...], ...]:
    cells = sorted(figures.cells(section), key=lambda cell: (-cell.amount_minor, cell.key))
    return tuple((cell.key, cell.times, cell.amount_minor) for cell in cells)


def exceptions(figures: Figures) -> Report:
    """What stands out: somebody does it far more often than the others, measured by their sales."""
    people = _by_operator(figures)
    columns = (
        Column("What"),
        Column("Operator"),
        Column("Times", Unit.COUNT),
        Column(f"Per {PER_SALES} sales", Unit.QUANTITY),
        Column("All together", Unit.QUANTITY),
        Column("Amount", Unit.MONEY),
    )
    striking: list[tuple[Value, ...]] = []
    others: list[tuple[Value, ...]] = []
    sales = sum(doings.sales for doings in people.values())
    for sign, words in _SIGNS:
        usual = _rate(sum(doings.times.get(sign, 0) for doings in people.values()), sales)
        for who, doings in people.items():
            times = doings.times.get(sign, 0)
            if not times:
                continue
            rate = _rate(times, doings.sales)
            row: tuple[Value, ...] = (words, who or "Nobody", times, rate, usual, doings.amounts.get(sign, 0))
            (striking if stands_out(times, rate, usual) else others).append(row)
    striking.sort(key=lambda row: (-int(row[3]), str(row[0])))
    points: dict[str, int] = {}
    for row in striking:
        points[str(row[1])] = points.get(str(row[1]), 0) + 1
    notes = (
        f"To look into: {LOOK_FROM} times or more, and {LOOK_FACTOR} times as often per sale as all together. "
        "A sign, never a proof.",
    )
    tables = (
        Table("To look into", columns, tuple(striking), empty="Nothing stands out in this period.", main=2),
        Table("The rest", columns, tuple(others), empty="Nothing else.", main=2),
    )
    chart = Chart(ChartKind.BARS, "Signs, by operator", Unit.COUNT, tuple(points.items()))
    return Report("exceptions", "To look into", "", tables, chart, notes)


def stands_out(times: int, rate_milli: int, usual_milli: int) -> bool:
    """True for somebody who does something far more often than all together; alone at a till nobody does."""
    return times >= LOOK_FROM and rate_milli >= LOOK_FACTOR * usual_milli > 0


def _rate(times: int, sales: int) -> int:
    """Times per hundred sales, in thousandths to a tenth; all of it where there was no sale."""
    return times * PER_SALES * 10 // max(sales, 1) * 100


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """What waits at the till now. Times are written out already, empty for never."""

    online: bool
    reason: str
    last_success: str
    unsent: int
    oldest_unsent: str
    quarantined: int
    papers_waiting: int
    emails_waiting: int


def queue(facts: QueueFacts, refused: Iterable[tuple[str, str]]) -> Report:
    """What has not reached the central service, the printer or the mail yet; refused are events and why."""
    line = "Online" if facts.online else f"Offline: {facts.reason}" if facts.reason else "Offline"
    told: tuple[tuple[Value, ...], ...] = (
        ("Line to the central service", line),
        ("Last exchange", facts.last_success or "Never"),
        ("Oldest event not sent", facts.oldest_unsent or "None waits"),
    )
    waiting = (
        ("Events not sent yet", facts.unsent),
        ("Events set apart by the service", facts.quarantined),
        ("Papers waiting for the printer", facts.papers_waiting),
        ("E-mails waiting", facts.emails_waiting),
    )
    columns = (Column("What"), Column("Number", Unit.COUNT))
    tables = (
        Table("Waiting", columns, waiting),
        Table("The line", (Column("What"), Column("State")), told),
        Table("Set apart", (Column("Event"), Column("Why")), tuple(refused), empty="Nothing was set apart."),
    )
    chart = Chart(ChartKind.BARS, "Waiting now", Unit.COUNT, tuple((str(name), count) for name, count in waiting))
    return Report("queue", "Queue and sync", "", tables, chart)
