"""Rounding and splitting: symmetrical around zero, and nothing is ever lost or made."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.rounding import Rounding, allocate, divide, round_to_step

totals = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=60)


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**7))
def test_half_up_rounds_a_half_away_from_zero(numerator: int, denominator: int) -> None:
    exact = abs(Fraction(numerator, denominator))
    rounded = int(exact + Fraction(1, 2))
    assert divide(numerator, denominator) == (rounded if numerator >= 0 else -rounded)


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**7))
def test_half_even_rounds_a_half_to_the_even_neighbour(numerator: int, denominator: int) -> None:
    assert divide(numerator, denominator, Rounding.HALF_EVEN) == round(Fraction(numerator, denominator))


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**7), st.sampled_from(Rounding))
def test_a_refund_rounds_as_its_sale_did(numerator: int, denominator: int, rounding: Rounding) -> None:
    assert divide(-numerator, denominator, rounding) == -divide(numerator, denominator, rounding)
    assert divide(numerator, -denominator, rounding) == -divide(numerator, denominator, rounding)


@pytest.mark.parametrize(
    ("numerator", "denominator", "half_up", "half_even"),
    [(1, 2, 1, 0), (3, 2, 2, 2), (5, 2, 3, 2), (-5, 2, -3, -2), (49, 100, 0, 0), (51, 100, 1, 1), (0, 7, 0, 0)],
)
def test_halves(numerator: int, denominator: int, half_up: int, half_even: int) -> None:
    assert divide(numerator, denominator, Rounding.HALF_UP) == half_up
    assert divide(numerator, denominator, Rounding.HALF_EVEN) == half_even


def test_nothing_is_divided_by_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        divide(1, 0)


@given(totals, weights)
def test_parts_add_up_to_the_total(total: int, shares: list[int]) -> None:
    assert sum(allocate(total, shares)) == total


@given(totals, weights)
def test_each_part_is_within_one_of_its_exact_share(total: int, shares: list[int]) -> None:
    weight_sum = sum(shares)
    for part, share in zip(allocate(total, shares), shares, strict=True):
        exact = Fraction(total * share, weight_sum) if weight_sum else Fraction(total, len(shares))
        assert abs(part - exact) < 1


@given(totals, weights)
def test_a_negative_total_is_split_like_the_positive_one(total: int, shares: list[int]) -> None:
    assert allocate(-total, shares) == [-part for part in allocate(total, shares)]


@given(totals, weights)
def test_a_weight_of_zero_carries_nothing_while_others_can(total: int, shares: list[int]) -> None:
    if sum(shares):
        assert all(part == 0 for part, share in zip(allocate(total, shares), shares, strict=True) if share == 0)


@given(st.integers(0, 10**12), weights)
def test_a_larger_weight_never_carries_less_and_equals_favour_the_earlier(total: int, shares: list[int]) -> None:
    parts = allocate(total, shares)
    ordered = sorted(range(len(shares)), key=lambda i: (-shares[i], i))
    for bigger, smaller in itertools.pairwise(ordered):
        assert parts[bigger] >= parts[smaller]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_a_total_no_larger_than_its_weights_takes_none_below_zero(shares: list[int]) -> None:
    for total in (0, sum(shares) // 2, sum(shares)):
        parts = allocate(total, shares)
        assert all(part <= share for part, share in zip(parts, shares, strict=True))


def test_a_dollar_off_three_equal_lines() -> None:
    assert allocate(100, [100, 100, 100]) == [34, 33, 33]


def test_a_split_over_nothing_or_by_a_negative_weight_is_refused() -> None:
    assert allocate(0, []) == []
    with pytest.raises(ValueError, match="over nothing"):
        allocate(1, [])
    with pytest.raises(ValueError, match="negative"):
        allocate(1, [2, -1])


@given(st.integers(-(10**9), 10**9), st.sampled_from([1, 5, 10, 20, 50, 100]), st.sampled_from(Rounding))
def test_rounding_to_a_coin_gives_the_nearest_multiple(amount: int, step: int, rounding: Rounding) -> None:
    rounded = round_to_step(amount, step, rounding)
    assert rounded % step == 0
    assert 2 * abs(rounded - amount) <= step
    assert round_to_step(-amount, step, rounding) == -rounded
    assert round_to_step(rounded, step, rounding) == rounded


def test_fifteen_seventy_two_in_nickels() -> None:
    assert round_to_step(1572, 5) == 1570
    assert round_to_step(-1572, 5) == -1570
