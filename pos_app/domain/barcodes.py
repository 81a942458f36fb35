"""Which bars a code has on a label, and those of EAN and UPC (GS1 General Specifications, section 5.2)."""

from enum import StrEnum

from pos_app.domain.scan_code import gtin


class Symbology(StrEnum):
    """Kinds of bars that labels and receipts have."""

    CODE_128 = "code128"
    EAN_13 = "ean13"
    EAN_8 = "ean8"
    UPC_A = "upca"


_LEFT = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011")
_RIGHT = tuple(code.translate(str.maketrans("01", "10")) for code in _LEFT)
_LEFT_EVEN = tuple(code[::-1] for code in _RIGHT)
_FIRST_DIGIT = ("AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB", "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA")
"""Which of the left six digits have the even pattern (B) says what the first of thirteen digits is."""
_GUARD, _MIDDLE = "101", "01010"
QUIET_MODULES = 11
"""So many empty modules on each side; EAN-13 wants eleven on its left, Code 128 ten."""


def symbology_of(code: str) -> Symbology:
    """The bars that a code of a product is usually shown in: those of its length when its check digit is right."""
    if gtin(code) is not None:
        return {13: Symbology.EAN_13, 12: Symbology.UPC_A, 8: Symbology.EAN_8}.get(len(code), Symbology.CODE_128)
    return Symbology.CODE_128


def ean_modules(code: str) -> str:
    """Bars (1) and spaces (0) of an EAN-13, UPC-A or EAN-8, one character a module, without the quiet zones.

    Raises ValueError for what is none of them.
    """
    if gtin(code) is None or len(code) not in (8, 12, 13):
        raise ValueError(f"{code!r} is no EAN-13, UPC-A or EAN-8")
    if len(code) == 8:
        left = "".join(_LEFT[int(digit)] for digit in code[:4])
        return _GUARD + left + _MIDDLE + "".join(_RIGHT[int(digit)] for digit in code[4:]) + _GUARD
    first, digits = code.zfill(13)[0], code.zfill(13)[1:]
    parity = _FIRST_DIGIT[int(first)]
    left = "".join((_LEFT if kind == "A" else _LEFT_EVEN)[int(d)] for kind, d in zip(parity, digits[:6], strict=True))
    return _GUARD + left + _MIDDLE + "".join(_RIGHT[int(digit)] for digit in digits[6:]) + _GUARD
