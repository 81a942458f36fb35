"""The number on a member's card and in its QR code: M, sixteen random digits and two check digits.

The letter keeps it apart from the codes of articles and from payment cards. The check digits are ISO/IEC 7064
MOD 97-10, as in an IBAN: they find every wrong digit and every two digits that changed places.
"""

import re

RANDOM_DIGITS = 16
_NUMBER = re.compile(r"M(\d{16})(\d{2})", re.ASCII)


def card_number(random_number: int) -> str:
    """The card number of a random number below 10 ** RANDOM_DIGITS."""
    if not 0 <= random_number < 10**RANDOM_DIGITS:
        raise ValueError(f"{random_number} has more than {RANDOM_DIGITS} digits")
    return f"M{random_number:0{RANDOM_DIGITS}}{_check(random_number):02}"


def normalise_card_number(text: str) -> str:
    """The number as it is compared, of what was scanned or typed (blanks and hyphens do not count).

    Raises ValueError when it can be no card number; the text is meant for the associate.
    """
    found = _NUMBER.fullmatch(re.sub(r"[\s-]", "", text).upper())
    if found is None or int(found[2]) != _check(int(found[1])):
        raise ValueError("That is no member card. Scan it again, or check the digits with the customer.")
    return found[0]


def _check(number: int) -> int:
    return 98 - number * 100 % 97
