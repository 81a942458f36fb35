"""Card numbers: a wrong digit or two that changed places is noticed before anybody is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.member_card import RANDOM_DIGITS, card_number, normalise_card_number

NUMBERS = st.integers(0, 10**RANDOM_DIGITS - 1)


@given(NUMBERS)
def test_a_number_is_read_back_as_typed_or_scanned(number: int) -> None:
    card = card_number(number)
    typed = f" {card[:1].lower()}-{card[1:9]} {card[9:]} "
    assert normalise_card_number(typed) == card


@given(NUMBERS, st.integers(1, 18), st.integers(1, 9))
def test_a_wrong_digit_is_noticed(number: int, place: int, off: int) -> None:
    card = card_number(number)
    wrong = card[:place] + str((int(card[place]) + off) % 10) + card[place + 1 :]
    with pytest.raises(ValueError, match="no member card"):
        normalise_card_number(wrong)


@given(NUMBERS, st.integers(1, 17))
def test_two_digits_that_changed_places_are_noticed(number: int, place: int) -> None:
    card = card_number(number)
    swapped = card[:place] + card[place + 1] + card[place] + card[place + 2 :]
    if swapped != card:
        with pytest.raises(ValueError, match="no member card"):
            normalise_card_number(swapped)


@pytest.mark.parametrize(
    "text", ["", "M", "4111111111111111", "027242561151", card_number(5) + "0", "М" + card_number(5)[1:]]
)
def test_other_codes_are_no_cards(text: str) -> None:
    with pytest.raises(ValueError, match="no member card"):
        normalise_card_number(text)


def test_a_number_beyond_the_digits_makes_no_card() -> None:
    with pytest.raises(ValueError, match="more than 16 digits"):
        card_number(10**RANDOM_DIGITS)
