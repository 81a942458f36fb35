"""What a scanned or typed code is: its number in one form, what else it says, or why it is no product's code. Pure.

A GTIN is its last 14 digits with a check digit over them (GS1 General Specifications 7.9), so EAN-8, UPC-A, EAN-13
and GTIN-14 with leading zeros are the same number. UPC-E is a UPC-A with zeros squeezed out (ibid. 5.2.2.4).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

LONGEST_CODE = 128
GROUP_SEPARATOR = "\x1d"
GS1_SYMBOLOGIES = ("]C1", "]e0", "]d2", "]Q3")
"""AIM identifiers that say that GS1 element strings follow: GS1-128, DataBar, GS1 DataMatrix, GS1 QR code."""

_GTIN_LENGTHS = range(8, 15)
_ZEROS = ord("0") * (3 * 7 + 7)
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_LIKE_ELEMENT_STRING = re.compile(r"\(01\)|01\d{14}(?=$|\D|\d{2})")
_DIGITAL_LINK = re.compile(r"https?://[^/]+/(?:.*/)?(?:01|gtin)/\d{8,14}(?:[/?#]|$)", re.IGNORECASE)
_LOGISTIC_UNIT = re.compile(r"(?:\(00\)|00)\d{18}")


class ScanFault(StrEnum):
    """Why a code put nothing into the basket."""

    EMPTY = "empty"
    NOT_ON_FILE = "not_on_file"
    CHECK_DIGIT = "check_digit"
    NOT_A_PRODUCT = "not_a_product"
    UNKNOWN_PREFIX = "unknown_prefix"
    CASE = "case"
    OUT_OF_RANGE = "out_of_range"
    LABEL_CHECK_DIGIT = "label_check_digit"
    UNREADABLE = "unreadable"
    CONTROL_CHARACTERS = "control_characters"
    DUPLICATE = "duplicate"


_WORDS = {
    ScanFault.EMPTY: "nothing was read. Scan again.",
    ScanFault.NOT_ON_FILE: "no product has this code.",
    ScanFault.CHECK_DIGIT: "wrong check digit, {detail} expected. Scan again.",
    ScanFault.NOT_A_PRODUCT: "{detail}, not a product's code.",
    ScanFault.UNKNOWN_PREFIX: "no rule for labels beginning {detail}.",
    ScanFault.CASE: "the code of a case. Scan one piece.",
    ScanFault.OUT_OF_RANGE: "{detail} is out of range.",
    ScanFault.LABEL_CHECK_DIGIT: "the value on the label is misread. Scan again.",
    ScanFault.UNREADABLE: "damaged GS1 code. Scan again.",
    ScanFault.CONTROL_CHARACTERS: "control characters. Check the scanner.",
    ScanFault.DUPLICATE: "read twice, added once. Scan again for two.",
}


def fault_words(fault: ScanFault, detail: str = "") -> str:
    """What is wrong with a code and what to do, to stand after the code."""
    return _WORDS[fault].format(detail=detail)


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """What a code says. code is what the item is looked up by; the rest is 0 or empty where the code does not say it.

    expires_on is an ISO date, quantity_milli a weight or count in thousandths, price_minor the price of the whole.
    """

    code: str
    serial_number: str = ""
    batch: str = ""
    expires_on: str = ""
    quantity_milli: int = 0
    price_minor: int = 0


@dataclass(frozen=True, slots=True)
class UnreadCode:
    """A code that names no item, and why; detail is the digit expected, or what the code is instead."""

    code: str
    fault: ScanFault
    detail: str = ""

    @property
    def words(self) -> str:
        """What is wrong and what to do, to stand after the code."""
        return fault_words(self.fault, self.detail)


def split_symbology(scanned: str) -> tuple[str, str]:
    """Text and AIM identifier of what a scanner sent; the identifier is empty when there is none."""
    if _SYMBOLOGY.match(scanned) and len(scanned) > 3:
        return scanned[3:], scanned[:3]
    return scanned, ""


def with_separators(scanned: str, substitute: str) -> str:
    """What a scanner sent that types another character for the group separator of GS1 codes; empty: it types none."""
    text, symbology = split_symbology(scanned)
    if not substitute or not is_gs1(text, symbology) or "://" in text:
        return scanned
    return scanned.replace(substitute, GROUP_SEPARATOR)


def without_add_on(text: str, symbology: str) -> str:
    """The EAN-13 or UPC-A alone, when its add-on of two or five digits was read with it (AIM identifier ]E3)."""
    if symbology != "]E3" or not text.isdigit():
        return text
    lengths = {15: 13, 18: 13, 14: 12, 17: 12}
    return text[: lengths.get(len(text), len(text))]


def check_digit(digits: str) -> int:
    """The check digit that follows these digits."""
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits)))
    return -total % 10


def gtin(text: str) -> str | None:
    """The 14 digits of a GTIN in any notation, lost leading zeros put back; None when it is none."""
    if not (len(text) in _GTIN_LENGTHS and text.isascii() and text.isdigit()):
        return None
    padded = text.zfill(14)
    # Sums of character codes, because this runs at every scan: _ZEROS is what fourteen zeros come to.
    codes = padded.encode()
    return padded if (3 * sum(codes[::2]) + sum(codes[1::2]) - _ZEROS) % 10 == 0 else None


def expand_upc_e(text: str) -> str | None:
    """The UPC-A that 8 digits of UPC-E, or 6 without number system and check digit, stand for; None when none."""
    if not (text.isascii() and text.isdigit() and len(text) in (6, 8)):
        return None
    number_system, body = (text[0], text[1:7]) if len(text) == 8 else ("0", text)
    if number_system not in "01":
        return None
    last = body[5]
    if last in "012":
        expanded = body[:2] + last + "0000" + body[2:5]
    elif last == "3":
        expanded = body[:3] + "00000" + body[3:5]
    elif last == "4":
        expanded = body[:4] + "00000" + body[4]
    else:
        expanded = body[:5] + "0000" + last
    upc_a = number_system + expanded
    check = str(check_digit(upc_a))
    return upc_a + check if len(text) == 6 or text[7] == check else None


def shown_gtin(gtin14: str) -> str:
    """A GTIN of 14 digits as it stands on the goods: the digits of EAN-8, UPC-A, EAN-13 or GTIN-14."""
    return next((gtin14[-length:] for length in (8, 12, 13) if not gtin14[:-length].strip("0")), gtin14)


def is_gs1(text: str, symbology: str = "") -> bool:
    """True for what may be GS1 element strings or a GS1 Digital Link; a plain EAN or UPC never is."""
    return (
        symbology in GS1_SYMBOLOGIES
        or GROUP_SEPARATOR in text
        or (len(text) > 14 and bool(_LIKE_ELEMENT_STRING.match(text) or _DIGITAL_LINK.match(text)))
    )


def single_piece(gtin14: str) -> str:
    """The GTIN of one piece, when the 14 digits are of a case of it (indicators 1 to 8), else empty."""
    if gtin14[0] not in "12345678":
        return ""
    digits = "0" + gtin14[1:13]
    return shown_gtin(digits + str(check_digit(digits)))


def why_unknown(text: str) -> UnreadCode:
    """Why no item was found for a text that is no GS1 element string and no label of the store's own."""
    code = text.strip()
    if not code:
        return UnreadCode(code, ScanFault.EMPTY)
    if any(ord(character) < 0x20 or character == "\x7f" for character in code):
        return UnreadCode(code, ScanFault.CONTROL_CHARACTERS)
    if len(code) > LONGEST_CODE:
        return UnreadCode(code, ScanFault.NOT_A_PRODUCT, "a long text")
    if "://" in code:
        return UnreadCode(code, ScanFault.NOT_A_PRODUCT, "a web address")
    if _LOGISTIC_UNIT.fullmatch(code):
        return UnreadCode(code, ScanFault.NOT_A_PRODUCT, "a pallet's label")
    if code.isascii() and code.isdigit() and len(code) in (8, 12, 13, 14):
        return _why_no_gtin(code)
    return UnreadCode(code, ScanFault.NOT_ON_FILE)


