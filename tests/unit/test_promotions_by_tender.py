"""Promotions for a way to pay: they come with the tender, go with it, and never leave money to be given back."""

from dataclasses import replace

import pytest
from fakes.promoted import AT, basket_of, book_rules, promotion, thing
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket
from pos_app.domain.pricing import PricingRules
from pos_app.domain.promotions import Occasion, PaidWith
from pos_app.domain.tender_promotions import Payment, fitting_minor, price_paid, tender_offers
from pos_app.domain.tenders import Tender, TenderType

STORE_CARD = promotion("card", "percent", percent_micro=50_000, paid_with=PaidWith("card", "Northgate Card"))
GIFT_CARD = promotion("gift", "amount", amount_minor=1000, paid_with=PaidWith("gift_card", minimum_minor=10_000))


def payment(basket: Basket, *tenders: Tender, rules: PricingRules | None = None) -> Payment:
    """A sale paid like this so far."""
    return Payment(basket, rules or book_rules(STORE_CARD, GIFT_CARD), Occasion(AT, "001"), tenders)


def part(kind: TenderType, amount_minor: int, description: str = "") -> Tender:
    """A part of a payment."""
    return Tender(f"t{amount_minor}", kind, amount_minor, amount_minor, description=description)


def card(amount_minor: int, brand: str = "Northgate Card") -> Tender:
    """A card payment as the terminal answers it."""
    return part(TenderType.CARD, amount_minor, f"{brand} •••• 4242")


def total(made: Payment) -> int:
    """What the sale comes to."""
    return price_paid(made).total_minor


def test_the_stores_card_saves_five_percent_of_a_sale_that_it_pays_whole() -> None:
    basket = basket_of(thing("a", 10_000))
    assert total(payment(basket)) == 10_000
    assert total(payment(basket, card(9_500))) == 9_500
    assert total(payment(basket, card(9_500, "Visa"))) == 10_000
    assert total(payment(basket, card(5_000))) == 10_000


def test_a_payment_that_was_made_for_the_full_price_is_never_too_much() -> None:
    basket = basket_of(thing("a", 10_000))
    assert total(payment(basket, card(10_000))) == 10_000


def test_ten_dollars_off_from_a_hundred_on_a_gift_card() -> None:
    for price_minor, taken_minor in ((9_999, 9_999), (10_000, 9_000), (10_500, 9_500), (20_000, 19_000)):
        basket = basket_of(thing("a", price_minor))
        offered = part(TenderType.GIFT_CARD, price_minor)
        assert fitting_minor(payment(basket), offered) == taken_minor
        paid = payment(basket, part(TenderType.GIFT_CARD, taken_minor))
        assert total(paid) == taken_minor


def test_a_gift_card_that_holds_less_brings_what_it_can() -> None:
    basket = basket_of(thing("a", 20_000))
    assert fitting_minor(payment(basket), part(TenderType.GIFT_CARD, 5_000)) == 5_000
    assert total(payment(basket, part(TenderType.GIFT_CARD, 5_000))) == 20_000
    assert total(payment(basket, part(TenderType.GIFT_CARD, 12_000))) == 19_000
    two = (part(TenderType.GIFT_CARD, 5_000), part(TenderType.GIFT_CARD, 6_000))
    assert total(payment(basket, *two)) == 19_000


def test_it_goes_when_its_tender_is_taken_out() -> None:
    basket = basket_of(thing("a", 20_000))
    paid = payment(basket, part(TenderType.GIFT_CARD, 12_000), card(2_000, "Visa"))
    assert total(paid) == 19_000
    assert total(replace(paid, tenders=paid.tenders[1:])) == 20_000


def test_of_two_the_one_that_leaves_less_to_pay_counts() -> None:
    both = (
        promotion("three", "percent", percent_micro=30_000, paid_with=PaidWith("gift_card")),
        promotion("ten", "amount", amount_minor=1000, paid_with=PaidWith("gift_card")),
    )
    for price_minor, expected in ((20_000, "ten"), (50_000, "three")):
        made = payment(basket_of(thing("a", price_minor)), rules=book_rules(*both))
        offers = tender_offers(made)
        assert {offer.promotion.promotion_id for offer in offers} == {expected}


def test_what_it_would_save_is_known_before_anybody_pays() -> None:
    offers = tender_offers(payment(basket_of(thing("a", 15_000))))
    assert [(offer.promotion.promotion_id, offer.pays_minor, offer.saves_minor) for offer in offers] == [
        ("gift", 14_000, 1_000),
        ("card", 14_250, 750),
    ]
    assert tender_offers(payment(basket_of(thing("a", 15_000)), card(14_250))) == ()
    assert tender_offers(payment(Basket())) == ()


def test_what_points_pay_is_not_asked_of_the_card() -> None:
    basket = basket_of(thing("a", 10_000))
    points = replace(part(TenderType.POINTS, 1_000), points=1_000)
    assert total(payment(basket, points, card(8_500))) == 9_500


def test_a_tender_of_the_stores_own_may_be_asked_for() -> None:
    rules = book_rules(promotion("fin", "percent", percent_micro=20_000, paid_with=PaidWith("financing_plan")))
    financed = replace(part(TenderType.FINANCING, 9_800), definition_id="financing_plan")
    assert total(payment(basket_of(thing("a", 10_000)), financed, rules=rules)) == 9_800


@pytest.mark.parametrize("tender", ["cash", "points", ""])
def test_cash_and_points_are_not_asked_for(tender: str) -> None:
    with pytest.raises(ValueError, match="any tender but cash"):
        promotion("x", "amount", amount_minor=1, paid_with=PaidWith(tender))


@given(
    prices=st.lists(st.integers(1, 30_000), min_size=1, max_size=5),
    parts=st.lists(st.tuples(st.sampled_from(["gift", "store", "visa"]), st.integers(1, 40_000)), max_size=5),
)
def test_whatever_is_paid_in_whatever_order_never_overpays_and_always_ends(
    prices: list[int], parts: list[tuple[str, int]]
) -> None:
    """Each part as the till would take it; after all of them the rest is paid by gift card, and nothing is left."""
    kinds = {
        "gift": part(TenderType.GIFT_CARD, 1),
        "store": card(1),
        "visa": card(1, "Visa"),
    }
    made = payment(basket_of(*(thing(f"i{n}", price) for n, price in enumerate(prices))))
    for kind, amount_minor in [*parts, ("gift", 10**9)]:
        due = made.due_minor(total(made))
        if not due:
            break
        offered = replace(kinds[kind], amount_minor=amount_minor, tendered_minor=amount_minor)
        taken = fitting_minor(made, offered)
        assert 0 < taken <= min(due, amount_minor)
        made = made.with_tender(replace(offered, amount_minor=taken, tendered_minor=taken))
        assert made.due_minor(total(made)) >= 0
    assert made.due_minor(total(made)) == 0
    assert total(made) == sum(tender.amount_minor for tender in made.tenders)
