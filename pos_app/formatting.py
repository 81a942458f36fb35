"""How amounts, points and times are written for people; the home of babel.

babel knows how every locale writes numbers, but takes tens of milliseconds to import and tens of microseconds per
number. So it is asked once per locale and currency how it writes two numbers; from then on texts are put together
from whole numbers. What it answers for a store in the United States is known without asking.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pos_app.domain.money import Currency
from pos_app.domain.store import StoreProfile

if TYPE_CHECKING:
    from babel import Locale

# Long enough to show how digits are grouped.
_PROBE = Decimal(1_234_567_890)
_NARROW_NO_BREAK_SPACE = "\u202f"


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How one locale writes one kind of number."""

    prefix: str = ""
    suffix: str = ""
    negative_prefix: str = "-"
    negative_suffix: str = ""
    group_sign: str = ","
    last_group: int = 3
    other_groups: int = 3
    decimal_sign: str = "."
    fraction_digits: int = 0

    def write(self, number: int) -> str:
        """The text of a number of 10 ** -fraction_digits."""
        digits = str(abs(number))
        fraction = ""
        if self.fraction_digits:
            digits = digits.zfill(self.fraction_digits + 1)
            fraction = self.decimal_sign + digits[-self.fraction_digits :]
            digits = digits[: -self.fraction_digits]
        if len(digits) > self.last_group:
            digits = self._grouped(digits)
        if number < 0:
            return f"{self.negative_prefix}{digits}{fraction}{self.negative_suffix}"
        return f"{self.prefix}{digits}{fraction}{self.suffix}"

    def _grouped(self, digits: str) -> str:
        groups = [digits[-self.last_group :]]
        rest = digits[: -self.last_group]
        while rest:
            groups.append(rest[-self.other_groups :])
            rest = rest[: -self.other_groups]
        return self.group_sign.join(reversed(groups))


@dataclass(frozen=True, slots=True)
class LocaleStyles:
    """Everything a store's texts need to know of its locale and currency."""

    money: NumberStyle
    amount: NumberStyle
    points: NumberStyle


_UNITED_STATES = LocaleStyles(
    money=NumberStyle(prefix="$", negative_prefix="-$", fraction_digits=2),
    amount=NumberStyle(fraction_digits=2),
    points=NumberStyle(),
)


@lru_cache(maxsize=64)
def locale_styles(locale_name: str, currency: Currency) -> LocaleStyles:
    """How babel writes amounts and whole numbers there. Raises ValueError for a locale it does not know."""
    from babel.numbers import format_currency, format_decimal, get_decimal_symbol, parse_pattern

    locale = _babel_locale(locale_name)
    # A currency always shows all its minor units, also where a locale would rather hide them.
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (currency.exponent, currency.exponent)
    written = [format_currency(n, currency.code, pattern, locale, currency_digits=False) for n in (_PROBE, -_PROBE)]
    money = _style(written[0], written[1], currency.exponent)
    points = _style(format_decimal(_PROBE, locale=locale), format_decimal(-_PROBE, locale=locale), 0)
    amount = replace(points, decimal_sign=get_decimal_symbol(locale), fraction_digits=currency.exponent)
    return LocaleStyles(money, amount, points)


def _babel_locale(locale_name: str) -> "Locale":
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(locale_name.partition(".")[0].replace("-", "_"))
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError(f"{locale_name!r} is no locale known here; use one such as en_US") from error


def _style(positive: str, negative: str, fraction_digits: int) -> NumberStyle:
    """The style that wrote the probe and its opposite as these texts."""
    prefix, whole, decimal_sign, suffix = _parts(positive, fraction_digits)
    negative_prefix, _, _, negative_suffix = _parts(negative, fraction_digits)
    groups = re.split(r"\D+", whole)
    group_signs = re.findall(r"\D+", whole)
    return NumberStyle(
        prefix,
        suffix,
        negative_prefix,
        negative_suffix,
        group_signs[-1] if group_signs else "",
        len(groups[-1]),
        len(groups[-2]) if group_signs else len(groups[-1]),
        decimal_sign,
        fraction_digits,
    )


def _parts(text: str, fraction_digits: int) -> tuple[str, str, str, str]:
    """What stands before the digits, the whole digits, the decimal sign, and what stands behind."""
    fraction = rf"(\D+)\d{{{fraction_digits}}}" if fraction_digits else "()"
    match = re.fullmatch(rf"(\D*)(\d.*\d){fraction}(\D*)", text, re.DOTALL)
    if match is None:
        raise ValueError(f"a number was written as {text!r}, which cannot be taken apart")
    return match[1], match[2], match[3], match[4]


class StoreFormatter:
    """Texts for the customers of one store; the same on the screen, on paper and in reports."""

    def __init__(self, profile: StoreProfile) -> None:
        """Raises ValueError when the profile's locale is unknown, ZoneInfoNotFoundError when its time zone is."""
        self._locale = profile.locale
        self._zone = ZoneInfo(profile.time_zone)
        self._in_united_states = profile.locale == "en_US"
        if self._in_united_states and profile.currency.code == "USD":
            styles = _UNITED_STATES
        else:
            styles = locale_styles(profile.locale, profile.currency)
        self.money = styles.money.write
        self.amount = styles.amount.write
        self.points = styles.points.write

    def date_time(self, at: datetime) -> str:
        """A date and time of day, short, in the store's time zone. at must have an offset."""
        local = at.astimezone(self._zone)
        if self._in_united_states:
            half = "AM" if local.hour < 12 else "PM"
            return f"{local.month}/{local.day}/{local:%y}, {local.hour % 12 or 12}:{local:%M} {half}"
        from babel.dates import format_datetime

        # No printer's code page has the narrow space that newer locale data puts before AM.
        return format_datetime(local, "short", locale=_babel_locale(self._locale)).replace(_NARROW_NO_BREAK_SPACE, " ")
