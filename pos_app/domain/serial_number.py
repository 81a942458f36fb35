"""Serial numbers that an item asks for at the till: the rule of the item and what a customer's device shows.

A rule is "imei" (15 digits, the last one by Luhn's rule, 3GPP TS 23.003 section 6.2), "any" (letters, digits and
- / . _), or a pattern: a regular expression that the whole number has to match, without groups.
"""

import re

from pos_app.domain.scan_code import split_symbology

IMEI, ANY = "imei", "any"
LONGEST_SERIAL_NUMBER = 40
_LONGEST_PATTERN = 80
_MOST_REPEATS = 3
_ANY = re.compile(r"[0-9A-Z][0-9A-Z./_-]{2,}")
_SEPARATORS = str.maketrans("", "", " -./")


class SerialNumberError(ValueError):
    """Not a serial number of this item; the text says what is expected."""


def check_rule(rule: str) -> str:
    """The rule, when it can be used. Raises ValueError with the reason.

    Groups and more than three open repeats are refused, because such patterns can take for ever on a short text.
    """
    if rule in ("", IMEI, ANY):
        return rule
    if len(rule) > _LONGEST_PATTERN:
        raise ValueError(f"the pattern of the serial number is longer than {_LONGEST_PATTERN} characters")
    bare = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "x", rule)
    if "(" in bare or len(re.findall(r"[*+]|\{\d+,\}", bare)) > _MOST_REPEATS:
        raise ValueError("the pattern of the serial number has groups, or more than three open repeats")
    try:
        re.compile(rule)
    except re.error as error:
        raise ValueError(f"the pattern of the serial number is none: {error}") from error
    return rule


def rule_name(rule: str) -> str:
    """What the number is called where it is asked for."""
    return "IMEI" if rule == IMEI else "Serial number"


def read_serial_number(text: str, rule: str) -> str:
    """The serial number of a scanned or typed text, as it is kept. Raises SerialNumberError with what is expected."""
    typed, _ = split_symbology(text.strip())
    number = typed.upper()
    if rule == IMEI:
        return _imei(number)
    if not number or len(number) > LONGEST_SERIAL_NUMBER or not number.isprintable():
        raise SerialNumberError("Scan or type the serial number as it stands on the box.")
    if rule == ANY:
        if not _ANY.fullmatch(number):
            raise SerialNumberError("A serial number is at least 3 letters and digits, without spaces.")
    elif not (re.fullmatch(rule, number) or re.fullmatch(rule, typed)):
        raise SerialNumberError("That is no serial number of this item. Look for it on the box or the device.")
    return number


def _imei(text: str) -> str:
    digits = text.removeprefix("IMEI").lstrip(": ").translate(_SEPARATORS)
    if len(digits) != 15 or not (digits.isascii() and digits.isdigit()):
        raise SerialNumberError("An IMEI has 15 digits. It is on the box, or dial *#06# on the phone.")
    if luhn_digit(digits[:-1]) != int(digits[-1]):
        raise SerialNumberError("The last digit of the IMEI does not fit. Scan or type it again.")
    return digits


def luhn_digit(digits: str) -> int:
    """The check digit after these digits by Luhn's rule (ISO/IEC 7812-1 annex B)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if index % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10
