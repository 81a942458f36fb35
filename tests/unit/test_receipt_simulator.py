"""The simulated printer: puts on paper what a real one would, and refuses what a real one would garble."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.receipts import RECEIPT_NUMBER, sale_receipt
from PIL import Image

from hardware.receipt_printer.escpos_renderer import EscposRenderer
from hardware.receipt_printer.picture import receipt_picture
from hardware.receipt_printer.settings import PrinterSettings
from hardware.receipt_printer.simulator import SimulatedPrinter
from hardware.receipt_printer.status import REQUEST_CONDITION, request_completion
from pos_app.domain.receipt_document import Barcode, Cut, Pair, QrCode, ReceiptDocument

zxingcpp = pytest.importorskip("zxingcpp")


@pytest.fixture
def renderer(tmp_path: Path) -> EscposRenderer:
    return EscposRenderer(PrinterSettings(columns=42), tmp_path)


@pytest.fixture
def replies() -> list[bytes]:
    return []


@pytest.fixture
def printer(replies: list[bytes]) -> SimulatedPrinter:
    simulated = SimulatedPrinter(42)
    simulated.attach(replies.append)
    return simulated


def codes_in(png: bytes) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))}


def test_the_paper_shows_the_receipt(printer: SimulatedPrinter, renderer: EscposRenderer) -> None:
    printer.feed(renderer.render(sale_receipt(2)).data)
    (receipt,) = printer.receipts()
    lines = receipt.text().splitlines()
    assert "  22.11.2026 10:15   Till 02   Associate" in lines
    assert "Wireless mouse, model 001           $24.99" in lines
    assert "Points 1,000                       -$10.00" in lines
    assert f"[barcode {RECEIPT_NUMBER}]" in receipt.text()


def test_barcode_and_qr_code_on_the_paper_can_be_scanned(printer: SimulatedPrinter, renderer: EscposRenderer) -> None:
    printer.feed(renderer.render(sale_receipt()).data)
    assert codes_in(printer.receipts()[0].picture()) == {RECEIPT_NUMBER, f"https://shop.example/r/{RECEIPT_NUMBER}"}


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_codes_scan_from_every_width_of_paper_and_from_the_picture_without_a_printer(
    columns: int, tmp_path: Path
) -> None:
    receipt = ReceiptDocument("x", (Barcode("S1-{2}-000147"), QrCode("https://shop.example/é"), Cut()))
    printer = SimulatedPrinter(columns)
    printer.feed(EscposRenderer(PrinterSettings(columns=columns), tmp_path).render(receipt).data)
    assert printer.refusals == []
    assert codes_in(printer.receipts()[0].picture()) == {"S1-{2}-000147", "https://shop.example/é"}
    assert codes_in(receipt_picture(receipt, columns)) == {"S1-{2}-000147", "https://shop.example/é"}


def test_paper_and_picture_of_the_document_are_the_same_size(
    printer: SimulatedPrinter, renderer: EscposRenderer
) -> None:
    document = sale_receipt(3, codes=False)
    printer.feed(renderer.render(document).data)
    on_paper = Image.open(io.BytesIO(printer.receipts()[0].picture()))
    drawn = Image.open(io.BytesIO(receipt_picture(document, 42)))
    feed_before_cut = 6 * 24
    assert (on_paper.width, on_paper.height) == (drawn.width, drawn.height + feed_before_cut)


def test_a_foreign_name_is_on_the_paper_as_dots(printer: SimulatedPrinter, renderer: EscposRenderer) -> None:
    printer.feed(renderer.render(ReceiptDocument("x", (Pair("Чай", "$1.00"), Cut()))).data)
    assert "[picture 504 x 24]" in printer.receipts()[0].text()


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x07",
        b"\x1bz",
        b"\x1d(X\x02\x00ab",
        b"\x1dk\x41\x0b12345678901",
        b"\x1bt\x63",
        b"\x1dkI\x03{C\xff",
        b"\x1d!\x22",
    ],
)
def test_what_a_printer_would_garble_is_refused_loudly(
    printer: SimulatedPrinter, garbage: bytes, expect_log: Callable[[str], None]
) -> None:
    expect_log("simulated printer received")
    printer.feed(b"before\n" + garbage + b"after\n")
    assert len(printer.refusals) == 1
    assert "REFUSED" in printer.paper().text()


def test_commands_may_arrive_byte_by_byte(printer: SimulatedPrinter, renderer: EscposRenderer) -> None:
    data = renderer.render(sale_receipt(2)).data
    whole = SimulatedPrinter(42)
    whole.feed(data)
    for byte in data:
        printer.feed(bytes((byte,)))
    assert printer.paper() == whole.paper()


@pytest.mark.parametrize(
    ("faults", "answer"),
    [
        ({}, b"\x12\x12\x12\x12"),
        ({"offline": True}, b"\x1a\x12\x12\x12"),
        ({"cover_open": True}, b"\x1a\x16\x12\x12"),
        ({"paper_out": True}, b"\x1a\x32\x12\x7e"),
        ({"paper_near_end": True}, b"\x12\x12\x12\x1e"),
        ({"overheated": True}, b"\x1a\x52\x52\x12"),
        ({"mute": True}, b""),
    ],
)
def test_status_bytes_are_those_of_the_manuals(
    printer: SimulatedPrinter, replies: list[bytes], faults: dict[str, bool], answer: bytes
) -> None:
    printer.set_faults(**faults)
    printer.feed(REQUEST_CONDITION)
    assert b"".join(replies) == answer


def test_a_split_real_time_command_is_still_obeyed(printer: SimulatedPrinter, replies: list[bytes]) -> None:
    for byte in b"text\x10\x04\x01more\n":
        printer.feed(bytes((byte,)))
    assert replies == [b"\x12"]
    assert printer.paper().text() == "textmore\n"


def test_completion_is_reported_only_when_the_paper_is_out(printer: SimulatedPrinter, replies: list[bytes]) -> None:
    printer.set_faults(paper_out=True)
    printer.feed(b"line\n" + request_completion(b"A1B2"))
    assert replies == []
    printer.set_faults(paper_out=False)
    assert replies == [b"\x37\x22A1B2\x00"]
    assert printer.paper().text() == "line\n"


def test_the_roll_ends_in_the_middle_of_a_receipt_and_goes_on_after_a_new_one(printer: SimulatedPrinter) -> None:
    printer.set_faults(paper_lines=2)
    printer.feed(b"1\n2\n3\n4\n")
    assert printer.paper().text() == "1\n2\n"
    printer.set_faults(paper_out=False)
    assert printer.paper().text() == "1\n2\n3\n4\n"


def test_a_jammed_cutter_waits_for_its_recovery_command(printer: SimulatedPrinter, replies: list[bytes]) -> None:
    printer.set_faults(cutter_jam=True)
    printer.feed(b"line\n\x1dV\x00rest\n" + REQUEST_CONDITION)
    assert b"".join(replies) == b"\x1a\x52\x1a\x12"
    assert printer.receipts() == []
    printer.feed(b"\x10\x05\x02")
    printer.repair()
    assert printer.paper().text() == "line\n"


def test_automatic_status_tells_each_change(printer: SimulatedPrinter, replies: list[bytes]) -> None:
    printer.feed(b"\x1da\xff")
    printer.set_faults(cover_open=True)
    printer.set_faults(cover_open=False)
    assert replies == [b"\x10\x00\x00\x00", b"\x38\x00\x00\x00", b"\x10\x00\x00\x00"]


def test_the_drawers_pulses_are_counted(printer: SimulatedPrinter) -> None:
    printer.feed(b"\x1bp\x00\x19\xfa\x10\x14\x01\x00\x01")
    assert printer.drawer_pulses == 2
