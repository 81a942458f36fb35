"""What a scanner sent, key by key or byte by byte, and what to set on it. Pure.

A keyboard scanner types: the gaps between its keys tell it from a person, and its end mark ends the code.
"""

from dataclasses import dataclass

from pos_app.domain.scan_code import is_gs1, split_symbology

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
    """Everything there is to say about one burst. hexadecimal are its bytes in UTF-8, parts what GS1 says in it."""

    code: str
    hexadecimal: str
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
) -> ScanReport:
    """The report of one burst, its end mark included. timed is False for a scanner that is not a keyboard."""
    typed = "".join(key.text for key in keys)
    code = typed.rstrip("".join(END_NAMES))
    end = END_NAMES.get(typed[len(code) : len(code) + 1], "")
    gaps = [key.gap_ms for key in keys[1:]]
    average, longest = (sum(gaps) // len(gaps), max(gaps)) if gaps else (0, 0)
    text, identifier = split_symbology(code)
    kind = _SYMBOLOGIES.get(identifier, identifier) if identifier else "not said"
    advice = _advice(text, identifier, end, longest if timed else 0, longest_gap_allowed_ms)
    return ScanReport(
        code, typed.encode().hex(" "), kind, end, average, longest, bool(code) and code == previous, parts, advice
    )


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
