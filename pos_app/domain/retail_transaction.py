"""A completed retail transaction: what the journal keeps of a sale, for ever.

It holds every input of its amounts and points, so that both can be recomputed and explained years later.
"""

from dataclasses import dataclass
from typing import NamedTuple

from pos_app.domain.basket import Basket, Discount, MemberReference, PromoCodeUse
from pos_app.domain.item import PRODUCTS, SoldBy
from pos_app.domain.pricing import PricedBasket, PricedLine
from pos_app.domain.promotions import NO_PROMOTIONS, LinePromotion, PromotionBook
from pos_app.domain.rewards import EarnedPoints
from pos_app.domain.tax import TaxLine
from pos_app.domain.tenders import Settlement, Tender, TenderType


@dataclass(frozen=True, slots=True)
class TransactionHeader:
    """What was fixed when the transaction began. Times are ISO 8601 with offset."""

    transaction_id: str
    sequence_number: int
    store_id: str
    workstation_id: str
    operator_id: str
    business_day: str
    began_at: str
    currency_code: str
    training: bool = False

    @property
    def receipt_number(self) -> str:
        """Store-terminal-sequence, as printed and scanned."""
        return f"{self.store_id}-{self.workstation_id}-{self.sequence_number:06d}"


class LineTax(NamedTuple):
    """What one tax came to on a line and its fees."""

    tax_id: str
    base_minor: int
    tax_minor: int


