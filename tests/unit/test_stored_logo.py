"""The store's logo in the printer's own memory: put there once, printed from there, brought along where it is not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.printing_counter import PrintingCounter, printing_counter
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from hardware.receipt_printer.health import HealthLevel
from hardware.receipt_printer.paper import PaperRaster
from hardware.receipt_printer.printer import ReceiptPrinter
from hardware.receipt_printer.settings import PrinterSettings
from hardware.receipt_printer.simulator import SimulatedPrinter
from hardware.receipt_printer.status import RESYNCHRONISE
from hardware.receipt_printer.stored_logo import PRINT_BIT_IMAGE, UNFINISHED, StorableLogo
from hardware.receipt_printer.transports import TcpTransport, TransportError
from pos_app.domain.receipt_document import Cut, Logo, ReceiptDocument, Text
from pos_app.ports import PrinterCapability, PrintState

RECEIPT = ReceiptDocument("sale", (Logo("Northside"), Text("Coffee 3.00"), Cut()))
SIZE = (200, 64)


class Records:
    """What is known of printers, kept over the runs of a till."""

    def __init__(self) -> None:
        self.known: dict[str, PrinterCapability] = {}

    def load(self, printer: str) -> PrinterCapability | None:
        return self.known.get(printer)

    def save(self, printer: str, capability: PrinterCapability) -> None:
        self.known[printer] = capability

    @property
    def stored_logo(self) -> str:
        return self.known["simulator"].stored_logo


class CountedWire(TcpTransport):
    """Counts what goes out, and can be pulled out of the wall in the middle of a logo."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.breaks_after = 0
        self.sent: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.sent.append(data)
        if self.breaks_after and len(data) > self.breaks_after:
            super().write(data[: self.breaks_after])
            self.breaks_after = 0
            raise TransportError("lost", "The cable was pulled.")  # type: ignore[arg-type]
        super().write(data)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[PrintingCounter]:
    with printing_counter(tmp_path) as made:
        yield made


def logo_file(folder: Path, words: str = "NORTHSIDE") -> Path:
    picture = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, SIZE[0] - 1, SIZE[1] - 1), outline=0, width=3)
    draw.text((20, 20), words, fill=0)
    path = folder / "logo.png"
    picture.save(path)
    return path


def till(counter: PrintingCounter, records: Records, logo: Path, way: str = "auto", wire: object = None):  # type: ignore[no-untyped-def]
    settings = PrinterSettings(columns=42, logo_file=logo, stored_logo=way)
    return counter.till(wire, settings=settings, records=records)  # type: ignore[arg-type]


def kept(counter: PrintingCounter, printer: ReceiptPrinter) -> None:
    """Until the printer was given the logo: each status it tells may be the one behind it."""
    counter.until(lambda: printer.capability.stored_logo not in ("", UNFINISHED), printer.nudge)


def printed(counter: PrintingCounter, printer: ReceiptPrinter, job: str) -> PaperRaster:
    """The logo on the paper of one receipt."""
    counter.machine.tear_off()
    counter.queue.add(job, RECEIPT)
    printer.nudge()
    counter.queue.wait_for(job, PrintState.PRINTED)
    (logo,) = (item for item in counter.machine.receipts()[0].items if isinstance(item, PaperRaster))
    return logo


