"""Codes as the catalogue keeps them: every notation of one GTIN in one form, all others as they are.

A GTIN is its last 14 digits with a check digit over them (GS1 General Specifications 7.9), so EAN-8, UPC-A, EAN-13
and GTIN-14 with leading zeros are the same number. UPC-E is a UPC-A with zeros squeezed out (ibid. 5.2.2.4).
"""

from collections.abc import Iterator

_GTIN_LENGTHS = range(8, 15)
_ZEROS = ord("0") * (3 * 7 + 7)
SKU_PREFIX = "sku:"


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


def stored_code(text: str) -> str:
    """The form a barcode is stored and looked up in: 14 digits of a GTIN, else upper case as it is."""
    return gtin(text) or text.upper()


def shown_code(stored: str) -> str:
    """A stored code as it stands on the goods: a GTIN in the digits of EAN-8, UPC-A, EAN-13 or GTIN-14."""
    if len(stored) != 14 or gtin(stored) is None:
        return stored
    return next((stored[-length:] for length in (8, 12, 13) if not stored[:-length].strip("0")), stored)


def stored_sku(text: str) -> str:
    """The form a SKU is stored and looked up in, apart from all barcodes."""
    return SKU_PREFIX + text.upper()


def candidates(text: str) -> Iterator[str]:
    """The stored codes that a scanned or typed text can mean, likeliest first."""
    first, as_it_is = stored_code(text), text.upper()
    yield first
    yield stored_sku(text)
    if as_it_is != first:
        yield as_it_is
    upc_a = expand_upc_e(text)
    if upc_a:
        yield upc_a.zfill(14)