class LineFee(NamedTuple):
    """A fee of a line, part of its fees_minor; taxes are those of the fee, part of the line's."""

    fee_id: str
    name: str
    amount_minor: int
    refundable: bool = True
    taxes: tuple[LineTax, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeUse:
    """A promo code of a sale: what it took off (0: it did not count), how its use was reserved, and in how many sales
    it may count (0: any number).
    """

    code: str
    promotion_id: str
    reduction_minor: int
    hold_id: str = ""
    offline: bool = False
    uses: int = 0


class GivenDiscount(NamedTuple):
    """A reduction given by hand, with its reason: percent_micro or amount_minor is set."""

    reason: str
    percent_micro: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class SaleLine:
    """SaleReturn line item (ARTS). Voided lines are kept, with all amounts 0.

    former_price_minor is the price before it changed under way; price_list is empty for the catalogue's own price.

    included_tax_minor is what net_minor contains, fees_included_tax_minor what fees_minor contains. tax_reliefs are
    the names of holidays and thresholds that spared the line from a tax.
    """

    line_number: int
    item_id: str
    code: str
    name: str
    category: str
    kind: str
    entry_method: str
    quantity_milli: int
    unit_price_minor: int
    gross_minor: int
    discount_minor: int
    net_minor: int
    fees_minor: int
    tax_minor: int
    included_tax_minor: int
    points_base: int
    points_bonus: int
    offer_id: str = ""
    price_reason: str = ""
    voided: bool = False
    to_ship: bool = False
    fees_included_tax_minor: int = 0
    taxes: tuple[LineTax, ...] = ()
    sold_by: str = SoldBy.EACH.value
    promotions: tuple[LinePromotion, ...] = ()
    fees: tuple[LineFee, ...] = ()
    tax_reliefs: tuple[str, ...] = ()
    serial_number: str = ""
    former_price_minor: int | None = None
    price_list: str = ""
    given_discounts: tuple[GivenDiscount, ...] = ()

    @property
    def points(self) -> int:
        """All points the line earned."""
        return self.points_base + self.points_bonus


@dataclass(frozen=True, slots=True)
class RetailTransaction:
    """A sale, complete and paid. promotions_id names the edition of the store's promotions it was rung up with."""

    header: TransactionHeader
    ended_at: str
    lines: tuple[SaleLine, ...]
    taxes: tuple[TaxLine, ...]
    tenders: tuple[Tender, ...]
    subtotal_minor: int
    discount_minor: int
    fees_minor: int
    tax_minor: int
    included_tax_minor: int
    total_minor: int
    cash_rounding_minor: int
    change_minor: int
    member: MemberReference | None
    earned: EarnedPoints
    promo_codes: tuple[str, ...] = ()
    tax_certificate: str = ""
    exempt_tax_ids: tuple[str, ...] = ()
    ship_region: str = ""
    age_checked: int = 0
    code_uses: tuple[CodeUse, ...] = ()
    promotions_id: str = ""
    given_discounts: tuple[GivenDiscount, ...] = ()

    @property
    def points_used(self) -> int:
        """Points that paid for the sale."""
        return sum(tender.points for tender in self.tenders if tender.tender_type is TenderType.POINTS)


def sale_lines(basket: Basket, priced: PricedBasket, earned: EarnedPoints) -> tuple[SaleLine, ...]:
    """The basket's lines with their amounts and points, as the journal would keep them now."""
    taxes_by_number = _taxes_by_number(priced)
    fee_taxes = _taxes_by_fee(priced)
    priced_by_number = {line.line_number: line for line in priced.lines}
    points_by_number = {line.line_number: line for line in earned.lines}
    lines: list[SaleLine] = []
    for line in basket.lines:
        amounts = priced_by_number.get(line.line_number)
        points = points_by_number.get(line.line_number)
        lines.append(
            SaleLine(
                line_number=line.line_number,
                item_id=line.item.item_id,
                code=line.code,
                name=line.item.name,
                category=line.item.category,
                kind=line.item.kind.value,
                entry_method=line.entry_method.value,
                quantity_milli=line.quantity_milli,
                unit_price_minor=line.unit_price_minor,
                gross_minor=amounts.gross_minor if amounts else 0,
                discount_minor=amounts.discount_minor if amounts else 0,
                net_minor=amounts.net_minor if amounts else 0,
                fees_minor=amounts.fees_minor if amounts else 0,
                tax_minor=amounts.tax_minor if amounts else 0,
                included_tax_minor=amounts.included_tax_minor if amounts else 0,
                points_base=points.base_points if points else 0,
                points_bonus=points.bonus_points if points else 0,
                offer_id=points.offer_id if points else "",
                price_reason=line.price_reason,
                voided=line.voided,
                to_ship=line.to_ship,
                fees_included_tax_minor=amounts.fees_included_tax_minor if amounts else 0,
                taxes=taxes_by_number.get(line.line_number, ()),
                sold_by=line.item.sold_by.value,
                promotions=amounts.promotions if amounts else (),
                former_price_minor=line.former_price_minor,
                price_list=line.price_list,
                fees=_line_fees(amounts, fee_taxes) if amounts and amounts.fees else (),
                tax_reliefs=amounts.tax_reliefs if amounts else (),
                serial_number=line.serial_number,
                given_discounts=_given(line.discounts),
            )
        )
    return tuple(lines)


def _given(discounts: tuple[Discount, ...]) -> tuple[GivenDiscount, ...]:
    return tuple(GivenDiscount(one.reason, one.percent_micro, one.amount_minor) for one in discounts)


def _taxes_by_number(priced: PricedBasket) -> dict[int, tuple[LineTax, ...]]:
    """Each line's taxes; those of its fees are counted with it."""
    sums: dict[int, dict[str, tuple[int, int]]] = {}
    for part in priced.tax_parts:
        of_line = sums.setdefault(priced.lines[part.line_index].line_number, {})
        base_minor, tax_minor = of_line.get(part.tax_id, (0, 0))
        of_line[part.tax_id] = (base_minor + part.base_minor, tax_minor + part.tax_minor)
    return {
        number: tuple(LineTax(tax_id, *amounts) for tax_id, amounts in of_line.items())
        for number, of_line in sums.items()
    }


def _taxes_by_fee(priced: PricedBasket) -> dict[tuple[int, int], tuple[LineTax, ...]]:
    """Line number and number of the fee -> its taxes."""
    found: dict[tuple[int, int], tuple[LineTax, ...]] = {}
    for part in priced.tax_parts:
        if part.fee_number:
            key = (priced.lines[part.line_index].line_number, part.fee_number)
            found[key] = (*found.get(key, ()), LineTax(part.tax_id, part.base_minor, part.tax_minor))
    return found


def _line_fees(amounts: PricedLine, taxes: dict[tuple[int, int], tuple[LineTax, ...]]) -> tuple[LineFee, ...]:
    return tuple(
        LineFee(fee.fee_id, fee.name, amount_minor, fee.refundable, taxes.get((amounts.line_number, number), ()))
        for number, (fee, amount_minor) in enumerate(amounts.fees, 1)
    )


def complete(
    header: TransactionHeader,
    ended_at: str,
    basket: Basket,
    priced: PricedBasket,
    tenders: tuple[Tender, ...],
    settlement: Settlement,
    earned: EarnedPoints,
    promotions: PromotionBook = NO_PROMOTIONS,
    promotions_id: str = "",
) -> RetailTransaction:
    """The finished transaction. Raises ValueError when something is still due: that is a bug of the caller."""
    if settlement.due_minor:
        raise ValueError(f"the sale still has {settlement.due_minor} minor units due")
    return RetailTransaction(
        header=header,
        ended_at=ended_at,
        lines=sale_lines(basket, priced, earned),
        taxes=priced.taxes,
        tenders=tenders,
        subtotal_minor=priced.subtotal_minor,
        discount_minor=priced.discount_minor,
        fees_minor=priced.fees_minor,
        tax_minor=priced.tax_minor,
        included_tax_minor=priced.included_tax_minor,
        total_minor=priced.total_minor,
        cash_rounding_minor=settlement.cash_rounding_minor,
        change_minor=settlement.change_minor,
        member=basket.member,
        earned=earned,
        promo_codes=basket.promo_codes,
        given_discounts=_given(basket.discounts),
        tax_certificate=basket.tax_certificate,
        exempt_tax_ids=basket.exempt_tax_ids,
        ship_region=basket.ship_region,
        age_checked=basket.age_checked,
        code_uses=_code_uses(basket, priced, promotions),
        promotions_id=promotions_id,
    )


def _code_uses(basket: Basket, priced: PricedBasket, promotions: PromotionBook) -> tuple[CodeUse, ...]:
    """What each promo code did. Of two codes of one promotion the first one counts."""
    reserved = {use.code: use for use in basket.code_uses}
    counted: set[str] = set()
    uses: list[CodeUse] = []
    for text in basket.promo_codes:
        found = promotions.find_code(text)
        if found is None:
            continue
        code, promotion_id = found[0].code, found[1].promotion_id
        reduction_minor = 0 if promotion_id in counted else priced.taken_off(promotion_id)
        counted.add(promotion_id)
        how = reserved.get(text, PromoCodeUse(text))
        uses.append(CodeUse(code, promotion_id, reduction_minor, how.hold_id, how.offline, found[0].uses))
    return tuple(uses)


def is_product(line: SaleLine) -> bool:
    """True for lines that may earn points."""
    return line.kind in PRODUCTS
