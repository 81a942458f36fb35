"""AIM symbology identifiers: the three characters (]cm) a scanner may send before what it read. Pure."""

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


def symbology_name(identifier: str) -> str:
    """The name of a symbology for people; the identifier itself when it is not a usual one."""
    return _NAMES.get(identifier, identifier or "unknown")
