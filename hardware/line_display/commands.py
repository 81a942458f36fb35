"""The bytes that put two lines on a display: CD5220, and Epson's ESC/POS for line displays. Pure.

CD5220: ESC @ initialises, ESC Q A and ESC Q B with twenty characters and CR write a line, ESC * n is the brightness;
after ESC Q nothing but another line or CLR (0Ch) is accepted. ESC/POS (DM-D series): ESC @, US MD1 overwrite mode,
US $ x y sets the cursor, ESC t 19 the code page 858, US X n the brightness.
"""

import unicodedata
from typing import Protocol

COLUMNS = 20
_CLEAR = b"\x0c"
_SPELT = {"€": "EUR", "£": "GBP", "¥": "JPY", "ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "×": "x"}
_SPELT |= {"−": "-", "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "}


class DisplayCommands(Protocol):
    """What one kind of display obeys."""

    def begin(self, brightness: int) -> bytes:
        """To be sent once the line is open."""

    def show(self, upper: str, lower: str) -> bytes:
        """Both lines, replacing whatever stands there."""

    def clear(self) -> bytes:
        """Nothing on the display."""

    def clean(self, text: str) -> str:
        """The text in characters this display has; nothing in it is a command."""


class Cd5220:
    """Most pole displays, as they come or by their emulation setting."""

    def begin(self, brightness: int) -> bytes:
        """See DisplayCommands."""
        return _CLEAR + b"\x1b@" + (b"\x1b*" + bytes((brightness,)) if brightness else b"")

    def show(self, upper: str, lower: str) -> bytes:
        """See DisplayCommands."""
        return b"\x1bQA" + _cells(self.clean(upper), "ascii") + b"\r\x1bQB" + _cells(self.clean(lower), "ascii") + b"\r"

    def clear(self) -> bytes:
        """See DisplayCommands."""
        return _CLEAR

    def clean(self, text: str) -> str:
        """See DisplayCommands: letters without accents, since code pages differ between makers."""
        return "".join(character for character in _plain(text, keep="") if " " <= character <= "~")


class EscPosDisplay:
    """Epson DM-D and those that speak like it, also through an Epson printer's display port."""

    def begin(self, brightness: int) -> bytes:
        """See DisplayCommands."""
        return b"\x1b@\x1f\x01\x1bt\x13" + (b"\x1fX" + bytes((brightness,)) if brightness else b"")

    def show(self, upper: str, lower: str) -> bytes:
        """See DisplayCommands."""
        lines = (self.clean(upper), self.clean(lower))
        return b"".join(b"\x1f$\x01" + bytes((row,)) + _cells(line, "cp858") for row, line in enumerate(lines, 1))

    def clear(self) -> bytes:
        """See DisplayCommands."""
        return _CLEAR

    def clean(self, text: str) -> str:
        """See DisplayCommands."""
        kept = "".join(character for character in _plain(text, keep="cp858") if character.isprintable())
        return kept.encode("cp858", "ignore").decode("cp858")


def _cells(text: str, encoding: str) -> bytes:
    return text[:COLUMNS].ljust(COLUMNS).encode(encoding, "replace")


def _plain(text: str, keep: str) -> str:
    """Every character that the encoding has not is spelt with others; one without a spelling is left out."""
    parts: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        if keep and _fits(character, keep):
            parts.append(character)
        elif character in _SPELT:
            parts.append(_SPELT[character])
        else:
            decomposed = unicodedata.normalize("NFKD", character)
            parts += [part for part in decomposed if " " <= part <= "~"]
    return "".join(parts)


def _fits(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
