"""What reports say: hand-worked small days, periods, and files that no spreadsheet runs as a program."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fakes.memory_shop import PlainFormatter, profile
from fakes.terminal_data import DAY, cash_sale, open_day, terminal_data
from fakes.trading import Trade, write
from hypothesis import given
from hypothesis import strategies as st

from pos_app.clock import SetClock
from pos_app.domain.operator import Operator, Role
from pos_app.domain.poslog import sale_to_plain
from pos_app.domain.report import Chart, ChartKind, Column, Report, Table, Unit, share_of
from pos_app.domain.report_figures import Period
from pos_app.domain.report_people import stands_out
from pos_app.domain.report_period import Span, days_of, stepped
from pos_app.ports import SyncStatus
from pos_app.services.approvals import ApprovalNeededError, Approvals, NotAllowedError
from pos_app.services.report_files import as_csv, as_paper, as_xlsx, harmless, plain_number
from pos_app.services.reporting import QUEUE, TITLES, Reporting
from pos_app.storage.reports import SqliteReportFigures
from pos_app.storage.terminal_database import TerminalDatabase
from ui.manager.charts import ticks

TODAY = Period(DAY, DAY)
MANAGER = Operator("manager-1", "Manager", Role.MANAGER)


def _go_on(done: int, total: int) -> bool:
    return True


def _reporting(data: TerminalDatabase, operator: Operator = MANAGER) -> Reporting:
    return Reporting(
        SqliteReportFigures(data.database),
        Approvals(operator),
        outbox=data.outbox,
        sync_status=lambda: SyncStatus(online=False, queued=0, reason="No answer"),
        clock=SetClock(datetime(2026, 11, 22, 14, 0, tzinfo=UTC)),
        formatter=PlainFormatter(),
        profile=profile(),
    )


def _sell(data: TerminalDatabase, price_minor: int) -> None:
    with data.storage.unit_of_work() as work:
        sale = cash_sale(work.begin_transaction(), price_minor)
        work.append("sale", sale_to_plain(sale))
        work.commit()


def _rows(report: Report, table: int = 0) -> dict:
    return {row[0]: row[1:] for row in report.tables[table].rows}


def test_a_small_day_worked_out_by_hand(tmp_path: Path) -> None:
    """Two sales of 12.34 and 5.00 without tax, all cash; 3.00 paid out; the drawer opened once; a sale cancelled."""
    with terminal_data(tmp_path) as data:
        open_day(data, 10_000)
        _sell(data, 1234)
        _sell(data, 500)
        with data.storage.unit_of_work() as work:
            work.append("paid_out", {"operator_id": "a-1", "amount_minor": 300, "reason": "Stamps"})
            work.append("no_sale", {"operator_id": "a-1", "reason": "Change"})
            cancelled = {"operator_id": "a-1", "reason": "Left", "total_minor": 900}
            work.append("transaction_cancelled", cancelled | {"sequence_number": work.begin_transaction()})
            work.commit()
        reporting = _reporting(data)
        made = {report_id: reporting.make(report_id, TODAY, _go_on) for report_id in TITLES}
    glance = made["overview"].tables[0]
    assert glance.rows == (("Goods and services sold", 2, 1734),)
    assert glance.total == ("Sales", 2, 1734)
    assert _rows(made["tenders"]) == {"Cash": (2, 1734, 0, 1734)}
    assert _rows(made["hours"]) == {"12:00 to 12:59": (2, 2000, 1734, 0, 1734)}
    assert _rows(made["items"]) == {"Cable": ("10", 2000, 1734, 0, 1734)}
    assert made["cash"].tables[0].rows == (
        ("Float and loans", "", 1, 10_000),
        ("Paid out", "Stamps", 1, 300),
    )
    assert _rows(made["cash"], 1) == {"Change": (1,)}
    by_operator = _rows(made["reductions"])
    assert by_operator["a-1"] == (0, 0, 0, 0, 0, 1, 0)
    assert by_operator["associate-1"][0] == 2
    assert _rows(made[QUEUE])["Events not sent yet"] == (7,)
    assert made["overview"].scope == f"{DAY}  ·  Store 001, till 02  ·  Everybody"


def test_over_and_short_comes_from_what_closings_settled(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data)
        results = [["cash", "Cash", 5_000, 4_900, "", "Wrong change"], ["cash:EUR", "Cash in EUR", 10, 10, "EUR", ""]]
        with data.storage.unit_of_work() as work:
            work.append("till_settled", {"operator_id": "m-1", "results": results})
            work.commit()
        report = _reporting(data).make("over_short", TODAY, _go_on)
    assert report.tables[0].rows == ((DAY, "Cash", 5_000, 4_900, -100),)
    assert report.chart is not None
    assert report.chart.points == ((DAY[5:], -100),)


def test_a_category_of_goods_that_came_back_alone_is_that_they_were_sold_in(tmp_path: Path) -> None:
    first, second = date(2026, 1, 1), date(2026, 1, 2)
    with terminal_data(tmp_path) as data:
        trade = Trade(5)
        events = trade.day(first, 40)
        returned = next(event for event in events if event.kind == "return")
        again = returned.payload["header"] | {"sequence_number": 900, "receipt_number": "001-02-000900"}
        later = returned._replace(at=returned.at + timedelta(days=1), payload=returned.payload | {"header": again})
        write(data, [*events, later])
        day = second.isoformat()
        report = _reporting(data).make("categories", Period(day, day), _go_on)
    lines = returned.payload["lines"]
    assert report.tables[0].rows
    assert all(row[0] != "Without a category" for row in report.tables[0].rows)
    assert sum(row[4] for row in report.tables[0].rows) == sum(line["net_minor"] for line in lines)


def test_who_may_look_at_reports(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        for role in (Role.SUPERVISOR, Role.MANAGER, Role.AUDITOR):
            _reporting(data, Operator("x", "X", role)).check_right()
        with pytest.raises(ApprovalNeededError):
            _reporting(data, Operator("x", "X", Role.ASSOCIATE)).check_right()
        with pytest.raises(NotAllowedError):
            _reporting(data, Operator("x", "X", Role.TECHNICIAN)).check_right()


@pytest.mark.parametrize(
    ("times", "rate", "usual", "expected"),
    [(2, 9_000, 1_000, False), (3, 2_000, 1_000, True), (30, 1_900, 1_000, False), (3, 1_000, 1_000, False)],
)
def test_what_stands_out_is_twice_the_usual_and_no_single_case(
    times: int, rate: int, usual: int, expected: bool
) -> None:
    assert stands_out(times, rate, usual) is expected


# --- periods and scales -----------------------------------------------------------------------------------------------

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(st.sampled_from(Span), days)
def test_periods_follow_one_another_without_a_gap(span: Span, day: date) -> None:
    first, last = days_of(span, day)
    assert first <= day <= last
    after, before = days_of(span, stepped(span, day, forward=True)), days_of(span, stepped(span, day, forward=False))
    assert after[0] == last + timedelta(days=1)
    assert before[1] == first - timedelta(days=1)


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_the_scale_of_a_chart_holds_all_its_values_and_zero(one: int, other: int) -> None:
    lowest, highest = min(one, other), max(one, other)
    marks = ticks(lowest, highest)
    assert marks[0] <= min(lowest, 0)
    assert marks[-1] >= max(highest, 0)
    assert 0 in marks
    assert 2 <= len(marks) <= 7


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=8))
def test_shares_come_to_all_of_it(parts: list[int]) -> None:
    whole = sum(parts)
    assert abs(sum(share_of(part, whole) for part in parts) - (10_000 if whole else 0)) <= len(parts)


# --- files ------------------------------------------------------------------------------------------------------------

HOSTILE = "=cmd|' /C calc'!A0"
REPORT = Report(
    "items",
    "Sales by item",
    "2026-11-22",
    (
        Table(
            "By item",
            (Column("Item"), Column("Sold", Unit.MONEY), Column("Pieces", Unit.QUANTITY), Column("Share", Unit.SHARE)),
            ((HOSTILE, -1234, 2500, 3333), ('Cable, "long" <b>\x07', 5, 1000, 6667)),
            ("Total", -1229, 3500, 10_000),
        ),
    ),
    Chart(ChartKind.BARS, "Sold", Unit.MONEY, (("x", 1),)),
    ("+note",),
)


def test_csv_reads_back_and_holds_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(REPORT, 2).decode("utf-8-sig"), newline="")))
    assert [f"'{HOSTILE}", "-12.34", "2.500", "0.3333"] in rows
    assert ['Cable, "long" <b>\x07', "0.05", "1.000", "0.6667"] in rows
    assert ["'+note"] in rows


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "  ="], ids=repr)
def test_a_text_that_begins_like_a_formula_is_said_to_be_text(sign: str) -> None:
    assert harmless(f"{sign}1+1").startswith("'")
    assert harmless("Cable = good") == "Cable = good"


def test_a_workbook_has_numbers_as_numbers_and_texts_as_texts() -> None:
    archive = zipfile.ZipFile(io.BytesIO(as_xlsx(REPORT, 2)))
    assert archive.testzip() is None
    for name in archive.namelist():
        ElementTree.fromstring(archive.read(name))
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    sheet = ElementTree.fromstring(archive.read("xl/sheet.xml"))
    texts = [cell.text for cell in sheet.iterfind(".//m:is/m:t", space)]
    numbers = [cell.text for cell in sheet.iterfind(".//m:v", space)]
    assert HOSTILE in texts
    assert 'Cable, "long" <b> ' in texts
    assert numbers[:3] == ["-12.34", "2.500", "0.3333"]
    assert not list(sheet.iterfind(".//m:f", space))
    assert as_xlsx(REPORT, 2) == as_xlsx(REPORT, 2)


@given(st.integers(-(10**15), 10**15), st.integers(0, 3))
def test_a_number_in_a_file_is_the_amount_to_its_last_digit(amount: int, exponent: int) -> None:
    from decimal import Decimal

    assert Decimal(plain_number(amount, Unit.MONEY, exponent)) == Decimal(amount).scaleb(-exponent)


def test_a_report_on_paper_has_every_row_and_its_total() -> None:
    document = as_paper(REPORT, profile(), PlainFormatter(), datetime(2026, 11, 22, 14, 0, tzinfo=UTC))
    texts = [getattr(block, "text", getattr(block, "left", "")) for block in document.blocks]
    assert {"SALES BY ITEM", HOSTILE, "Total", "+note"} <= set(texts)
