"""Labels of the store's own scales and printers: a price, weight or count inside the barcode, by the store's table.

Restricted numbers (prefixes 02 and 20 to 29) mean what each store says (GS1 General Specifications 2.1.11). The digits
after the prefix are the item, a check digit over the value where the store prints one, and the value.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pos_app.domain.item import QUANTITY_SCALE
from pos_app.domain.scan_code import ScanFault, ScannedCode, UnreadCode, check_digit, gtin

_LABEL_DIGITS = 13
_TWO_MINUS = "0246891357"
_THREE = "0369258147"
_FIVE_PLUS = "0516273849"
_FIVE_MINUS = "0594837261"


class LabelValue(StrEnum):
    """What the value digits of a label are."""

    PRICE = "price"
    WEIGHT = "weight"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class LabelRule:
    """One kind of label. The prefix, the item digits, the check digit if any and the value digits make 12 digits.

    decimals is how many digits of a weight stand after the point. Values outside minimum and maximum (as printed, so
    minor units of a price) are refused.
    """

    prefix: str
    item_digits: int
    value_digits: int
    value: LabelValue = LabelValue.PRICE
    has_value_check: bool = False
    decimals: int = 3
    minimum: int = 1
    maximum: int = 10**9

    def __post_init__(self) -> None:
        if not (self.prefix == "02" or (len(self.prefix) == 2 and self.prefix.isdigit() and self.prefix[0] == "2")):
            raise ValueError(f"a label's prefix is 02 or 20 to 29, not {self.prefix!r}")
        digits = len(self.prefix) + self.item_digits + self.has_value_check + self.value_digits
        if digits != _LABEL_DIGITS - 1 or self.item_digits < 1 or self.value_digits < 1:
            raise ValueError(f"the digits of label {self.prefix} come to {digits}, not to 12")
        if self.has_value_check and self.value_digits not in (4, 5):
            raise ValueError(f"label {self.prefix}: only values of 4 or 5 digits have a check digit")
        if not 0 <= self.decimals <= 3 or not 0 < self.minimum <= self.maximum:
            raise ValueError(f"label {self.prefix}: 0 to 3 decimals, and a minimum from 1 to the maximum")


def value_check_digit(value: str) -> int:
    """The check digit over a price or weight of four or five digits (GS1 General Specifications 7.9.3, 7.9.4)."""
    digits = [int(digit) for digit in value]
    if len(digits) == 4:
        tables = (_TWO_MINUS, _TWO_MINUS, _THREE, _FIVE_MINUS)
        return sum(int(table[digit]) for table, digit in zip(tables, digits, strict=True)) * 3 % 10
    tables5 = (_FIVE_PLUS, _TWO_MINUS, _FIVE_MINUS, _FIVE_PLUS, _TWO_MINUS)
    total = sum(int(table[digit]) for table, digit in zip(tables5, digits, strict=True))
    return _FIVE_MINUS.index(str(-total % 10))


@dataclass(frozen=True, slots=True)
class Label:
    """A label as read: what it says, and the codes its item may be on file under, likeliest first."""

    scanned: ScannedCode
    item_codes: tuple[str, ...]


def read_label(text: str, rules: tuple[LabelRule, ...]) -> Label | UnreadCode | None:
    """The label of a code by the store's table, why it cannot be used, or None when the table does not speak of it."""
    number = gtin(text) if len(text) in (12, 13) else None
    if number is None:
        return None
    digits = number[1:]
    rule = next((rule for rule in rules if digits.startswith(rule.prefix)), None)
    if rule is None:
        return None
    item_end = 2 + rule.item_digits
    item, value = digits[2:item_end], digits[-1 - rule.value_digits : -1]
    if rule.has_value_check and int(digits[item_end]) != value_check_digit(value):
        return UnreadCode(text, ScanFault.LABEL_CHECK_DIGIT)
    if not rule.minimum <= int(value) <= rule.maximum:
        return UnreadCode(text, ScanFault.OUT_OF_RANGE, f"the {rule.value.value} {_written(rule, value)}")
    return Label(_scanned(text, rule, int(value)), tuple(_item_codes(digits[:2], item)))


def _scanned(text: str, rule: LabelRule, value: int) -> ScannedCode:
    if rule.value is LabelValue.PRICE:
        return ScannedCode(text, price_minor=value)
    if rule.value is LabelValue.WEIGHT:
        return ScannedCode(text, quantity_milli=value * 10 ** (3 - rule.decimals))
    return ScannedCode(text, quantity_milli=value * QUANTITY_SCALE)


def _item_codes(prefix: str, item: str) -> Iterator[str]:
    """As the number of the shelf (PLU or SKU), or as the label's own code with nothing in the place of the value."""
    yield item
    if shorter := item.lstrip("0"):
        yield shorter
    without_value = (prefix + item).ljust(_LABEL_DIGITS - 1, "0")
    yield without_value + str(check_digit(without_value))


def _written(rule: LabelRule, value: str) -> str:
    if rule.value is not LabelValue.WEIGHT or not rule.decimals:
        return str(int(value))
    return f"{int(value[: -rule.decimals] or 0)}.{value[-rule.decimals :]}"
