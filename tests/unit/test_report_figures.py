"""Figures of days: a period is the sum of its days, they are what the journal says, and an audit proves it."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from fakes.terminal_data import raw, terminal_data
from fakes.trading import Trade, write

from pos_app.domain.period_figures import figures_of
from pos_app.domain.report_cells import Cell, Section
from pos_app.domain.report_figures import Grouping, Period
from pos_app.ports.reports import Cancelled
from pos_app.storage import reports
from pos_app.storage.journal import stream_entries
from pos_app.storage.journal_audit import audit
from pos_app.storage.reports import SqliteReportFigures
from pos_app.storage.terminal_database import TerminalDatabase

FIRST = date(2026, 1, 1)
ALWAYS = Period("", "9999")


def _trade(data: TerminalDatabase, days: int, sales: int, seed: int = 7) -> SqliteReportFigures:
    trade = Trade(seed)
    events = [event for number in range(days) for event in trade.day(FIRST + timedelta(number), sales)]
    write(data, events)
    figures = SqliteReportFigures(data.database)
    figures.catch_up(lambda done, total: True)
    return figures


def _payloads(data: TerminalDatabase, *kinds: str) -> list[dict]:
    rows = data.database.all("SELECT kind, payload FROM journal ORDER BY position")
    return [json.loads(payload) for kind, payload in rows if kind in kinds]


def _keyed(figures: SqliteReportFigures, section: Section, period: Period = ALWAYS) -> dict:
    return {found.cell.key: found.cell for found in figures.figures(section, period)}


def test_goods_by_hour_item_and_category_come_to_the_same_total(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        figures = _trade(data, 3, 60)
        taken = _keyed(figures, Section.TAKINGS)
        by_hour, by_item = _keyed(figures, Section.HOUR), _keyed(figures, Section.ITEM)
        known = figures.categories(list(by_item))
    assert sum(cell.amount_minor for cell in by_hour.values()) == taken["goods"].amount_minor
    assert sum(cell.amount_minor for cell in by_item.values()) == taken["goods"].amount_minor
    assert sum(cell.other_minor for cell in by_item.values()) == taken["returned_goods"].amount_minor
    assert sum(cell.other_minor for cell in by_hour.values()) == taken["returned_goods"].amount_minor
    assert set(known) == set(by_item)
    assert all(known.values())


def test_a_seeded_month_is_what_its_payloads_add_up_to(tmp_path: Path) -> None:
    """Added up here once more, from the receipts' own totals and taxes, by other code."""
    with terminal_data(tmp_path) as data:
        figures = _trade(data, 30, 25, seed=11)
        sales, returns = _payloads(data, "sale"), _payloads(data, "return", "post_void")
        taken = _keyed(figures, Section.TAKINGS)
        tenders, taxes = _keyed(figures, Section.TENDER), _keyed(figures, Section.TAX)
        rewards, items = _keyed(figures, Section.REWARDS), _keyed(figures, Section.ITEM)
        discounts = _keyed(figures, Section.DISCOUNT)
    assert taken["sales"].times == len(sales)
    assert taken["sales"].amount_minor == sum(sale["total_minor"] for sale in sales)
    parts = ("goods", "fees", "tax")
    assert sum(taken[name].amount_minor for name in parts if name in taken) == taken["sales"].amount_minor
    refunded = taken["returns"].amount_minor + taken["voided_sales"].amount_minor
    assert refunded == sum(returned["total_minor"] for returned in returns)
    paid: Counter[str] = Counter()
    for sale in sales:
        for tender in sale["tenders"]:
            paid[tender["tender_type"]] += tender["amount_minor"]
    assert {key: cell.amount_minor for key, cell in tenders.items()} == paid
    assert sum(cell.other_minor for cell in tenders.values()) == refunded
    tax = sum(one["tax_minor"] for sale in sales for one in sale["taxes"])
    back = sum(line["tax_minor"] for returned in returns for line in returned["lines"])
    assert taxes["general"].amount_minor == tax - back
    assert rewards["issued_base"].points == sum(sale["points"]["base"] for sale in sales)
    assert rewards["redeemed"].points == sum(sale["points"]["used"] for sale in sales)
    assert rewards["reversed"].points == sum(returned["points_reversed"] for returned in returns)
    pieces: Counter[str] = Counter()
    for sale in sales:
        for line in sale["lines"]:
            pieces[line["item_id"]] += 0 if line["voided"] else line["quantity_milli"]
    assert {key: cell.quantity_milli for key, cell in items.items()} == pieces
    assert sum(cell.amount_minor for cell in discounts.values()) == sum(sale["discount_minor"] for sale in sales)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_reports_and_the_z_come_to_the_same_by_different_ways(tmp_path: Path, seed: int) -> None:
    with terminal_data(tmp_path) as data:
        figures = _trade(data, 2, 60, seed)
        z = figures_of(stream_entries(data.database, "001-02", 1))
        taken, rewards = _keyed(figures, Section.TAKINGS), _keyed(figures, Section.REWARDS)
        cash, tenders = _keyed(figures, Section.CASH), _keyed(figures, Section.TENDER)
        drawer, voids = _keyed(figures, Section.NO_SALE), _keyed(figures, Section.VOID)
    nothing = Cell(Section.TAKINGS, "")
    returns, voided = taken.get("returns", nothing), taken.get("voided_sales", nothing)
    assert (taken["sales"].times, taken["sales"].amount_minor) == (z.sale_count, z.sales_minor)
    assert (returns.times, returns.amount_minor) == (z.return_count, z.returns_minor)
    assert (voided.times, voided.amount_minor) == (z.void_count, z.voids_minor)
    assert taken["discounts"].amount_minor == z.discount_minor
    assert sum(cell.amount_minor for key, cell in cash.items() if key.startswith("paid_out")) == z.paid_out_minor
    assert sum(cell.times for cell in drawer.values()) == z.no_sale_count
    assert voids["cancelled"].times == z.cancelled_count
    assert rewards["issued_base"].points == z.points_issued + z.points_pending
    assert rewards["reversed"].points == z.points_reversed
    assert {one.tender: (one.taken_minor, one.given_minor) for one in z.tenders} == {
        key: (cell.amount_minor, cell.other_minor) for key, cell in tenders.items()
    }


