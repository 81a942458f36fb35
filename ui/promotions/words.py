"""What promotions save, in the few words that a row, a chip or a line of the payment has room for."""

from typing import NamedTuple

from pos_app.domain.pricing import TAX_EXEMPTION, PricedLine
from pos_app.domain.promotion_hints import Hint
from pos_app.domain.promotions import PERCENT_SCALE, PromotionKind
from pos_app.domain.tender_promotions import TenderOffer
from pos_app.domain.tenders import TenderType
from pos_app.ports import Formatter
from pos_app.services.current_sale import SaleView
from pos_app.services.selling import Selling

_TENDERS = {TenderType.CARD.value: "card", TenderType.GIFT_CARD.value: "gift card", "store_credit": "store credit"}


def why_less(priced: PricedLine) -> str:
    """Why a line costs less: its promotions, then what was given by hand; the first of them, and how many more."""
    names = [part.name for part in priced.promotions]
    by_hand_minor = priced.discount_minor - sum(part.reduction_minor for part in priced.promotions)
    if by_hand_minor:
        names.append(priced.line.discounts[-1].reason if priced.line.discounts else "Discount")
    return names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}"


class Saving(NamedTuple):
    """A row of the payment: promotions together, a promo code, or what was given by hand."""

    name: str
    amount_minor: int


def savings(view: SaleView, selling: Selling, rows: int) -> list[Saving]:
    """What was taken off the sale, in so many rows at most: all in one where there is no room for more."""
    by_promotion: dict[str, int] = {}
    for line in view.priced.lines:
        for part in line.promotions:
            by_promotion[part.promotion_id] = by_promotion.get(part.promotion_id, 0) + part.reduction_minor
    by_hand_minor = view.priced.discount_minor - sum(by_promotion.values())
    exempt_minor = by_promotion.pop(TAX_EXEMPTION, 0)
    codes: list[Saving] = []
    for code in view.basket.promo_codes:
        found = selling.find_promo_code(code)
        codes.append(Saving(f"Code {code}", by_promotion.pop(found[1].promotion_id, 0) if found else 0))
    others = (
        Saving("Promotions", sum(by_promotion.values())),
        *codes,
        Saving("Discounts", by_hand_minor),
        Saving("Tax in the price", exempt_minor),
    )
    made = [saving for saving in others if saving.amount_minor or saving in codes]
    if len(made) <= max(rows, 1):
        return made
    names = ", ".join(view.basket.promo_codes)
    return [Saving(f"Savings · {names}" if names else "Savings", view.priced.discount_minor)]


def hint_words(hint: Hint, formatter: Formatter) -> tuple[str, str]:
    """One more, or a little more money; long, and short for a narrow place."""
    name = hint.promotion.name or hint.promotion.promotion_id
    if not hint.missing_pieces:
        words = f"{formatter.money(hint.missing_minor)} more: {name}"
        return words, words
    free = hint.promotion.kind is PromotionKind.BUY_GET and hint.promotion.percent_micro == PERCENT_SCALE
    gain = "one is free" if free else f"saves {formatter.money(hint.saves_minor)}"
    return f"1 more: {name}, {gain}", f"1 more: {name}"


def offer_words(offer: TenderOffer, formatter: Formatter) -> str:
    """What paying in another way would save, before anybody pays."""
    return f"Save {formatter.money(offer.saves_minor)} with {tender_words(offer)}"


def tender_words(offer: TenderOffer) -> str:
    """What the customer would have to pay with."""
    asked = offer.promotion.paid_with
    if asked is None:
        return ""
    return asked.card_brand or _TENDERS.get(asked.tender, asked.tender.replace("_", " "))