def _why_no_gtin(code: str) -> UnreadCode:
    number = gtin(code)
    if number is None:
        if expand_upc_e(code) is not None:
            return UnreadCode(code, ScanFault.NOT_ON_FILE)
        return UnreadCode(code, ScanFault.CHECK_DIGIT, _expected_digit(code))
    prefix = "" if len(code) == 8 else number[1:4]
    if prefix == "980" or (prefix[:1] == "9" and prefix >= "981" and prefix[:2] in ("98", "99")):
        return UnreadCode(code, ScanFault.NOT_A_PRODUCT, "a voucher's code" if prefix == "980" else "a coupon")
    if prefix[:2] == "05":
        return UnreadCode(code, ScanFault.NOT_A_PRODUCT, "a coupon")
    if prefix[:2] in ("02", "04") or prefix[:1] == "2":
        return UnreadCode(code, ScanFault.UNKNOWN_PREFIX, prefix[:2])
    return UnreadCode(code, ScanFault.NOT_ON_FILE)


def _expected_digit(code: str) -> str:
    """The check digit that would fit; eight digits beginning with 0 or 1 are taken for a UPC-E."""
    if len(code) == 8 and code[0] in "01":
        return next(digit for digit in "0123456789" if expand_upc_e(code[:7] + digit) is not None)
    return str(check_digit(code[:-1]))
