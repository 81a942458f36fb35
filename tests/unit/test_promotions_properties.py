"""Promotions whatever is bought: nothing below zero, all of it explained, the same for any order of scanning."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from fakes.promoted import AT, USD, book_rules, promotion
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket, BasketLine, Discount
from pos_app.domain.item import Fee, Item, ItemKind, SoldBy
from pos_app.domain.pricing import TAX_EXEMPTION, PricedBasket, PricingRules, price
from pos_app.domain.promotions import Occasion, PromoCode, Promotion, PromotionBook, PromotionScope

OCCASION = Occasion(AT, "001")
percents = st.integers(1, 1_000_000)
minors = st.integers(1, 30_000)
terms = st.one_of(
    st.builds(dict, kind=st.just("percent"), percent_micro=percents),
    st.builds(dict, kind=st.just("amount"), amount_minor=minors, each=st.booleans()),
    st.builds(
        dict,
        kind=st.just("buy_get"),
        buy=st.integers(1, 3),
        get=st.integers(1, 2),
        percent_micro=percents,
        limit=st.integers(0, 3),
    ),
    st.builds(
        dict,
        kind=st.just("bundle"),
        buy=st.integers(1, 3),
        amount_minor=st.integers(0, 30_000),
        limit=st.integers(0, 3),
    ),
)
scopes = st.builds(
    PromotionScope,
    categories=st.sampled_from([(), (), ("audio",), ("video",)]),
    codes=st.sampled_from([(), (), ("a", "b")]),
    brands=st.sampled_from([(), (), ("Sono",)]),
)


@st.composite
def rules(draw: st.DrawFn, *, one_group: bool = False) -> PricingRules:
    promotions = [
        promotion(
            f"p{number}",
            scope=draw(scopes),
            minimum_minor=draw(st.sampled_from([0, 0, 5_000])),
            priority=draw(st.integers(0, 2)),
            stacking_group="" if one_group else draw(st.sampled_from(["", "", "more"])),
            needs_code=not one_group and draw(st.booleans()),
            **given_terms,
        )
        for number, given_terms in enumerate(draw(st.lists(terms, min_size=1, max_size=5)))
    ]
    codes = tuple(PromoCode(f"CODE{p.promotion_id}", p.promotion_id) for p in promotions if p.needs_code)
    return book_rules(*promotions, codes=codes)


items = st.builds(
    Item,
    item_id=st.sampled_from(["a", "b", "c", "d"]),
    name=st.just("Thing"),
    price_minor=st.integers(0, 20_000),
    tax_ids=st.sampled_from([(), ("state",), ("vat",), ("state", "vat")]),
    kind=st.sampled_from([ItemKind.GOODS, ItemKind.GOODS, ItemKind.SERVICE, ItemKind.GIFT_CARD]),
    sold_by=st.sampled_from([SoldBy.EACH, SoldBy.EACH, SoldBy.WEIGHT]),
    category=st.sampled_from(["", "audio", "video"]),
    brand=st.sampled_from(["", "Sono"]),
    fees=st.sampled_from([(), (Fee("recycling", "Recycling", 500, ("vat",)),)]),
)


@st.composite
def baskets(draw: st.DrawFn, *, by_hand: bool = True) -> Basket:
    basket = Basket()
    for item in draw(st.lists(items, max_size=7)):
        milli = draw(st.integers(1, 4)) * 1000 if item.sold_by is SoldBy.EACH else draw(st.integers(1, 4_000))
        basket = basket.add(item, item.item_id, milli)
        if by_hand and draw(st.integers(0, 3)) == 0:
            basket = basket.discount_line(basket.lines[-1].line_number, Discount("given", percent_micro=150_000))
    for number in draw(st.lists(st.integers(0, 4), unique=True, max_size=3)):
        basket = basket.enter_promo_code(f"codep{number}")
    return basket


def taken_off(priced: PricedBasket) -> Counter[str]:
    """What each promotion took off the sale."""
    total: Counter[str] = Counter()
    for line in priced.lines:
        for entry in line.promotions:
            total[entry.promotion_id] += entry.reduction_minor
    return total


@given(baskets(), rules(), st.booleans())
def test_amounts_add_up_and_no_line_goes_below_zero(basket: Basket, how: PricingRules, exempt: bool) -> None:
    basket = basket.exempt("EX-1") if exempt else basket
    priced = price(basket, how, occasion=OCCASION)
    for line in priced.lines:
        assert 0 <= line.net_minor <= line.gross_minor
        assert line.gross_minor - line.discount_minor == line.net_minor
        assert all(entry.reduction_minor > 0 and entry.why for entry in line.promotions)
        assert sum(entry.reduction_minor for entry in line.promotions) <= line.discount_minor
    added = priced.tax_minor - priced.included_tax_minor
    assert priced.total_minor == priced.subtotal_minor - priced.discount_minor + priced.fees_minor + added
    assert priced.total_minor == sum(line.net_minor + line.fees_minor + line.tax_minor for line in priced.lines)


@given(baskets(by_hand=False), rules())
def test_what_promotions_took_is_the_whole_discount_where_nothing_was_given_by_hand(
    basket: Basket, how: PricingRules
) -> None:
    for line in price(basket, how, occasion=OCCASION).lines:
        assert sum(entry.reduction_minor for entry in line.promotions) == line.discount_minor


@given(baskets(), rules())
def test_gift_cards_keep_their_value(basket: Basket, how: PricingRules) -> None:
    for line in price(basket, how, occasion=OCCASION).lines:
        if line.line.item.kind is ItemKind.GIFT_CARD:
            assert not line.promotions


@given(baskets(), rules(), st.data())
def test_the_order_of_scanning_changes_nothing(basket: Basket, how: PricingRules, data: st.DataObject) -> None:
    shuffled = replace(basket, lines=tuple(data.draw(st.permutations(basket.lines))))
    first, second = price(basket, how, occasion=OCCASION), price(shuffled, how, occasion=OCCASION)

    def reduced(priced: PricedBasket) -> Counter[tuple[object, ...]]:
        return Counter((contents(line.line), line.net_minor, line.promotions) for line in priced.lines)

    def contents(line: BasketLine) -> BasketLine:
        return replace(line, line_number=0)

    assert reduced(first) == reduced(second)


@given(baskets(), rules(), st.data())
def test_the_order_in_which_promotions_are_kept_changes_nothing(
    basket: Basket, how: PricingRules, data: st.DataObject
) -> None:
    book = how.promotions
    shuffled = PromotionBook(tuple(data.draw(st.permutations(book.promotions))), book.codes)
    assert price(basket, how, occasion=OCCASION) == price(basket, replace(how, promotions=shuffled), occasion=OCCASION)


@given(baskets(by_hand=False), items, rules(one_group=True))
def test_within_one_group_one_more_item_never_makes_the_rest_dearer(
    basket: Basket, item: Item, how: PricingRules
) -> None:
    before = price(basket, how, occasion=OCCASION)
    after = price(basket.add(item, item.item_id), how, occasion=OCCASION)
    # Each promotion is rounded by itself, by half a cent at most; a set is rounded by itself too.
    applications = len(how.promotions.promotions) + sum(line.quantity_milli // 1000 for line in basket.lines) + 1
    assert after.discount_minor >= before.discount_minor - applications / 2


@given(baskets(by_hand=False), rules(one_group=True), st.sampled_from(["p0", "p1", "p2"]))
def test_within_one_group_one_promotion_less_never_saves_more(basket: Basket, how: PricingRules, without: str) -> None:
    fewer = [entry for entry in how.promotions.promotions if entry.promotion_id != without]
    slack = len(fewer) + sum(line.quantity_milli // 1000 for line in basket.lines) + 1
    less = price(basket, book_rules(*fewer), occasion=OCCASION)
    assert price(basket, how, occasion=OCCASION).discount_minor >= less.discount_minor - slack / 2


@given(baskets(by_hand=False), rules(one_group=True))
def test_pieces_on_one_line_cost_what_they_cost_on_lines_of_their_own(basket: Basket, how: PricingRules) -> None:
    apart = Basket(promo_codes=basket.promo_codes)
    for line in basket.lines:
        by_piece = line.item.sold_by is SoldBy.EACH
        for _ in range(line.quantity_milli // 1000 if by_piece else 1):
            apart = apart.add(line.item, line.code, 1000 if by_piece else line.quantity_milli)
    assert taken_off(price(basket, how, occasion=OCCASION)) == taken_off(price(apart, how, occasion=OCCASION))


@given(baskets(), rules())
def test_outside_its_window_a_promotion_is_not_there(basket: Basket, how: PricingRules) -> None:
    over = [replace(entry, ends_at=AT - timedelta(seconds=1)) for entry in how.promotions.promotions]
    later = replace(how, promotions=PromotionBook(tuple(over), how.promotions.codes))
    assert price(basket, later, occasion=OCCASION) == price(basket, replace(how, promotions=PromotionBook()))


@given(baskets(), rules())
def test_an_exempt_sale_has_no_tax_and_prices_without_it(basket: Basket, how: PricingRules) -> None:
    taxed = price(basket, how, occasion=OCCASION)
    exempt = price(basket.exempt("EX-1"), how, occasion=OCCASION)
    assert exempt.tax_minor == exempt.included_tax_minor == 0
    assert exempt.total_minor == taxed.total_minor - taxed.tax_minor
    assert [(tax.tax_id, tax.base_minor, 0) for tax in taxed.taxes] == [
        (tax.tax_id, tax.base_minor, tax.tax_minor) for tax in exempt.taxes
    ]
    assert [line.net_minor - line.included_tax_minor for line in taxed.lines] == [
        line.net_minor for line in exempt.lines
    ]
    included = sum(line.included_tax_minor for line in taxed.lines)
    assert taken_off(exempt)[TAX_EXEMPTION] == included
    assert exempt.earning_lines() == taxed.earning_lines()


def test_money_is_told_in_its_currency() -> None:
    entry: Promotion = promotion("ten", "amount", amount_minor=1_000, minimum_minor=5_000)
    assert entry.explained(USD) == "10.00 off from 50.00"
