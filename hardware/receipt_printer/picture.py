"""A receipt as a picture of paper, without a printer."""

from hardware.receipt_printer.layout import BarcodeLine, CutLine, PrintedLine, QrLine, TextLine, layout
from hardware.receipt_printer.paper import Paper, PaperBarcode, PaperCut, PaperItem, PaperQr, PaperText, Run
from hardware.receipt_printer.symbols import can_be_code128, code128_command_data
from pos_app.domain.receipt_document import Align, ReceiptDocument, Size


def receipt_picture(document: ReceiptDocument, columns: int = 42) -> bytes:
    """The document as a PNG, twelve pixels a column."""
    return Paper(columns, [_item(line) for line in layout(document, columns)]).picture()


def _item(line: PrintedLine) -> PaperItem:
    match line:
        case TextLine():
            double = line.size is Size.DOUBLE
            return PaperText((Run(line.text, line.bold, double, double),), line.align)
        case BarcodeLine() if can_be_code128(line.data):
            return PaperBarcode(code128_command_data(line.data))
        case BarcodeLine():
            return PaperText((Run(line.data),), Align.CENTRE)
        case QrLine():
            return PaperQr(line.data)
        case CutLine():
            return PaperCut()
