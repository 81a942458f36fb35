"""One setting as it is typed and shown, in the store's own way of writing numbers, and as it stands in the file."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from pos_app.domain.money import Currency, MoneyError
from pos_app.domain.tax import RATE_SCALE
from pos_app.errors import CashierError
from pos_app.ports import Formatter
from pos_app.services.set_up.fields import Field, Kind

NOT_SET = "Not set"
_LONGEST_ID = 40


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes and reads values for people: with the store's currency, decimal sign and grouping."""

    formatter: Formatter
    currency: Currency

    @property
    def decimal_sign(self) -> str:
        """What stands before the cents."""
        digits = self.currency.exponent
        probe = self.formatter.amount(self.currency.minor_per_unit)
        return probe[-digits - 1] if digits else "."

    def shown(self, field: Field, value: Any) -> str:
        """The value in words; what is not set says what counts instead."""
        if value is None:
            if field.default is None:
                return NOT_SET
            return f"{self.shown(field, field.default)}, the default"
        if isinstance(value, list | tuple):
            each = [self.shown(field.each, one) for one in value] if field.is_list else [str(one) for one in value]
            return ", ".join(each) or "None"
        words = self._words(field, value)
        return f"{words} {field.unit}" if field.unit else words

    def typed(self, field: Field, value: Any) -> str:
        """The value as somebody would type it."""
        if value is None:
            return ""
        text = self._percent(value) if field.kind is Kind.PERCENT else str(value)
        return text.replace(".", self.decimal_sign) if field.kind in (Kind.AMOUNT, Kind.PERCENT, Kind.DECIMAL) else text

    def read(self, field: Field, text: str) -> Any:
        """The value of what was typed; None for nothing at all. Raises CashierError that says what to type."""
        text = " ".join(text.split())
        if not text:
            if field.needed:
                raise CashierError("needed", f"{field.name} is needed. It cannot be empty.")
            return None
        if not text.isprintable():
            raise CashierError("letters", f"{field.name} has a character that cannot be printed.")
        match field.kind:
            case Kind.AMOUNT:
                return self._amount(field, text)
            case Kind.PERCENT:
                return self._share(field, text)
            case Kind.DECIMAL:
                return self._decimal(field, text)
            case Kind.WHOLE:
                return _whole(field, text)
            case Kind.DAY:
                return _day(field, text)
            case Kind.ID:
                return _id(field, text)
            case _:
                if len(text) > field.most:
                    raise CashierError("too_long", f"{field.name} has at most {field.most} letters.")
                return text

    # --- inside -------------------------------------------------------------------------------------------------------

    def _words(self, field: Field, value: Any) -> str:
        if field.kind is Kind.SWITCH or isinstance(value, bool):
            return "Yes" if value else "No"
        if field.kind is Kind.CHOICE:
            return dict(field.choices).get(str(value), str(value))
        if field.kind is Kind.AMOUNT:
            if isinstance(value, int):
                return self.formatter.money(value)
            try:
                return self.formatter.money(self.currency.parse_minor(str(value)))
            except MoneyError:
                return str(value)
        if field.kind is Kind.PERCENT:
            share = Decimal(value) / RATE_SCALE if isinstance(value, int) else value
            return f"{self.typed(field, share)} %"
        return str(value)

    @staticmethod
    def _percent(value: object) -> str:
        try:
            text = f"{Decimal(str(value)) * 100:f}"
        except InvalidOperation:
            return str(value)
        return text.rstrip("0").rstrip(".") if "." in text else text

    def _plain(self, text: str) -> str:
        """Without currency or percent sign and grouping, with a point before the decimals; as it is when it is none.

        A grouping sign counts only before three digits: 8,25 is not 825.
        """
        point = self.decimal_sign
        group = "[" + re.escape(".,' \u00a0\u202f".replace(point, "")) + "]"
        sign = self.formatter.money(0).strip("0.,\u00a0 ")
        bare = text.removesuffix("%").removeprefix(sign).removesuffix(sign).strip()
        if not re.fullmatch(rf"[-+]?(?:[0-9]+|[0-9]{{1,3}}(?:{group}[0-9]{{3}})+)(?:{re.escape(point)}[0-9]+)?", bare):
            return "not a number"
        return re.sub(group, "", bare).replace(point, ".")

    def _amount(self, field: Field, text: str) -> str:
        example = self.formatter.amount(4999 * self.currency.minor_per_unit // 100)
        try:
            amount_minor = self.currency.parse_minor(self._plain(text))
        except MoneyError as error:
            raise CashierError("amount", f"{field.name} is an amount. Write it like {example}.") from error
        if amount_minor < 0:
            raise CashierError("amount", f"{field.name} is not below zero.")
        return self.currency.decimal_text(amount_minor)

    def _share(self, field: Field, text: str) -> str:
        try:
            share = Decimal(self._plain(text)) / 100
        except InvalidOperation as error:
            example = "8.25".replace(".", self.decimal_sign)
            raise CashierError("percent", f"{field.name} is a percentage. Write it like {example}.") from error
        if not 0 <= share <= 1:
            raise CashierError("percent", f"{field.name} is between 0 and 100 percent.")
        if share != share.quantize(Decimal("0.000001")):
            raise CashierError("percent", f"{field.name} has at most four decimals.")
        return f"{share:f}".rstrip("0").rstrip(".") if share else "0"

    def _decimal(self, field: Field, text: str) -> str:
        plain = self._plain(text)
        if not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", plain):
            example = "1.5".replace(".", self.decimal_sign)
            raise CashierError("number", f"{field.name} is a number that is not below zero, like {example}.")
        return plain


def _whole(field: Field, text: str) -> int:
    low, high = field.low if field.low is not None else 0, field.high if field.high is not None else 1_000_000
    if not (text.isascii() and text.isdigit() and len(text) <= 9) or not low <= int(text) <= high:
        raise CashierError("whole", f"{field.name} is a whole number from {low} to {high}.")
    return int(text)


def _day(field: Field, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise CashierError("day", f"{field.name} is a day. Write it like 2026-12-25.") from error


def _id(field: Field, text: str) -> str:
    fits = text.isascii() and text.replace("_", "").isalnum() and text == text.lower()
    if not fits or len(text) > _LONGEST_ID:
        raise CashierError("id", f"{field.name} is of small letters, digits and _, like city_tax.")
    return text
