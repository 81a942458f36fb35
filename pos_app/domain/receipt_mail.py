"""A receipt as an e-mail: the same content as on paper, as plain text and as HTML. Names are never markup."""

import unicodedata
from email.message import EmailMessage
from html import escape

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

_COLUMNS = 48
_STYLE = "font:15px/1.5 -apple-system,'Segoe UI',Roboto,Arial,sans-serif;color:#1c2430;background:#f3f5f8"
_SHEET = "max-width:480px;margin:24px auto;background:#ffffff;border-radius:12px;padding:28px"


def receipt_email(document: ReceiptDocument, sender: str, to: str) -> EmailMessage:
    """The message; the document's title is its subject. Raises ValueError for an address with a line break."""
    message = EmailMessage()
    message["From"], message["To"] = sender, to
    message["Subject"] = one_line(document.title)
    message.set_content(text_part(document))
    message.add_alternative(html_part(document), subtype="html")
    return message


def text_part(document: ReceiptDocument) -> str:
    """The document in lines of 48 columns."""
    lines: list[str] = []
    for block in document.blocks:
        lines += _text_lines(block)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def html_part(document: ReceiptDocument) -> str:
    """The document as a page that needs nothing from anywhere."""
    rows = "".join(_html_row(block) for block in document.blocks)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(one_line(document.title))}</title></head>'
        f'<body style="margin:0;{_STYLE}"><div style="{_SHEET}">'
        f'<table role="presentation" width="100%" cellspacing="0" cellpadding="0">{rows}</table></div></body></html>'
    )


def one_line(text: str) -> str:
    """Without control and format characters; white space of any kind is one space."""
    kept = (" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return " ".join("".join(kept).split())


def _text_lines(block: Block) -> list[str]:
    match block:
        case Text():
            return [_placed(" " * _indent(block.text) + one_line(block.text), block.align)]
        case Pair():
            left, right = " " * block.indent + one_line(block.left), one_line(block.right)
            free = _COLUMNS - _width(left) - _width(right)
            return [left + " " * free + right] if free > 0 else [left, " " * max(0, _COLUMNS - _width(right)) + right]
        case Rule():
            return [("=" if block.double else "-") * _COLUMNS]
        case Feed():
            return [""] * min(block.lines, 3)
        case Logo():
            return [_placed(one_line(block.name).upper(), Align.CENTRE)]
        case Barcode():
            return [_placed(one_line(block.data), Align.CENTRE)]
        case QrCode() if block.data.startswith(("https://", "http://")):
            return [one_line(block.data)]
        case QrCode() | Cut():
            return []


def _html_row(block: Block) -> str:
    match block:
        case Text():
            weight = "700" if block.bold else "400"
            size = "20px" if block.size is Size.DOUBLE else "15px"
            align = {Align.LEFT: "left", Align.CENTRE: "center", Align.RIGHT: "right"}[block.align]
            style = f"text-align:{align};font-weight:{weight};font-size:{size};padding-left:{8 * _indent(block.text)}px"
            return f'<tr><td colspan="2" style="{style}">{escape(one_line(block.text))}</td></tr>'
        case Pair():
            style = f"font-weight:{'700' if block.bold else '400'};"
            style += "font-size:20px;padding:6px 0" if block.size is Size.DOUBLE else "padding:1px 0"
            left, right = escape(one_line(block.left)), escape(one_line(block.right))
            return (
                f'<tr style="vertical-align:bottom"><td style="{style};padding-left:{8 * block.indent}px">{left}</td>'
                f'<td style="{style};text-align:right;white-space:nowrap;padding-left:12px">{right}</td></tr>'
            )
        case Rule():
            return '<tr><td colspan="2" style="border-top:1px solid #d5dbe3;height:9px;font-size:0">&nbsp;</td></tr>'
        case Feed():
            return '<tr><td colspan="2" style="height:14px;font-size:0">&nbsp;</td></tr>'
        case Logo():
            style = "text-align:center;font-size:24px;font-weight:700;padding-bottom:4px"
            return f'<tr><td colspan="2" style="{style}">{escape(one_line(block.name))}</td></tr>'
        case Barcode():
            style = "text-align:center;font-family:monospace;color:#5a6675"
            return f'<tr><td colspan="2" style="{style}">{escape(one_line(block.data))}</td></tr>'
        case QrCode() if block.data.startswith(("https://", "http://")):
            address = escape(one_line(block.data), quote=True)
            return f'<tr><td colspan="2" style="text-align:center"><a href="{address}">{address[:48]}…</a></td></tr>'
        case QrCode() | Cut():
            return ""


def _indent(text: str) -> int:
    """How far a paragraph stands in: some say more of the line above."""
    return min(len(text) - len(text.lstrip(" ")), 8)


def _placed(text: str, align: Align) -> str:
    free = max(0, _COLUMNS - _width(text))
    return " " * {Align.LEFT: 0, Align.CENTRE: free // 2, Align.RIGHT: free}[align] + text


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)
