"""The three health checks of UnifiedPOS for a receipt printer, and the page that two of them print."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from hardware.receipt_printer.code_pages import code_page_table
from hardware.receipt_printer.settings import PrinterSettings
from pos_app.domain.receipt_document import (
    Align,
    Barcode,
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
from pos_app.ports import CompletionMark, DeviceStatus, PrinterIdentity

QUESTION = "Is the test page clean, its ruler one line wide, its letters right, its codes scannable, and is it cut?"


class HealthLevel(StrEnum):
    """Internal: asks, without paper. External: prints a test page. Interactive: and asks somebody how it looks."""

    INTERNAL = "internal"
    EXTERNAL = "external"
    INTERACTIVE = "interactive"


@dataclass(frozen=True, slots=True)
class HealthReport:
    """How a printer is. words are sentences; question is what an interactive check leaves to a person."""

    level: HealthLevel
    healthy: bool
    words: tuple[str, ...]
    status: DeviceStatus
    identity: PrinterIdentity
    question: str = ""


PROOF_WORDS = {
    CompletionMark.PROCESS_ID: "It reports when a receipt has been printed (process id).",
    CompletionMark.BUFFERED_STATUS: "It reports when a receipt has been processed (GS r).",
    CompletionMark.AUTOMATIC_STATUS: "It reports faults and when a receipt has been processed (ASB).",
    CompletionMark.NONE: "It cannot report whether a receipt was printed: such receipts stay unconfirmed.",
}


SAYS_NOTHING = "This printer does not report back: whether paper came out has to be seen."


def identity_words(identity: PrinterIdentity) -> str:
    """One line: maker, model, firmware, serial number, as far as the printer says them."""
    named = f"{identity.maker} {identity.model}".strip()
    more = [
        f"{name} {value}"
        for name, value in (("firmware", identity.firmware), ("serial number", identity.serial_number))
        if value
    ]
    return ", ".join(part for part in (named, *more) if part)


def test_page(settings: PrinterSettings, identity: PrinterIdentity) -> ReceiptDocument:
    """Width, letters, amounts, codes and cut on one short piece of paper."""
    ruler = "".join(str(column % 10) for column in range(1, settings.columns + 1))
    return ReceiptDocument(
        "Printer test",
        (
            Text("PRINTER TEST", Align.CENTRE, Size.DOUBLE, bold=True),
            Text(identity_words(identity) or settings.name, Align.CENTRE),
            Text(f"{settings.driver} {settings.address}".strip(), Align.CENTRE),
            Rule(),
            Text(f"{settings.columns} columns, code page {settings.code_page}"),
            Text(ruler),
            Text("€ £ $ ¥  é è ê ñ ç ø å  Ä Ö Ü ß"),
            Text("Bold", bold=True),
            Pair("An amount at the right edge", "1,234.56"),
            Pair("Twice the size", "9.99", size=Size.DOUBLE),
            Rule(double=True),
            Barcode("TEST-000001"),
            Feed(),
            QrCode("https://example.com/printer-test"),
            Text("Everything above in one piece, then a cut.", Align.CENTRE),
            Cut(),
        ),
    )


def logo_slip() -> ReceiptDocument:
    """The logo and one line under it."""
    words = Text("This logo is kept in the printer.", Align.CENTRE)
    return ReceiptDocument("Logo test", (Logo("The logo is missing"), words, Cut()))


def test_data(
    render: Callable[[ReceiptDocument], bytes], settings: PrinterSettings, identity: PrinterIdentity
) -> bytes:
    """The page with a table of code pages and a black bar on it, which no document can ask for."""
    page = test_page(settings, identity)
    bar = Text("\u2588" * settings.columns)
    words = Text("The line with > is the page in use. The bar is black from edge to edge.", Align.CENTRE)
    head, end = replace(page, blocks=page.blocks[:-1]), replace(page, blocks=(bar, words, Cut()))
    return render(head) + code_page_table(settings.code_page) + render(end)
