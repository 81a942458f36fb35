"""Decimal texts of a scenario file as whole numbers: no float ever stands between a file and money."""

import re

from pos_app.domain.money import Currency, MoneyError
from pos_app.scenario.parts import ScenarioError

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,30})?")


def amount(text: str, path: str, money: Currency) -> int:
    """Minor units of a decimal text that is not below zero. Raises ScenarioError."""
    return decimal(text, path, money)


def decimal(text: str, path: str, digits: Currency) -> int:
    """A decimal text in units of so many digits. Raises ScenarioError."""
    if not _NUMBER.fullmatch(text):
        raise ScenarioError(path, f"{text!r} is no number; write it in digits like 49.99")
    try:
        value = digits.parse_minor(text)
    except MoneyError as error:
        raise ScenarioError(path, str(error)) from error
    if value < 0:
        raise ScenarioError(path, f"{text!r} is below zero")
    return value
