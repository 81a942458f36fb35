"""Money: what is typed is what is kept, to the last minor unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.money import CURRENCIES, Currency, Money, MoneyError, currency

currencies = st.sampled_from([currency("JPY"), currency("USD"), currency("KWD")])
amounts = st.integers(-(10**14), 10**14)
USD = currency("USD")


@given(amounts, currencies)
def test_an_amount_survives_being_written_and_read(amount_minor: int, kind: Currency) -> None:
    assert kind.parse_minor(kind.decimal_text(amount_minor)) == amount_minor


@given(amounts, st.sampled_from(sorted(CURRENCIES)))
def test_a_written_amount_has_the_digits_of_its_currency(amount_minor: int, code: str) -> None:
    kind = currency(code)
    _, _, fraction = kind.decimal_text(amount_minor).partition(".")
    assert len(fraction) == kind.exponent


@pytest.mark.parametrize(
    ("code", "text", "amount_minor"),
    [
        ("USD", "49.99", 4999),
        ("USD", " 5 ", 500),
        ("USD", "5.1", 510),
        ("USD", "-0.05", -5),
        ("USD", "+1.00", 100),
        ("USD", "1.500000000000000000000000000000", 150),
        ("JPY", "1234", 1234),
        ("JPY", "1234.0", 1234),
        ("KWD", "1.234", 1234),
        ("KWD", "0.001", 1),
    ],
)
def test_plain_decimal_texts(code: str, text: str, amount_minor: int) -> None:
    assert currency(code).parse_minor(text) == amount_minor


@pytest.mark.parametrize("code", ["USD", "JPY", "KWD"])
def test_a_digit_too_many_is_refused_and_never_rounded(code: str) -> None:
    kind = currency(code)
    for text in (f"1.{'0' * kind.exponent}1", "123456789012345.99000000000000000000000000000001"):
        with pytest.raises(MoneyError, match="more digits"):
            kind.parse_minor(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".",
        ".5",
        "5.",
        "1,234.50",
        "$5",
        "5 USD",
        "1e3",
        "NaN",
        "Infinity",
        "0x10",
        "1_000",
        "--5",
        "٣.٥",
        "5\n5",
        "9" * 16,
        "1" * 5000,
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(MoneyError, match="not an amount"):
        USD.parse_minor(text)


def test_unknown_currencies_are_refused() -> None:
    for code in ("usd", "XXX", "", "DOLLAR"):
        with pytest.raises(MoneyError, match="no currency code"):
            currency(code)


@given(amounts, amounts)
def test_money_adds_and_compares_like_its_minor_units(a: int, b: int) -> None:
    left, right = Money(a, USD), Money(b, USD)
    assert (left + right).amount_minor == a + b
    assert (left - right).amount_minor == a - b
    assert (-left).amount_minor == -a
    assert (left < right) == (a < b)
    assert (left <= right) == (a <= b)
    assert Money.parse(USD.decimal_text(a), USD) == left


@given(amounts, st.lists(st.integers(0, 1000), min_size=1, max_size=9))
def test_split_money_adds_up(amount_minor: int, weights: list[int]) -> None:
    whole = Money(amount_minor, USD)
    total = Money(0, USD)
    for part in whole.split(weights):
        total = total + part
    assert total == whole


def test_two_currencies_do_not_mix() -> None:
    dollars, yen = Money(1, USD), Money(1, currency("JPY"))
    for mix in (lambda: dollars + yen, lambda: dollars - yen, lambda: dollars < yen, lambda: dollars <= yen):
        with pytest.raises(MoneyError, match="cannot be added up"):
            mix()
    assert str(Money(-1570, USD)) == "-15.70 USD"
