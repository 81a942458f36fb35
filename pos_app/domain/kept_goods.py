"""What the goods a customer keeps would have cost without those that come back.

A promotion that needed the returned goods (buy two, get one; ten dollars off a hundred) is not given for the rest.
The whole sale is priced again first: only when that gives exactly what was paid is the store's promotion book still
the one of the sale, and the part that is kept can be priced by it. Otherwise every piece counts as it was paid.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pos_app.domain.basket import Basket, BasketLine, EntryMethod
from pos_app.domain.item import Item, ItemKind, SoldBy
from pos_app.domain.pricing import PricingRules, price
from pos_app.domain.promotions import Occasion
from pos_app.domain.retail_transaction import RetailTransaction, SaleLine
from pos_app.domain.rounding import divide


@dataclass(frozen=True, slots=True)
class KeptGoods:
    """paid_minor is what was paid for the goods kept, price_minor what they cost by themselves, both with the tax on
    the difference."""

    paid_minor: int
    price_minor: int

    @property
    def loss_minor(self) -> int:
        """What the promotions of the goods kept are worth less now; never below 0."""
        return max(0, self.price_minor - self.paid_minor)


def price_kept(
    sale: RetailTransaction,
    kept_milli: Mapping[int, int],
    rules: PricingRules,
    brand_of: Callable[[str], str] = lambda code: "",
) -> KeptGoods | None:
    """What the goods kept cost by themselves; kept_milli is by line number. None when it cannot be said."""
    if not any(line.promotions for line in sale.lines):
        return None
    sold = [line for line in sale.lines if not line.voided]
    quantities = {line.line_number: line.quantity_milli for line in sold}
    whole = _net_by_line(sale, sold, quantities, rules, brand_of)
    if whole != {line.line_number: line.net_minor for line in sold}:
        return None
    kept = {number: milli for number, milli in kept_milli.items() if milli > 0}
    alone = _net_by_line(sale, sold, kept, rules, brand_of)
    paid_minor = extra_minor = 0
    taxed = 0
    for line in sold:
        kept_now = kept.get(line.line_number, 0)
        share = line.net_minor * kept_now // line.quantity_milli
        extra = alone.get(line.line_number, 0) - share
        paid_minor += share
        extra_minor += extra
        taxed += extra * _added_rate(sale, line)
    loss = extra_minor + divide(taxed, 1_000_000, rules.rounding) if extra_minor > 0 else 0
    return KeptGoods(paid_minor, paid_minor + loss)


def _net_by_line(
    sale: RetailTransaction,
    sold: list[SaleLine],
    quantities: Mapping[int, int],
    rules: PricingRules,
    brand_of: Callable[[str], str],
) -> dict[int, int]:
    lines = tuple(
        BasketLine(
            line.line_number,
            _item(line, brand_of(line.code)),
            line.code,
            quantities[line.line_number],
            line.unit_price_minor,
            EntryMethod(line.entry_method),
        )
        for line in sold
        if line.line_number in quantities
    )
    header = sale.header
    occasion = Occasion(datetime.fromisoformat(header.began_at), header.store_id, sale.earned.segment)
    priced = price(Basket(lines, promo_codes=sale.promo_codes), replace(rules, tax_rates={}), occasion=occasion)
    return {line.line_number: line.net_minor for line in priced.lines}


def _item(line: SaleLine, brand: str) -> Item:
    return Item(
        line.item_id,
        line.name,
        line.unit_price_minor,
        kind=ItemKind(line.kind),
        sold_by=SoldBy(line.sold_by),
        category=line.category,
        brand=brand,
    )


def _added_rate(sale: RetailTransaction, line: SaleLine) -> int:
    """The taxes added to the line's price, in millionths."""
    rates = {tax.tax_id: tax.rate_micro for tax in sale.taxes if not tax.included}
    return sum(rates.get(tax.tax_id, 0) for tax in line.taxes)
