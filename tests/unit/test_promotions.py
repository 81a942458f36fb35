"""Promotions by example: what each kind takes off, how they stack, and what is said about it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.promoted import AT, basket_of, book_rules, promotion, thing

from pos_app.domain import promotion_sets
from pos_app.domain.basket import Basket, BasketError, Discount
from pos_app.domain.item import Fee, ItemKind, SoldBy
from pos_app.domain.pricing import TAX_EXEMPTION, PricedBasket, PricingRules, price
from pos_app.domain.promotions import Occasion, PromoCode, PromotionBook, PromotionError, PromotionScope
from pos_app.domain.rounding import Rounding

OCCASION = Occasion(AT, "001")
AUDIO = PromotionScope(categories=("audio",))
TEN_PERCENT = promotion("ten", "percent", percent_micro=100_000, name="Ten off")
B2G1 = promotion("b2g1", "buy_get", buy=2, get=1, percent_micro=1_000_000)


def priced(basket: Basket, rules: PricingRules, occasion: Occasion = OCCASION) -> PricedBasket:
    return price(basket, rules, occasion=occasion)


def off(basket: Basket, rules: PricingRules, occasion: Occasion = OCCASION) -> list[int]:
    return [line.discount_minor for line in priced(basket, rules, occasion).lines]


def by(result: PricedBasket) -> list[list[tuple[str, int]]]:
    return [[(entry.promotion_id, entry.reduction_minor) for entry in line.promotions] for line in result.lines]


# --- kinds ------------------------------------------------------------------------------------------------------------


def test_a_percentage_is_rounded_once_and_shared_to_the_cent() -> None:
    basket = basket_of(thing("a", 333), thing("b", 333), thing("c", 333))
    assert off(basket, book_rules(TEN_PERCENT)) == [34, 33, 33]


def test_an_amount_is_given_once_and_shared() -> None:
    basket = basket_of(thing("a", 100), thing("b", 100), thing("c", 100))
    assert off(basket, book_rules(promotion("one", "amount", amount_minor=100))) == [34, 33, 33]
    assert off(basket.set_quantity(1, 2000), book_rules(promotion("one", "amount", amount_minor=100))) == [50, 25, 25]


def test_an_amount_off_each_piece() -> None:
    basket = basket_of(thing("a", 5_000), thing("b", 300)).set_quantity(1, 2000)
    assert off(basket, book_rules(promotion("five", "amount", amount_minor=500, each=True))) == [1_000, 300]


def test_no_line_goes_below_zero() -> None:
    assert off(basket_of(thing("a", 300)), book_rules(promotion("five", "amount", amount_minor=500))) == [300]


def test_of_three_the_cheapest_is_free_and_all_three_share_it() -> None:
    basket = basket_of(thing("a", 3_000), thing("b", 2_000), thing("c", 1_000))
    assert off(basket, book_rules(B2G1)) == [500, 333, 167]


def test_of_six_the_third_and_the_sixth_are_free() -> None:
    basket = basket_of(*(thing(f"i{n}", n * 100) for n in (10, 9, 8, 3, 2, 1)))
    assert sum(off(basket, book_rules(B2G1))) == 900


def test_two_are_not_three() -> None:
    assert off(basket_of(thing("a", 1_000)).set_quantity(1, 2000), book_rules(B2G1)) == [0]


def test_pieces_on_one_line_count_like_lines() -> None:
    assert off(basket_of(thing("a", 1_000)).set_quantity(1, 7000), book_rules(B2G1)) == [2_000]


def test_a_limit_of_sets_per_sale() -> None:
    rules = book_rules(replace(B2G1, limit=1))
    assert off(basket_of(thing("a", 1_000)).set_quantity(1, 9000), rules) == [1_000]


def test_the_second_at_half_price() -> None:
    half = promotion("half", "buy_get", buy=1, get=1, percent_micro=500_000)
    assert sum(off(basket_of(thing("a", 1_999), thing("b", 1_001)), book_rules(half))) == 501


def test_any_three_for_ten_dollars_takes_the_dearest_three() -> None:
    bundle = promotion("mix", "bundle", buy=3, amount_minor=1_000, scope=AUDIO)
    basket = basket_of(*(thing(f"i{n}", n * 100, category="audio") for n in (5, 6, 2, 4)), thing("tv", 90_000))
    result = priced(basket, book_rules(bundle))
    assert result.discount_minor == 500
    assert [bool(line.promotions) for line in result.lines] == [True, True, False, True, False]


def test_a_bundle_that_is_dearer_than_its_pieces_is_none() -> None:
    bundle = promotion("mix", "bundle", buy=3, amount_minor=1_000)
    assert off(basket_of(thing("a", 300)).set_quantity(1, 3000), book_rules(bundle)) == [0]


def test_a_threshold_asks_for_the_goods_in_its_scope_only() -> None:
    rules = book_rules(promotion("t", "amount", amount_minor=1_000, minimum_minor=10_000, scope=AUDIO))
    almost = basket_of(thing("a", 9_999, category="audio"), thing("b", 50_000))
    assert off(almost, rules) == [0, 0]
    assert off(almost.add(thing("c", 1, category="audio"), "c"), rules) == [1_000, 0, 0]


def test_of_two_steps_of_a_threshold_the_better_one_counts() -> None:
    rules = book_rules(
        promotion("s100", "amount", amount_minor=1_000, minimum_minor=10_000),
        promotion("s200", "amount", amount_minor=2_500, minimum_minor=20_000),
    )
    assert off(basket_of(thing("a", 15_000)), rules) == [1_000]
    assert off(basket_of(thing("a", 25_000)), rules) == [2_500]


def test_weighed_goods_take_percentages_and_go_into_no_sets() -> None:
    apples = thing("apples", 400, sold_by=SoldBy.WEIGHT)
    basket = Basket().add(apples, "apples", 3_000)
    assert off(basket, book_rules(B2G1)) == [0]
    assert off(basket, book_rules(TEN_PERCENT)) == [120]


def test_gift_cards_neither_count_nor_are_reduced() -> None:
    card = thing("card", 5_000, kind=ItemKind.GIFT_CARD)
    rules = book_rules(B2G1, promotion("t", "amount", amount_minor=500, minimum_minor=10_000))
    assert off(basket_of(card, card, card, thing("a", 4_000)), rules) == [0, 0, 0, 0]


# --- scope and window -------------------------------------------------------------------------------------------------


def test_scopes_by_code_item_brand_store_and_segment() -> None:
    item = thing("a", 1_000, brand="Sono", category="audio")
    basket = Basket().add(item, "0042")
    for scope, reduced in (
        (PromotionScope(codes=("0042",)), True),
        (PromotionScope(codes=("a",)), True),
        (PromotionScope(codes=("b",)), False),
        (PromotionScope(brands=("Sono",)), True),
        (PromotionScope(brands=("Sono",), categories=("tv",)), False),
        (PromotionScope(stores=("001",)), True),
        (PromotionScope(stores=("002",)), False),
        (PromotionScope(segments=("student",)), False),
    ):
        assert off(basket, book_rules(replace(TEN_PERCENT, scope=scope))) == [100 if reduced else 0]
    student = Occasion(AT, "001", "student")
    assert off(basket, book_rules(replace(TEN_PERCENT, scope=PromotionScope(segments=("student",)))), student) == [100]


def test_both_ends_of_the_window_belong_to_it() -> None:
    rules = book_rules(replace(TEN_PERCENT, starts_at=AT, ends_at=AT + timedelta(days=1)))
    basket = basket_of(thing("a", 1_000))
    for moment, reduced in ((0, 100), (-1, 0), (86_400, 100), (86_401, 0)):
        assert off(basket, rules, Occasion(AT + timedelta(seconds=moment), "001")) == [reduced]


def test_without_an_occasion_no_promotion_counts() -> None:
    assert price(basket_of(thing("a", 1_000)), book_rules(TEN_PERCENT)).discount_minor == 0


# --- stacking ---------------------------------------------------------------------------------------------------------


def test_within_a_group_a_piece_takes_its_best_promotion_only() -> None:
    twenty = promotion("twenty", "percent", percent_micro=200_000, scope=AUDIO)
    result = priced(basket_of(thing("a", 1_000, category="audio"), thing("b", 1_000)), book_rules(TEN_PERCENT, twenty))
    assert by(result) == [[("twenty", 200)], [("ten", 100)]]


def test_what_is_in_no_set_keeps_its_percentage() -> None:
    result = priced(basket_of(thing("a", 1_000)).set_quantity(1, 4000), book_rules(TEN_PERCENT, B2G1))
    assert by(result) == [[("b2g1", 1_000), ("ten", 100)]]


def test_a_set_is_not_made_where_the_percentage_saves_more() -> None:
    half = promotion("half", "percent", percent_micro=500_000)
    result = priced(basket_of(thing("a", 1_000)).set_quantity(1, 3000), book_rules(half, B2G1))
    assert by(result) == [[("half", 1_500)]]


def test_groups_stack_by_priority_each_on_what_is_left() -> None:
    five_off = promotion("five", "amount", amount_minor=500, stacking_group="extra", priority=2)
    first = priced(basket_of(thing("a", 10_000)), book_rules(TEN_PERCENT, five_off))
    assert by(first) == [[("ten", 1_000), ("five", 500)]]
    second = priced(basket_of(thing("a", 10_000)), book_rules(TEN_PERCENT, replace(five_off, priority=-1)))
    assert by(second) == [[("five", 500), ("ten", 950)]]


def test_of_two_that_save_the_same_the_lower_priority_number_then_the_id_is_taken() -> None:
    other = replace(TEN_PERCENT, promotion_id="also")
    basket = basket_of(thing("a", 1_000))
    assert by(priced(basket, book_rules(TEN_PERCENT, other))) == [[("also", 100)]]
    assert by(priced(basket, book_rules(TEN_PERCENT, replace(other, priority=1)))) == [[("ten", 100)]]


def test_promotions_then_discounts_by_hand_then_codes_then_the_whole() -> None:
    code = promotion("coupon", "percent", percent_micro=500_000, needs_code=True)
    rules = book_rules(TEN_PERCENT, code, codes=(PromoCode("half", "coupon"),))
    basket = basket_of(thing("a", 10_000)).discount_line(1, Discount("scratch", amount_minor=1_000))
    assert off(basket, rules) == [2_000]
    basket = basket.enter_promo_code(" HALF ").discount_transaction(Discount("whole", amount_minor=100))
    result = priced(basket, rules)
    assert by(result) == [[("ten", 1_000), ("coupon", 4_000)]]
    assert result.discount_minor == 1_000 + 1_000 + 4_000 + 100


def test_each_line_says_what_took_how_much_and_why() -> None:
    (line,) = priced(basket_of(thing("a", 1_000)), book_rules(TEN_PERCENT)).lines
    ((promotion_id, name, reduction_minor, why),) = line.promotions
    assert (promotion_id, name, reduction_minor, why) == ("ten", "Ten off", 100, "10% off")


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"kind": "percent", "percent_micro": 125_000, "minimum_minor": 5_000}, "12.5% off from 50.00"),
        ({"kind": "amount", "amount_minor": 500, "each": True}, "5.00 off each"),
        (
            {"kind": "buy_get", "buy": 2, "get": 1, "percent_micro": 1_000_000},
            "buy 2, get the 1 cheapest free",
        ),
        (
            {"kind": "buy_get", "buy": 1, "get": 1, "percent_micro": 500_000},
            "buy 1, get the 1 cheapest at 50% off",
        ),
        ({"kind": "bundle", "buy": 3, "amount_minor": 1_000}, "3 for 10.00"),
    ],
)
def test_a_promotion_in_words(terms: dict[str, object], said: str) -> None:
    assert promotion("p", **terms).explained(book_rules().currency) == said  # type: ignore[arg-type]


# --- more than can be tried out ---------------------------------------------------------------------------------------


def test_where_there_are_too_many_combinations_the_best_promotions_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = book_rules(
        TEN_PERCENT,
        B2G1,
        promotion("mix", "bundle", buy=2, amount_minor=1_000),
        promotion("off", "amount", amount_minor=700),
    )
    basket = basket_of(*(thing(f"i{n}", 500 + 37 * n) for n in range(12)))
    exact = priced(basket, rules)
    monkeypatch.setattr(promotion_sets, "MAXIMUM_EFFORT", 1)
    quick = priced(basket, rules)
    assert 0 < quick.discount_minor <= exact.discount_minor
    assert all(line.net_minor >= 0 for line in quick.lines)
    assert quick == priced(basket, rules)


def test_ten_thousand_pieces_on_a_line_are_priced_all_the_same() -> None:
    basket = basket_of(thing("a", 100)).set_quantity(1, 10_000_000)
    assert off(basket, book_rules(B2G1, TEN_PERCENT))[0] > 0


# --- what makes no sense ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "terms",
    [
        {"kind": "percent"},
        {"kind": "percent", "percent_micro": 1_000_001},
        {"kind": "percent", "percent_micro": 1, "amount_minor": 1},
        {"kind": "percent", "percent_micro": 1, "each": True},
        {"kind": "percent", "percent_micro": 1, "buy": 1},
        {"kind": "amount"},
        {"kind": "amount", "amount_minor": -1},
        {"kind": "amount", "amount_minor": 1, "limit": 2},
        {"kind": "buy_get", "buy": 1, "percent_micro": 1},
        {"kind": "buy_get", "buy": 100, "get": 1, "percent_micro": 1},
        {"kind": "bundle", "amount_minor": 1},
        {"kind": "bundle", "buy": 2, "get": 1, "amount_minor": 1},
        {"kind": "amount", "amount_minor": 1, "starts_at": AT.replace(tzinfo=None)},
        {"kind": "amount", "amount_minor": 1, "starts_at": AT, "ends_at": AT - timedelta(seconds=1)},
    ],
)
def test_promotions_that_make_no_sense_are_refused(terms: dict[str, object]) -> None:
    with pytest.raises(PromotionError):
        promotion("p", **terms)  # type: ignore[arg-type]


def test_ids_and_codes_are_there_once_and_belong_together() -> None:
    coded = replace(TEN_PERCENT, needs_code=True)
    for promotions, codes in (
        ((TEN_PERCENT, B2G1, TEN_PERCENT), ()),
        ((coded,), (PromoCode("A", "ten"), PromoCode("a ", "ten"))),
        ((coded,), (PromoCode("A", "other"),)),
        ((TEN_PERCENT,), (PromoCode("A", "ten"),)),
    ):
        with pytest.raises(PromotionError):
            PromotionBook(promotions, codes)


def test_a_promo_code_counts_once_in_a_sale() -> None:
    basket = Basket().enter_promo_code("save5")
    for text in ("SAVE5", " save5 ", "", "a\nb", "x" * 61):
        with pytest.raises(BasketError):
            basket.enter_promo_code(text)
    assert basket.remove_promo_code("Save5") == Basket()
    with pytest.raises(BasketError):
        Basket().remove_promo_code("save5")


# --- exemption from tax -----------------------------------------------------------------------------------------------


def test_added_tax_is_not_charged_and_its_base_is_reported() -> None:
    result = priced(basket_of(thing("a", 10_000, tax_ids=("state",))).exempt("EX-123"), book_rules())
    assert (result.total_minor, result.tax_minor, result.discount_minor) == (10_000, 0, 0)
    assert [(tax.tax_id, tax.base_minor, tax.tax_minor) for tax in result.taxes] == [("state", 10_000, 0)]


def test_a_tax_in_the_price_and_in_its_fees_comes_out_of_them() -> None:
    item = thing("a", 11_900, tax_ids=("vat",), fees=(Fee("f", "Fee", 119, ("vat",)),))
    result = priced(basket_of(item).exempt("EX-123"), book_rules())
    assert (result.total_minor, result.fees_minor, result.discount_minor) == (10_100, 100, 1_900)
    assert by(result) == [[(TAX_EXEMPTION, 1_900)]]


@pytest.mark.parametrize("rounding", Rounding)
def test_exempt_after_promotions(rounding: Rounding) -> None:
    rules = book_rules(TEN_PERCENT, rounding=rounding)
    result = priced(basket_of(thing("a", 11_900, tax_ids=("vat",))).exempt("EX-123"), rules)
    assert by(result) == [[("ten", 1_190), (TAX_EXEMPTION, 1_710)]]
    assert result.total_minor == 9_000


def test_a_certificate_is_one_line_of_text() -> None:
    for text in ("", "  ", "a\tb", "x" * 61):
        with pytest.raises(BasketError):
            Basket().exempt(text)
    assert Basket().exempt(" EX-1 ").tax_certificate == "EX-1"
    assert Basket().exempt("EX-1").charge_tax() == Basket()
