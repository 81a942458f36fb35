"""What each report says: tables and a chart out of the figures of a period."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from pos_app.domain.report import Chart, ChartKind, Column, Report, Table, Unit, Value, share_of
from pos_app.domain.report_cells import Cell, Section, added
from pos_app.domain.report_figures import FigureSource, Grouping, Period
from pos_app.domain.store import StoreProfile

TOP_ITEMS = 200
"""So many items are listed; the rest are one row."""
IN_A_CHART = 8
OTHERS = "All others"

_TENDER_NAMES = {
    "cash": "Cash",
    "card": "Card",
    "gift_card": "Gift card",
    "store_credit": "Store credit",
    "points": "Points",
    "deposit": "Deposit",
    "exchange": "Exchange",
    "voucher": "Voucher",
    "check": "Check",
    "financing": "Financing",
    "bank_transfer": "Bank transfer",
    "customer_account": "Customer account",
}
_CASH_KINDS = {
    "tender_loan": "Float and loans",
    "tender_pickup": "Taken to the safe",
    "paid_in": "Paid in",
    "paid_out": "Paid out",
}
_REWARDS = (
    ("issued_base", "Issued on sales"),
    ("issued_bonus", "Issued as a bonus"),
    ("redeemed", "Redeemed"),
    ("restored", "Given back with goods"),
    ("reversed", "Taken back with goods"),
    ("redeemed_offline", "Redeemed offline, of those redeemed"),
)
_NONE = Cell(Section.TAKINGS, "")


class Figures:
    """The figures of one period, each section read once."""

    def __init__(self, source: FigureSource, period: Period, profile: StoreProfile) -> None:
        self._source = source
        self.period = period
        self.profile = profile

    def cells(self, section: Section) -> list[Cell]:
        """The sums by key."""
        return [found.cell for found in self._source.figures(section, self.period)]

    def by_day(self, section: Section, value: Callable[[Cell], int]) -> tuple[tuple[str, int], ...]:
        """A value of each day that has the section."""
        days: dict[str, int] = {}
        for day, cell in self._source.figures(section, self.period, Grouping.DAY):
            days[day] = days.get(day, 0) + value(cell)
        return day_points(days)

    def grouped(self, section: Section, by: Grouping) -> list[tuple[str, Cell]]:
        """The sums by day or operator, and key."""
        return [(group, cell) for group, cell in self._source.figures(section, self.period, by)]

    @cached_property
    def takings(self) -> dict[str, Cell]:
        """The figures by name."""
        return {cell.key: cell for cell in self.cells(Section.TAKINGS)}

    def taking(self, name: str) -> Cell:
        """One of them; nothing when there was none."""
        return self.takings.get(name, _NONE)

    @property
    def is_one_day(self) -> bool:
        """True for a single business day."""
        return self.period.first_day == self.period.last_day

    def categories(self, item_ids: Iterable[str]) -> dict[str, str]:
        """The category of items."""
        return self._source.categories(list(item_ids))


def overview(figures: Figures) -> Report:
    """The day, or the days, at a glance."""
    taking = figures.taking
    goods, sales = taking("goods"), taking("sales")
    returned = taking("returns").amount_minor + taking("voided_sales").amount_minor
    rows: list[tuple[Value, ...]] = [
        ("Goods and services sold", goods.times, goods.amount_minor),
        ("Gift cards and deposits sold", taking("stored_value").times, taking("stored_value").amount_minor),
        ("Fees", taking("fees").times, taking("fees").amount_minor),
        ("Tax added", taking("tax").times, taking("tax").amount_minor),
    ]
    after: list[tuple[Value, ...]] = [
        ("Goods returned", taking("returns").times, -taking("returns").amount_minor),
        ("Sales voided", taking("voided_sales").times, -taking("voided_sales").amount_minor),
    ]
    beside: list[tuple[Value, ...]] = [
        ("Taken off: promotions and discounts", taking("discounts").times, taking("discounts").amount_minor),
        ("Tax contained in prices", taking("included_tax").times, taking("included_tax").amount_minor),
        ("Cash rounding", taking("cash_rounding").times, taking("cash_rounding").amount_minor),
        ("Deposits taken", taking("deposits").times, taking("deposits").amount_minor),
        ("Deposits given back", taking("deposits_back").times, -taking("deposits_back").amount_minor),
        ("Sales parked", taking("parked").times, 0),
    ]
    columns = (Column(""), Column("Number", Unit.COUNT), Column("Amount", Unit.MONEY))
    average = sales.amount_minor // sales.times if sales.times else 0
    pieces = goods.quantity_milli // sales.times // 100 * 100 if sales.times else 0
    return Report(
        "overview",
        "At a glance",
        "",
        (
            Table("Sales", columns, tuple(row for row in rows if row[1]), ("Sales", sales.times, sales.amount_minor)),
            Table(
                "Returns",
                columns,
                tuple(row for row in after if row[1]),
                ("Left after returns", sales.times, sales.amount_minor - returned),
            ),
            Table(
                "An average sale",
                (Column(""), Column("Pieces", Unit.QUANTITY), Column("Amount", Unit.MONEY)),
                (("Per sale", pieces, average),),
            ),
            Table("Beside the sales", columns, tuple(row for row in beside if row[1])),
        ),
        _through_time(figures),
    )


def _through_time(figures: Figures) -> Chart:
    """Goods by hour of a day, or by day."""
    if figures.is_one_day:
        return _hours_chart(figures.cells(Section.HOUR))
    points = figures.by_day(Section.HOUR, lambda cell: cell.amount_minor - cell.other_minor)
    return Chart(ChartKind.LINE, "Goods less returns, by day", Unit.MONEY, points)


def _hours_chart(cells: list[Cell]) -> Chart:
    by_hour = {int(cell.key): cell.amount_minor for cell in cells if cell.key.isdigit()}
    hours = range(min(by_hour), max(by_hour) + 1) if by_hour else ()
    points = tuple((f"{hour:02d}", by_hour.get(hour, 0)) for hour in hours)
    return Chart(ChartKind.BARS, "Goods sold, by hour", Unit.MONEY, points)


def hours(figures: Figures) -> Report:
    """Sales by hour of the day."""
    cells = figures.cells(Section.HOUR)
    columns = (
        Column("Hour"),
        Column("Sales", Unit.COUNT),
        Column("Pieces", Unit.QUANTITY),
        Column("Sold", Unit.MONEY),
        Column("Returned", Unit.MONEY),
        Column("Left", Unit.MONEY),
    )
    rows = [(f"{cell.key}:00 to {cell.key}:59", *_sold(cell)) for cell in cells]
    return Report(
        "hours", "Sales by hour", "", (Table("By hour", columns, tuple(rows), _total(rows)),), _hours_chart(cells)
    )


def _sold(cell: Cell) -> tuple[int, int, int, int, int]:
    left = cell.amount_minor - cell.other_minor
    return cell.times, cell.quantity_milli, cell.amount_minor, cell.other_minor, left


def categories(figures: Figures) -> Report:
    """Sales by category."""
    cells = figures.cells(Section.ITEM)
    unknown = [cell.key for cell in cells if not cell.detail]
    known = figures.categories(unknown) if unknown else {}
    sums: dict[str, Cell] = {}
    for cell in cells:
        name = cell.detail or known.get(cell.key, "") or "Without a category"
        sums[name] = added(sums[name], cell) if name in sums else cell
    ranked = sorted(sums.items(), key=lambda item: (-item[1].amount_minor, item[0]))
    whole = sum(cell.amount_minor for cell in sums.values())
    columns = (
        Column("Category"),
        Column("Lines", Unit.COUNT),
        Column("Pieces", Unit.QUANTITY),
        Column("Sold", Unit.MONEY),
        Column("Returned", Unit.MONEY),
        Column("Left", Unit.MONEY),
        Column("Share", Unit.SHARE),
    )
    rows = [(name, *_sold(cell), share_of(cell.amount_minor, whole)) for name, cell in ranked]
    total = (*_total(rows)[:-1], 10_000) if whole else ()
    chart = _shares("Goods sold, by category", [(name, cell.amount_minor) for name, cell in ranked])
    return Report("categories", "Sales by category", "", (Table("By category", columns, tuple(rows), total),), chart)


def items(figures: Figures) -> Report:
    """Sales by item, the best first."""
    ranked = sorted(figures.cells(Section.ITEM), key=lambda cell: (-cell.amount_minor, cell.key))
    columns = (
        Column("Item"),
        Column("Code"),
        Column("Pieces", Unit.QUANTITY),
        Column("Sold", Unit.MONEY),
        Column("Returned", Unit.MONEY),
        Column("Left", Unit.MONEY),
    )
    rows: list[tuple[Value, ...]] = [(cell.label, cell.key, *_sold(cell)[1:]) for cell in ranked[:TOP_ITEMS]]
    if len(ranked) > TOP_ITEMS:
        rest = ranked[TOP_ITEMS]
        for cell in ranked[TOP_ITEMS + 1 :]:
            rest = added(rest, cell)
        rows.append((OTHERS, f"{len(ranked) - TOP_ITEMS} items", *_sold(rest)[1:]))
    points = tuple((cell.label, cell.amount_minor) for cell in ranked[:IN_A_CHART] if cell.amount_minor > 0)
    chart = Chart(ChartKind.BARS, "The best sellers", Unit.MONEY, points)
    return Report("items", "Sales by item", "", (Table("By item", columns, tuple(rows), _total(rows)),), chart)


def tenders(figures: Figures) -> Report:
    """What was paid with, and what went back to it."""
    ranked = sorted(figures.cells(Section.TENDER), key=lambda cell: (-cell.amount_minor, cell.key))
    names = {one.definition_id: one.name for one in figures.profile.tenders}
    columns = (
        Column("Tender"),
        Column("Times", Unit.COUNT),
        Column("Taken", Unit.MONEY),
        Column("Given back", Unit.MONEY),
        Column("Left", Unit.MONEY),
    )
    rows = [(tender_words(cell.key, names), cell.times, *_sold(cell)[2:]) for cell in ranked]
    chart = _shares("Taken, by tender", [(str(row[0]), int(row[2])) for row in rows])
    return Report("tenders", "Payments", "", (Table("By tender", columns, tuple(rows), _total(rows)),), chart)


def tender_words(key: str, names: Mapping[str, str]) -> str:
    """What a tender is called; names are those of the store's own tenders."""
    kind, _, currency = key.partition(":")
    name = names.get(kind) or _TENDER_NAMES.get(kind) or kind.replace("_", " ").capitalize()
    return f"{name} in {currency}" if currency else name


