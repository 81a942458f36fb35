"""The page on which a customer checks a receipt: what the QR code opens, and a field for the code as printed."""

import base64
import hashlib
from html import escape

from pos_app.domain.receipt_code import PaperKind
from sync import receipts as wire

_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 16%, transparent); }
body { font: 17px/1.6 system-ui, sans-serif; max-width: 30rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 1.5rem; letter-spacing: -.01em; }
.verdict { border: 2px solid; border-radius: 12px; padding: 1rem 1.25rem; margin: 0 0 1.5rem; }
.verdict strong { display: block; font-size: 1.25rem; }
.good { border-color: #1d7f4e; } .bad { border-color: #c0392b; } .open { border-color: #a86a00; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1.25rem; margin: 1rem 0 0; }
dt { opacity: .7; } dd { margin: 0; font-variant-numeric: tabular-nums; }
label { display: block; margin-bottom: .35rem; }
input, button { font: inherit; min-height: 48px; padding: 0 .9rem; border-radius: 10px; border: 1px solid var(--line); }
input { width: 100%; box-sizing: border-box; } button { margin-top: .75rem; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
_WORDS = {
    "genuine": ("good", "Genuine", "This receipt is as the till printed it."),
    "returned": ("open", "Genuine, goods came back", "Something on this receipt was returned already."),
    "altered": ("bad", "Not as printed", "The code does not fit this receipt. Somebody may have changed it."),
    "signed": ("good", "Signed by one of our tills", "It has not reached us itself yet. Check again later."),
    "unknown": ("open", "Unknown", "We have no receipt with this number, or it has not reached us yet."),
}


def page(checked: wire.CheckedReceipt | None = None, problem: str = "") -> bytes:
    """The page with a verdict, with a sentence about what was typed, or with the field alone."""
    told = _verdict(checked) if checked else f"<p role=alert>{escape(problem)}</p>" if problem else ""
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>Check a receipt</title><style>{_STYLE}</style></head><body><main><h1>Check a receipt</h1>{told}"
        f"<form method=get action={wire.PATH_PUBLIC_CHECK}>"
        "<label for=c>Receipt number and check code, as printed below the QR code</label>"
        f"<input id=c name=c maxlength={wire.LONGEST_CODE} autocomplete=off "
        'placeholder="001-02-000147 ABCD-EFGH-JKMN" required><button>Check</button></form></main></body></html>'
    ).encode()


def _verdict(checked: wire.CheckedReceipt) -> str:
    look, title, sentence = _WORDS[checked.verdict]
    facts = [("Receipt", checked.receipt_number)]
    if checked.sold_at and checked.verdict != "altered":
        time_name, total_name = PaperKind(checked.kind).facts_words
        facts += [(time_name, checked.sold_at[:16].replace("T", " ")), (total_name, _amount(checked))]
    rows = "".join(f"<dt>{name}<dd>{escape(value)}" for name, value in facts)
    return f'<div class="verdict {look}"><strong>{title}</strong>{sentence}<dl>{rows}</dl></div>'


def _amount(checked: wire.CheckedReceipt) -> str:
    from pos_app.domain.money import currency

    return f"{currency(checked.currency_code).decimal_text(checked.total_minor)} {checked.currency_code}"
