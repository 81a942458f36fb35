"""Fees when goods come back: refundable ones come back with their pieces, the others stay paid, to the cent."""

from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket
from pos_app.domain.item import QUANTITY_SCALE, Fee, Item
from pos_app.domain.money import currency
from pos_app.domain.pricing import PricingRules, price
from pos_app.domain.retail_transaction import RetailTransaction, TransactionHeader, complete
from pos_app.domain.return_quote import quote_all, quote_return
from pos_app.domain.returns import ReturnHistory, ReturnRequest
from pos_app.domain.rewards import EarnedPoints, ProgrammeTerms
from pos_app.domain.tax import TaxRate, TaxRounding
from pos_app.domain.tenders import Settlement, Tender, TenderType

RATES = (TaxRate("state", 72_500), TaxRate("vat", 190_000, included=True))
HEADER = TransactionHeader("t-1", 1, "001", "02", "a", "2026-08-01", "2026-08-01T12:00:00+00:00", "USD")
TERMS = ProgrammeTerms()


def sold(item: Item, quantity: int, card_minor: int, where: TaxRounding = TaxRounding.TRANSACTION) -> RetailTransaction:
    rules = PricingRules(currency("USD"), RATES, where)
    basket = Basket().add(item, item.item_id, quantity * QUANTITY_SCALE)
    priced = price(basket, rules)
    card_minor = min(card_minor, priced.total_minor)
    tenders = (
        Tender("card", TenderType.CARD, card_minor, card_minor),
        Tender("cash", TenderType.CASH, priced.total_minor - card_minor, priced.total_minor - card_minor),
    )
    settlement = Settlement(priced.total_minor, priced.total_minor, 0, 0)
    return complete(HEADER, HEADER.began_at, basket, priced, tenders, settlement, EarnedPoints())


fees = st.lists(
    st.builds(
        Fee,
        fee_id=st.sampled_from(["recycling", "delivery", "installation"]),
        name=st.just("Fee"),
        amount_minor=st.integers(0, 9_999),
        tax_ids=st.sampled_from([(), ("state",), ("vat",), ("vat", "state")]),
        refundable=st.booleans(),
        once=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda fee: fee.fee_id,
)


@given(
    fees=fees,
    price_minor=st.integers(1, 99_999),
    taxes=st.sampled_from([(), ("state",), ("vat", "state")]),
    quantity=st.integers(1, 5),
    card_minor=st.integers(0, 300_000),
    data=st.data(),
)
def test_in_parts_all_comes_back_but_what_stays_paid(fees, price_minor, taxes, quantity, card_minor, data) -> None:
    sale = sold(Item("x", "X", price_minor, taxes, fees=tuple(fees)), quantity, card_minor)
    included = {tax.tax_id for tax in sale.taxes if tax.included}
    kept_minor = sum(
        fee.amount_minor + sum(tax.tax_minor for tax in fee.taxes if tax.tax_id not in included)
        for fee in sale.lines[0].fees
        if not fee.refundable
    )
    history, left, refunded = ReturnHistory(), quantity, 0
    while left:
        pieces = data.draw(st.integers(1, left))
        quote = quote_return(sale, [ReturnRequest(1, pieces * QUANTITY_SCALE)], history, TERMS)
        assert sum(refund.amount_minor for refund in quote.refunds) == quote.total_minor
        assert all(refund.amount_minor >= 0 for refund in quote.refunds)
        history.add(quote.lines, quote.refunds)
        refunded += quote.total_minor
        left -= pieces
    assert refunded == sale.total_minor - kept_minor
    assert history.fees_kept_minor == kept_minor


@given(fees=fees, quantity=st.integers(1, 5))
def test_a_voided_sale_gives_everything_back(fees: list[Fee], quantity: int) -> None:
    sale = sold(Item("x", "X", 5_000, ("state",), fees=tuple(fees)), quantity, 0)
    assert quote_all(sale, ReturnHistory(), TERMS).total_minor == sale.total_minor
