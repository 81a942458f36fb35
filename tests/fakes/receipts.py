"""Receipts as a shop prints them, for tests of everything that draws one."""

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

RECEIPT_NUMBER = "001-02-000147"


def sale_receipt(lines: int = 5, *, copy: bool = False, codes: bool = True) -> ReceiptDocument:
    """A member's sale of so many lines."""
    sold: list[Block] = []
    for number in range(lines):
        sold.append(Pair(f"Wireless mouse, model {number:03d}", "$24.99"))
        if number % 3 == 0:
            sold.append(Pair("2 x 12.49, ends soon", "", indent=2))
    return ReceiptDocument(
        f"Sale {RECEIPT_NUMBER}",
        (
            Logo("Northside"),
            Text("12 High Street", Align.CENTRE),
            Text("22.11.2026 10:15   Till 02   Associate", Align.CENTRE),
            Rule(),
            *sold,
            Rule(),
            Pair("TOTAL", "$124.95", bold=True, size=Size.DOUBLE),
            Pair("Points 1,000", "−$10.00"),
            Pair("Card Visa 4242", "$114.95"),
            Feed(),
            Pair("Points earned", "+115"),
            Pair("Points balance", "1,240"),
            Text("Thank you", Align.CENTRE, bold=True),
            *((Barcode(RECEIPT_NUMBER), QrCode(f"https://shop.example/r/{RECEIPT_NUMBER}")) if codes else ()),
            Cut(),
        ),
        copy,
    )
