"""Goods taken back: money, points earned and points paid all return exactly, whatever the order of parts."""

from datetime import UTC, datetime

import pytest
from fakes.memory_shop import profile
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket, MemberReference
from pos_app.domain.item import Item
from pos_app.domain.pricing import price
from pos_app.domain.retail_transaction import RetailTransaction, TransactionHeader, complete
from pos_app.domain.return_quote import quote_all, quote_return
from pos_app.domain.returns import ReturnError, ReturnHistory, ReturnRequest
from pos_app.domain.rewards import ProgrammeTerms, earn
from pos_app.domain.tenders import Tender, TenderType, cash_tender, settle

TERMS = ProgrammeTerms()
AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
RULES = profile().pricing_rules()


def sale_of(quantities_and_prices, points=0, gift_minor=0, card_minor=0, rules=RULES) -> RetailTransaction:
    """A sale paid with so many points, so much gift card and card, and cash for the rest."""
    basket = Basket(member=MemberReference("m-1"))
    for number, (pieces, price_minor) in enumerate(quantities_and_prices, 1):
        item = Item(f"sku-{number}", f"Item {number}", price_minor, ("general",))
        basket = basket.add(item, f"{number}", pieces * 1000)
    priced = price(basket, rules)
    tenders: tuple[Tender, ...] = ()
    left = priced.total_minor
    for kind, amount, used in (
        (TenderType.POINTS, TERMS.value_minor(points), points),
        (TenderType.GIFT_CARD, gift_minor, 0),
        (TenderType.CARD, card_minor, 0),
    ):
        if amount and amount <= left:
            tenders = (*tenders, Tender(kind.value, kind, amount, amount, used))
            left -= amount
    if left:
        tenders = (*tenders, cash_tender("cash", left, (left // 500 + 2) * 500, rules.cash_step_minor, rules.rounding))
    used = sum(tender.points for tender in tenders)
    earned = earn(priced.earning_lines(), TERMS, points_used=used, at=AT, store_id="001")
    settlement = settle(priced.total_minor, tenders, rules.cash_step_minor, rules.rounding)
    header = TransactionHeader("t-1", 1, "001", "02", "associate-1", "2026-11-22", AT.isoformat(), "USD")
    return complete(header, AT.isoformat(), basket, priced, tenders, settlement, earned)


def test_one_of_two_gives_back_half_of_the_points() -> None:
    quote = quote_return(sale_of([(2, 5000)]), [ReturnRequest(1, 1000)], ReturnHistory(), TERMS)
    assert (quote.points_reversed, quote.total_minor) == (50, 5412)


def test_a_full_return_restores_points_paid_and_takes_points_earned() -> None:
    sale = sale_of([(1, 7000), (1, 100)], points=100)
    quote = quote_all(sale, ReturnHistory(), TERMS)
    assert quote.points_restored == 100
    assert quote.points_reversed == sale.earned.points
    assert quote.total_minor == sale.total_minor
    assert [r.tender_type for r in quote.refunds] == [TenderType.POINTS, TenderType.CASH]


def test_points_come_back_in_proportion_and_before_cash() -> None:
    sale = sale_of([(2, 5000)], points=1000)
    quote = quote_return(sale, [ReturnRequest(1, 1000)], ReturnHistory(), TERMS)
    assert [(r.tender_type, r.points) for r in quote.refunds] == [(TenderType.POINTS, 500), (TenderType.CASH, 0)]
    assert sum(r.amount_minor for r in quote.refunds) == quote.total_minor


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (ReturnRequest(9, 1000), "not on this receipt"),
        (ReturnRequest(1, 3000), "no longer open"),
        (ReturnRequest(1, 0), "above zero"),
    ],
)
def test_what_cannot_come_back_is_refused_in_words(request_: ReturnRequest, sentence: str) -> None:
    with pytest.raises(ReturnError, match=sentence):
        quote_return(sale_of([(2, 5000)]), [request_], ReturnHistory(), TERMS)


def test_nothing_comes_back_twice() -> None:
    sale = sale_of([(2, 5000)])
    history = ReturnHistory()
    quote = quote_all(sale, history, TERMS)
    history.add(quote.lines, quote.refunds)
    with pytest.raises(ReturnError, match="no longer open"):
        quote_return(sale, [ReturnRequest(1, 1000)], history, TERMS)


def test_cash_rounding_is_mirrored_by_the_refund() -> None:
    sale = sale_of([(1, 1452)], rules=profile(cash_step_minor=5).pricing_rules())
    assert sale.total_minor == 1572
    quote = quote_all(sale, ReturnHistory(), TERMS)
    assert sum(r.amount_minor for r in quote.refunds) == 1570


def test_a_part_refunded_in_cash_is_made_of_coins_and_all_parts_are_what_was_paid() -> None:
    rules = profile(cash_step_minor=5).pricing_rules()
    sale, history = sale_of([(2, 726)], rules=rules), ReturnHistory()
    refunded = []
    for _ in range(2):
        quote = quote_return(sale, [ReturnRequest(1, 1000)], history, TERMS, rules)
        history.add(quote.lines, quote.refunds)
        refunded.append(quote.refunds[0].amount_minor)
    assert refunded == [785, 785]


def test_half_a_speaker_does_not_come_back() -> None:
    with pytest.raises(ReturnError, match="whole numbers"):
        quote_return(sale_of([(2, 5000)]), [ReturnRequest(1, 500)], ReturnHistory(), TERMS)


lines = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 30_000)), min_size=1, max_size=5)


@given(lines, st.integers(0, 40).map(lambda n: n * 100), st.integers(0, 9000), st.integers(0, 9000), st.data())
def test_parts_in_any_order_add_up_to_the_whole_sale(basket, points, gift, card, data) -> None:
    sale = sale_of(basket, points, gift, card)
    pieces = [number for number, (count, _) in enumerate(basket, 1) for _ in range(count)]
    history = ReturnHistory()
    for number in data.draw(st.permutations(pieces)):
        quote = quote_return(sale, [ReturnRequest(number, 1000)], history, TERMS)
        assert sum(r.amount_minor for r in quote.refunds) == quote.total_minor
        assert all(r.amount_minor >= 0 and r.points >= 0 for r in quote.refunds)
        assert all(line.points >= 0 for line in quote.lines)
        history.add(quote.lines, quote.refunds)
    assert history.refunded_minor == sale.total_minor
    assert sum(line.points for line in history.lines.values()) == sale.earned.points
    assert sum(refund.points for refund in history.refunds.values()) == sale.points_used
    for tender in sale.tenders:
        assert history.refunded_to(tender) == tender.amount_minor
