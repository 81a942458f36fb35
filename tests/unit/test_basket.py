"""The basket: every change makes a new one, so the one before is what undo goes back to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import (
    MAXIMUM_LINES,
    MAXIMUM_QUANTITY_MILLI,
    Basket,
    BasketError,
    Discount,
    MemberReference,
)
from pos_app.domain.item import Item, SoldBy

PEN = Item("pen", "Pen", 150)
PAPER = Item("paper", "Paper", 450)
APPLES = Item("apples", "Apples", 299, sold_by=SoldBy.WEIGHT)
TEN_PERCENT = Discount("damaged", percent_micro=100_000)

changes = st.one_of(
    st.tuples(st.just("add"), st.sampled_from([PEN, PAPER]), st.booleans()),
    st.tuples(st.just("void"), st.integers(1, 6)),
    st.tuples(st.just("quantity"), st.integers(1, 6), st.integers(1, 9)),
    st.tuples(st.just("price"), st.integers(1, 6), st.integers(0, 999)),
    st.tuples(st.just("discount"), st.integers(1, 6)),
    st.tuples(st.just("whole")),
    st.tuples(st.just("member")),
)


def apply(basket: Basket, change: tuple) -> Basket:
    match change:
        case ("add", item, merge):
            return basket.add(item, item.item_id, merge=merge)
        case ("void", number):
            return basket.void_line(number)
        case ("quantity", number, pieces):
            return basket.set_quantity(number, pieces * 1000)
        case ("price", number, amount_minor):
            return basket.set_price(number, amount_minor, "price match")
        case ("discount", number):
            return basket.discount_line(number, TEN_PERCENT)
        case ("whole",):
            return basket.discount_transaction(TEN_PERCENT)
        case _:
            return basket.attach_member(MemberReference(member_id="m1"))


@given(st.lists(changes, max_size=30))
def test_every_basket_that_was_is_still_there_and_line_numbers_are_given_once(steps: list[tuple]) -> None:
    history = [Basket()]
    pictures = [repr(Basket())]
    for step in steps:
        try:
            history.append(apply(history[-1], step))
        except BasketError:
            continue
        pictures.append(repr(history[-1]))
        assert [line.line_number for line in history[-1].lines] == list(range(1, len(history[-1].lines) + 1))
    assert [repr(basket) for basket in history] == pictures


def test_a_second_scan_joins_an_untouched_line_of_the_same_code() -> None:
    basket = Basket().add(PEN, "111").add(PAPER, "222").add(PEN, "111", merge=True)
    assert [(line.code, line.quantity_milli) for line in basket.lines] == [("111", 2000), ("222", 1000)]


@pytest.mark.parametrize(
    "touched",
    [
        lambda b: b.void_line(1),
        lambda b: b.discount_line(1, TEN_PERCENT),
        lambda b: b.set_price(1, 100, "price match"),
    ],
)
def test_a_line_that_was_touched_takes_no_more(touched) -> None:
    assert len(touched(Basket().add(PEN, "111")).add(PEN, "111", merge=True).lines) == 2


def test_another_barcode_a_changed_price_or_a_weighed_item_is_a_line_of_its_own() -> None:
    assert len(Basket().add(PEN, "111").add(PEN, "112", merge=True).lines) == 2
    assert len(Basket().add(PEN, "111").add(replace(PEN, price_minor=160), "111", merge=True).lines) == 2
    assert len(Basket().add(APPLES, "4011", 500).add(APPLES, "4011", 700, merge=True).lines) == 2


def test_a_price_that_fell_under_way_holds_for_all_pieces_and_the_line_remembers_the_old_one() -> None:
    cheaper = replace(PEN, price_minor=90)
    basket = Basket().add(PEN, "111").take_price(cheaper, "111").add(cheaper, "111", merge=True)
    line = basket.line(1)
    assert (len(basket.lines), line.quantity_milli, line.unit_price_minor) == (1, 2000, 90)
    assert line.former_price_minor == PEN.price_minor


def test_a_price_that_rose_under_way_is_for_the_new_piece_alone() -> None:
    dearer = replace(PEN, price_minor=160)
    basket = Basket().add(PEN, "111").take_price(dearer, "111").add(dearer, "111", merge=True)
    prices = [(line.quantity_milli, line.unit_price_minor, line.former_price_minor) for line in basket.lines]
    assert prices == [(1000, PEN.price_minor, None), (1000, 160, None)]


def test_a_price_set_by_hand_stays_when_the_items_own_changes() -> None:
    basket = Basket().add(PEN, "111").set_price(1, 99, "price match").take_price(replace(PEN, price_minor=160), "111")
    assert basket.line(1).unit_price_minor == 99


@pytest.mark.parametrize(
    ("item", "quantity_milli"),
    [(PEN, 0), (PEN, -1000), (PEN, 1500), (PEN, MAXIMUM_QUANTITY_MILLI + 1000), (APPLES, 0)],
)
def test_quantities_that_cannot_be_sold(item: Item, quantity_milli: int) -> None:
    with pytest.raises(BasketError):
        Basket().add(item, "1", quantity_milli)
    with pytest.raises(BasketError):
        Basket().add(item, "1").set_quantity(1, quantity_milli)


def test_a_line_and_a_basket_have_a_limit_that_the_whole_chain_can_hold() -> None:
    with pytest.raises(BasketError, match="more than one line"):
        Basket().add(PEN, "1").set_price(1, 10**12, "typed twice")
    with pytest.raises(BasketError, match="more than one line"):
        Basket().add(replace(PEN, price_minor=10**7), "1").set_quantity(1, 9_999_000)
    basket = Basket()
    for _ in range(MAXIMUM_LINES):
        basket = basket.add(PEN, "1")
    with pytest.raises(BasketError, match="finish this one"):
        basket.add(PEN, "1")
    assert basket.add(PEN, "1", merge=True).lines[-1].quantity_milli == 2000


def test_a_price_below_zero_or_without_a_reason_is_refused() -> None:
    basket = Basket().add(PEN, "1")
    with pytest.raises(BasketError):
        basket.set_price(1, -1, "why")
    with pytest.raises(BasketError):
        basket.set_price(1, 100, "  ")
    assert basket.set_price(1, 0, " gift ").lines[0].price_reason == "gift"


def test_a_removed_line_stays_on_record_and_takes_no_changes() -> None:
    basket = Basket().add(PEN, "1").add(PAPER, "2").void_line(1)
    assert [line.voided for line in basket.lines] == [True, False]
    assert not basket.is_empty
    assert basket.void_line(2).is_empty
    for change in (lambda: basket.void_line(1), lambda: basket.set_quantity(1, 1000), lambda: basket.line(3)):
        with pytest.raises(BasketError):
            change()
    assert basket.add(PEN, "1").lines[-1].line_number == 3


@pytest.mark.parametrize(
    "values",
    [{}, {"percent_micro": 1, "amount_minor": 1}, {"percent_micro": 1_000_001}, {"amount_minor": -1}],
)
def test_a_discount_is_one_thing_and_at_most_everything(values: dict[str, int]) -> None:
    with pytest.raises(BasketError):
        Discount("given", **values)


def test_a_member_is_replaced_or_removed_and_needs_a_name_of_some_kind() -> None:
    basket = Basket().attach_member(MemberReference(member_id="m1")).attach_member(MemberReference(contact_id="c1"))
    assert basket.member == MemberReference(contact_id="c1")
    assert basket.remove_member().member is None
    with pytest.raises(BasketError):
        MemberReference(masked_email="j••••@example.com")
