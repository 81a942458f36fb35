"""Text as the fixed-width cells of a receipt printer: cleaned, measured and wrapped.

A cell holds one base character and the marks that combine with it. East-Asian wide characters take two columns.
"""

import unicodedata
from functools import lru_cache

# Spaces of any kind and line separators become one plain space; the other format and control characters vanish:
# a bidirectional override or an escape byte in a product's name must not reach paper.
_MARKS_PER_CELL = 4


def clean(text: str) -> str:
    """The text in NFC without control, format, separator and surrogate characters, safe for any printer."""
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category in ("Zs", "Zl", "Zp") or character in "\t\n\v\f\r\x85":
            kept.append(" ")
        elif category in ("Mn", "Me"):
            marks += 1
            if kept and marks <= _MARKS_PER_CELL:
                kept.append(character)
            continue
        elif category not in ("Cc", "Cf", "Cs"):
            kept.append(character)
        marks = 0
    return unicodedata.normalize("NFC", "".join(kept))


@lru_cache(maxsize=4096)
def _columns_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def width(text: str) -> int:
    """How many columns cleaned text takes."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def cells(text: str) -> list[tuple[str, int]]:
    """The cells of cleaned text: a base character with its marks, and the columns it takes."""
    found: list[tuple[str, int]] = []
    for character in text:
        columns = _columns_of(character)
        if columns == 0 and found:
            found[-1] = (found[-1][0] + character, found[-1][1])
        else:
            found.append((character, columns))
    return found


def wrap(text: str, columns: int) -> list[str]:
    """Cleaned text in lines of at most so many columns, broken at words.

    A word longer than a line is broken between cells. Spaces stay as they are in a text that needs no breaking.
    """
    if width(text) <= columns:
        return [text.rstrip()]
    lines: list[str] = []
    line, used = "", 0
    for word in text.split():
        word_width = width(word)
        if used and used + 1 + word_width <= columns:
            line, used = f"{line} {word}", used + 1 + word_width
            continue
        if used:
            lines.append(line)
        *full, line = _pieces(word, columns) if word_width > columns else [word]
        lines.extend(full)
        used = width(line)
    lines.append(line)
    return lines


def _pieces(word: str, columns: int) -> list[str]:
    pieces, used = [""], 0
    for cell, cell_columns in cells(word):
        if used + cell_columns > columns:
            pieces.append("")
            used = 0
        pieces[-1] += cell
        used += cell_columns
    return pieces