def test_a_period_is_the_sum_of_its_days_and_everybody_the_sum_of_the_operators(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        figures = _trade(data, 5, 30)
        for section in Section:
            whole = sum(found.cell.amount_minor for found in figures.figures(section, ALWAYS))
            for by in (Grouping.DAY, Grouping.OPERATOR):
                assert sum(found.cell.amount_minor for found in figures.figures(section, ALWAYS, by)) == whole
            days = ((FIRST + timedelta(number)).isoformat() for number in range(5))
            assert whole == sum(
                found.cell.amount_minor for day in days for found in figures.figures(section, Period(day, day))
            )
            people = figures.operators()
            mine = [found for who in people for found in figures.figures(section, Period("", "9999", who))]
            assert whole == sum(found.cell.amount_minor for found in mine)


def test_what_was_cancelled_half_way_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "_PAGE_ENTRIES", 20)
    with terminal_data(tmp_path) as data:
        write(data, Trade().day(FIRST, 100))
        figures = SqliteReportFigures(data.database)
        seen: list[tuple[int, int]] = []
        with pytest.raises(Cancelled):
            figures.catch_up(lambda done, total: bool(seen.append((done, total))) or len(seen) < 2)
        assert [done for done, _ in seen] == [20, 40]
        figures.catch_up(lambda done, total: True)
        figures.catch_up(lambda done, total: True)
        assert _keyed(figures, Section.TAKINGS)["sales"].times == len(_payloads(data, "sale"))
        assert not [text for text in audit(data.database).faults if text.startswith("reports")]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            "UPDATE report_cell SET amount_minor = 1 WHERE section = 'takings' AND key = 'sales'",
            "reports of 2026-01-01",
        ),
        ("DELETE FROM report_cell WHERE section = 'no_sale' OR section = 'tender'", "reports of 2026-01-01"),
        ("UPDATE report_entry SET amount_minor = 5 WHERE sequence = 4", "what entries are looked for by"),
        ("DELETE FROM report_entry WHERE sequence = 4", "what entries are looked for by"),
    ],
)
def test_a_figure_that_was_changed_is_found(tmp_path: Path, change: str, fault: str) -> None:
    with terminal_data(tmp_path) as data:
        _trade(data, 1, 30)
        assert not [text for text in audit(data.database).faults if text.startswith("reports")]
        raw(data.database, change)
        assert any(fault in text for text in audit(data.database).faults)


def test_figures_of_older_rules_are_made_anew(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        figures = _trade(data, 1, 20)
        before = figures.figures(Section.ITEM, ALWAYS)
        raw(data.database, "UPDATE report_mark SET rules_version = 0")
        raw(data.database, "UPDATE report_cell SET amount_minor = 1")
        figures.catch_up(lambda done, total: True)
        assert figures.figures(Section.ITEM, ALWAYS) == before


def test_an_entry_that_cannot_be_read_is_counted_and_stops_nothing(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        with data.storage.unit_of_work() as work:
            work.append("no_sale", {"operator_id": 5})
            work.append("paid_in", {"reason": "found"})
            work.append("paid_in", {"operator_id": "a", "reason": "found", "amount_minor": 100})
            work.commit()
        figures = SqliteReportFigures(data.database)
        figures.catch_up(lambda done, total: True)
        assert {cell.key: cell.times for cell in _keyed(figures, Section.UNREADABLE).values()} == {
            "no_sale": 1,
            "paid_in": 1,
        }
        assert _keyed(figures, Section.CASH)["paid_in:found"].amount_minor == 100
