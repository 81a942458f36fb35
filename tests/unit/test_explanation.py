"""Points explain themselves: each line's steps lead from its price to its points, and name the rule."""

from datetime import UTC, datetime

from fakes.memory_shop import ITEMS, profile
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket, Discount, MemberReference
from pos_app.domain.explanation import MINOR, POINTS, explain_points
from pos_app.domain.pricing import price
from pos_app.domain.retail_transaction import sale_lines
from pos_app.domain.rewards import BonusOffer, OfferScope, ProgrammeTerms, earn

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
HOLIDAY = BonusOffer("holiday", 3, AT, AT, 5, OfferScope(categories=("audio",)), "Holiday 5x")
FIRST = BonusOffer("first", 1, AT, AT, 1, name="Spend 100", fixed_points=50, minimum_minor=10_000)
TERMS = ProgrammeTerms(offers=(HOLIDAY, FIRST))


def explain(basket: Basket, points_used: int = 0):
    priced = price(basket, profile().pricing_rules())
    earned = earn(priced.earning_lines(), TERMS, points_used=points_used, at=AT, store_id="001")
    return explain_points(sale_lines(basket, priced, earned), earned, TERMS, points_used, 100), earned


def test_a_sale_with_the_holiday_offer_shows_the_way_to_245_points() -> None:
    explanation, _ = explain(Basket(member=MemberReference("m")).add(ITEMS["10"], "10"))
    assert [(step.what, step.value, step.unit) for step in explanation.steps] == [
        ("Product price that earns", 4999, MINOR),
        ("Whole units x 1", 49, POINTS),
        ("Holiday 5x (version 3), 5 times the points", 196, POINTS),
        ("Points of this sale", 245, POINTS),
    ]
    assert all(step.clause for step in explanation.steps)


def test_gift_cards_points_paid_and_voided_lines_are_named() -> None:
    basket = Basket().add(ITEMS["12"], "12").add(ITEMS["14"], "14").add(ITEMS["11"], "11").void_line(3)
    explanation, _ = explain(basket.discount_line(1, Discount("demo", amount_minor=500)), points_used=1000)
    speaker, gift_card, cable = explanation.lines
    assert [step.what for step in speaker.steps[:4]] == [
        "Price",
        "Discounts",
        "Paid with points",
        "Product price that earns",
    ]
    assert (gift_card.steps[1].what, gift_card.points) == ("Gift card", 0)
    assert cable.steps[0].what == "Taken back"
    assert any(step.what.startswith("Spend 100") for step in explanation.steps)


codes = st.lists(st.sampled_from(["10", "11", "12", "13", "14"]), min_size=1, max_size=8)


@given(codes, st.integers(0, 20).map(lambda n: n * 100))
def test_steps_in_money_lead_to_what_earns_and_points_add_up(chosen: list[str], points_used: int) -> None:
    basket = Basket()
    for code in chosen:
        basket = basket.add(ITEMS[code], code)
    explanation, earned = explain(basket, points_used)
    assert sum(line.points for line in explanation.lines) == explanation.points == earned.points
    for line in explanation.lines:
        money = [step.value for step in line.steps if step.unit == MINOR]
        assert sum(money[:-1]) == money[-1]
        assert sum(step.value for step in line.steps if step.unit == POINTS) == line.points
