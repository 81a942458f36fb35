"""The bar and module patterns of the codes on receipts and labels, and the data that printers ask for."""

import re
from collections.abc import Iterable

from pos_app.domain.barcodes import Symbology, ean_modules

_STOP = 106
_START = {"A": 103, "B": 104, "C": 105}
_SWITCH = {"C": 99, "B": 100, "A": 101}
_LONGEST_CODE128 = 60


SYSTEMS = {Symbology.UPC_A: 65, Symbology.EAN_13: 67, Symbology.EAN_8: 68, Symbology.CODE_128: 73}
"""What GS k calls a kind of bars (function B)."""


def can_be_bars(data: str, symbology: Symbology) -> bool:
    """True when these bars can show the data."""
    if symbology is Symbology.CODE_128:
        return can_be_code128(data)
    try:
        ean_modules(data)
    except ValueError:
        return False
    return True


def barcode_command_data(data: str, symbology: Symbology) -> bytes:
    """What GS k is given. Raises ValueError for what these bars cannot show."""
    if symbology is Symbology.CODE_128:
        return code128_command_data(data)
    if not can_be_bars(data, symbology):
        raise ValueError(f"not printable as {symbology}: {data!r}")
    return data.encode("ascii")


def barcode_modules(system: int, command_data: bytes) -> str:
    """Bars and spaces that a printer draws for GS k. Raises ValueError for what it would not draw."""
    if system == SYSTEMS[Symbology.CODE_128]:
        return code128_modules(code128_values(command_data))
    if system not in SYSTEMS.values():
        raise ValueError(f"a barcode system {system}")
    return ean_modules(command_data.decode("latin-1"))


def barcode_text(system: int, command_data: bytes) -> str:
    """The text below the bars."""
    if system == SYSTEMS[Symbology.CODE_128]:
        return code128_text(command_data)
    return command_data.decode("latin-1")


def bars(data: str, symbology: Symbology) -> str:
    """Bars (1) and spaces (0) of a code, one character a module. Raises ValueError when these bars cannot show it."""
    return barcode_modules(SYSTEMS[symbology], barcode_command_data(data, symbology))


def module_count(data: str, symbology: Symbology) -> int:
    """Modules without the quiet zones, of data that these bars can show."""
    return {Symbology.CODE_128: code128_module_count(data), Symbology.EAN_8: 67}.get(symbology, 95)


def can_be_code128(data: str) -> bool:
    """True for printable ASCII of a length that fits on paper."""
    return 0 < len(data) <= _LONGEST_CODE128 and re.fullmatch(r"[ -~]+", data) is not None


def code128_command_data(data: str) -> bytes:
    """Data with the ESC/POS selection of code set B. Raises ValueError for anything but printable ASCII.

    Set C would be shorter, but two of its digit pairs in a row (16 04) are the bytes of a real-time command.
    """
    if not can_be_code128(data):
        raise ValueError(f"not printable as CODE128: {data!r}")
    return b"{B" + data.replace("{", "{{").encode("ascii")


def code128_values(command_data: bytes) -> list[int]:
    """The symbol values, start, check and stop included, of ESC/POS CODE128 data. Raises ValueError when it is none."""
    values: list[int] = []
    code_set = ""
    position = 0
    while position < len(command_data):
        byte = command_data[position]
        position += 1
        if byte == ord("{"):
            selected = chr(command_data[position]) if position < len(command_data) else ""
            position += 1
            if selected in _START:
                values.append(_SWITCH[selected] if values else _START[selected])
                code_set = selected
                continue
            if selected != "{" or code_set not in ("A", "B"):
                raise ValueError(f"unknown CODE128 selection {{{selected}")
        if not code_set or (code_set == "C" and byte > 99) or (code_set == "B" and not 32 <= byte < 127):
            raise ValueError(f"byte {byte:02X} does not belong to CODE128 set {code_set or '(none)'}")
        values.append(byte if code_set == "C" else byte - 32 if byte >= 32 else byte + 64)
    if len(values) < 2:
        raise ValueError("a CODE128 barcode needs data")
    check = (values[0] + sum(weight * value for weight, value in enumerate(values[1:], 1))) % 103
    return [*values, check, _STOP]


def code128_text(command_data: bytes) -> str:
    """The text below the bars of ESC/POS CODE128 data."""
    shown, code_set = "", ""
    for selection, data in re.findall(rb"\{([ABC])((?:\{\{|[^{])*)", command_data):
        code_set = selection.decode()
        shown += (
            "".join(f"{byte:02d}" for byte in data) if code_set == "C" else data.replace(b"{{", b"{").decode("latin-1")
        )
    return shown


def code128_modules(values: Iterable[int]) -> str:
    """Bars (1) and spaces (0) of symbol values, one character a module."""
    from barcode.charsets import code128

    return "".join(code128.STOP if value == _STOP else code128.CODES[value] for value in values) + "11"


def code128_module_count(data: str) -> int:
    """Modules of data in code set B, without the quiet zones."""
    start_check_and_stop = 3
    return 11 * (len(data) + start_check_and_stop) + 2


def qr_modules(data: str) -> list[bytes]:
    """Rows of a QR code with error correction L, one byte (0 or 1) a module, without its quiet zone."""
    import segno

    return [bytes(row) for row in segno.make(data, error="l", boost_error=False, micro=False, encoding="utf-8").matrix]
