"""Money: an integer of minor units and its ISO 4217 currency. No float ever touches it."""

import re
from dataclasses import dataclass
from typing import Self

from pos_app.domain.rounding import allocate

_DECIMAL = re.compile(r"([+-]?)([0-9]{1,15})(?:\.([0-9]+))?")


class MoneyError(ValueError):
    """A text is no amount of this currency, or two currencies were mixed."""


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency of ISO 4217: its code and how many digits its minor unit has."""

    code: str
    exponent: int

    @property
    def minor_per_unit(self) -> int:
        """Minor units in one unit: 100 cents in a dollar, 1 yen in a yen."""
        return int(10**self.exponent)

    def parse_minor(self, text: str) -> int:
        """Minor units of a plain decimal text such as "49.99"; never rounds.

        Raises MoneyError when the text is no number or has more digits than the currency.
        """
        match = _DECIMAL.fullmatch(text.strip())
        if not match:
            raise MoneyError(f"{text!r} is not an amount of money; write it like 49.99")
        sign, whole, fraction = match.groups(default="")
        digits = fraction.rstrip("0")
        if len(digits) > self.exponent:
            raise MoneyError(f"{text!r} has more digits than {self.code} has ({self.exponent})")
        amount_minor = int(whole + digits.ljust(self.exponent, "0"))
        return -amount_minor if sign == "-" else amount_minor

    def decimal_text(self, amount_minor: int) -> str:
        """The plain decimal text of an amount, the reverse of parse_minor: -1570 is "-15.70"."""
        sign = "-" if amount_minor < 0 else ""
        whole, part = divmod(abs(amount_minor), self.minor_per_unit)
        return f"{sign}{whole}.{part:0{self.exponent}d}" if self.exponent else f"{sign}{whole}"


# ISO 4217, list one: the currencies a store may be set up with.
CURRENCIES = {
    code: Currency(code, exponent)
    for exponent, codes in (
        (0, "CLP ISK JPY KRW PYG RWF UGX VND XAF XOF XPF"),
        (2, "AED ARS AUD BRL CAD CHF CNY COP CRC CZK DKK DOP EGP EUR GBP GEL GTQ HKD HUF IDR ILS INR JMD KES KZT"),
        (2, "MAD MOP MXN MYR NGN NOK NZD PEN PHP PKR PLN QAR RON RSD SAR SEK SGD THB TRY TTD TWD UAH USD UYU ZAR"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
    )
    for code in codes.split()
}


def currency(code: str) -> Currency:
    """The currency of an ISO 4217 code. Raises MoneyError for one that is not known."""
    found = CURRENCIES.get(code)
    if found is None:
        raise MoneyError(f"{code!r} is no currency code known here; use an ISO 4217 code such as USD")
    return found


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency, for the edges of the program; engines count plain minor units."""

    amount_minor: int
    currency: Currency

    @classmethod
    def parse(cls, text: str, money_currency: Currency) -> Self:
        """Money of a plain decimal text. Raises MoneyError."""
        return cls(money_currency.parse_minor(text), money_currency)

    def _same_currency(self, other: "Money") -> None:
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency.code} and {other.currency.code} cannot be added up")

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.amount_minor < other.amount_minor

    def __le__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.amount_minor <= other.amount_minor

    def split(self, weights: list[int]) -> list["Money"]:
        """Parts in proportion to the weights that add up to this amount exactly."""
        return [Money(part, self.currency) for part in allocate(self.amount_minor, weights)]

    def __str__(self) -> str:
        return f"{self.currency.decimal_text(self.amount_minor)} {self.currency.code}"
