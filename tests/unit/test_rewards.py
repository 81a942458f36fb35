"""The programme: what a sale earns and what points pay, rule by rule and as properties."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.rewards import (
    BonusOffer,
    EarnedPoints,
    EarningLine,
    OfferScope,
    PointsTaxTreatment,
    ProgrammeTerms,
    earn,
)

PACIFIC = ZoneInfo("America/Los_Angeles")
START = datetime(2014, 11, 1, 0, 0, tzinfo=PACIFIC)
END = datetime(2014, 12, 31, 23, 59, 59, tzinfo=PACIFIC)
DURING = datetime(2014, 11, 28, 10, 0, tzinfo=PACIFIC)


def offer(offer_id: str, multiplier: int, **scope: tuple[str, ...]) -> BonusOffer:
    return BonusOffer(offer_id, 1, START, END, multiplier, OfferScope(**scope))


def line(number: int, amount_minor: int, category: str = "audio", code: str = "1", earns: bool = True) -> EarningLine:
    return EarningLine(number, code, f"item-{code}", category, amount_minor, earns)


def points(terms: ProgrammeTerms, *amounts_minor: int, used: int = 0, at: datetime = DURING) -> EarnedPoints:
    lines = [line(n, amount) for n, amount in enumerate(amounts_minor, start=1)]
    return earn(lines, terms, points_used=used, at=at, store_id="001")


STANDARD = ProgrammeTerms()
lines = st.lists(
    st.builds(
        EarningLine,
        line_number=st.just(1),
        code=st.sampled_from(["1", "2", "3"]),
        item_id=st.sampled_from(["x", "y"]),
        category=st.sampled_from(["audio", "video", "toys"]),
        product_price_minor=st.integers(-500, 200_000),
        earns=st.booleans(),
    ),
    max_size=10,
)
scopes = st.builds(
    OfferScope,
    categories=st.sampled_from([(), ("audio",), ("audio", "toys")]),
    codes=st.sampled_from([(), ("1",), ("2", "x"), ("x", "1")]),
    stores=st.sampled_from([(), ("001",), ("002",)]),
    segments=st.sampled_from([(), ("student",), ("consumer", "business")]),
)
offers = st.lists(
    st.builds(
        BonusOffer,
        offer_id=st.sampled_from(["a", "b", "c"]),
        version=st.integers(1, 2),
        starts_at=st.sampled_from([START, START - timedelta(days=400)]),
        ends_at=st.sampled_from([END, START - timedelta(days=300)]),
        multiplier=st.integers(1, 10),
        scope=scopes,
    ),
    max_size=4,
).map(tuple)
programmes = st.builds(
    ProgrammeTerms,
    earn_points_per_unit=st.integers(0, 3),
    earn_on_points_paid_part=st.booleans(),
    points_tax_treatment=st.sampled_from(PointsTaxTreatment),
    offers=offers,
)
steps_of_points = st.integers(0, 50).map(lambda n: n * 100)


@given(lines, programmes, steps_of_points)
def test_points_of_the_lines_add_up_to_the_sale(rung_up: list[EarningLine], terms: ProgrammeTerms, used: int) -> None:
    earned = earn(rung_up, terms, points_used=used, at=DURING, store_id="001")
    assert sum(part.base_points for part in earned.lines) == earned.base_points
    assert sum(part.bonus_points for part in earned.lines) == earned.bonus_points
    assert sum(offer.points for offer in earned.offers) == earned.bonus_points
    assert earned.points == sum(part.points for part in earned.lines)
    assert all(part.base_points >= 0 and part.bonus_points >= 0 for part in earned.lines)
    for part, source in zip(earned.lines, rung_up, strict=True):
        if not source.earns or source.product_price_minor <= 0:
            assert part.points == part.eligible_minor == 0


@given(lines, programmes, steps_of_points)
def test_base_points_are_the_whole_units_of_what_was_not_paid_with_points(
    rung_up: list[EarningLine], terms: ProgrammeTerms, used: int
) -> None:
    product_price = sum(max(part.product_price_minor, 0) for part in rung_up if part.earns)
    if terms.points_tax_treatment is PointsTaxTreatment.PAYMENT and not terms.earn_on_points_paid_part:
        product_price = max(product_price - used, 0)  # 100 points are 100 cents here
    earned = earn(rung_up, terms, points_used=used, at=DURING, store_id="001")
    assert earned.base_points == product_price // 100 * terms.earn_points_per_unit
    assert sum(part.eligible_minor for part in earned.lines) == product_price


@given(lines, programmes)
def test_each_line_takes_its_best_offer_and_each_offer_counts_its_whole_units(
    rung_up: list[EarningLine], terms: ProgrammeTerms
) -> None:
    earned = earn(rung_up, terms, points_used=0, at=DURING, store_id="001")
    amounts: dict[tuple[str, int, int], int] = {}
    for source in rung_up:
        if source.earns and source.product_price_minor > 0:
            open_to_it = [o for o in terms.offers if o.covers(source, DURING, "001", "consumer")]
            best = max(open_to_it, key=lambda o: o.multiplier, default=None)
            if best is not None and best.multiplier > 1:
                position = terms.offers.index(best)
                key = (best.offer_id, position, best.multiplier)
                amounts[key] = amounts.get(key, 0) + source.product_price_minor
    expected = sorted(
        (offer_id, multiplier, amount // 100 * terms.earn_points_per_unit * (multiplier - 1))
        for (offer_id, _, multiplier), amount in amounts.items()
    )
    assert sorted((o.offer_id, o.multiplier, o.points) for o in earned.offers) == expected


@given(st.integers(-5_000, 100_000), st.integers(-500, 100_000))
def test_points_that_can_be_used_are_whole_steps_within_balance_and_due(balance: int, due_minor: int) -> None:
    usable = STANDARD.redeemable_points(balance, due_minor)
    assert usable % STANDARD.redeem_step_points == 0
    assert 0 <= usable <= max(balance, 0)
    assert STANDARD.value_minor(usable) <= max(due_minor, 0)
    more = usable + STANDARD.redeem_step_points
    assert more > balance or STANDARD.value_minor(more) > due_minor


@given(st.integers(1, 10), st.integers(1, 40), st.integers(1, 1000))
def test_points_are_worth_exactly_what_the_terms_say(step: int, worth: int, count: int) -> None:
    terms = ProgrammeTerms(redeem_points=100, redeem_value_minor=worth * 100, redeem_step_points=step)
    assert Fraction(terms.value_minor(step * count)) == Fraction(step * count * worth * 100, 100)


# --- the numbers that must come out ---------------------------------------------------------------------------------


def test_five_points_for_every_dollar() -> None:
    terms = replace(STANDARD, offers=(offer("holiday", 5),))
    earned = points(terms, 4999)
    assert (earned.base_points, earned.bonus_points, earned.points) == (49, 196, 245)


def test_three_lines_of_half_a_dollar_earn_one_point() -> None:
    earned = points(STANDARD, 50, 50, 50)
    assert earned.points == 1
    assert [part.points for part in earned.lines] == [1, 0, 0]


def test_the_part_paid_with_points_earns_nothing_unless_the_terms_let_it() -> None:
    assert points(STANDARD, 26_500, used=1000).points == 255
    assert points(replace(STANDARD, earn_on_points_paid_part=True), 26_500, used=1000).points == 265


def test_points_worth_more_than_the_products_take_no_points_away() -> None:
    assert points(STANDARD, 500, used=1000).points == 0


def test_points_as_a_discount_are_taken_off_once() -> None:
    assert points(replace(STANDARD, points_tax_treatment=PointsTaxTreatment.DISCOUNT), 9000, used=500).points == 90


def test_a_balance_of_1234_pays_twelve_dollars_of_a_bill_of_fifty() -> None:
    assert STANDARD.redeemable_points(1234, 5000) == 1200
    assert STANDARD.value_minor(1200) == 1200


def test_a_bill_of_12_34_takes_twelve_hundred_points_at_most() -> None:
    assert STANDARD.redeemable_points(99_999, 1234) == 1200


def test_two_pieces_of_fifty_dollars_carry_fifty_points_each() -> None:
    assert [part.points for part in points(STANDARD, 5000, 5000).lines] == [50, 50]


# --- offers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "inside"),
    [
        (START, True),
        (START - timedelta(microseconds=1), False),
        (END, True),
        (END + timedelta(microseconds=1), False),
        (END.astimezone(UTC), True),
        (datetime(2015, 1, 1, 0, 0, tzinfo=PACIFIC), False),
        (datetime(2015, 1, 1, 2, 59, 59, tzinfo=ZoneInfo("America/New_York")), True),
    ],
)
def test_both_ends_of_a_window_are_in_it_wherever_the_till_stands(at: datetime, inside: bool) -> None:
    terms = replace(STANDARD, offers=(offer("holiday", 5),))
    assert points(terms, 1000, at=at).points == (50 if inside else 10)


def test_a_line_in_two_offers_takes_the_better_one_only() -> None:
    terms = replace(STANDARD, offers=(offer("all", 2), offer("audio", 5, categories=("audio",))))
    earned = earn([line(1, 1000), line(2, 1000, "video")], terms, points_used=0, at=DURING, store_id="001")
    assert [(part.points, part.offer_id) for part in earned.lines] == [(50, "audio"), (20, "all")]


def test_an_offer_counts_the_whole_dollars_of_its_own_lines() -> None:
    terms = replace(STANDARD, offers=(offer("audio", 3, categories=("audio",)),))
    earned = earn([line(1, 150), line(2, 150), line(3, 199, "video")], terms, points_used=0, at=DURING, store_id="001")
    assert (earned.base_points, earned.bonus_points) == (4, 6)


def test_two_versions_of_an_offer_are_two_offers() -> None:
    first = BonusOffer("holiday", 1, START, DURING, 2)
    second = BonusOffer("holiday", 2, DURING + timedelta(seconds=1), END, 5)
    terms = replace(STANDARD, offers=(first, second))
    (before,) = points(terms, 1000, at=DURING).offers
    (after,) = points(terms, 1000, at=END).offers
    assert (before.version, before.points) == (1, 10)
    assert (after.version, after.points) == (2, 40)


def test_offers_for_items_stores_and_customers() -> None:
    def earned_with(segment: str = "consumer", **scope: tuple[str, ...]) -> int:
        terms = replace(STANDARD, offers=(offer("o", 2, **scope),))
        return earn([line(1, 1000)], terms, points_used=0, at=DURING, store_id="001", segment=segment).points

    assert earned_with(codes=("1",)) == earned_with(codes=("item-1",)) == 20
    assert earned_with(codes=("2",)) == 10
    assert earned_with(stores=("001",)) == 20
    assert earned_with(stores=("002",)) == 10
    assert earned_with(segments=("student",)) == 10
    assert earned_with("student", segments=("student",)) == 20


def test_gift_cards_earn_nothing_and_their_price_is_in_no_offer() -> None:
    terms = replace(STANDARD, offers=(offer("holiday", 5),))
    earned = earn([line(1, 5000, earns=False), line(2, 1000)], terms, points_used=0, at=DURING, store_id="001")
    assert [part.points for part in earned.lines] == [0, 50]


def test_whole_units_follow_the_currency() -> None:
    yen = earn([line(1, 1500)], STANDARD, points_used=0, at=DURING, store_id="001", minor_per_unit=1)
    dinar = earn([line(1, 1500)], STANDARD, points_used=0, at=DURING, store_id="001", minor_per_unit=1000)
    assert (yen.points, dinar.points) == (1500, 1)


@pytest.mark.parametrize(
    "values",
    [
        {"redeem_points": 0},
        {"redeem_step_points": 0},
        {"redeem_value_minor": 0},
        {"redeem_step_points": 50, "redeem_value_minor": 1},
        {"earn_points_per_unit": -1},
    ],
)
def test_terms_that_cannot_be_kept_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"points|step"):
        replace(STANDARD, **values)


def test_an_offer_without_an_offset_or_that_takes_points_away_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        BonusOffer("o", 1, datetime(2014, 11, 1), END, 2)
    with pytest.raises(ValueError, match="multiplies"):
        BonusOffer("o", 1, START, END, 0)
