"""Parking a sale and taking it up again: nothing is lost, and every transaction number is accounted for."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.memory_shop import DEMO_ACCOUNT, ITEMS, PlainFormatter
from fakes.parking_till import ParkingTill
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.clock import SetClock
from pos_app.domain.operator import Operator, Role
from pos_app.domain.promotions import PromoCode, Promotion, PromotionBook, PromotionKind
from pos_app.domain.returns import ReturnRequest
from pos_app.errors import CashierError, CommitUnknownError
from pos_app.ports import PointsHold
from pos_app.services.approvals import Approval, ApprovalNeededError, Approvals
from pos_app.services.parking_slip import receipt_number_of_slip, slip_code
from pos_app.services.returning import Returning
from pos_app.services.sale_prices import SalePrices
from pos_app.storage.witness import FILE_NAME

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def till(tmp_path: Path) -> Iterator[ParkingTill]:
    made = ParkingTill(tmp_path / "till", clock=SetClock(NOON))
    yield made
    assert made.faults() == []
    made.close()


def code_of(error: pytest.ExceptionInfo[CashierError]) -> str:
    return error.value.code


def test_a_parked_sale_comes_back_as_it_was_under_its_own_number(till: ParkingTill) -> None:
    till.scan("12", "10")
    till.selling.attach_member(DEMO_ACCOUNT)
    before = till.selling.view
    done = till.suspending.park("blue bag")
    parked = done.sale
    assert done.given_back == ()
    assert till.selling.current is None
    assert (parked.total_minor, parked.item_count, parked.note) == (before.priced.total_minor, 2, "blue bag")
    assert till.faults() == []

    recalled = till.recall(parked.parking_id)
    view = till.selling.view
    assert (recalled.total_minor, recalled.repriced) == (parked.total_minor, False)
    assert view.receipt_number == before.receipt_number
    assert view.basket == before.basket
    assert till.suspending.parked() == []
    assert till.tendering.add_cash(till.tendering.cash_due_minor).completed is not None
    assert till.kinds() == ["transaction_suspended", "transaction_retrieved", "sale"]


def test_other_customers_are_served_meanwhile_and_numbers_stay_in_order(till: ParkingTill) -> None:
    parked = []
    for codes in (("10",), ("11", "12"), ("13",)):
        till.scan(*codes)
        parked.append(till.suspending.park().sale)
    till.ring_up("10")
    assert [row.sale.receipt_number for row in till.suspending.parked()] == [
        "001-01-000003", "001-01-000002", "001-01-000001",
    ]  # fmt: skip
    assert till.recall(parked[1].parking_id).sale.item_count == 2
    assert till.selling.view.receipt_number == "001-01-000002"


def test_after_a_restart_the_parked_sales_are_there(tmp_path: Path) -> None:
    till = ParkingTill(tmp_path)
    till.scan("12")
    parked = till.suspending.park().sale
    till.data.database.close()  # without a word, as at a power cut
    till.data._lock.release()

    again = ParkingTill(tmp_path)
    assert not again.selling.restore()
    assert [row.sale for row in again.suspending.parked()] == [parked]
    again.recall(parked.parking_id)
    assert again.faults() == []
    again.close()


@pytest.mark.parametrize("recalled", [False, True], ids=["parked", "recalled"])
def test_a_restored_copy_of_the_data_has_no_parked_sales_and_the_audit_knows_why(
    recalled: bool, tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("without its witness")
    till = ParkingTill(tmp_path)
    till.scan("12")
    parked = till.suspending.park().sale
    till.ring_up("10")
    if recalled:
        till.recall(parked.parking_id)
    till.close()
    (tmp_path / FILE_NAME).unlink()

    restored = ParkingTill(tmp_path)
    assert restored.suspending.parked() == []
    assert not restored.selling.restore()
    restored.ring_up("10")
    assert restored.faults() == []
    restored.close()


def test_nothing_is_parked_where_there_is_nothing_or_money_was_taken(till: ParkingTill) -> None:
    with pytest.raises(CashierError) as nothing:
        till.suspending.park()
    assert code_of(nothing) == "nothing_to_park"
    till.scan("12")
    till.tendering.add_cash(1_000)
    with pytest.raises(CashierError, match="already paid") as paid:
        till.suspending.park()
    assert code_of(paid) == "part_paid"
    assert len(till.selling.view.tenders) == 1


def test_a_sale_that_goods_pay_for_is_neither_parked_nor_put_aside_for_another(till: ParkingTill) -> None:
    till.scan("11")
    parked = till.suspending.park().sale
    number = till.ring_up("12").header.receipt_number
    returning = Returning(
        storage=till.data.storage,
        catalogue=till.catalogue,
        terms=till.data.terms,
        clock=till.clock,
        ids=till.ids,
        formatter=PlainFormatter(),
        profile=till.profile,
        operator=till.operator,
        approvals=Approvals(till.operator),
    )
    original = returning.find_here(number)
    assert original is not None
    till.scan("10")
    till.selling.set_exchange(returning.plan(original, [ReturnRequest(1, 1000)], "Too loud", exchange=True))
    with pytest.raises(CashierError) as refused:
        till.suspending.park()
    assert code_of(refused) == "exchange"
    till.selling.set_exchange(None)
    till.selling.void_line(1)
    till.selling.set_exchange(returning.plan(original, [ReturnRequest(1, 1000)], "Too loud", exchange=True))
    with pytest.raises(CashierError) as busy:
        till.suspending.permit(parked)
    assert code_of(busy) == "sale_under_way"


def test_a_promo_code_that_can_be_used_up_is_given_back_and_entered_again(till: ParkingTill) -> None:
    five = Promotion("five", PromotionKind.AMOUNT, amount_minor=500, needs_code=True)
    book = PromotionBook((five,), (PromoCode("SAVE5", "five", uses=1), PromoCode("ALWAYS", "five")))
    till.selling.prices = SalePrices(replace(till.profile, promotions=book), None, None)
    till.scan("12")
    till.selling.enter_promo_code("SAVE5", "hold-1")
    till.selling.enter_promo_code("ALWAYS")
    done = till.suspending.park()
    assert (done.promo_codes, done.sale.note) == (("SAVE5",), "Enter SAVE5 again")
    till.recall(done.sale.parking_id)
    assert till.selling.view.basket.promo_codes == ("ALWAYS",)
    assert till.selling.view.basket.code_uses == ()


def test_points_that_were_set_aside_come_back_when_the_sale_is_parked(till: ParkingTill) -> None:
    till.scan("12")
    till.selling.attach_member(DEMO_ACCOUNT)
    till.tendering.add_points(PointsHold("h-1", DEMO_ACCOUNT.member_id, 500, ""))
    done = till.suspending.park()
    parked = done.sale
    assert [tender.reference for tender in done.given_back] == ["h-1"]
    till.recall(parked.parking_id)
    view = till.selling.view
    assert (view.points_used, view.tenders) == (0, ())
    assert view.account is not None
    assert view.account.remembered
    assert till.tendering.due_minor == parked.total_minor


def test_a_sale_is_recalled_once(till: ParkingTill) -> None:
    till.scan("12")
    parked = till.suspending.park().sale
    permit = till.suspending.permit(parked)
    till.suspending.recall(parked, permit)
    with pytest.raises(CashierError) as again:
        till.suspending.recall(parked, permit)
    assert code_of(again) == "parked_gone"


def test_while_a_sale_is_under_way_no_other_is_recalled_but_an_empty_one_makes_room(till: ParkingTill) -> None:
    till.scan("12")
    parked = till.suspending.park().sale
    till.scan("11")
    with pytest.raises(CashierError) as busy:
        till.suspending.permit(parked)
    assert code_of(busy) == "sale_under_way"
    till.selling.void_line(1)
    till.recall(parked.parking_id)
    assert till.selling.view.receipt_number == parked.receipt_number
    assert till.kinds() == ["transaction_suspended", "transaction_cancelled", "transaction_retrieved"]


def test_somebody_elses_sale_needs_the_right_to_take_it_over(tmp_path: Path) -> None:
    till = ParkingTill(tmp_path)
    till.scan("12")
    parked = till.suspending.park().sale
    till.close()

    till = ParkingTill(tmp_path, operator=Operator("associate-2", "Associate", Role.ASSOCIATE))
    with pytest.raises(ApprovalNeededError) as needed:
        till.suspending.permit(parked)
    approval = Approval("a-1", needed.value.request, "manager-1")
    till.suspending.recall(parked, till.suspending.permit(parked, approval))
    header = till.selling.view.header
    assert header is not None
    assert header.operator_id == "associate-2"
    assert till.faults() == []
    till.close()


def test_a_supervisor_takes_it_over_alone(tmp_path: Path) -> None:
    till = ParkingTill(tmp_path)
    till.scan("12")
    parked = till.suspending.park().sale
    till.close()
    till = ParkingTill(tmp_path, operator=Operator("supervisor-1", "Supervisor", Role.SUPERVISOR))
    assert till.recall(parked.parking_id).sale == parked
    till.close()


def test_on_the_next_business_day_todays_prices_count_and_what_changed_is_said(till: ParkingTill) -> None:
    till.scan("10", "12")
    till.selling.set_price(2, 20_000, "price match")
    till.scan("11")
    parked = till.suspending.park().sale
    till.catalogue.items["10"] = replace_price("10", 5_999)
    till.catalogue.items["12"] = replace_price("12", 30_000)
    till.clock.at += timedelta(hours=20)  # type: ignore[attr-defined]
    with till.data.storage.unit_of_work() as work:
        work.open_business_day("2026-11-23")
        work.commit()
    recalled = till.recall(parked.parking_id)
    assert recalled.repriced
    assert [(c.name, c.before_minor, c.after_minor) for c in recalled.changes] == [
        ("Wireless microphone", 4_999, 5_999)
    ]
    assert [line.unit_price_minor for line in till.selling.view.basket.lines] == [5_999, 20_000, 50]
    header = till.selling.view.header
    assert header is not None
    assert header.business_day == "2026-11-23"


def replace_price(code: str, price_minor: int):
    return replace(ITEMS[code], price_minor=price_minor)


def test_on_the_same_day_the_prices_stay_as_rung_up(till: ParkingTill) -> None:
    till.scan("10")
    parked = till.suspending.park().sale
    till.catalogue.items["10"] = replace_price("10", 9_999)
    assert till.recall(parked.parking_id).changes == ()
    assert till.selling.view.priced.subtotal_minor == 4_999


def test_what_is_parked_too_long_is_cancelled_under_its_number(till: ParkingTill) -> None:
    till.scan("10")
    parked = till.suspending.park().sale
    till.clock.at += timedelta(hours=23)  # type: ignore[attr-defined]
    assert till.elsewhere() == ()
    assert till.suspending.age(parked) == timedelta(hours=23)
    assert len(till.suspending.parked()) == 1
    till.clock.at += timedelta(hours=2)  # type: ignore[attr-defined]
    assert till.elsewhere() == ()
    assert till.suspending.parked() == []
    assert till.kinds()[-1] == "transaction_cancelled"


def test_the_slip_says_that_it_is_no_receipt_and_carries_a_barcode(till: ParkingTill) -> None:
    till.scan("10")
    parked = till.suspending.park("red jacket").sale
    job = till.data.print_queue.next_job()
    assert job is not None
    words = str(job.document)
    assert "not a receipt" in words
    assert "red jacket" in words
    assert slip_code(parked.receipt_number) in words
    assert not job.open_drawer
    assert receipt_number_of_slip(slip_code(parked.receipt_number)) == parked.receipt_number
    assert receipt_number_of_slip(parked.receipt_number) == ""
    assert receipt_number_of_slip("4006381333931") == ""
    assert receipt_number_of_slip("P-AB-12-3") == ""


@pytest.mark.parametrize("lands", [True, False], ids=["landed", "lost"])
def test_a_commit_of_unknown_outcome_is_looked_up(till: ParkingTill, lands: bool, monkeypatch) -> None:
    till.scan("10")
    database, real = till.data.database, till.data.database.commit

    def unsure() -> None:
        if lands:
            real()
        else:
            database._connection.rollback() if hasattr(database, "_connection") else None
        raise CommitUnknownError("unknown")

    with monkeypatch.context() as patch:
        patch.setattr(database, "commit", unsure)
        if lands:
            parked = till.suspending.park().sale
        else:
            with pytest.raises(CommitUnknownError):
                till.suspending.park()
    if lands:
        assert [row.sale for row in till.suspending.parked()] == [parked]
    else:
        assert till.selling.current is not None
    till.data.storage.has_event("")  # reads the file again


def test_a_note_is_one_short_line(till: ParkingTill) -> None:
    till.scan("10")
    for note in ("x" * 41, "a\u202eb"):
        with pytest.raises(CashierError, match="one line"):
            till.suspending.park(note)
    assert till.suspending.park("  two\n words ").sale.note == "two words"


@few
@given(
    steps=st.lists(st.sampled_from(["scan", "park", "recall", "recall-old", "pay", "cancel", "discard"]), max_size=25)
)
def test_whatever_is_parked_recalled_paid_and_cancelled_the_journal_proves_itself(
    steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    till = ParkingTill(tmp_path_factory.mktemp("till"), clock=SetClock(NOON))
    for step in steps:
        rows = till.suspending.parked()
        is_empty = till.selling.view.basket.is_empty
        if step == "scan":
            till.scan("10")
        elif step == "park" and not is_empty:
            till.suspending.park()
        elif step.startswith("recall") and rows and is_empty:
            till.recall(rows[0 if step == "recall" else -1].sale.parking_id)
        elif step == "pay" and not is_empty:
            till.tendering.add_cash(till.tendering.cash_due_minor)
        elif step == "cancel":
            till.selling.cancel("asked to")
        elif step == "discard" and rows:
            till.suspending.discard(rows[-1].sale.parking_id, "closing")
        assert till.faults() == []
    till.close()
