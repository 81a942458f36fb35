"""What a receipt says of taxes and fees: each by its name, and nothing of what is not due."""

from datetime import UTC, datetime

import pytest
from fakes.memory_shop import PlainFormatter, profile

from pos_app.domain.basket import Basket
from pos_app.domain.item import Fee, Item
from pos_app.domain.pricing import price
from pos_app.domain.promotions import Occasion
from pos_app.domain.receipt_document import Pair, Text
from pos_app.domain.retail_transaction import TransactionHeader, complete
from pos_app.domain.rewards import EarnedPoints, ProgrammeTerms
from pos_app.domain.store import StoreProfile
from pos_app.domain.tax import TaxRate
from pos_app.domain.tax_table import TaxRelief
from pos_app.domain.tenders import Settlement
from pos_app.services.receipts import compose_sale_receipt

AT = datetime(2026, 8, 1, 12, tzinfo=UTC)
HEADER = TransactionHeader("t-1", 1, "001", "02", "associate-1", "2026-08-01", AT.isoformat(), "USD")
STORE = profile(
    tax_rates=(
        TaxRate("state", 60_000, name="State tax", categories=("general",)),
        TaxRate("county", 12_500, name="County tax", categories=("general",)),
    )
)


def printed(basket: Basket, store: StoreProfile = STORE) -> list[str]:
    priced = price(basket, store.pricing_rules(), occasion=Occasion(AT, "001"))
    settlement = Settlement(priced.total_minor, priced.total_minor, 0, 0)
    sale = complete(HEADER, AT.isoformat(), basket, priced, (), settlement, EarnedPoints())
    document = compose_sale_receipt(sale, store, PlainFormatter(), ProgrammeTerms(), None)
    pairs = [f"{block.left}|{block.right}" if isinstance(block, Pair) else block.text.strip()
             for block in document.blocks if isinstance(block, Pair | Text)]  # fmt: skip
    return pairs[2:]


def basket_of(*tax_ids: str, fees: tuple[Fee, ...] = ()) -> Basket:
    return Basket().add(Item("10", "Television", 50_000, tax_ids, category="tv", fees=fees), "10")


def test_every_authority_is_printed_by_its_name() -> None:
    lines = printed(basket_of("general"))
    assert "State tax 6%|30.00" in lines
    assert "County tax 1.25%|6.25" in lines


@pytest.mark.parametrize("item_taxes", [pytest.param((), id="no-tax-category"), pytest.param(("zero",), id="rate-0")])
def test_goods_without_tax_print_no_tax_of_zero(item_taxes: tuple[str, ...]) -> None:
    store = profile(tax_rates=(TaxRate("general", 82_500, name="Sales tax"), TaxRate("zero", 0, name="Zero rate")))
    assert not [line for line in printed(basket_of(*item_taxes), store) if "tax" in line.lower() or "Zero" in line]


def test_fees_stand_below_their_item_and_in_the_totals() -> None:
    lines = printed(basket_of("general", fees=(Fee("r", "Recycling fee", 600), Fee("i", "Installation", 9_900))))
    at = lines.index("Television|500.00")
    assert lines[at + 1 : at + 3] == ["Recycling fee|6.00", "Installation|99.00"]
    assert "Fees|105.00" in lines


def test_a_tax_holiday_is_said_at_the_line_that_it_spared() -> None:
    holiday = TaxRelief("h", "Back to school", tax_ids=("state",))
    lines = printed(basket_of("general"), profile(tax_rates=STORE.tax_rates, tax_reliefs=(holiday,)))
    assert "Tax free: Back to school" in lines
    assert not [line for line in lines if line.startswith("State tax")]
    assert "County tax 1.25%|6.25" in lines


def test_an_exemption_from_one_tax_names_it_and_prints_the_other() -> None:
    lines = printed(basket_of("general").exempt("EX-7", ("state",)))
    at = lines.index("Tax exempt, certificate EX-7")
    assert lines[at + 1] == "State tax"
    assert "County tax 1.25%|6.25" in lines
