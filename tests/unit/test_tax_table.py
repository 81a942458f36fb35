"""A store's table of taxes: several authorities, days, holidays, thresholds, and where goods are sent."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket, Discount
from pos_app.domain.item import QUANTITY_SCALE, Fee, Item, ItemKind, SoldBy
from pos_app.domain.money import currency
from pos_app.domain.pricing import PricedBasket, PricingRules, price
from pos_app.domain.promotions import Occasion
from pos_app.domain.retail_transaction import sale_lines
from pos_app.domain.rewards import EarnedPoints
from pos_app.domain.tax import TaxRate, TaxRounding
from pos_app.domain.tax_table import SparedUpTo, TaxRelief, TaxTable

STATE = TaxRate("state", 40_000, name="State", categories=("general", "clothing", "laptop"))
COUNTY = TaxRate("county", 45_000, name="County", categories=("general", "clothing", "laptop"))
CITY = TaxRate("city", 3_750, name="City", categories=("general",))
LAPTOP = Item("L", "Laptop", 99_900, ("laptop",), category="Laptops")
COAT = Item("C", "Coat", 20_000, ("clothing",))
CABLE = Item("K", "Cable", 1_000, ("general",))


def rules(*rates: TaxRate, **settings: object) -> PricingRules:
    return PricingRules(currency("USD"), rates, **settings)  # type: ignore[arg-type]


def on(day: str) -> Occasion:
    return Occasion(datetime.fromisoformat(f"{day}T12:00:00+00:00").astimezone(UTC), "001")


def sold(how: PricingRules, *items: Item, day: str = "2026-08-01") -> PricedBasket:
    basket = Basket()
    for item in items:
        basket = basket.add(item, item.item_id)
    return price(basket, how, occasion=on(day))


def taxes(priced: PricedBasket) -> dict[str, tuple[int, int]]:
    return {tax.tax_id: (tax.base_minor, tax.tax_minor) for tax in priced.taxes}


def test_an_item_owes_the_taxes_of_every_authority_that_taxes_its_category() -> None:
    priced = sold(rules(STATE, COUNTY, CITY), CABLE, COAT)
    assert taxes(priced) == {"state": (21_000, 840), "county": (21_000, 945), "city": (1_000, 4)}
    assert [tax.name for tax in priced.taxes] == ["State", "County", "City"]
    lines = sale_lines(Basket().add(COAT, "C"), sold(rules(STATE, COUNTY, CITY), COAT), EarnedPoints())
    assert [tax.tax_id for tax in lines[0].taxes] == ["state", "county"]


def test_a_rate_changes_at_midnight_of_the_store() -> None:
    old = TaxRate("state", 40_000, categories=("general",), ends_on=date(2026, 6, 30))
    new = TaxRate("state", 42_500, categories=("general",), starts_on=date(2026, 7, 1))
    how = rules(old, new)
    assert taxes(sold(how, CABLE, day="2026-06-30")) == {"state": (1_000, 40)}
    assert taxes(sold(how, CABLE, day="2026-07-01")) == {"state": (1_000, 43)}
    assert sold(how, CABLE, day="2026-07-01").taxes[0].rate_micro == 42_500


def test_a_tax_that_has_not_begun_is_not_due_and_its_items_can_be_sold() -> None:
    how = rules(TaxRate("levy", 10_000, categories=("general",), starts_on=date(2027, 1, 1)))
    assert how.unknown_tax(CABLE) == ""
    assert sold(how, CABLE).total_minor == 1_000


SCHOOL = TaxRelief(
    "school", "Back to school", SparedUpTo.UP_TO, 100_000, ("state",), categories=("Laptops",),
    starts_on=date(2026, 8, 1), ends_on=date(2026, 8, 3),
)  # fmt: skip


@pytest.mark.parametrize(
    ("day", "price_minor", "state_minor"),
    [
        pytest.param("2026-07-31", 99_900, 3_996, id="the-day-before"),
        pytest.param("2026-08-01", 99_900, None, id="the-first-day"),
        pytest.param("2026-08-03", 100_000, None, id="the-last-day-at-the-price-cap"),
        pytest.param("2026-08-03", 100_001, 4_000, id="a-cent-above-the-cap"),
        pytest.param("2026-08-04", 99_900, 3_996, id="the-day-after"),
    ],
)
def test_on_a_tax_holiday_school_laptops_are_free_of_the_state_tax(
    day: str, price_minor: int, state_minor: int | None
) -> None:
    laptop = Item("L", "Laptop", price_minor, ("laptop",), category="Laptops")
    priced = sold(rules(STATE, COUNTY, tax_reliefs=(SCHOOL,)), laptop, day=day)
    found = taxes(priced)
    assert found.get("state", (0, None))[1] == state_minor
    assert found["county"][0] == price_minor
    assert priced.lines[0].tax_reliefs == (() if state_minor else ("Back to school",))


def test_the_price_cap_of_a_holiday_is_per_piece_and_at_the_price_paid() -> None:
    how = rules(STATE, tax_reliefs=(SCHOOL,))
    dear = Item("L", "Laptop", 110_000, ("laptop",), category="Laptops")
    basket = Basket().add(dear, "L", 2 * QUANTITY_SCALE)
    assert price(basket, how, occasion=on("2026-08-01")).tax_minor == 8_800
    reduced = basket.discount_line(1, Discount("Open box", percent_micro=100_000))
    assert price(reduced, how, occasion=on("2026-08-01")).tax_minor == 0


def test_the_first_part_of_the_price_of_clothing_is_untaxed() -> None:
    first = TaxRelief("first-175", "Clothing", SparedUpTo.FIRST, 17_500, ("state",), ("clothing",))
    how = rules(STATE, COUNTY, tax_reliefs=(first,))
    assert taxes(sold(how, COAT)) == {"state": (2_500, 100), "county": (20_000, 900)}
    two = price(Basket().add(COAT, "C", 2_000), how, occasion=on("2026-08-01"))
    assert taxes(two) == {"state": (5_000, 200), "county": (40_000, 1_800)}
    cheap = Item("S", "Socks", 900, ("clothing",))
    assert taxes(sold(how, cheap)) == {"county": (900, 41)}


def test_clothing_below_the_threshold_is_untaxed_and_at_it_taxed_in_full() -> None:
    below = TaxRelief("below-110", "Clothing", SparedUpTo.BELOW, 11_000, tax_categories=("clothing",))
    how = rules(STATE, tax_reliefs=(below,))
    assert taxes(sold(how, Item("S", "Shirt", 10_999, ("clothing",)))) == {}
    assert taxes(sold(how, Item("S", "Shirt", 11_000, ("clothing",)))) == {"state": (11_000, 440)}


def test_of_two_reliefs_each_tax_takes_the_one_that_spares_more() -> None:
    first = TaxRelief("first", "First fifty", SparedUpTo.FIRST, 5_000)
    whole = TaxRelief("whole", "State holiday", tax_ids=("state",))
    priced = sold(rules(STATE, COUNTY, tax_reliefs=(first, whole)), COAT)
    assert taxes(priced) == {"county": (15_000, 675)}
    assert set(priced.lines[0].tax_reliefs) == {"First fifty", "State holiday"}


def test_goods_that_are_sent_owe_the_taxes_of_where_they_go() -> None:
    jersey = TaxRate("nj", 66_250, name="New Jersey", categories=("general",), ship_to=("NJ",), at_counter=False)
    oregon = TaxRate("or", 0, name="Oregon", categories=("general",), ship_to=("OR",), at_counter=False)
    how = rules(STATE, jersey, oregon)
    basket = Basket().add(CABLE, "K").add(CABLE, "K").ship_line(2)
    at = on("2026-08-01")
    assert taxes(price(basket.send_to("NJ"), how, occasion=at)) == {"state": (1_000, 40), "nj": (1_000, 66)}
    assert taxes(price(basket.send_to("OR"), how, occasion=at)) == {"state": (1_000, 40), "or": (1_000, 0)}
    assert taxes(price(basket.send_to("TX"), how, occasion=at)) == {"state": (2_000, 80)}


def test_a_certificate_for_one_tax_leaves_the_others() -> None:
    vat = TaxRate("vat", 200_000, included=True, categories=("general",))
    how = rules(STATE, vat)
    one = Item("K", "Cable", 1_200, ("general",), fees=(Fee("f", "Fee", 120, ("general",)),))
    basket = Basket().add(one, "K")
    without_state = price(basket.exempt("EX-1", ("state",)), how)
    assert taxes(without_state) == {"state": (1_100, 0), "vat": (1_100, 220)}
    assert without_state.total_minor == 1_320
    without_vat = price(basket.exempt("EX-1", ("vat",)), how)
    assert taxes(without_vat) == {"state": (1_100, 44), "vat": (1_100, 0)}
    assert (without_vat.total_minor, without_vat.fees_minor) == (1_144, 100)


def test_a_tax_that_the_store_does_not_have_is_named() -> None:
    assert rules(STATE).unknown_tax(Item("X", "X", 1, ("general", "moon"))) == "moon"
    with pytest.raises(KeyError):
        TaxTable((STATE,)).on(None).due(("moon",))


# --- everything adds up -----------------------------------------------------------------------------------------------

RATES = (
    TaxRate("state", 72_500, categories=("general", "clothing")),
    TaxRate("county", 12_345, categories=("general",)),
    TaxRate("vat", 190_000, included=True, categories=("vat",)),
    TaxRate("nj", 66_250, categories=("general",), ship_to=("NJ",), at_counter=False),
)
RELIEFS = (
    TaxRelief("first", "First", SparedUpTo.FIRST, 1_000, ("state",), ("clothing",)),
    TaxRelief("up-to", "Up to", SparedUpTo.UP_TO, 3_000, categories=("tv",)),
)
fees = st.builds(
    Fee,
    fee_id=st.sampled_from(["recycling", "delivery", "installation"]),
    name=st.just("Fee"),
    amount_minor=st.integers(0, 9_999),
    tax_ids=st.sampled_from([(), ("general",), ("vat",)]),
    refundable=st.booleans(),
    once=st.booleans(),
)
things = st.builds(
    Item,
    item_id=st.sampled_from("abc"),
    name=st.just("Thing"),
    price_minor=st.integers(0, 99_999),
    tax_ids=st.sampled_from([(), ("general",), ("clothing",), ("vat",), ("vat", "general")]),
    kind=st.sampled_from([ItemKind.GOODS, ItemKind.SERVICE]),
    sold_by=st.just(SoldBy.EACH),
    category=st.sampled_from(["", "tv"]),
    fees=st.lists(fees, max_size=2, unique_by=lambda fee: fee.fee_id).map(tuple),
)


@st.composite
def baskets(draw: st.DrawFn) -> Basket:
    basket = Basket()
    for number, item in enumerate(draw(st.lists(things, min_size=1, max_size=6)), 1):
        basket = basket.add(item, item.item_id, draw(st.integers(1, 4)) * QUANTITY_SCALE)
        if draw(st.booleans()):
            basket = basket.ship_line(number)
    if draw(st.booleans()):
        basket = basket.discount_transaction(Discount("d", percent_micro=draw(st.integers(1, 1_000_000))))
    basket = basket.send_to(draw(st.sampled_from(["", "NJ", "TX"])))
    if draw(st.booleans()):
        basket = basket.exempt("EX-1", draw(st.sampled_from([(), ("state",), ("vat", "county")])))
    return basket


@given(basket=baskets(), where=st.sampled_from(list(TaxRounding)))
def test_lines_fees_and_taxes_add_up_to_the_total(basket: Basket, where: TaxRounding) -> None:
    how = rules(*RATES, tax_reliefs=RELIEFS, tax_rounding=where)
    priced = price(basket, how, occasion=on("2026-08-01"))
    added = sum(tax.tax_minor for tax in priced.taxes if not tax.included)
    assert priced.total_minor == sum(line.net_minor + line.fees_minor + line.tax_minor for line in priced.lines)
    assert priced.total_minor == priced.subtotal_minor - priced.discount_minor + priced.fees_minor + added
    for line in priced.lines:
        assert line.fees_minor == sum(fee.amount_minor for fee in line.fees)
    journaled = sale_lines(basket, priced, EarnedPoints())
    for tax in priced.taxes:
        of_lines = [part for line in journaled for part in line.taxes if part.tax_id == tax.tax_id]
        assert sum(part.tax_minor for part in of_lines) == tax.tax_minor
        assert sum(part.base_minor for part in of_lines) == tax.base_minor
    for line in journaled:
        for fee in line.fees:
            for fee_tax in fee.taxes:
                whole = next(one for one in line.taxes if one.tax_id == fee_tax.tax_id)
                assert fee_tax.base_minor <= whole.base_minor


def test_a_price_without_an_occasion_has_the_taxes_of_its_day_and_not_those_to_come() -> None:
    old = TaxRate("state", 40_000, categories=("general",), ends_on=date(2026, 12, 31))
    new = TaxRate("state", 50_000, categories=("general",), starts_on=date(2027, 1, 1))
    basket = Basket().add(CABLE, "K")
    assert price(basket, rules(old, new), day=date(2026, 12, 31)).tax_minor == 40
    assert price(basket, rules(old, new), day=date(2027, 1, 1)).tax_minor == 50
