"""From a receipt document to the lines that go on paper of a given width. Pure: no printer, no font, no bytes.

Texts are cleaned here, once, for every rendering. Widths are columns of the printer's normal font; a line in double
size has half of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from hardware.receipt_printer.text_cells import clean, width, wrap
from pos_app.domain.barcodes import Symbology
from pos_app.domain.receipt_document import (
    Align,
    Barcode,
    Block,
    Cut,
    Feed,
    Logo,
    Pair,
    QrCode,
    ReceiptDocument,
    Rule,
    Size,
    Text,
)

MINIMUM_COLUMNS = 24
COPY_MARK = "*** COPY ***"


class TextLine(NamedTuple):
    """One line of text, at most as wide as the paper. A tuple, because a receipt makes dozens of them."""

    text: str
    align: Align = Align.LEFT
    size: Size = Size.NORMAL
    bold: bool = False


@dataclass(frozen=True, slots=True)
class BarcodeLine:
    """A centred barcode with its text below."""

    data: str
    symbology: Symbology = Symbology.CODE_128


@dataclass(frozen=True, slots=True)
class QrLine:
    """A centred QR code."""

    data: str


@dataclass(frozen=True, slots=True)
class CutLine:
    """The paper is cut here."""


@dataclass(frozen=True, slots=True)
class LogoLine:
    """The store's logo, centred, and its name for where it cannot be drawn after all."""

    name: str


PrintedLine = TextLine | BarcodeLine | QrLine | CutLine | LogoLine


def layout(document: ReceiptDocument, columns: int, *, logo: bool = False) -> list[PrintedLine]:
    """The document as printed lines. A copy says so above and below. Raises ValueError below 24 columns.

    logo: the printer has a picture to put in the place of the store's name.
    """
    if columns < MINIMUM_COLUMNS:
        raise ValueError(f"a receipt needs at least {MINIMUM_COLUMNS} columns, not {columns}")
    lines: list[PrintedLine] = []
    for block in _marked(document):
        lines.extend([LogoLine(clean(block.name))] if logo and isinstance(block, Logo) else _lines_of(block, columns))
    return lines


def _marked(document: ReceiptDocument) -> tuple[Block, ...]:
    if not document.copy:
        return document.blocks
    mark = Text(document.copy_mark or COPY_MARK, Align.CENTRE, Size.DOUBLE, bold=True)
    last = len(document.blocks) - 1
    if last >= 0 and isinstance(document.blocks[last], Cut):
        return (mark, *document.blocks[:last], mark, document.blocks[last])
    return (mark, *document.blocks, mark)


# Heads, feet, rules and what sells often come back on every receipt.
@lru_cache(maxsize=1024)
def _lines_of(block: Block, columns: int) -> Sequence[PrintedLine]:
    match block:
        case Text():
            room = _columns(block.size, columns)
            return [TextLine(line, block.align, block.size, block.bold) for line in wrap(clean(block.text), room)]
        case Pair():
            return _pair_lines(block, columns)
        case Rule():
            return [TextLine(("=" if block.double else "-") * columns)]
        case Feed():
            return [TextLine("")] * max(0, min(block.lines, 100))
        case Logo():
            name = wrap(clean(block.name), _columns(Size.DOUBLE, columns))
            return [TextLine(line, Align.CENTRE, Size.DOUBLE, bold=True) for line in name]
        case Barcode():
            return [BarcodeLine(clean(block.data), block.symbology)]
        case QrCode():
            return [QrLine(clean(block.data))]
        case Cut():
            return [CutLine()]


def _columns(size: Size, columns: int) -> int:
    return columns // 2 if size is Size.DOUBLE else columns


def _pair_lines(pair: Pair, columns: int) -> list[PrintedLine]:
    """The description wraps over the whole line, the amount stands at the right of the last one, in one piece."""
    left, right = clean(pair.left), clean(pair.right)
    size = pair.size
    free = _columns(size, columns) - pair.indent - width(left) - width(right)
    if right and free > 0 <= pair.indent:
        return [TextLine(" " * pair.indent + left + " " * free + right, Align.LEFT, size, pair.bold)]
    if width(right) > _columns(size, columns):
        size = Size.NORMAL  # an amount is never cut: rather smaller than in pieces
    room = _columns(size, columns)
    amount_width = width(right)
    indent = " " * max(0, min(pair.indent, room // 2, room - amount_width - 1))
    if amount_width > room:  # no amount of money is this long, so it is a text
        texts = [*wrap(left, room), *wrap(right, room)]
        return [TextLine(text, Align.LEFT, size, pair.bold) for text in texts if text]

    lines = wrap(left, room - len(indent)) if left else [""]
    beside = room - len(indent) - amount_width - 1
    if width(lines[-1]) > beside:
        overflow = lines.pop()
        lines.extend([*wrap(overflow, beside)] if beside >= _LEAST_BESIDE else [overflow, ""])
    last = indent + lines[-1]
    lines[-1] = last + " " * (room - width(last) - amount_width) + right if right else last.rstrip()
    shown = [*(indent + line for line in lines[:-1]), lines[-1]]
    return [TextLine(line, Align.LEFT, size, pair.bold) for line in shown]


# A description squeezed into fewer columns than this beside its amount reads worse than one line more.
_LEAST_BESIDE = 8
