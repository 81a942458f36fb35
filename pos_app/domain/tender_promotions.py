"""Promotions that ask for a way to pay: the one that the payment so far brought, and what another tender would bring.

One of them counts in a sale at most, the one that leaves the least to pay. Nothing of it is kept: amounts are always
those of the tenders there are, so it comes and goes with its tender. One that would leave less to pay than is paid
already does not count, so that nothing ever has to be given back in the middle of a payment.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pos_app.domain.basket import Basket
from pos_app.domain.pricing import PricedBasket, PricingRules, price
from pos_app.domain.promotions import Occasion, PaidWith, Promotion
from pos_app.domain.tenders import Tender, TenderType, settle


class TenderOffer(NamedTuple):
    """What the rest of the sale comes to when it is paid with the promotion's tender, and what that saves."""

    promotion: Promotion
    pays_minor: int
    saves_minor: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A sale and how it is paid so far; points_discount_minor see price(). Amounts are worked out once."""

    basket: Basket
    rules: PricingRules
    occasion: Occasion
    tenders: tuple[Tender, ...]
    points_discount_minor: int = 0
    _priced: dict[str, PricedBasket] = field(default_factory=dict, compare=False, repr=False)

    def priced(self, by_tender: str = "") -> PricedBasket:
        """The amounts, with the one promotion of the payment, whether the payment brought it or not."""
        if by_tender not in self._priced:
            occasion = self.occasion._replace(by_tender=by_tender)
            self._priced[by_tender] = price(self.basket, self.rules, self.points_discount_minor, occasion)
        return self._priced[by_tender]

    def same_goods(self, other: "Payment") -> bool:
        """True when both cost the same, whatever is paid."""
        return (
            self.basket is other.basket
            and self.rules is other.rules
            and self.occasion == other.occasion
            and self.points_discount_minor == other.points_discount_minor
        )

    def due_minor(self, total_minor: int) -> int:
        """What is left to pay of a total."""
        return settle(total_minor, self.tenders, self.rules.cash_step_minor, self.rules.rounding).due_minor

    def in_force(self) -> Iterator[Promotion]:
        """The promotions that ask for a tender, by priority."""
        return (one for one in self.rules.promotions.by_tender if one.in_force(self.occasion))

    def with_tender(self, tender: Tender) -> "Payment":
        """The payment with one part more, not of points: the goods cost the same, before its promotion."""
        return replace(self, tenders=(*self.tenders, tender))


def is_paid_with(asked: PaidWith, tender: Tender) -> bool:
    """True when this tender is of the kind, or the card of the brand, that a promotion asks for."""
    if asked.tender not in (tender.counted_as, tender.tender_type.value):
        return False
    return tender.description.casefold().startswith(asked.card_brand.casefold())


def price_paid(payment: Payment) -> PricedBasket:
    """The amounts of a sale that is paid like this so far."""
    plain = best = payment.priced()
    if not payment.rules.promotions.by_tender or not payment.tenders:
        return plain
    for promotion in payment.in_force():
        if _paid_minor(promotion, payment):
            priced = payment.priced(promotion.promotion_id)
            if priced.total_minor < best.total_minor and _counts(promotion, payment, plain, priced):
                best = priced
    return best


def fitting_minor(payment: Payment, tender: Tender) -> int:
    """How much of this tender the sale takes: no more than it is worth, nor than is left with what it brings."""
    plain_due = payment.due_minor(price_paid(payment).total_minor)
    amounts = {min(tender.amount_minor, plain_due)}
    for promotion in payment.in_force():
        if promotion.paid_with is not None and is_paid_with(promotion.paid_with, tender):
            with_it = payment.due_minor(payment.priced(promotion.promotion_id).total_minor)
            amounts.add(min(tender.amount_minor, with_it))

    def left_to_pay(amount_minor: int) -> tuple[int, int]:
        after = payment.with_tender(replace(tender, amount_minor=amount_minor, tendered_minor=amount_minor))
        total_minor = price_paid(after).total_minor
        return total_minor, -amount_minor

    return min((amount for amount in amounts if amount > 0), key=left_to_pay, default=0)


def tender_offers(payment: Payment) -> tuple[TenderOffer, ...]:
    """What paying the rest in another way would save, most first; nothing for a promotion that counts already."""
    if not payment.rules.promotions.by_tender or payment.basket.is_empty:
        return ()
    due_minor = payment.due_minor(price_paid(payment).total_minor)
    offers: list[TenderOffer] = []
    for promotion in payment.in_force():
        assert promotion.paid_with is not None
        tender = _of_kind(promotion.paid_with, due_minor)
        amount_minor = fitting_minor(payment, tender)
        if not 0 < amount_minor < due_minor:
            continue
        after = payment.with_tender(replace(tender, amount_minor=amount_minor, tendered_minor=amount_minor))
        total_minor = price_paid(after).total_minor
        it_is_this_one = total_minor == payment.priced(promotion.promotion_id).total_minor
        if it_is_this_one and after.due_minor(total_minor) == 0:
            offers.append(TenderOffer(promotion, amount_minor, due_minor - amount_minor))
    return tuple(sorted(offers, key=lambda offer: -offer.saves_minor))


def _counts(promotion: Promotion, payment: Payment, plain: PricedBasket, priced: PricedBasket) -> bool:
    assert promotion.paid_with is not None
    by_points_minor = sum(t.amount_minor for t in payment.tenders if t.tender_type is TenderType.POINTS)
    asked_minor = promotion.paid_with.minimum_minor or plain.total_minor - by_points_minor
    off_minor = plain.total_minor - priced.total_minor
    return _paid_minor(promotion, payment) + off_minor >= asked_minor and payment.due_minor(priced.total_minor) >= 0


def _paid_minor(promotion: Promotion, payment: Payment) -> int:
    asked = promotion.paid_with
    return sum(t.amount_minor for t in payment.tenders if asked is not None and is_paid_with(asked, t))


def _of_kind(asked: PaidWith, amount_minor: int) -> Tender:
    kinds = {kind.value: kind for kind in TenderType}
    kind = kinds.get(asked.tender)
    if kind is None:
        return Tender("", TenderType.VOUCHER, amount_minor, amount_minor, 0, "", "", asked.tender)
    return Tender("", kind, amount_minor, amount_minor, description=asked.card_brand)
