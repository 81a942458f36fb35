"""A receipt as a document: what is on it, not how a printer draws it.

A layout turns it into lines of 32, 42 or 48 columns; a renderer turns those into bytes, text or a picture.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pos_app.domain.barcodes import Symbology


class Align(StrEnum):
    """Where a text stands in its line."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Size(StrEnum):
    """How large a text is: double is twice as wide and high, so it has half the columns."""

    NORMAL = "normal"
    DOUBLE = "double"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, wrapped at words."""

    text: str
    align: Align = Align.LEFT
    size: Size = Size.NORMAL
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A description on the left and an amount on the right of one line; a long description wraps, the amount never."""

    left: str
    right: str
    bold: bool = False
    size: Size = Size.NORMAL
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""

    double: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """Empty lines."""

    lines: int = 1


@dataclass(frozen=True, slots=True)
class Logo:
    """The store's logo where the printer has one stored; its name in large letters elsewhere."""

    name: str


@dataclass(frozen=True, slots=True)
class Barcode:
    """A barcode with its text below."""

    data: str
    symbology: Symbology = Symbology.CODE_128


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code."""

    data: str


@dataclass(frozen=True, slots=True)
class Cut:
    """The end of the paper."""


Block = Text | Pair | Rule | Feed | Logo | Barcode | QrCode | Cut


@dataclass(frozen=True, slots=True)
class ReceiptDocument:
    """A printed document; title names it in lists ("Sale 001-02-000147").

    A copy says so above and below, in the words of copy_mark where it has some.
    """

    title: str
    blocks: tuple[Block, ...]
    copy: bool = False
    copy_mark: str = ""


def to_plain(document: ReceiptDocument) -> dict[str, object]:
    """The document as plain values for JSON; the reverse of from_plain."""
    return {
        "title": document.title,
        "copy": document.copy,
        "copy_mark": document.copy_mark,
        "blocks": [
            {"kind": type(block).__name__, **{name: getattr(block, name) for name in block.__slots__}}
            for block in document.blocks
        ],
    }


_BLOCKS: dict[str, Callable[..., Block]] = {
    kind.__name__: kind for kind in (Text, Pair, Rule, Feed, Logo, Barcode, QrCode, Cut)
}
_ENUMS = {"align": Align, "size": Size, "symbology": Symbology}


def from_plain(plain: dict[str, object]) -> ReceiptDocument:
    """The document of plain values. Raises ValueError when they are none."""
    blocks = plain.get("blocks")
    if not isinstance(blocks, list):
        raise ValueError("a receipt document needs its blocks")
    made: list[Block] = []
    for entry in blocks:
        values = dict(entry)
        kind = _BLOCKS.get(str(values.pop("kind", "")))
        if kind is None:
            raise ValueError(f"unknown block in a receipt document: {entry!r}")
        made.append(kind(**{name: _ENUMS[name](v) if name in _ENUMS else v for name, v in values.items()}))
    copy, copy_mark = bool(plain.get("copy", False)), str(plain.get("copy_mark", ""))
    return ReceiptDocument(str(plain["title"]), tuple(made), copy, copy_mark)