def taxes(figures: Figures) -> Report:
    """What is owed to each authority; what came back is taken off."""
    names = {rate.tax_id: rate.name for rate in figures.profile.tax_rates}
    columns = (Column("Tax"), Column("Sales", Unit.COUNT), Column("Taxed", Unit.MONEY), Column("Tax", Unit.MONEY))
    rows = [
        (cell.label or names.get(cell.key) or cell.key, cell.times, cell.other_minor, cell.amount_minor)
        for cell in figures.cells(Section.TAX)
    ]
    chart = Chart(ChartKind.BARS, "Tax", Unit.MONEY, tuple((str(row[0]), int(row[3])) for row in rows))
    total: tuple[Value, ...] = ("Total", "", "", sum(row[3] for row in rows)) if rows else ()
    return Report("taxes", "Taxes", "", (Table("By tax, less returns", columns, tuple(rows), total),), chart)


def returns(figures: Figures) -> Report:
    """Goods that came back, by reason."""
    ranked = sorted(figures.cells(Section.RETURN), key=lambda cell: (-cell.amount_minor, cell.key))
    columns = (
        Column("Reason"),
        Column("Lines", Unit.COUNT),
        Column("Pieces", Unit.QUANTITY),
        Column("Refunded", Unit.MONEY),
        Column("Of it without receipt", Unit.MONEY),
    )
    rows = [
        (cell.key or "No reason given", cell.times, cell.quantity_milli, cell.amount_minor, cell.other_minor)
        for cell in ranked
    ]
    kept = figures.taking("kept_back")
    notes = ("Restocking fees and lost promotions are taken off already.",) if kept.times else ()
    chart = _shares("Refunded, by reason", [(str(row[0]), int(row[3])) for row in rows])
    table = Table("By reason", columns, tuple(rows), _total(rows), "Nothing came back in this period.")
    return Report("returns", "Returns", "", (table,), chart, notes)


