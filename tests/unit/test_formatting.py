"""Texts for people: exactly what babel writes, without asking it each time."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal, parse_pattern
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.money import CURRENCIES, currency
from pos_app.domain.store import StoreProfile
from pos_app.formatting import StoreFormatter, locale_styles
from pos_app.ports import Formatter

LOCALES = [
    "en_US",
    "en_GB",
    "en_IN",
    "de_DE",
    "de_CH",
    "de_AT",
    "fr_FR",
    "fr_CH",
    "it_CH",
    "es_ES",
    "es_MX",
    "pt_BR",
    "nl_NL",
    "sv_SE",
    "nb_NO",
    "da_DK",
    "fi_FI",
    "pl_PL",
    "cs_CZ",
    "hu_HU",
    "ro_RO",
    "tr_TR",
    "he_IL",
    "ar_EG",
    "ar_AE",
    "fa_IR",
    "hi_IN",
    "bn_BD",
    "ja_JP",
    "ko_KR",
    "zh_CN",
    "zh_HK",
    "th_TH",
    "vi_VN",
    "id_ID",
    "lv_LV",
    "el_GR",
]
# Currencies that CLDR would show without minor units; a till never hides what it counts.
CLDR_HIDES_MINOR_UNITS = {"RSD", "IQD"}
amounts = st.one_of(
    st.integers(-(10**13), 10**13),
    st.integers(-2000, 2000),
    st.sampled_from([0, 1, -1, 99, 100, 999, 1000, 99_999, 100_000, -100_000, 12_345_678]),
)


def store(locale: str = "en_US", code: str = "USD", time_zone: str = "America/Los_Angeles") -> StoreProfile:
    return StoreProfile("001", "Store", "01", currency(code), time_zone, locale=locale)


@given(amounts, st.sampled_from(LOCALES), st.sampled_from(sorted(set(CURRENCIES) - CLDR_HIDES_MINOR_UNITS)))
def test_money_is_written_as_babel_writes_it(amount_minor: int, locale: str, code: str) -> None:
    value = Decimal(amount_minor).scaleb(-currency(code).exponent)
    assert StoreFormatter(store(locale, code)).money(amount_minor) == format_currency(value, code, locale=locale)


@given(amounts)
def test_what_is_known_without_asking_is_what_babel_says(amount_minor: int) -> None:
    known = StoreFormatter(store())
    asked = locale_styles("en_US", currency("USD"))
    assert known.money(amount_minor) == asked.money.write(amount_minor)
    assert known.amount(amount_minor) == asked.amount.write(amount_minor)
    assert known.points(amount_minor) == asked.points.write(amount_minor)


@given(amounts, st.sampled_from(LOCALES), st.sampled_from(["USD", "JPY", "KWD"]))
def test_amounts_and_points_are_written_as_babel_writes_them(amount_minor: int, locale: str, code: str) -> None:
    formatter = StoreFormatter(store(locale, code))
    exponent = currency(code).exponent
    pattern = parse_pattern(Locale.parse(locale).decimal_formats[None].pattern)
    pattern.frac_prec = (exponent, exponent)
    value = Decimal(amount_minor).scaleb(-exponent)
    assert formatter.amount(amount_minor) == format_decimal(value, pattern, locale=locale)
    assert formatter.points(amount_minor) == format_decimal(amount_minor, locale=locale)


@pytest.mark.parametrize("code", sorted(CLDR_HIDES_MINOR_UNITS))
def test_no_minor_unit_is_hidden(code: str) -> None:
    assert StoreFormatter(store("en_US", code)).money(1_234_567).endswith("567" if code == "IQD" else "67")


def test_examples() -> None:
    here = StoreFormatter(store())
    assert (here.money(123_450), here.money(-500), here.money(5)) == ("$1,234.50", "-$5.00", "$0.05")
    assert (here.amount(-123_450), here.points(1240)) == ("-1,234.50", "1,240")
    assert StoreFormatter(store("de_DE", "EUR")).money(-123_450) == "-1.234,50\xa0€"
    assert StoreFormatter(store("en_IN", "INR")).money(123_456_789) == "₹12,34,567.89"
    assert StoreFormatter(store("ja_JP", "JPY")).money(1234) == "￥1,234"


moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@given(moments, st.sampled_from(LOCALES))
def test_times_are_the_stores_own_short_and_printable(at: datetime, locale: str) -> None:
    zone = ZoneInfo("America/Los_Angeles")
    expected = format_datetime(at, "short", tzinfo=zone, locale=locale).replace("\u202f", " ")
    assert StoreFormatter(store(locale)).date_time(at) == expected


def test_a_locale_that_does_not_exist_is_named() -> None:
    with pytest.raises(ValueError, match="'xx_YY' is no locale"):
        StoreFormatter(store("xx_YY"))
    with pytest.raises(ValueError, match="no locale"):
        StoreFormatter(store("", "EUR"))
    assert StoreFormatter(replace(store(), locale="de-DE.UTF-8")).points(1234) == "1.234"


def test_a_store_in_the_united_states_starts_without_babel() -> None:
    program = (
        "import sys; from datetime import UTC, datetime; from pos_app.domain.money import currency;"
        "from pos_app.domain.store import StoreProfile; from pos_app.formatting import StoreFormatter;"
        "f = StoreFormatter(StoreProfile('1', 'S', '1', currency('USD'), 'UTC'));"
        "f.money(1), f.amount(1), f.points(1), f.date_time(datetime.now(UTC)); sys.exit('babel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_it_is_what_the_services_ask_for() -> None:
    formatter: Formatter = StoreFormatter(store())
    assert formatter.points(0) == "0"
