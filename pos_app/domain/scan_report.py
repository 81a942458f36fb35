"""What a scanner sent, key by key or byte by byte, and what to set on it. Pure.

A keyboard scanner types: the gaps between its keys tell it from a person, and its end mark ends the code.
"""

from dataclasses import dataclass

from pos_app.domain.scan_code import is_gs1, split_symbology

CONTROL_NAMES = {
    0x00: "NUL", 0x01: "SOH", 0x02: "STX", 0x03: "ETX", 0x04: "EOT", 0x05: "ENQ", 0x06: "ACK", 0x07: "BEL",
    0x08: "BS", 0x09: "TAB", 0x0A: "LF", 0x0B: "VT", 0x0C: "FF", 0x0D: "CR", 0x0E: "SO", 0x0F: "SI", 0x10: "DLE",
    0x11: "DC1", 0x12: "DC2", 0x13: "DC3", 0x14: "DC4", 0x15: "NAK", 0x16: "SYN", 0x17: "ETB", 0x18: "CAN",
    0x19: "EM", 0x1A: "SUB", 0x1B: "ESC", 0x1C: "FS", 0x1D: "GS", 0x1E: "RS", 0x1F: "US", 0x7F: "DEL",
}  # fmt: skip
"""Control characters by their names in ASCII (ISO/IEC 646)."""

END_NAMES = {"\r": "Enter", "\n": "Enter", "\t": "Tab"}
_SHORTEST_CODE = 4
_SYMBOLOGIES = {
    "]E0": "EAN-13 or UPC",
    "]E3": "EAN-13 or UPC with add-on",
    "]E4": "EAN-8",
    "]C0": "Code 128",
    "]C1": "GS1-128",
    "]e0": "GS1 DataBar",
    "]d1": "DataMatrix",
    "]d2": "GS1 DataMatrix",
    "]Q1": "QR code",
    "]Q3": "GS1 QR code",
    "]I1": "Interleaved 2 of 5",
    "]A0": "Code 39",
}


@dataclass(frozen=True, slots=True)
class KeyHeard:
    """One character as it came, and how long after the one before it; 0 for the first."""

    text: str
    gap_ms: int = 0


@dataclass(frozen=True, slots=True)
class ScanReport:
    """Everything there is to say about one burst.

    hexadecimal are its bytes, those of keys in UTF-8, controls the names of its control characters in their order, and
    parts what GS1 says in it.
    """

    code: str
    hexadecimal: str
    controls: str
    symbology: str
    end: str
    average_gap_ms: int
    longest_gap_ms: int
    is_duplicate: bool
    parts: tuple[tuple[str, str], ...]
    advice: tuple[str, ...]


def scan_report(
    keys: tuple[KeyHeard, ...],
    *,
    longest_gap_allowed_ms: int,
    previous: str = "",
    parts: tuple[tuple[str, str], ...] = (),
    timed: bool = True,
    raw: bytes = b"",
) -> ScanReport:
    """The report of one burst, its end mark included.

    timed is False for a scanner that is not a keyboard; raw are its bytes then, where they are known.
    """
    typed = "".join(key.text for key in keys)
    code = typed.rstrip("".join(END_NAMES))
    end = END_NAMES.get(typed[len(code) : len(code) + 1], "") if not raw else end_mark(raw)
    gaps = [key.gap_ms for key in keys[1:]]
    average, longest = (sum(gaps) // len(gaps), max(gaps)) if gaps else (0, 0)
    text, identifier = split_symbology(code)
    kind = _SYMBOLOGIES.get(identifier, identifier) if identifier else "not said"
    advice = _advice(text, identifier, end, longest if timed else 0, longest_gap_allowed_ms)
    data = raw or typed.encode()
    is_duplicate = bool(code) and code == previous
    return ScanReport(
        code, data.hex(" "), control_names(data), kind, end, average, longest, is_duplicate, parts, advice
    )


def control_names(data: bytes) -> str:
    """The control characters of some bytes: GS twice, then CR and LF is "GS x 2, CR, LF"."""
    counts: dict[str, int] = {}
    for byte in data:
        if (name := CONTROL_NAMES.get(byte)) is not None:
            counts[name] = counts.get(name, 0) + 1
    return ", ".join(name if count == 1 else f"{name} x {count}" for name, count in counts.items())


def end_mark(data: bytes) -> str:
    """What the bytes of a scan end with: CR, CR LF, TAB or nothing."""
    end = data[len(data.rstrip(b"\r\n\t")) :]
    return " ".join(CONTROL_NAMES[byte] for byte in end)


def refusal_advice(raw: bytes) -> str:
    """What to set on a scanner whose bytes were no code."""
    if not end_mark(raw):
        return "Set the scanner's suffix to CR: without it the till cannot tell where a code ends."
    if any(byte >= 0x80 or byte in CONTROL_NAMES for byte in raw.rstrip(b"\r\n\t").replace(b"\x1d", b"")):
        return "These bytes are no letters: mostly the speed or the parity is another one. Find its speed below."
    return "It was read and not taken: compare its bytes with what the label should say."


def _advice(text: str, identifier: str, end: str, longest_ms: int, allowed_ms: int) -> tuple[str, ...]:
    """What to set on the scanner, most pressing first."""
    said = []
    if not end:
        said.append("Set the scanner's suffix to Enter (CR): without it the till cannot tell where a code ends.")
    if longest_ms > allowed_ms:
        said.append(f"Its slowest key came after {longest_ms} ms, the till waits {allowed_ms}: set its key delay to 0.")
    if 0 < len(text) < _SHORTEST_CODE:
        said.append("Codes shorter than 4 characters are taken for typing.")
    if any(ord(character) < 0x20 and character != "\x1d" for character in text):
        said.append("It sends control characters inside the code: check its keyboard layout and baud rate.")
    if text.isascii() and text.isalpha() and text != text.upper() and text.swapcase().isupper():
        said.append("Letters come in lower case: check Caps Lock and the scanner's keyboard layout.")
    if not identifier and is_gs1(text) and "\x1d" not in text:
        said.append("Let it send AIM identifiers and the group separator, so that GS1 codes are read in full.")
    elif not identifier and end:
        said.append("It works. Let it send AIM identifiers as well, and the till knows what kind of code it was.")
    return tuple(said) or ("It works: nothing to set.",)