def cash(figures: Figures) -> Report:
    """Drawer opened without a sale, and cash that moved without one."""
    no_sales = sorted(figures.cells(Section.NO_SALE), key=lambda cell: (-cell.times, cell.key))
    moved = figures.cells(Section.CASH)
    opened = [(cell.key, cell.times) for cell in no_sales]
    kinds = {name: index for index, name in enumerate(_CASH_KINDS)}
    moved.sort(key=lambda cell: (kinds.get(cell.detail, len(kinds)), -cell.amount_minor))
    rows = [
        (_CASH_KINDS.get(cell.detail, cell.detail), cell.label or "", cell.times, cell.amount_minor) for cell in moved
    ]
    columns = (Column("Movement"), Column("Reason"), Column("Times", Unit.COUNT), Column("Amount", Unit.MONEY))
    by_kind: dict[str, int] = {}
    for row in rows:
        by_kind[row[0]] = by_kind.get(row[0], 0) + row[3]
    chart = Chart(ChartKind.BARS, "Cash moved without a sale", Unit.MONEY, tuple(by_kind.items()))
    reasons = (Column("Reason"), Column("Times", Unit.COUNT))
    tables = (
        Table("Cash movements", columns, tuple(rows)),
        Table("Drawer opened without a sale", reasons, tuple(opened), _total(opened), "Never in this period."),
    )
    return Report("cash", "Cash and drawer", "", tables, chart)


