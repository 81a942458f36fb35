"""What may be kept of a card: brand, last four digits, authorisation. Nothing else leaves this folder.

PCI DSS 4.0.1 3.4.1 and the reader's own encryption are the rule; this is the net below it, for a terminal, or a person
with a keyboard, that says more than it should.
"""

import re

BRANDS = {
    "amex": "American Express",
    "cup": "UnionPay",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_australia": "eftpos",
    "girocard": "girocard",
    "interac_card": "Interac",
    "jcb": "JCB",
    "maestro": "Maestro",
    "mc": "Mastercard",
    "visa": "Visa",
}
LONGEST_TEXT = 120

# Card numbers begin with 2 to 6 (ISO/IEC 7812-1: travel, banking and merchandising); a time stamp may look like one.
_WHOLE_NUMBER = re.compile(r"(?<![0-9A-Za-z])[2-6]\d{11,18}(?![0-9A-Za-z])")
_REFERENCE = re.compile(r"[0-9A-Za-z]+(?:[.\-_][0-9A-Za-z]+)*")


def is_card_number(digits: str) -> bool:
    """True for 12 to 19 digits with a right check digit (Luhn, ISO/IEC 7812-1 annex B)."""
    if not (digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 19):
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def has_card_number(text: str) -> bool:
    """True when a card number stands anywhere in the text, alone or inside longer digits."""
    for run in re.findall(r"[\d .\-]{12,}", text):
        digits = re.sub(r"\D", "", run)
        for length in range(12, 20):
            if any(is_card_number(digits[at : at + length]) for at in range(len(digits) - length + 1)):
                return True
    return False


def plain_text(text: object) -> str:
    """A text of the terminal fit for a screen: printable, short, and empty when a card number is in it."""
    if not isinstance(text, str):
        return ""
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return "" if has_card_number(clean) else clean[:LONGEST_TEXT]


def reference_text(text: object) -> str:
    """A processor's name of a payment. It holds time stamps, so only a number that stands alone counts as a card's."""
    if not isinstance(text, str) or len(text) > LONGEST_TEXT or not _REFERENCE.fullmatch(text):
        return ""
    return "" if any(is_card_number(found) for found in _WHOLE_NUMBER.findall(text)) else text


def last_four(masked_number: object) -> str:
    """The last four digits of a number that the terminal masked (or, wrongly, did not); empty when there are none."""
    found = re.search(r"(\d{4})$", masked_number.strip()) if isinstance(masked_number, str) else None
    return found.group(1) if found else ""


def brand(code: object) -> str:
    """A card scheme's name for a receipt, from the processor's code."""
    name = plain_text(code)
    return BRANDS.get(name.lower(), name[:30])
