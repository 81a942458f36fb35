"""Cash of other currencies, at a rate the store set: whole ratios, no float."""

from dataclasses import dataclass
from fractions import Fraction

from pos_app.domain.money import Currency
from pos_app.domain.rounding import Rounding, divide

_MOST_RATE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class ForeignCurrency:
    """A currency taken in cash. Its value is foreign minor units x rate_numerator / rate_denominator, in minor units
    of the store's currency, rounded to its smallest coin. rate_text is how the rate is told: "1 EUR = 1.0842 USD".

    step_minor is the smallest amount taken (stores often take notes only), notes_minor what is offered to touch.
    """

    currency: Currency
    rate_numerator: int
    rate_denominator: int
    rate_text: str
    step_minor: int = 1
    notes_minor: tuple[int, ...] = ()
    rounding: Rounding = Rounding.HALF_UP

    def home_minor(self, foreign_minor: int, cash_step_minor: int) -> int:
        """What so much is worth here, to the smallest coin."""
        step = max(cash_step_minor, 1)
        return divide(foreign_minor * self.rate_numerator, self.rate_denominator * step, self.rounding) * step

    def needed_minor(self, home_minor: int, cash_step_minor: int) -> int:
        """The least that may be handed over for an amount due here."""
        if home_minor <= 0:
            return 0
        home_step = max(cash_step_minor, 1)
        coins = -(-home_minor // home_step)
        # Rounding makes up for less than half a coin.
        steps = -(-(2 * coins - 1) * self.rate_denominator * home_step // (2 * self.rate_numerator * self.step_minor))
        while self.home_minor(steps * self.step_minor, cash_step_minor) < home_minor:
            steps += 1
        return steps * self.step_minor

    def suggestions(self, home_minor: int, cash_step_minor: int, count: int = 4) -> list[int]:
        """What a customer would hand over for so much: the least, then notes that cover it; distinct, ascending."""
        needed = self.needed_minor(home_minor, cash_step_minor)
        covering = {-(-needed // note) * note for note in self.notes_minor}
        return sorted({needed, *covering} - {0})[:count]


def foreign_currency(
    money: Currency,
    home: Currency,
    rate: str,
    *,
    step_minor: int = 1,
    notes_minor: tuple[int, ...] = (),
    rounding: Rounding = Rounding.HALF_UP,
) -> ForeignCurrency:
    """A currency at a decimal rate: units of the home currency for one unit of it. Raises ValueError."""
    whole, _, fraction = rate.partition(".")
    if not (whole.isascii() and whole.isdigit() and (not fraction or (fraction.isascii() and fraction.isdigit()))):
        raise ValueError(f"{rate!r} is no rate; write it like 1.0842")
    if len(fraction) > _MOST_RATE_DIGITS or not int(whole + fraction):
        raise ValueError(f"{rate!r} is not a rate above zero with at most {_MOST_RATE_DIGITS} digits after the point")
    if money.code == home.code:
        raise ValueError(f"{money.code} is the store's own currency")
    if step_minor <= 0 or any(note <= 0 or note % step_minor for note in notes_minor):
        raise ValueError(f"the notes of {money.code} must be multiples of its smallest amount")
    ratio = Fraction(int(whole + fraction) * home.minor_per_unit, 10 ** len(fraction) * money.minor_per_unit)
    return ForeignCurrency(
        money,
        ratio.numerator,
        ratio.denominator,
        f"1 {money.code} = {rate} {home.code}",
        step_minor,
        notes_minor,
        rounding,
    )
