"""The bytes of a receipt: what a printer gets, to the byte, and what it must never get."""

import re
from pathlib import Path

import pytest
from fakes.receipts import RECEIPT_NUMBER, sale_receipt
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.receipt_printer.escpos_renderer import EscposRenderer, RenderedReceipt
from hardware.receipt_printer.raster import without_real_time_commands
from hardware.receipt_printer.settings import Cutter, PrinterSettings
from hardware.receipt_printer.simulator import SimulatedPrinter
from pos_app.domain.receipt_document import (
    Align,
    Barcode,
    Block,
    Cut,
    Pair,
    QrCode,
    ReceiptDocument,
    Size,
    Text,
)

INITIALISE = b"\x1b@\x1bt\x13"
REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")


@pytest.fixture(scope="module")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("profiles")


@pytest.fixture(scope="module")
def renderer(cache_folder: Path) -> EscposRenderer:
    return EscposRenderer(PrinterSettings(columns=42), cache_folder)


def document(*blocks: Block, copy: bool = False) -> ReceiptDocument:
    return ReceiptDocument("test", blocks, copy)


def render(renderer: EscposRenderer, *blocks: Block) -> bytes:
    rendered = renderer.render(document(*blocks))
    assert rendered.notes == ()
    assert rendered.data.startswith(INITIALISE)
    return rendered.data.removeprefix(INITIALISE)


def test_every_receipt_resets_the_printer_and_pins_its_code_page(
    renderer: EscposRenderer,
) -> None:
    first = renderer.render(document(Text("Café")))
    second = renderer.render(document(Text("Café")))
    assert first == second == RenderedReceipt(INITIALISE + b"Caf\x82\n")


def test_lines_of_one_style_change_nothing_between_them(renderer: EscposRenderer) -> None:
    blocks = (Text("one"), Text("two"), Text("mid", Align.CENTRE), Text("", Align.LEFT), Text("three"))
    assert render(renderer, *blocks) == b"one\ntwo\n\x1ba\x01mid\n\n\x1ba\x00three\n"


def test_double_size_and_bold(renderer: EscposRenderer) -> None:
    assert render(renderer, Pair("TOTAL", "€9.00", bold=True, size=Size.DOUBLE), Text("x")) == (
        b"\x1d!\x11\x1bE\x01TOTAL           \xd59.00\n\x1d!\x00\x1bE\x00x\n"
    )