def over_short(figures: Figures) -> Report:
    """Counted against expected, closing by closing."""
    found = figures.grouped(Section.OVER_SHORT, Grouping.DAY)
    columns = (
        Column("Business day"),
        Column("Tender"),
        Column("Expected", Unit.MONEY),
        Column("Counted", Unit.MONEY),
        Column("Over or short", Unit.MONEY),
    )
    rows = [
        (day, cell.label, cell.other_minor, cell.amount_minor, cell.amount_minor - cell.other_minor)
        for day, cell in reversed(found)
        if not cell.detail
    ]
    foreign = [
        f"{day}: {cell.label} differs by {cell.amount_minor - cell.other_minor} of its smallest units."
        for day, cell in found
        if cell.detail and cell.amount_minor != cell.other_minor
    ]
    sums: dict[str, int] = {}
    for day, cell in found:
        if not cell.detail:
            sums[day] = sums.get(day, 0) + cell.amount_minor - cell.other_minor
    chart = Chart(ChartKind.LINE, "Over or short, by day", Unit.MONEY, day_points(sums))
    table = Table("By closing", columns, tuple(rows), _total(rows), "No till was closed in this period.")
    return Report("over_short", "Over and short", "", (table,), chart, tuple(foreign))


def rewards(figures: Figures) -> Report:
    """Points issued, redeemed and taken back, and what members bought."""
    cells = {cell.key: cell for cell in figures.cells(Section.REWARDS)}
    columns = (
        Column("Movement"),
        Column("Times", Unit.COUNT),
        Column("Points", Unit.POINTS),
        Column("Money", Unit.MONEY),
    )
    rows = [
        (words, cells[key].times, cells[key].points, cells[key].amount_minor) for key, words in _REWARDS if key in cells
    ]
    members, sales = cells.get("member_sales", _NONE), figures.taking("sales")
    offers = [(cell.key, cell.times, cell.points) for cell in figures.cells(Section.OFFER)]
    shares = (
        ("Members", members.times, members.amount_minor, share_of(members.amount_minor, sales.amount_minor)),
        (
            "Other customers",
            sales.times - members.times,
            sales.amount_minor - members.amount_minor,
            share_of(sales.amount_minor - members.amount_minor, sales.amount_minor),
        ),
    )
    share_columns = (
        Column("Customers"),
        Column("Sales", Unit.COUNT),
        Column("Amount", Unit.MONEY),
        Column("Share", Unit.SHARE),
    )
    offer_columns = (Column("Bonus offer"), Column("Sales", Unit.COUNT), Column("Points", Unit.POINTS))
    points = tuple((words, cells[key].points) for key, words in _REWARDS[:5] if key in cells)
    tables = (
        Table("Points", columns, tuple(rows), main=2),
        Table("Who bought", share_columns, shares if sales.times else (), empty="No sale in this period."),
        Table("Bonus offers", offer_columns, tuple(offers), _total(offers), "No offer gave points."),
    )
    note = "As it was counted at the till. What members have is at the rewards service."
    return Report("rewards", "Rewards", "", tables, Chart(ChartKind.BARS, "Points", Unit.POINTS, points), (note,))


