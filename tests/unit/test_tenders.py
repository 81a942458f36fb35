"""Paying: every split adds up, cash alone is rounded to coins, and nobody gets change they should not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.rounding import Rounding, round_to_step
from pos_app.domain.tenders import (
    MAXIMUM_CHANGE_MINOR,
    Tender,
    TenderError,
    TenderType,
    cash_due_minor,
    cash_tender,
    exact_tender,
    quick_cash,
    settle,
)

HALF_UP = Rounding.HALF_UP
steps = st.sampled_from([1, 5, 10, 50])
NOTES = {
    "USD": (100, 500, 1000, 2000, 5000, 10_000),
    "EUR": (500, 1000, 2000, 5000, 10_000, 20_000),
    "GBP": (500, 1000, 2000, 5000),
    "CHF": (1000, 2000, 5000, 10_000, 20_000, 100_000),
    "JPY": (1000, 2000, 5000, 10_000),
    "KWD": (250, 500, 1000, 5000, 10_000, 20_000),
}


def card(amount_minor: int, due_minor: int) -> Tender:
    return exact_tender("card", TenderType.CARD, amount_minor, due_minor)


@given(st.integers(1, 10**7), st.lists(st.tuples(st.booleans(), st.integers(1, 10**7)), max_size=6), steps)
def test_any_split_ends_with_nothing_due_and_the_books_in_balance(
    total_minor: int, parts: list[tuple[bool, int]], step_minor: int
) -> None:
    tenders: list[Tender] = []
    for is_cash, wanted in [*parts, (True, 10**7)]:
        due_minor = settle(total_minor, tenders, step_minor, HALF_UP).due_minor
        if due_minor == 0:
            break
        if is_cash:
            tenders.append(
                cash_tender("cash", due_minor, wanted - wanted % step_minor or step_minor, step_minor, HALF_UP)
            )
        else:
            tenders.append(card(min(wanted, due_minor), due_minor))
    settlement = settle(total_minor, tenders, step_minor, HALF_UP)
    assert settlement.due_minor == 0
    assert sum(t.tendered_minor for t in tenders) - settlement.change_minor == (
        total_minor + settlement.cash_rounding_minor
    )
    assert 2 * abs(settlement.cash_rounding_minor) <= step_minor
    assert settlement.change_minor == sum(t.change_minor for t in tenders) >= 0
    if tenders[-1].tender_type is not TenderType.CASH:
        assert settlement.cash_rounding_minor == 0
    assert all(t.amount_minor % step_minor == 0 for t in tenders if t.tender_type is TenderType.CASH)


@given(st.integers(1, 10**7), st.integers(1, 10**7), steps)
def test_the_amount_due_never_goes_below_zero(total_minor: int, wanted: int, step_minor: int) -> None:
    tendered_minor = wanted - wanted % step_minor or step_minor
    tender = cash_tender("cash", total_minor, tendered_minor, step_minor, HALF_UP)
    settlement = settle(total_minor, [tender], step_minor, HALF_UP)
    assert settlement.due_minor >= 0
    if tendered_minor >= cash_due_minor(total_minor, step_minor, HALF_UP):
        assert settlement.due_minor == 0


def test_cash_is_rounded_to_the_nickel_and_a_card_is_not() -> None:
    in_cash = settle(1572, [cash_tender("c", 1572, 2000, 5, HALF_UP)], 5, HALF_UP)
    assert (in_cash.paid_minor, in_cash.cash_rounding_minor, in_cash.change_minor) == (1570, -2, 430)
    by_card = settle(1572, [card(1572, 1572)], 5, HALF_UP)
    assert (by_card.paid_minor, by_card.cash_rounding_minor) == (1572, 0)
    refund = settle(-1572, [Tender("c", TenderType.CASH, -1570, -1570)], 5, HALF_UP)
    assert (refund.due_minor, refund.cash_rounding_minor) == (0, 2)


def test_only_the_cash_part_of_a_split_is_rounded() -> None:
    tenders = [card(1000, 1572), cash_tender("c", 572, 600, 5, HALF_UP)]
    settlement = settle(1572, tenders, 5, HALF_UP)
    assert (settlement.due_minor, settlement.cash_rounding_minor, settlement.change_minor) == (0, -2, 30)


def test_cash_first_and_card_last_rounds_nothing() -> None:
    cash = cash_tender("c", 1572, 1000, 5, HALF_UP)
    assert settle(1572, [cash], 5, HALF_UP).due_minor == 572
    settlement = settle(1572, [cash, card(572, 572)], 5, HALF_UP)
    assert (settlement.due_minor, settlement.cash_rounding_minor) == (0, 0)


def test_a_rest_below_half_a_coin_needs_no_coin() -> None:
    tenders = [card(1570, 1572), cash_tender("c", 2, 0, 5, HALF_UP)]
    settlement = settle(1572, tenders, 5, HALF_UP)
    assert (settlement.due_minor, settlement.cash_rounding_minor, settlement.change_minor) == (0, -2, 0)


@pytest.mark.parametrize(
    ("due_minor", "tendered_minor", "step_minor"),
    [(1000, 0, 1), (1000, -100, 1), (1000, 1002, 5), (0, 0, 1), (1000, 2_724_256_115_100, 1), (2, -5, 5)],
)
def test_cash_that_cannot_be_meant_is_refused(due_minor: int, tendered_minor: int, step_minor: int) -> None:
    with pytest.raises(TenderError):
        cash_tender("c", due_minor, tendered_minor, step_minor, HALF_UP)


def test_large_cash_for_a_large_bill_is_taken() -> None:
    assert cash_tender("c", 10**11, 10**11, 1, HALF_UP).change_minor == 0
    assert cash_tender("c", 1, 1 + MAXIMUM_CHANGE_MINOR, 1, HALF_UP).change_minor == MAXIMUM_CHANGE_MINOR


def test_tenders_without_change_take_no_more_than_is_due() -> None:
    for amount_minor in (0, -1, 1001):
        with pytest.raises(TenderError):
            card(amount_minor, 1000)
    assert card(1000, 1000).change_minor == 0


def test_a_sale_of_nothing_is_settled_at_once() -> None:
    assert settle(0, [], 5, HALF_UP).due_minor == 0


@given(st.integers(1, 3_000_000), st.sampled_from(sorted(NOTES)), steps)
def test_quick_cash_is_what_a_customer_would_hand_over(due_minor: int, code: str, step_minor: int) -> None:
    notes = NOTES[code]
    due_minor = round_to_step(due_minor, step_minor) or step_minor
    amounts = quick_cash(due_minor, notes)
    assert amounts == sorted(set(amounts))
    assert len(amounts) <= 3
    for amount in amounts:
        assert amount > due_minor
        # Some number of one note, and with one note less it would not be enough: nobody adds a useless one.
        assert any(amount % note == 0 and amount - note < due_minor for note in notes)
    if due_minor % notes[-1]:
        assert amounts


def test_quick_cash_examples() -> None:
    assert quick_cash(2137, NOTES["USD"]) == [2200, 2500, 3000]
    assert quick_cash(749, NOTES["USD"]) == [800, 1000, 2000]
    assert quick_cash(10_000, NOTES["USD"]) == []
    assert quick_cash(640, NOTES["JPY"]) == [1000, 2000, 5000]
    assert quick_cash(0, NOTES["USD"]) == quick_cash(-5, NOTES["USD"]) == []
