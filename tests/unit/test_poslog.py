"""A sale survives being written to the journal: every amount, tax, tender and point reads back the same."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket, Discount, MemberReference
from pos_app.domain.item import Fee, Item, ItemKind
from pos_app.domain.journal import canonical_json
from pos_app.domain.money import currency
from pos_app.domain.poslog import sale_from_plain, sale_to_plain
from pos_app.domain.pricing import PricingRules, price
from pos_app.domain.retail_transaction import RetailTransaction, TransactionHeader, complete
from pos_app.domain.rewards import BonusOffer, ProgrammeTerms, earn
from pos_app.domain.rounding import Rounding
from pos_app.domain.tax import TaxRate
from pos_app.domain.tax_table import SparedUpTo, TaxRelief
from pos_app.domain.tenders import TenderType, cash_tender, exact_tender, settle

AT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
RULES = PricingRules(
    currency("USD"),
    {"state": TaxRate("state", 72_500, name="State"), "vat": TaxRate("vat", 190_000, included=True)},
    tax_reliefs=(TaxRelief("audio", "Audio days", SparedUpTo.FIRST, 1_000, categories=("audio",)),),
)
TERMS = ProgrammeTerms(offers=(BonusOffer("double", 3, AT, AT, 2),))
HEADER = TransactionHeader("t-1", 7, "001", "02", "op-1", "2026-03-04", AT.isoformat(), "USD")

things = st.builds(
    Item,
    item_id=st.sampled_from(["a", "b"]),
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    price_minor=st.integers(0, 99_999),
    tax_ids=st.sampled_from([(), ("state",), ("vat",)]),
    kind=st.sampled_from(ItemKind),
    category=st.sampled_from(["", "audio"]),
    fees=st.sampled_from([(), (Fee("recycling", "Recycling", 500, ("vat",)),)]),
)


@st.composite
def sales(draw: st.DrawFn) -> RetailTransaction:
    basket = Basket()
    for item in draw(st.lists(things, min_size=1, max_size=5)):
        basket = basket.add(item, "c", draw(st.integers(1, 3)) * 1000)
    if draw(st.booleans()):
        basket = basket.discount_transaction(Discount("coupon", amount_minor=draw(st.integers(1, 5000))))
    if draw(st.booleans()):
        basket = basket.void_line(1)
    if draw(st.booleans()):
        basket = basket.exempt("EX-1", draw(st.sampled_from([(), ("state",), ("vat",)])))
    if draw(st.booleans()) and not basket.lines[-1].voided:
        basket = basket.ship_line(len(basket.lines)).send_to("NJ")
    if draw(st.booleans()):
        basket = basket.attach_member(MemberReference("m-1", "c-1"))
    priced = price(basket, RULES)
    tenders = []
    by_card = draw(st.integers(0, priced.total_minor))
    if by_card:
        tenders.append(exact_tender("t1", TenderType.CARD, by_card, priced.total_minor, reference="auth"))
    if rest := priced.total_minor - by_card:
        tenders.append(cash_tender("t2", rest, rest + draw(st.integers(0, 1000)), 1, Rounding.HALF_UP))
    settlement = settle(priced.total_minor, tenders, 1, Rounding.HALF_UP)
    earned = earn(priced.earning_lines(), TERMS, points_used=0, at=AT, store_id="001")
    return complete(HEADER, AT.isoformat(), basket, priced, tuple(tenders), settlement, earned)


@given(sales())
def test_a_sale_reads_back_as_it_was_written(sale: RetailTransaction) -> None:
    read = sale_from_plain(json.loads(canonical_json(sale_to_plain(sale))))
    assert read == sale


@given(sales())
def test_the_lines_on_record_add_up_to_the_sale(sale: RetailTransaction) -> None:
    assert sum(line.gross_minor for line in sale.lines) == sale.subtotal_minor
    assert sum(line.discount_minor for line in sale.lines) == sale.discount_minor
    assert sum(line.fees_minor for line in sale.lines) == sale.fees_minor
    assert sum(line.points for line in sale.lines) == sale.earned.points
    assert (
        sum(line.tax_minor + line.included_tax_minor + line.fees_included_tax_minor for line in sale.lines)
        == sale.tax_minor
    )
    assert sum(tender.amount_minor for tender in sale.tenders) == sale.total_minor
    assert all(line.gross_minor == line.points == 0 for line in sale.lines if line.voided)


@given(sales())
def test_a_sale_on_record_names_nobody(sale: RetailTransaction) -> None:
    member = MemberReference("m-1", "c-1", masked_email="z••••@example.com", display_name="A name")
    written = canonical_json(sale_to_plain(replace(sale, member=member))).decode()
    assert '"member":{"contact_id":"c-1","member_id":"m-1"}' in written
    assert "example.com" not in written


def test_the_receipt_number_is_written_for_people_who_search() -> None:
    assert HEADER.receipt_number == "001-02-000007"
