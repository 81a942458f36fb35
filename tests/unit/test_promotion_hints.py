"""Almost there: a hint is only given when it is true, and only one."""

from fakes.promoted import AT, basket_of, book_rules, promotion, thing
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket
from pos_app.domain.pricing import PricingRules, price
from pos_app.domain.promotion_hints import Hint, almost_there
from pos_app.domain.promotions import Occasion, PaidWith, PromoCode, PromotionScope

OCCASION = Occasion(AT, "001")
CABLES = PromotionScope(("cables",))
THREE_FOR_TWO = promotion("b2g1", "buy_get", buy=2, get=1, percent_micro=1_000_000, scope=CABLES)


def cable(name: str, price_minor: int = 1000):
    """Goods in the scope."""
    return thing(name, price_minor, category="cables")


def hint(basket: Basket, rules: PricingRules) -> Hint | None:
    """What is almost there."""
    return almost_there(basket, price(basket, rules, occasion=OCCASION), rules, OCCASION)


def test_the_third_is_free_and_that_is_said_at_two() -> None:
    rules = book_rules(THREE_FOR_TWO)
    said = [hint(basket_of(*(cable("a") for _ in range(pieces))), rules) for pieces in range(1, 7)]
    assert [one and (one.missing_pieces, one.saves_minor) for one in said] == [
        None,
        (1, 1000),
        None,
        None,
        (1, 1000),
        None,
    ]


def test_a_limit_that_is_reached_promises_nothing_more() -> None:
    limited = promotion("b2g1", "buy_get", buy=2, get=1, percent_micro=1_000_000, scope=CABLES, limit=1)
    assert hint(basket_of(*(cable("a") for _ in range(5))), book_rules(limited)) is None


def test_a_promotion_that_a_better_one_beats_is_not_advertised() -> None:
    better = promotion("half", "percent", percent_micro=500_000, scope=CABLES)
    assert hint(basket_of(cable("a"), cable("b")), book_rules(THREE_FOR_TWO, better)) is None


def test_a_little_money_more_is_said_when_it_is_little() -> None:
    rules = book_rules(promotion("ten", "amount", amount_minor=1000, minimum_minor=10_000))
    assert hint(basket_of(thing("a", 7_999)), rules) is None
    found = hint(basket_of(thing("a", 9_500)), rules)
    assert found is not None
    assert (found.missing_minor, found.saves_minor) == (500, 1000)
    assert hint(basket_of(thing("a", 10_000)), rules) is None


def test_codes_and_tenders_are_no_hints_until_they_are_there() -> None:
    coded = promotion("ten", "amount", amount_minor=1000, minimum_minor=10_000, needs_code=True)
    rules = book_rules(
        coded,
        promotion("card", "amount", amount_minor=5, minimum_minor=10_000, paid_with=PaidWith("card")),
        codes=(PromoCode("TEN", "ten"),),
    )
    basket = basket_of(thing("a", 9_500))
    assert hint(basket, rules) is None
    found = hint(basket.enter_promo_code("ten"), rules)
    assert found is not None
    assert found.promotion is coded


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(100, 5_000)), min_size=1, max_size=8))
def test_what_a_hint_promises_is_what_one_piece_more_brings(goods: list[tuple[str, int]]) -> None:
    rules = book_rules(THREE_FOR_TWO, promotion("pair", "bundle", buy=2, amount_minor=3_000))
    basket = basket_of(*(cable(f"{name}{price_minor}", price_minor) for name, price_minor in goods))
    found = hint(basket, rules)
    if found is not None:
        before = price(basket, rules, occasion=OCCASION)
        gains = []
        for line in basket.lines:
            more = basket.set_quantity(line.line_number, line.quantity_milli + 1000)
            after = price(more, rules, occasion=OCCASION)
            its_gain = after.taken_off(found.promotion.promotion_id) - before.taken_off(found.promotion.promotion_id)
            gains.append(min(its_gain, after.discount_minor - before.discount_minor))
        assert found.saves_minor in gains
        assert found.saves_minor > 0


def test_a_set_more_that_costs_another_promotion_its_goods_is_no_gain() -> None:
    rules = book_rules(THREE_FOR_TWO, promotion("pair", "bundle", buy=2, amount_minor=3_000))
    prices = (100, 100, 100, 753, 2248, 2248, 3000)
    assert hint(basket_of(*(cable(f"a{price_minor}", price_minor) for price_minor in prices)), rules) is None
