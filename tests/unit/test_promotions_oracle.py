"""Promotions against an oracle that tries every way to share the pieces out; it knows the rules, not the program."""

from fractions import Fraction
from itertools import combinations, product

from fakes.promoted import AT, basket_of, book_rules, promotion, thing
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.domain.pricing import price
from pos_app.domain.promotions import Occasion, Promotion, PromotionKind, PromotionScope

KINDS = [("x", "audio"), ("y", "audio"), ("z", "video"), ("v", "video")]
"""Items and their categories."""
scopes = st.sampled_from(
    [
        PromotionScope(),
        PromotionScope(categories=("audio",)),
        PromotionScope(categories=("video",)),
        PromotionScope(codes=("x", "z")),
    ]
)
# In whole dollars, and percentages that leave whole cents: nothing is rounded, so the best is the best to the cent.
percents = st.sampled_from([100_000, 250_000, 500_000, 1_000_000])
given_promotions = st.one_of(
    st.builds(dict, kind=st.just("percent"), percent_micro=percents),
    st.builds(dict, kind=st.just("amount"), amount_minor=st.integers(1, 40).map(lambda n: n * 50), each=st.booleans()),
    st.builds(
        dict,
        kind=st.just("buy_get"),
        buy=st.integers(1, 2),
        get=st.integers(1, 2),
        percent_micro=percents,
        limit=st.integers(0, 2),
    ),
    st.builds(
        dict,
        kind=st.just("bundle"),
        buy=st.integers(1, 3),
        amount_minor=st.integers(0, 40).map(lambda n: n * 100),
        limit=st.integers(0, 2),
    ),
)


@st.composite
def books(draw: st.DrawFn) -> list[Promotion]:
    return [
        promotion(f"p{number}", scope=draw(scopes), minimum_minor=draw(st.sampled_from([0, 0, 3000])), **terms)
        for number, terms in enumerate(draw(st.lists(given_promotions, min_size=1, max_size=3)))
    ]


pieces = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 30).map(lambda n: n * 100)), min_size=1, max_size=5)
Bought = list[tuple[tuple[str, str], int]]


@settings(max_examples=300)
@given(pieces, books())
def test_no_way_to_share_the_pieces_out_saves_more(bought: Bought, promotions: list[Promotion]) -> None:
    basket = basket_of(*(thing(name, amount, category=category) for (name, category), amount in bought))
    priced = price(basket, book_rules(*promotions), occasion=Occasion(AT, "001"))
    assert priced.discount_minor == best_saving(bought, promotions)


def best_saving(bought: Bought, promotions: list[Promotion]) -> Fraction:
    """Every piece in every promotion or none."""
    counting = [p for p in promotions if sum(a for kind, a in bought if in_scope(p, kind)) >= p.minimum_minor]
    best = Fraction(0)
    for choice in product([None, *range(len(counting))], repeat=len(bought)):
        total = Fraction(0)
        for number, entry in enumerate(counting):
            mine = [part for part, chosen in zip(bought, choice, strict=True) if chosen == number]
            wrong = not all(in_scope(entry, kind) for kind, _ in mine)
            if entry.kind is PromotionKind.AMOUNT and not entry.each and mine:
                # Once per sale: with one of the goods in its scope it takes them all.
                wrong |= len(mine) < sum(1 for kind, _ in bought if in_scope(entry, kind))
            if wrong:
                total = Fraction(-1)
                break
            total += saving(entry, [amount for _, amount in mine])
        best = max(best, total)
    return best


def in_scope(entry: Promotion, kind: tuple[str, str]) -> bool:
    code, category = kind
    scope = entry.scope
    return (not scope.codes or code in scope.codes) and (not scope.categories or category in scope.categories)


def saving(entry: Promotion, amounts: list[int]) -> Fraction:
    part = Fraction(entry.percent_micro, 1_000_000)
    match entry.kind:
        case PromotionKind.PERCENT:
            return part * sum(amounts)
        case PromotionKind.AMOUNT if entry.each:
            return Fraction(sum(min(amount, entry.amount_minor) for amount in amounts))
        case PromotionKind.AMOUNT:
            return Fraction(min(sum(amounts), entry.amount_minor))
    return best_sets(entry, amounts, entry.limit or len(amounts))


def best_sets(entry: Promotion, amounts: list[int], sets_left: int) -> Fraction:
    """Every way to make sets of these pieces, and to leave some out."""
    size = entry.buy + entry.get
    best = Fraction(0)
    if not sets_left:
        return best
    for members in combinations(range(len(amounts)), size):
        in_set = sorted(amounts[i] for i in members)
        if entry.kind is PromotionKind.BUNDLE:
            here = Fraction(sum(in_set) - entry.amount_minor)
        else:
            here = Fraction(entry.percent_micro, 1_000_000) * sum(in_set[: entry.get])
        rest = [amount for i, amount in enumerate(amounts) if i not in members]
        best = max(best, here + best_sets(entry, rest, sets_left - 1))
    return best
