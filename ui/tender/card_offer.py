"""A card that brings a promotion: asked about before any card is charged, since its brand is known only afterwards."""

from collections.abc import Callable, Sequence
from functools import partial

from pos_app.domain.tender_promotions import TenderOffer
from pos_app.domain.tenders import TenderType
from pos_app.ports import Formatter
from ui.messages import Choice, Question


def any_card_minor(offers: Sequence[TenderOffer], due_minor: int) -> int:
    """What a card pays whose brand is not known: less than is due where any card brings a promotion."""
    by_any = (one.pays_minor for one in offers if _brand(one) == "")
    return min(by_any, default=due_minor)


def brand_question(
    offers: Sequence[TenderOffer], any_card: int, pay: Callable[[int], None], formatter: Formatter
) -> Question | None:
    """Is it the card that saves more? None when no brand does."""
    better = [one for one in offers if _brand(one) and one.pays_minor < any_card]
    if not better:
        return None
    offer = min(better, key=lambda one: one.pays_minor)
    brand, saves = _brand(offer), formatter.money(any_card - offer.pays_minor)
    return Question(
        f"Paying with {brand}?",
        f"{offer.promotion.name or 'A promotion'}: with it the customer pays {saves} less.",
        (
            Choice(f"Another card, {formatter.money(any_card)}", partial(pay, any_card)),
            Choice(f"{brand}, {formatter.money(offer.pays_minor)}", partial(pay, offer.pays_minor), "accent"),
        ),
        "credit-card",
    )


def _brand(offer: TenderOffer) -> str | None:
    """The brand that a promotion asks for, empty for any card, None where it asks for no card."""
    asked = offer.promotion.paid_with
    return asked.card_brand if asked is not None and asked.tender == TenderType.CARD.value else None
