"""The till's day without a window: opened, counted blind, settled and closed, by one formula over the journal."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from fakes.closing_till import EVENING, MANAGER, ClosingTill, cash, pieces
from fakes.memory_shop import DEMO_ACCOUNT, OPERATOR
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware.receipt_printer.text import receipt_text
from pos_app.clock import SetClock
from pos_app.domain.cash_count import CoinRoll, counted_minor, pieces_to_count, with_counts
from pos_app.domain.period_figures import figures_from_plain
from pos_app.domain.till_closing import ClosingStep
from pos_app.errors import CashierError
from pos_app.services.approvals import Approval, ApprovalNeededError
from pos_app.services.till_papers import z_report_of

OPENING = 50_000


@pytest.fixture
def till(tmp_path: Path):
    till = ClosingTill(tmp_path / "till")
    yield till
    assert till.faults() == []
    till.close()


def z_entry(till: ClosingTill):
    return till.data.till_records.z_reports(1)[0]


def test_a_day_with_sales_and_movements_closes_to_the_cent(till: ClosingTill):
    till.ring_up("10", "11")
    till.cash.pay_in(2_000, "Change from the safe")
    till.cash.pay_out(1_500, "Window cleaner")
    till.cash.lend(10_000)
    till.cash.pick_up(30_000, "BAG-7")
    sold = till.sales[0].total_minor
    expected = OPENING + sold + 2_000 - 1_500 + 10_000 - 30_000
    assert till.expected_minor == expected
    report = till.close_day(expected)
    assert report.number == 1
    assert report.results[0].expected_minor == report.results[0].counted_minor == expected
    assert report.deposit_minor == expected - 20_000
    figures = report.figures
    assert (figures.sale_count, figures.sales_minor) == (1, sold)
    assert (figures.loans_minor, figures.pickups_minor) == (10_000, 30_000)
    assert (figures.paid_in_minor, figures.paid_out_minor) == (2_000, 1_500)
    assert figures.opening_float_minor == OPENING
    assert figures.tender("cash").net_minor == sold
    assert till.data.storage.business_day() == ""
    assert till.closing.current is None


def test_nothing_is_sold_returned_parked_or_paid_while_the_till_is_being_closed(till: ClosingTill):
    till.closing.stop_sales()
    with pytest.raises(CashierError, match="not open"):
        till.selling.add_item("10")
    with pytest.raises(CashierError, match="not open"):
        till.cash.pay_in(100, "Money found")
    with pytest.raises(CashierError, match="not open"):
        till.cash.pick_up(100, "BAG-1")
    till.closing.resume_sales()
    till.ring_up("10")
    assert till.kinds()[-3:] == ["sales_stopped", "sales_resumed", "sale"]


def test_a_sale_under_way_is_finished_or_parked_first(till: ClosingTill):
    till.selling.add_item("10")
    with pytest.raises(CashierError, match="Finish, park or cancel"):
        till.closing.stop_sales()
    assert till.closing.current is None
    till.tendering.add_cash(till.tendering.cash_due_minor)
    till.closing.stop_sales()


def test_what_should_be_there_is_kept_nowhere_before_the_count_is_confirmed(till: ClosingTill):
    till.ring_up("10")
    till.closing.stop_sales()
    till.closing.save_cash(cash(100))
    till.closing.go_to(ClosingStep.COUNT_TENDERS)
    assert till.closing.current.results == ()
    (document,) = till.data.database.one("SELECT document FROM till_closing")
    assert str(till.expected_minor) not in document
    assert till.closing.confirm_count().results[0].expected_minor == till.expected_minor


def test_a_till_is_counted_twice_at_most_and_both_counts_stay_on_record(till: ClosingTill):
    till.closing.stop_sales()
    till.closing.save_cash(cash(100))
    till.closing.go_to(ClosingStep.COUNT_TENDERS)
    till.closing.confirm_count()
    till.closing.recount()
    with pytest.raises(CashierError, match="counted"):
        till.closing.resume_sales()
    assert till.closing.cash_rows()[5].number == 1, "the first count is there to be corrected"
    till.closing.save_cash(cash(OPENING))
    till.closing.go_to(ClosingStep.COUNT_TENDERS)
    closing = till.closing.confirm_count()
    assert closing.results[0].over_short_minor == 0
    with pytest.raises(CashierError, match="counted twice"):
        till.closing.recount()
    counts = [
        json.loads(payload)["count_number"]
        for (payload,) in till.data.database.all("SELECT payload FROM journal WHERE kind = 'till_counted'")
    ]
    assert counts == [1, 2]


@pytest.mark.parametrize(("off_by", "needs"), [(-101, True), (-100, False), (0, False), (100, False), (101, True)])
def test_a_difference_beyond_the_tolerance_needs_a_reason(till: ClosingTill, off_by: int, needs: bool):
    till.closing.stop_sales()
    till.closing.save_cash(cash(OPENING + off_by))
    till.closing.go_to(ClosingStep.COUNT_TENDERS)
    till.closing.confirm_count()
    assert till.closing.open_reasons() == (["cash"] if needs else [])
    if needs:
        with pytest.raises(CashierError):
            till.closing.go_to(ClosingStep.DEPOSIT)
        till.closing.give_reason("cash", "Wrong change given")
    till.closing.go_to(ClosingStep.DEPOSIT)


def test_what_goes_to_the_bank_is_in_a_bag_with_a_number(till: ClosingTill):
    till.closing.stop_sales()
    till.closing.save_cash(cash(OPENING))
    till.closing.go_to(ClosingStep.COUNT_TENDERS)
    till.closing.confirm_count()
    till.closing.go_to(ClosingStep.DEPOSIT)
    for float_minor, bag, words in (
        (20_000, "", "number of the bag"),
        (20_000, "=HYPERLINK()", "letters, digits"),
        (OPENING + 1, "B1", "No more can stay"),
        (OPENING, "B1", "Nothing is left"),
    ):
        with pytest.raises(CashierError, match=words):
            till.closing.set_deposit(float_minor, bag)
    closing = till.closing.set_deposit(20_000, " BAG-000123 ")
    assert (closing.deposit_minor, closing.bag_number) == (30_000, "BAG-000123")


def test_an_associate_counts_and_a_manager_signs(tmp_path: Path):
    till = ClosingTill(tmp_path, operator=OPERATOR)
    till.closing.stop_sales()
    till.closing.save_cash(cash(OPENING - 500))
    till.closing.go_to(ClosingStep.COUNT_TENDERS)
    till.closing.confirm_count()
    till.closing.give_reason("cash", "Wrong change given")
    till.closing.go_to(ClosingStep.DEPOSIT)
    till.closing.set_deposit(20_000, "B1")
    with pytest.raises(ApprovalNeededError) as needed:
        till.closing.check_signature(None)
    assert needed.value.request.amount_minor == 500
    approval = Approval("approval-1", needed.value.request, MANAGER.operator_id)
    till.closing.check_signature(approval)
    report = till.closing.seal(approval)
    assert (report.operator_id, report.approver_id) == (OPERATOR.operator_id, MANAGER.operator_id)
    assert till.faults() == []
    till.close()


def test_every_entry_is_in_exactly_one_z(till: ClosingTill):
    places = []
    for day in (22, 23, 24):
        if day > 22:
            till.clock.at = datetime(2026, 11, day, 9, tzinfo=UTC)
            till.day.open(cash(20_000))
        till.ring_up("10")
        till.close_day(till.expected_minor)
        period = json.loads(z_entry(till).payload)["period"]
        places.append((period["from"]["sequence"], period["to"]["sequence"], z_entry(till).sequence))
    assert places[0][0] == 1
    for before, after in pairwise(places):
        assert before[1] + 1 == before[2], "the Z stands right behind what it seals"
        assert after[0] == before[2] + 1, "and the next period begins right behind the Z"
    reports = till.papers.z_reports()
    assert [one.number for one in reports] == [3, 2, 1]
    assert [one.grand_total_minor for one in reports] == [sum(s.total_minor for s in till.sales[:n]) for n in (3, 2, 1)]


def test_a_second_opening_on_one_date_begins_at_nothing(till: ClosingTill):
    till.ring_up("10")
    till.close_day(till.expected_minor)
    assert not till.day.opens_by_itself()
    opened = till.day.open(cash(19_500))
    assert (opened.left_minor, opened.difference_minor) == (20_000, -500)
    assert till.expected_minor == 19_500
    till.ring_up("11")
    report = till.close_day(till.expected_minor)
    assert (report.number, report.figures.sale_count) == (2, 1)


def test_a_z_printed_again_says_that_it_is_a_copy_and_is_journaled(till: ClosingTill):
    report = till.close_day(till.expected_minor)
    text = receipt_text(till.papers.z_document(report), 42)
    assert "Z REPORT 1" in text
    assert "COPY" not in text.upper()
    till.papers.print_copy(report)
    assert "COPY" in receipt_text(till.papers.z_document(report, copy=True), 42).upper()
    assert till.kinds()[-1] == "report_reprinted"
    jobs = till.data.database.all("SELECT document FROM print_job WHERE document LIKE '%Z report 1%'")
    assert len(jobs) == 2


def test_an_x_changes_nothing_and_says_what_should_be_there(till: ClosingTill):
    till.ring_up("10")
    before = till.kinds()
    text = receipt_text(till.papers.x_report(), 42)
    assert "X REPORT" in text
    assert f"${till.expected_minor / 100:,.2f}" in text
    assert till.kinds() == before


def test_what_is_journaled_while_the_day_is_added_up_is_in_the_z(till: ClosingTill, monkeypatch: pytest.MonkeyPatch):
    """Somebody signs on, or a print outcome comes in, between reading the journal and writing the Z."""
    inner, often = till.data.till_records.period, []

    def period():
        found = list(inner())
        if not often:
            often.append(1)
            with till.data.storage.unit_of_work() as work:
                work.append("print_outcome", {"job_id": "x", "outcome": "printed"})
                work.commit()
        return iter(found)

    monkeypatch.setattr(till.data.till_records, "period", period)
    till.close_day(till.expected_minor)
    assert till.kinds().count("z_report") == 1
    entry = z_entry(till)
    assert json.loads(entry.payload)["period"]["to"]["sequence"] == entry.sequence - 1
    assert json.loads(entry.payload)["period"]["last_hash"] == entry.previous_hash


def test_a_closing_whose_commit_is_unknown_is_looked_for_before_it_is_done_again(till, monkeypatch):
    from pos_app.errors import CommitUnknownError

    inner = till.closing._seal

    def seal(*values):
        inner(*values)
        raise CommitUnknownError("The disk did not answer.")

    monkeypatch.setattr(till.closing, "_seal", seal)
    assert till.close_day(till.expected_minor).number == 1
    assert till.kinds().count("z_report") == 1


def test_more_cash_than_the_limit_asks_for_a_pickup(till: ClosingTill):
    assert not till.cash.pickup_due()
    till.cash.pay_in(30_001, "Money found")
    assert till.cash.pickup_due()
    with pytest.raises(CashierError, match="not that much"):
        till.cash.pick_up(80_002, "B1")
    till.cash.pick_up(60_000, "B1")
    assert not till.cash.pickup_due()


def test_a_day_that_nobody_closed_is_overdue_on_the_next(till: ClosingTill):
    assert till.day.is_open
    assert not till.day.is_overdue()
    till.clock.at = datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert till.day.is_overdue()


def test_a_z_that_does_not_say_what_its_entries_add_up_to_is_named(tmp_path: Path):
    till = ClosingTill(tmp_path)
    till.ring_up("10")
    till.closing.stop_sales()
    report = till.finish(till.expected_minor)
    plain = json.loads(z_entry(till).payload)
    plain["figures"]["sales_minor"] += 1
    plain["z_number"] = 7
    with till.data.storage.unit_of_work() as work:
        work.append("z_report", plain)
        work.commit()
    named = [fault.split(": ", 1)[1] for fault in till.faults()]
    assert "Z report 7 follows 1" in named
    assert "Z report 7 does not say what its entries add up to" in named
    assert report.number == 1
    till.close()


def test_points_that_pay_are_the_points_tenders_of_the_period(till: ClosingTill):
    till.ring_up("12", account=DEMO_ACCOUNT, points=1_000)
    till.ring_up("10", account=DEMO_ACCOUNT)
    report = till.close_day(till.expected_minor)
    figures = report.figures
    assert figures.points_issued == sum(sale.earned.points for sale in till.sales) == 255 + 49
    assert figures.points_redeemed == 1_000
    points, value_minor = report.points_worth
    assert figures.tender("points").net_minor == figures.points_redeemed * value_minor // points == 1_000
    assert figures_from_plain(json.loads(z_entry(till).payload)["figures"]) == figures
    assert z_report_of(z_entry(till)) == report


def test_a_drawer_is_counted_by_its_denominations_and_rolls():
    rows = pieces_to_count((1, 100, 25), (CoinRoll(25, 40),))
    assert [(one.value_minor, one.pieces) for one in rows] == [(100, 1), (25, 1), (1, 1), (25, 40)]
    filled = with_counts(rows, pieces(d25=3, d7=2))
    assert [one.number for one in filled] == [0, 3, 0, 0, 2], "what a store no longer counts by is not lost"
    assert counted_minor(filled) == 75 + 14
    assert counted_minor((rows[3]._replace(number=2),)) == 2_000


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("sell"), st.sampled_from(["10", "11", "12"])),
        st.tuples(st.sampled_from(["pay_in", "pay_out", "lend", "pick_up"]), st.integers(1, 9_999)),
    ),
    max_size=12,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES, off_by=st.integers(-300, 300))
def test_whatever_happens_in_a_day_the_count_is_compared_with_what_the_journal_says(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[str, object]], off_by: int
):
    till = ClosingTill(tmp_path_factory.mktemp("till"), clock=SetClock(EVENING))
    by_hand = OPENING
    for what, value in moves:
        match what:
            case "sell":
                by_hand += till.ring_up(str(value)).total_minor
            case "pay_in" | "lend":
                (till.cash.pay_in(value, "Money found") if what == "pay_in" else till.cash.lend(value))
                by_hand += value
            case _:
                (till.cash.pay_out(value, "Delivery") if what == "pay_out" else till.cash.pick_up(value, "B1"))
                by_hand -= value
    assert till.expected_minor == by_hand
    report = till.close_day(by_hand + off_by)
    assert report.results[0].over_short_minor == off_by
    figures = report.figures
    drawer = (
        figures.opening_float_minor + figures.loans_minor + figures.paid_in_minor + figures.tender("cash").net_minor
    )
    assert drawer - figures.paid_out_minor - figures.pickups_minor == by_hand
    assert till.faults() == []
    till.close()