def promotions(figures: Figures) -> Report:
    """What promotions took off, and what was sold with them."""
    ranked = sorted(figures.cells(Section.PROMOTION), key=lambda cell: (-cell.amount_minor, cell.key))
    goods = figures.taking("goods").amount_minor
    columns = (
        Column("Promotion"),
        Column("Sales", Unit.COUNT),
        Column("Pieces", Unit.QUANTITY),
        Column("Taken off", Unit.MONEY),
        Column("Sold with it", Unit.MONEY),
        Column("Of goods sold", Unit.SHARE),
    )
    rows = [
        (
            cell.label or cell.key,
            cell.times,
            cell.quantity_milli,
            cell.amount_minor,
            cell.other_minor,
            share_of(cell.other_minor, goods),
        )
        for cell in ranked
    ]
    codes = [(cell.key, cell.times, cell.amount_minor) for cell in figures.cells(Section.PROMO_CODE)]
    code_columns = (Column("Promo code"), Column("Sales", Unit.COUNT), Column("Taken off", Unit.MONEY))
    points = tuple((str(row[0]), int(row[3])) for row in rows[:IN_A_CHART])
    tables = (
        Table("By promotion", columns, tuple(rows), empty="No promotion took anything off.", main=3),
        Table("Promo codes", code_columns, tuple(codes), _total(codes), "No code was used."),
    )
    chart = Chart(ChartKind.BARS, "Taken off", Unit.MONEY, points)
    return Report("promotions", "Promotions", "", tables, chart)


def day_points(values: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Days as a chart names them: without the year, which stands above it."""
    return tuple((day[5:], value) for day, value in values.items())


# --- adding up --------------------------------------------------------------------------------------------------------


def _shares(title: str, values: list[tuple[str, int]]) -> Chart:
    """The largest parts of a whole; the rest are one."""
    parts = [(name, value) for name, value in values if value > 0]
    shown, rest = parts[: IN_A_CHART - 1], parts[IN_A_CHART - 1 :]
    if len(rest) > 1:
        shown.append((OTHERS, sum(value for _, value in rest)))
    else:
        shown += rest
    return Chart(ChartKind.SHARES, title, Unit.MONEY, tuple(shown))


def _total(rows: Iterable[tuple[Value, ...]]) -> tuple[Value, ...]:
    """Every column of numbers added up, words left out; nothing of nothing."""
    columns = list(zip(*rows, strict=True))
    if not columns:
        return ()
    sums: list[Value] = ["Total"]
    for column in columns[1:]:
        numbers = [value for value in column if isinstance(value, int)]
        sums.append(sum(numbers) if len(numbers) == len(column) else "")
    return tuple(sums)
