"""A receipt as plain text, for the screen, a log or an e-mail."""

from hardware.receipt_printer.layout import BarcodeLine, CutLine, QrLine, TextLine, layout
from hardware.receipt_printer.text_cells import width
from pos_app.domain.receipt_document import Align, ReceiptDocument, Size


def receipt_text(document: ReceiptDocument, columns: int = 42) -> str:
    """The document as lines of text; large letters stand in normal ones, codes as their contents where those fit."""
    shown: list[str] = []
    for line in layout(document, columns):
        match line:
            case TextLine():
                shown.append(_aligned(_spaced(line), line.align, columns))
            case QrLine() if width(line.data) > columns - 2:
                shown.append(_aligned("[QR code]", Align.CENTRE, columns))
            case BarcodeLine() | QrLine():
                shown.append(_aligned(f"[{line.data}]", Align.CENTRE, columns))
            case CutLine():
                shown.append("- " * (columns // 2))
    return "\n".join(text.rstrip() for text in shown) + "\n"


def _spaced(line: TextLine) -> str:
    """Double size takes two columns a letter; a line that fills the paper keeps its amount in place."""
    if line.size is Size.NORMAL or "  " not in line.text:
        return line.text
    left, _, right = line.text.rpartition("  ")
    return left.rstrip() + " " * (width(line.text) * 2 - width(left.rstrip()) - width(right)) + right


def _aligned(text: str, align: Align, columns: int) -> str:
    free = max(0, columns - width(text))
    if align is Align.CENTRE:
        return " " * (free // 2) + text
    return " " * free + text if align is Align.RIGHT else text