def test_the_logo_is_stored_once_and_receipts_name_it(counter: PrintingCounter, tmp_path: Path) -> None:
    records, wire = Records(), CountedWire(counter.server.address)
    printer = till(counter, records, logo_file(tmp_path), wire=wire)
    kept(counter, printer)
    wire.sent.clear()
    from_memory = printed(counter, printer, "first")
    assert max(map(len, wire.sent)) < 200, "the receipt brought no dots"
    assert (from_memory.row_bytes * 8, len(from_memory.rows) // from_memory.row_bytes) == SIZE
    assert printer.stop()
    again = till(counter, records, tmp_path / "logo.png")
    assert printed(counter, again, "second") == from_memory
    assert counter.machine.pictures_written == 1
    assert counter.machine.refusals == []


def test_paper_looks_the_same_with_a_logo_from_memory_as_with_one_that_came_along(
    counter: PrintingCounter, tmp_path: Path
) -> None:
    brought = printed(counter, till(counter, Records(), logo_file(tmp_path), "off"), "brought")
    assert counter.machine.pictures_written == 0
    printer = till(counter, Records(), tmp_path / "logo.png")
    kept(counter, printer)
    assert printed(counter, printer, "kept") == brought


def test_another_logo_is_stored_and_the_old_one_never_printed(counter: PrintingCounter, tmp_path: Path) -> None:
    records = Records()
    printer = till(counter, records, logo_file(tmp_path))
    kept(counter, printer)
    old = printed(counter, printer, "old")
    assert printer.stop()
    changed = till(counter, records, logo_file(tmp_path, "SOUTHSIDE"))
    assert printed(counter, changed, "new") != old
    counter.until(lambda: counter.machine.pictures_written == 2, changed.nudge)
    kept(counter, changed)
    assert printed(counter, changed, "newer") != old


def test_a_printer_that_lost_its_memory_is_noticed_before_a_receipt(counter: PrintingCounter, tmp_path: Path) -> None:
    records = Records()
    printer = till(counter, records, logo_file(tmp_path))
    kept(counter, printer)
    whole = printed(counter, printer, "whole")
    assert printer.stop()
    counter.machine.forget_pictures()
    counter.queue.add("waits", RECEIPT)
    counter.machine.tear_off()
    till(counter, records, tmp_path / "logo.png")
    counter.queue.wait_for("waits", PrintState.PRINTED)
    (logo,) = (item for item in counter.machine.receipts()[0].items if isinstance(item, PaperRaster))
    assert logo == whole


def test_a_printer_that_was_without_power_is_looked_at_again_when_it_answers(
    counter: PrintingCounter, tmp_path: Path
) -> None:
    """Its line stayed open, as a serial one does: nothing but its silence told of it."""
    printer = till(counter, Records(), logo_file(tmp_path))
    kept(counter, printer)
    whole = printed(counter, printer, "whole")
    counter.machine.set_faults(mute=True)
    assert not printer.check_health(HealthLevel.INTERNAL).result(20).healthy
    counter.machine.forget_pictures()
    counter.machine.set_faults(mute=False)
    assert printed(counter, printer, "after") == whole


@pytest.mark.parametrize("fault", ["no_graphics", "memory_full", "no_process_ids", "mute"])
def test_a_printer_that_cannot_keep_it_gets_it_with_each_receipt(
    counter: PrintingCounter, tmp_path: Path, fault: str, expect_log: Callable[[str], None]
) -> None:
    if fault == "mute":
        expect_log("receipt: sent_unconfirmed")
        expect_log("next: sent_unconfirmed")
    counter.machine.set_faults(**{fault: True})
    records = Records()
    printer = till(counter, records, logo_file(tmp_path))
    counter.queue.add("receipt", RECEIPT)
    printer.nudge()
    counter.queue.wait_for("receipt", PrintState.PRINTED, PrintState.SENT_UNCONFIRMED)
    report = printer.store_logo().result(20)
    assert not report.healthy
    counter.queue.add("next", RECEIPT)
    printer.nudge()
    counter.queue.wait_for("next", PrintState.PRINTED, PrintState.SENT_UNCONFIRMED)
    assert counter.machine.pictures_written == 0
    for receipt in counter.machine.receipts():
        assert sum(isinstance(item, PaperRaster) for item in receipt.items) == 1
    assert counter.machine.refusals == []


def test_the_technician_has_it_stored_again_and_sees_it_printed(counter: PrintingCounter, tmp_path: Path) -> None:
    printer = till(counter, Records(), logo_file(tmp_path))
    kept(counter, printer)
    counter.machine.tear_off()
    report = printer.store_logo().result(20)
    assert report.healthy
    assert "keeps the logo" in report.words[0]
    assert report.question
    (slip,) = counter.machine.receipts()
    assert any(isinstance(item, PaperRaster) for item in slip.items)
    assert counter.machine.pictures_written == 2


def test_an_old_printer_keeps_it_when_somebody_says_so(counter: PrintingCounter, tmp_path: Path) -> None:
    records = Records()
    counter.machine.set_faults(no_process_ids=True, no_graphics=True)
    wire = CountedWire(counter.server.address)
    printer = till(counter, records, logo_file(tmp_path), "fs_q", wire)
    brought = printed(counter, printer, "brought")
    assert counter.machine.pictures_written == 0, "FS q deletes what is there: not by itself"
    assert printer.store_logo().result(20).healthy
    wire.sent.clear()
    held = printed(counter, printer, "held")
    assert any(PRINT_BIT_IMAGE in data for data in wire.sent)
    assert dots(held) == dots(brought)
    assert printer.stop()
    assert dots(printed(counter, till(counter, records, tmp_path / "logo.png", "fs_q"), "again")) == dots(brought)


def test_a_logo_that_was_cut_in_two_spoils_no_receipt(counter: PrintingCounter, tmp_path: Path) -> None:
    records, wire = Records(), CountedWire(counter.server.address)
    wire.breaks_after = 700
    printer = till(counter, records, logo_file(tmp_path), wire=wire)
    counter.until(lambda: not wire.breaks_after, printer.nudge)
    logo = printed(counter, printer, "after")
    assert (logo.row_bytes * 8, len(logo.rows) // logo.row_bytes) == SIZE
    assert RESYNCHRONISE in wire.sent
    assert printer.stop()
    next_day = till(counter, records, tmp_path / "logo.png")
    kept(counter, next_day)
    assert printed(counter, next_day, "later") == logo


def test_a_till_that_was_killed_while_it_stored_starts_over(counter: PrintingCounter, tmp_path: Path) -> None:
    records, wire = Records(), CountedWire(counter.server.address)
    records.known["simulator"] = PrinterCapability(answers=True, stored_logo=UNFINISHED)
    counter.machine.feed(StorableLogo(Image.new("1", SIZE)).store_graphics[:500])
    printer = till(counter, records, logo_file(tmp_path), wire=wire)
    kept(counter, printer)
    assert wire.sent.index(RESYNCHRONISE) > 0
    assert len(printed(counter, printer, "next").rows) == SIZE[0] * SIZE[1] // 8


@given(st.binary(min_size=48 * 8, max_size=48 * 8))
def test_any_dots_come_out_as_they_went_in(rows: bytes) -> None:
    """Both ways, for any picture; only what printers would obey as a real-time command gets a dot more."""
    picture = Image.frombytes("1", (48, 64), rows)
    logo = StorableLogo(picture)
    machine = SimulatedPrinter(42)
    machine.feed(logo.store_graphics + logo.print_graphics + logo.store_bit_image + PRINT_BIT_IMAGE + b"\x1dV\x00")
    first, second = (item for item in machine.paper().items if isinstance(item, PaperRaster))
    ink = bytes(byte ^ 0xFF for byte in rows)
    if b"\x10" not in ink:
        assert first.rows == ink
    columns = picture.transpose(Image.Transpose.TRANSPOSE).tobytes()
    if b"\x10" not in bytes(byte ^ 0xFF for byte in columns):
        assert second.rows == ink
    assert machine.refusals == []


def dots(raster: PaperRaster) -> tuple[int, bytes]:
    """Width and dots without the white rows that fill up a byte."""
    return raster.row_bytes, raster.rows.rstrip(b"\x00")
