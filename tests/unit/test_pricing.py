"""Pricing: whatever is rung up and discounted, the amounts add up and none goes below zero."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket, BasketLine, Discount
from pos_app.domain.item import Fee, Item, ItemKind, SoldBy
from pos_app.domain.money import currency
from pos_app.domain.pricing import EMPTY, PricedBasket, PricingRules, price
from pos_app.domain.rounding import Rounding
from pos_app.domain.tax import TaxRate, TaxRounding

USD = currency("USD")
RATES = {
    "state": TaxRate("state", 72_500),
    "city": TaxRate("city", 8_750),
    "vat": TaxRate("vat", 190_000, included=True),
}
tax_ids = st.lists(st.sampled_from(sorted(RATES)), unique=True, max_size=3).map(tuple)
discounts = st.one_of(
    st.builds(Discount, reason=st.just("given"), percent_micro=st.integers(1, 1_000_000)),
    st.builds(Discount, reason=st.just("given"), amount_minor=st.integers(1, 500_000)),
)
fees = st.lists(st.builds(Fee, st.just("fee"), st.just("Fee"), st.integers(0, 5_000), tax_ids), max_size=2).map(tuple)
items = st.builds(
    Item,
    item_id=st.sampled_from(["a", "b", "c"]),
    name=st.just("Thing"),
    price_minor=st.integers(0, 300_000),
    tax_ids=tax_ids,
    kind=st.sampled_from(ItemKind),
    sold_by=st.just(SoldBy.WEIGHT),
    fees=fees,
)
lines = st.builds(
    BasketLine,
    line_number=st.just(0),
    item=items,
    code=st.just("code"),
    quantity_milli=st.one_of(st.integers(1, 9).map(lambda n: n * 1000), st.integers(1, 9_999)),
    unit_price_minor=st.integers(0, 300_000),
    discounts=st.lists(discounts, max_size=3).map(tuple),
    voided=st.sampled_from([False, False, False, True]),
)
baskets = st.builds(
    lambda rung_up, whole: Basket(
        tuple(replace(line, line_number=n) for n, line in enumerate(rung_up, start=1)), tuple(whole)
    ),
    st.lists(lines, max_size=8),
    st.lists(discounts, max_size=2),
)
rules = st.builds(PricingRules, st.just(USD), st.just(RATES), st.sampled_from(TaxRounding), st.sampled_from(Rounding))


@given(baskets, rules, st.integers(0, 50_000))
def test_amounts_add_up(basket: Basket, how: PricingRules, points_discount_minor: int) -> None:
    priced = price(basket, how, points_discount_minor)
    added = priced.tax_minor - priced.included_tax_minor
    assert priced.total_minor == priced.subtotal_minor - priced.discount_minor + priced.fees_minor + added
    assert priced.tax_minor == sum(tax.tax_minor for tax in priced.taxes)
    assert priced.included_tax_minor == sum(tax.tax_minor for tax in priced.taxes if tax.included)
    assert priced.subtotal_minor == sum(line.gross_minor for line in priced.lines)
    assert priced.discount_minor == sum(line.discount_minor for line in priced.lines)
    assert priced.fees_minor == sum(line.fees_minor for line in priced.lines)
    assert added == sum(line.tax_minor for line in priced.lines)
    assert priced.included_tax_minor == sum(
        line.included_tax_minor + line.fees_included_tax_minor for line in priced.lines
    )


@given(baskets, rules, st.integers(0, 50_000))
def test_no_line_is_discounted_below_zero(basket: Basket, how: PricingRules, points_discount_minor: int) -> None:
    for line in price(basket, how, points_discount_minor).lines:
        assert line.gross_minor - line.discount_minor == line.net_minor
        assert 0 <= line.net_minor <= line.gross_minor
        assert line.tax_minor >= 0
        assert 0 <= line.included_tax_minor <= max(line.net_minor, 0) + 1


@given(baskets, rules)
def test_voided_lines_count_for_nothing(basket: Basket, how: PricingRules) -> None:
    without = replace(basket, lines=tuple(line for line in basket.lines if not line.voided))
    assert price(basket, how) == price(without, how)


@given(baskets, rules)
def test_points_as_a_discount_lower_the_price_by_just_their_value(basket: Basket, how: PricingRules) -> None:
    full = price(basket, how)
    net = full.subtotal_minor - full.discount_minor
    assert price(basket, how, 700).discount_minor - full.discount_minor == min(700, net)


@given(baskets, rules)
def test_a_gift_card_keeps_its_value_when_the_sale_is_discounted(basket: Basket, how: PricingRules) -> None:
    plain = price(replace(basket, discounts=()), how)
    for before, after in zip(plain.lines, price(basket, how).lines, strict=True):
        if after.line.item.kind is ItemKind.GIFT_CARD:
            assert after.net_minor == before.net_minor


# --- examples -------------------------------------------------------------------------------------------------------

RULES = PricingRules(USD, RATES)


def thing(price_minor: int, *taxes: str, **more: object) -> Item:
    return replace(Item("thing", "Thing", price_minor, taxes), **more)  # type: ignore[arg-type]


def of(*things: Item) -> Basket:
    basket = Basket()
    for item in things:
        basket = basket.add(item, item.item_id)
    return basket


def nets(priced: PricedBasket) -> list[int]:
    return [line.net_minor for line in priced.lines]


def test_an_empty_basket_costs_nothing() -> None:
    assert price(Basket(), RULES) == EMPTY
    assert price(of(thing(100)).void_line(1), RULES) == EMPTY


def test_a_dollar_off_three_lines_of_a_dollar() -> None:
    basket = of(thing(100), thing(100), thing(100)).discount_transaction(Discount("coupon", amount_minor=100))
    priced = price(basket, RULES)
    assert [line.discount_minor for line in priced.lines] == [34, 33, 33]
    assert priced.total_minor == 200


def test_discounts_apply_one_after_the_other() -> None:
    basket = of(thing(10_000)).discount_line(1, Discount("a", percent_micro=100_000))
    basket = basket.discount_line(1, Discount("b", amount_minor=1_000)).discount_line(
        1, Discount("c", percent_micro=500_000)
    )
    assert nets(price(basket, RULES)) == [4_000]


def test_everything_off_leaves_the_fees_to_pay() -> None:
    lamp = thing(2_000, "state", fees=(Fee("recycling", "Recycling", 500, ("state",)),))
    priced = price(of(lamp).discount_line(1, Discount("gift", percent_micro=1_000_000)), RULES)
    assert (priced.discount_minor, priced.fees_minor, priced.tax_minor, priced.total_minor) == (2_000, 500, 36, 536)


def test_an_amount_off_larger_than_the_price_takes_the_price_only() -> None:
    basket = of(thing(300)).discount_line(1, Discount("a", amount_minor=500))
    assert price(basket, RULES).total_minor == 0
    assert price(of(thing(300)).discount_transaction(Discount("a", amount_minor=500)), RULES).total_minor == 0


def test_a_weighed_line_costs_price_times_weight() -> None:
    basket = Basket().add(thing(499, sold_by=SoldBy.WEIGHT), "apples", 1_234)
    assert price(basket, RULES).total_minor == 616  # 6.15766


def test_fees_count_for_each_piece() -> None:
    lamp = thing(1_000, fees=(Fee("recycling", "Recycling", 500),))
    priced = price(of(lamp).set_quantity(1, 3_000), RULES)
    assert (priced.subtotal_minor, priced.fees_minor, priced.total_minor) == (3_000, 1_500, 4_500)


def test_a_basket_of_gift_cards_cannot_be_discounted_as_a_whole() -> None:
    card = thing(5_000, kind=ItemKind.GIFT_CARD)
    priced = price(of(card).discount_transaction(Discount("a", percent_micro=500_000)), RULES)
    assert (priced.discount_minor, priced.total_minor) == (0, 5_000)


def test_a_tax_that_a_fee_includes_is_no_part_of_the_product_price() -> None:
    lamp = thing(11_900, "vat", fees=(Fee("recycling", "Recycling", 595, ("vat",)),))
    priced = price(of(lamp), RULES)
    (line,) = priced.lines
    assert (line.included_tax_minor, line.fees_included_tax_minor) == (1_900, 95)
    assert priced.earning_lines()[0].product_price_minor == 10_000
    assert (priced.included_tax_minor, priced.total_minor) == (1_995, 12_495)


def test_prices_with_and_without_tax_in_one_sale() -> None:
    priced = price(of(thing(10_000, "state"), thing(11_900, "vat")), RULES)
    assert [(tax.tax_id, tax.base_minor, tax.tax_minor) for tax in priced.taxes] == [
        ("state", 10_000, 725),
        ("vat", 10_000, 1_900),
    ]
    assert (priced.tax_minor, priced.included_tax_minor, priced.total_minor) == (2_625, 1_900, 22_625)


def test_a_currency_without_minor_units_is_priced_in_whole_ones() -> None:
    how = PricingRules(currency("JPY"), {"ct": TaxRate("ct", 100_000, included=True)})
    priced = price(of(thing(1_100, "ct")), how)
    assert (priced.total_minor, priced.tax_minor) == (1_100, 100)