def test_barcode_qr_and_cut_are_the_printers_own(renderer: EscposRenderer) -> None:
    assert render(renderer, Barcode(RECEIPT_NUMBER), QrCode("hello"), Cut()) == (
        b"\x1ba\x01"
        b"\x1dhP\x1dw\x02\x1df\x00\x1dH\x02\x1dkI\x0f{B001-02-000147"
        b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x03\x001E0\x1d(k\x08\x001P0hello\x1d(k\x03\x001Q0"
        b"\x1bd\x06\x1dV\x01"
    )


def test_the_drawer_opens_before_the_receipt_prints(cache_folder: Path) -> None:
    renderer = EscposRenderer(PrinterSettings(drawer_pin=5, drawer_on_ms=100, drawer_off_ms=400), cache_folder)
    rendered = renderer.render(document(Text("x")), opens="A")
    assert rendered.data == INITIALISE + b"\x1bp\x01\x32\xc8x\n"


@pytest.mark.parametrize(("pin", "first", "second"), [(2, 0, 1), (5, 1, 0)], ids=["first on pin 2", "first on pin 5"])
def test_the_second_drawer_hangs_on_the_pin_that_the_first_does_not(
    cache_folder: Path, pin: int, first: int, second: int
) -> None:
    renderer = EscposRenderer(PrinterSettings(drawer_pin=pin), cache_folder)
    assert (renderer.drawer_pulse("A")[2], renderer.drawer_pulse("B")[2]) == (first, second)


def test_each_cutter_gets_its_own_command(cache_folder: Path) -> None:
    endings = {Cutter.PARTIAL: b"\x1bd\x06\x1dV\x01", Cutter.FULL: b"\x1bd\x06\x1dV\x00", Cutter.NONE: b"\x1bd\x06"}
    for cutter, ending in endings.items():
        renderer = EscposRenderer(PrinterSettings(cutter=cutter), cache_folder)
        assert renderer.render(document(Cut())).data == INITIALISE + ending


def test_another_code_page_can_be_pinned(cache_folder: Path) -> None:
    renderer = EscposRenderer(PrinterSettings(code_page="CP852"), cache_folder)
    assert renderer.render(document(Text("Łódź"))).data == b"\x1b@\x1bt\x12\x9d\xa2d\xab\n"


def test_typographic_signs_outside_the_code_page_become_the_plain_ones(renderer: EscposRenderer) -> None:
    assert render(renderer, Pair("“Mouse” – it’s here", "−$5.00")).rstrip() == (
        b'"Mouse" - it\'s here                 -$5.00'
    )


def test_names_the_code_page_lacks_are_printed_as_a_picture_of_the_line(renderer: EscposRenderer) -> None:
    rendered = renderer.render(document(Text("before"), Pair("Чай", "$1.00"), Text("after")))
    assert rendered.notes == ()
    body = rendered.data.removeprefix(INITIALISE)
    header = b"\x1dv0\x00" + (63).to_bytes(2, "little") + (24).to_bytes(2, "little")
    assert body.startswith(b"before\n" + header)
    assert body.endswith(b"after\n")
    assert len(body) == len(b"before\nafter\n") + 8 + 63 * 24


def test_a_character_no_font_has_is_an_empty_box_and_said(renderer: EscposRenderer) -> None:
    rendered = renderer.render(document(Text("\U0001f9ff\U00013000")))
    assert b"\x1dv0" in rendered.data
    assert any("empty boxes" in note for note in rendered.notes)


def test_a_printer_without_graphics_prints_question_marks_and_says_so(cache_folder: Path) -> None:
    renderer = EscposRenderer(PrinterSettings(raster=False), cache_folder)
    rendered = renderer.render(document(Text("Чай 5")))
    assert rendered.data == INITIALISE + b"??? 5\n"
    assert rendered.notes == ("not in code page CP858, printed with ?: Чай 5",)


def test_a_barcode_wider_than_the_paper_is_printed_as_text_and_said(cache_folder: Path) -> None:
    renderer = EscposRenderer(PrinterSettings(columns=32), cache_folder)
    rendered = renderer.render(document(Barcode("0123456789012345678901234567890")))
    assert rendered.data.endswith(b"0123456789012345678901234567890\n")
    assert "too long for a barcode" in rendered.notes[0]


def test_nothing_is_written_to_standard_output(renderer: EscposRenderer, capfd: pytest.CaptureFixture[str]) -> None:
    renderer.render(sale_receipt())
    assert capfd.readouterr() == ("", "")


def test_codes_and_member_block_cost_little_over_the_text_alone(renderer: EscposRenderer) -> None:
    with_codes = len(renderer.render(sale_receipt(5)).data)
    text_only = len(renderer.render(sale_receipt(5, codes=False)).data)
    assert with_codes <= 1.3 * text_only


def test_rasters_carry_no_real_time_command() -> None:
    data = b"\x10\x04\x01\x10\x10\x05\x10\x14\x10"
    assert without_real_time_commands(data) == b"\x18\x04\x01\x10\x18\x05\x18\x14\x10"


BLOCKS = st.lists(
    st.one_of(
        st.builds(Text, st.text(max_size=300), st.sampled_from(Align), st.sampled_from(Size), st.booleans()),
        st.builds(Pair, st.text(max_size=300), st.text("0123456789,.$€−", max_size=12), st.booleans()),
        st.builds(Barcode, st.text(max_size=70)),
        st.builds(QrCode, st.text(max_size=300)),
        st.builds(
            Text,
            st.text(
                st.sampled_from("\x1b\x1d\x10\x04\x05\x14@p\x00Ba\x9béß\x7f\u2028\u202e"), min_size=1, max_size=300
            ),
        ),
    ),
    max_size=6,
)


@settings(max_examples=60)
@given(blocks=BLOCKS)
def test_whatever_a_name_holds_a_printer_gets_only_our_commands(renderer: EscposRenderer, blocks: list[Block]) -> None:
    """An interpreter that refuses stray control bytes reads it all, and no drawer opens."""
    data = renderer.render(document(*blocks, Cut())).data
    assert not REAL_TIME.search(data)
    printer = SimulatedPrinter(42)
    printer.feed(data)
    assert printer.refusals == []
    assert printer.drawer_pulses == 0
    assert len(printer.receipts()) == 1
