"""AIM symbology identifiers: the three characters (]cm) a scanner may send before what it read. Pure."""

import re

_IDENTIFIER = re.compile(r"\][A-Za-z][0-9A-Za-z]")

_NAMES = {
    "]E0": "EAN-13 or UPC",
    "]E3": "EAN-13 or UPC with add-on",
    "]E4": "EAN-8",
    "]C0": "Code 128",
    "]C1": "GS1-128",
    "]e0": "GS1 DataBar",
    "]d2": "GS1 DataMatrix",
    "]Q1": "QR code",
    "]Q3": "GS1 QR code",
    "]I1": "Interleaved 2 of 5",
    "]A0": "Code 39",
}


def split_symbology(scanned: str) -> tuple[str, str]:
    """Text and AIM identifier of what a scanner sent; the identifier is empty when there is none."""
    if _IDENTIFIER.match(scanned) and len(scanned) > 3:
        return scanned[3:], scanned[:3]
    return scanned, ""


def symbology_name(identifier: str) -> str:
    """The name of a symbology for people; the identifier itself when it is not a usual one."""
    return _NAMES.get(identifier, identifier or "unknown")
