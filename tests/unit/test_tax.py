"""Sales tax against an oracle of exact fractions: added, included, several rates, per transaction and per item."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.rounding import Rounding
from pos_app.domain.tax import RATE_SCALE, Taxable, TaxRate, TaxRounding, compute_tax

RATES = {
    rate.tax_id: rate
    for rate in (
        TaxRate("state", 72_500),
        TaxRate("city", 18_750),
        TaxRate("vat", 190_000, included=True),
        TaxRate("levy", 70_000, included=True),
        TaxRate("zero", 0),
    )
}

taxables = st.lists(
    st.builds(
        Taxable,
        line_index=st.integers(0, 9),
        amount_minor=st.integers(0, 2_000_000),
        tax_ids=st.lists(st.sampled_from(sorted(RATES)), unique=True, max_size=4).map(tuple),
        quantity_milli=st.one_of(st.integers(1, 40).map(lambda n: n * 1000), st.integers(1, 9_999)),
        fee_number=st.integers(0, 1),
    ),
    max_size=12,
)


def rounded(exact: Fraction, rounding: Rounding) -> int:
    return round(exact) if rounding is Rounding.HALF_EVEN else int(exact + Fraction(1, 2))


def prices_of_pieces(taxable: Taxable) -> list[int]:
    """What each piece of a line costs, as a shop assistant would lay them out."""
    if taxable.quantity_milli % 1000 or taxable.quantity_milli == 0:
        return [taxable.amount_minor]
    pieces = taxable.quantity_milli // 1000
    return [taxable.amount_minor // pieces + (1 if n < taxable.amount_minor % pieces else 0) for n in range(pieces)]


def oracle(items: list[Taxable], tax_id: str, where: TaxRounding, rounding: Rounding) -> int:
    exact_parts = exact_tax_of_pieces(items, tax_id)
    if where is TaxRounding.ITEM:
        return sum(rounded(part, rounding) for part in exact_parts)
    return rounded(sum(exact_parts, Fraction(0)), rounding)


def exact_tax_of_pieces(items: list[Taxable], tax_id: str) -> list[Fraction]:
    rate = Fraction(RATES[tax_id].rate_micro, RATE_SCALE)
    exact_parts: list[Fraction] = []
    for item in items:
        if tax_id in item.tax_ids:
            included = sum(Fraction(RATES[t].rate_micro, RATE_SCALE) for t in item.tax_ids if RATES[t].included)
            exact_parts += [Fraction(piece) / (1 + included) * rate for piece in prices_of_pieces(item)]
    return exact_parts


@given(taxables, st.sampled_from(Rounding))
def test_taxes_rounded_together_are_exact_to_the_cent_in_their_sum(items: list[Taxable], rounding: Rounding) -> None:
    result = compute_tax(items, 10, RATES, TaxRounding.TOGETHER, rounding)
    for included in (False, True):
        exact = {
            tax_id: sum(exact_tax_of_pieces(items, tax_id), Fraction(0))
            for tax_id, rate in RATES.items()
            if rate.included is included
        }
        charged = {tax.tax_id: tax.tax_minor for tax in result.taxes if tax.included is included}
        assert sum(charged.values()) == rounded(sum(exact.values(), Fraction(0)), rounding)
        assert all(abs(charged.get(tax_id, 0) - amount) < 1 for tax_id, amount in exact.items())


@given(taxables, st.sampled_from([TaxRounding.TRANSACTION, TaxRounding.ITEM]), st.sampled_from(Rounding))
def test_each_tax_is_exact_to_the_cent(items: list[Taxable], where: TaxRounding, rounding: Rounding) -> None:
    result = compute_tax(items, 10, RATES, where, rounding)
    charged = {tax.tax_id: tax.tax_minor for tax in result.taxes}
    for tax_id in RATES:
        assert charged.get(tax_id, 0) == oracle(items, tax_id, where, rounding)


@given(taxables, st.sampled_from(TaxRounding), st.sampled_from(Rounding))
def test_shares_of_the_lines_add_up_to_the_taxes(items: list[Taxable], where: TaxRounding, rounding: Rounding) -> None:
    result = compute_tax(items, 10, RATES, where, rounding)
    assert sum(result.added_by_line) == sum(tax.tax_minor for tax in result.taxes if not tax.included)
    assert sum(result.included_by_line) + sum(result.included_in_fees_by_line) == sum(
        tax.tax_minor for tax in result.taxes if tax.included
    )
    taxed_lines = {item.line_index for item in items if item.tax_ids}
    for line in set(range(10)) - taxed_lines:
        assert result.added_by_line[line] == result.included_by_line[line] == 0


@given(taxables, st.sampled_from(TaxRounding), st.sampled_from(Rounding))
def test_base_and_included_taxes_make_up_the_price(
    items: list[Taxable], where: TaxRounding, rounding: Rounding
) -> None:
    """Where every taxed amount has the same taxes, their base is one, and price = base + included taxes."""
    same = [Taxable(i.line_index, i.amount_minor, ("state", "vat", "levy"), i.quantity_milli) for i in items]
    result = compute_tax(same, 10, RATES, where, rounding)
    price = sum(item.amount_minor for item in same)
    included = sum(tax.tax_minor for tax in result.taxes if tax.included)
    assert all(tax.base_minor == price - included for tax in result.taxes)


def charge(amount_minor: int, rate_micro: int, *, quantity: int = 1, where: str = "transaction") -> int:
    rates = {"t": TaxRate("t", rate_micro)}
    item = Taxable(0, amount_minor, ("t",), quantity * 1000)
    return sum(compute_tax([item], 1, rates, TaxRounding(where), Rounding.HALF_UP).added_by_line)


def test_examples_of_the_programme() -> None:
    assert charge(150, 70_000) == 11
    assert charge(1999, 88_750) == 177
    assert charge(1367, 150_000) == 205
    assert charge(9500, 72_500) == 689
    assert charge(9000, 72_500) == 653
    assert charge(321, 70_000, quantity=3, where="item") == 21
    assert charge(321, 70_000, quantity=3, where="transaction") == 22


def test_half_even_leaves_the_even_cent() -> None:
    rates = {"t": TaxRate("t", 50_000)}
    for amount_minor, tax_minor in ((10, 0), (30, 2), (50, 2), (70, 4)):
        result = compute_tax([Taxable(0, amount_minor, ("t",))], 1, rates, TaxRounding.TRANSACTION, Rounding.HALF_EVEN)
        assert result.taxes[0].tax_minor == tax_minor == round(Decimal(amount_minor) * 5 / 100)


def test_two_taxes_included_in_a_price_have_the_same_base() -> None:
    rates = {"gst": TaxRate("gst", 50_000, included=True), "pst": TaxRate("pst", 70_000, included=True)}
    item = Taxable(0, 11_200, ("gst", "pst"))
    result = compute_tax([item], 1, rates, TaxRounding.TRANSACTION, Rounding.HALF_UP)
    assert [(tax.base_minor, tax.tax_minor) for tax in result.taxes] == [(10_000, 500), (10_000, 700)]


def test_no_tax_is_charged_on_a_tax_that_the_price_includes() -> None:
    rates = {"vat": TaxRate("vat", 200_000, included=True), "city": TaxRate("city", 10_000)}
    item = Taxable(0, 12_000, ("vat", "city"))
    result = compute_tax([item], 1, rates, TaxRounding.TRANSACTION, Rounding.HALF_UP)
    assert [(tax.base_minor, tax.tax_minor) for tax in result.taxes] == [(10_000, 2_000), (10_000, 100)]


def test_taxes_come_in_the_order_of_the_store_whatever_was_sold_first() -> None:
    items = [Taxable(0, 100, ("zero", "city")), Taxable(1, 100, ("state",))]
    result = compute_tax(items, 2, RATES, TaxRounding.TRANSACTION, Rounding.HALF_UP)
    assert [tax.tax_id for tax in result.taxes] == ["state", "city", "zero"]


def test_a_fee_is_rounded_for_itself_where_items_are() -> None:
    rates = {"t": TaxRate("t", 72_500)}
    items = [Taxable(0, 1000, ("t",)), Taxable(0, 500, ("t",), fee_number=1)]
    per_item = compute_tax(items, 1, rates, TaxRounding.ITEM, Rounding.HALF_UP)
    per_transaction = compute_tax(items, 1, rates, TaxRounding.TRANSACTION, Rounding.HALF_UP)
    assert per_item.added_by_line == [73 + 36]
    assert per_transaction.added_by_line == [109]


def test_nothing_priced_is_nothing_taxed_and_an_unknown_tax_is_no_tax_of_zero() -> None:
    assert compute_tax([Taxable(0, 0, ("state",))], 1, RATES, TaxRounding.ITEM, Rounding.HALF_UP).taxes == []
    with pytest.raises(KeyError):
        compute_tax([Taxable(0, 1, ("moon",))], 1, RATES, TaxRounding.ITEM, Rounding.HALF_UP)
