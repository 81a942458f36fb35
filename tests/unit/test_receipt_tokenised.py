"""An ESC/POS parser that is not ours (npos, from the npm registry) reads our bytes and finds the same commands.

It is installed once into the user's cache. Without Node.js or the registry these tests are skipped.
"""

import io
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.node_tools import node_modules
from fakes.receipts import RECEIPT_NUMBER, sale_receipt
from PIL import Image

from hardware.receipt_printer.escpos_renderer import EscposRenderer
from hardware.receipt_printer.health import test_page as printer_test_page
from hardware.receipt_printer.settings import PrinterSettings
from hardware.receipt_printer.simulator import SimulatedPrinter
from hardware.receipt_printer.status import REQUEST_PAPER_WHEN_REACHED, request_completion
from hardware.receipt_printer.stored_logo import PRINT_BIT_IMAGE, StorableLogo
from pos_app.domain.receipt_document import Barcode, Cut, Feed, Logo, Pair, QrCode, ReceiptDocument, Rule, Text
from pos_app.formatting import StoreFormatter
from pos_app.ports import PrinterIdentity
from pos_app.sample_store import FOLDER
from pos_app.services.receipt_sample import SampleKind, sample_receipt
from pos_app.store_profile import load_store_file

zxingcpp = pytest.importorskip("zxingcpp")

NPOS = "npos@0.1.19"
TOKENISER = Path(__file__).resolve().parents[1] / "fakes" / "npos_tokeniser.js"


@pytest.fixture(scope="module")
def modules() -> Path:
    return node_modules(NPOS)


def tokens(modules: Path, data: bytes) -> list[tuple[str, bytes]]:
    result = subprocess.run(["node", str(TOKENISER), str(modules)], input=data, capture_output=True, timeout=60)
    assert result.returncode == 0, result.stderr.decode()
    return [(command["name"], bytes.fromhex(command["hex"])) for command in json.loads(result.stdout)]


def test_a_receipt_reads_as_the_commands_that_were_meant(modules: Path, tmp_path: Path) -> None:
    renderer = EscposRenderer(PrinterSettings(columns=42), tmp_path)
    data = renderer.render(sale_receipt(5), opens="A").data
    data += request_completion(b"A1B2") + REQUEST_PAPER_WHEN_REACHED
    found = tokens(modules, data)
    assert b"".join(token for _, token in found) == data
    assert [token for token in found if token[0] == "ESC p"] == [("ESC p", b"\x1bp\x00\x19\xfa")]
    assert [name for name, _ in found][:3] == ["ESC @", "ESC t", "ESC p"]
    assert [name for name, _ in found][-4:] == ["ESC d", "GS V", "GS (H", "GS r"]
    assert ("GS k", b"\x1dkI\x0f{B" + RECEIPT_NUMBER.encode()) in found
    texts = b"".join(token for name, token in found if name == "text").decode("cp858")
    assert "Wireless mouse, model 004           $24.99\n" in texts
    assert all(character == "\n" or character >= " " for character in texts)


def test_a_name_full_of_commands_is_read_as_text(modules: Path, tmp_path: Path) -> None:
    evil = "\x1bp\x00\x19\xfa\x1b@\x10\x04\x01\x1dV\x00 cheap"
    document = ReceiptDocument("x", (Pair(evil, "$1.00"), Text("電子"), Text(evil * 8), Cut()))
    found = tokens(modules, EscposRenderer(PrinterSettings(columns=32), tmp_path).render(document).data)
    assert {name for name, _ in found} == {"ESC @", "ESC t", "text", "GS v0", "ESC d", "GS V"}
    (raster,) = (token for name, token in found if name == "GS v0")
    assert len(raster) == 8 + raster[4] * raster[6]


def test_a_copy_with_a_logo_and_a_gift_receipt_read_as_what_they_are(modules: Path, tmp_path: Path) -> None:
    store = load_store_file(FOLDER / "store.toml").profile
    settings = PrinterSettings(columns=42, logo_file=store.receipt.logo_file)
    renderer, at = EscposRenderer(settings, tmp_path), datetime(2026, 11, 22, 14, 26, tzinfo=UTC)
    for kind, words in ((SampleKind.COPY, "*** COPY 1 ***"), (SampleKind.GIFT, "GIFT RECEIPT")):
        rendered = renderer.render(sample_receipt(store, StoreFormatter(store), at, kind))
        assert rendered.notes == ()
        found = tokens(modules, rendered.data)
        assert b"".join(token for _, token in found) == rendered.data
        logo = [token for name, token in found if name == "GS v0"]
        assert len(logo) == 1
        assert (logo[0][4], logo[0][6]) == (48, 109), "384 dots wide, in its own proportions"
        texts = b"".join(token for name, token in found if name == "text").decode("cp858")
        assert words in texts
        assert ("GS (k" in {name for name, _ in found}) == (kind is SampleKind.COPY)
        assert [name for name, _ in found][-2:] == ["ESC d", "GS V"]


def test_the_test_page_and_every_kind_of_block_read_as_what_they_are(modules: Path, tmp_path: Path) -> None:
    settings = PrinterSettings(columns=42)
    blocks = (Logo("Shop"), Text("a"), Pair("b", "1.00"), Rule(), Feed(2), Barcode("ABC-1"), QrCode("q"), Cut())
    identity = PrinterIdentity("SIMULATED", "PRINTER", "1.00", "1")
    for document in (printer_test_page(settings, identity), ReceiptDocument("all", blocks)):
        rendered = EscposRenderer(settings, tmp_path).render(document)
        found = tokens(modules, rendered.data)
        assert b"".join(token for _, token in found) == rendered.data
        names = [name for name, _ in found]
        assert names.count("GS k") == 1
        assert names.count("GS (k") == 5
        assert names[-1] == "GS V"
        machine = SimulatedPrinter(42)
        machine.feed(rendered.data)
        picture = Image.open(io.BytesIO(machine.receipts()[0].picture()))
        read = {code.text for code in zxingcpp.read_barcodes(picture)}
        assert read == {block.data for block in document.blocks if isinstance(block, Barcode | QrCode)}


def test_a_logo_that_the_printer_keeps_is_stored_and_named_by_whole_commands(modules: Path, tmp_path: Path) -> None:
    """Both ways; what was printed from the printer's memory is the picture that went in."""
    store = load_store_file(FOLDER / "store.toml").profile
    settings = PrinterSettings(columns=42, logo_file=store.receipt.logo_file)
    renderer, at = EscposRenderer(settings, tmp_path), datetime(2026, 11, 22, 14, 26, tzinfo=UTC)
    logo = StorableLogo(renderer.logo_picture)
    for stores, prints, names in (
        (logo.store_graphics, logo.print_graphics, ["GS (L", "GS (L"]),
        (logo.store_bit_image, PRINT_BIT_IMAGE, ["FS q", "FS p"]),
    ):
        assert [name for name, _ in tokens(modules, stores + prints)] == names
        receipt = renderer.render(sample_receipt(store, StoreFormatter(store), at, SampleKind.COPY), stored_logo=prints)
        found = tokens(modules, receipt.data)
        assert b"".join(token for _, token in found) == receipt.data
        assert [token for name, token in found if name == names[1]] == [prints]
        assert "GS v0" not in {name for name, _ in found}
        assert len(receipt.data) < 2_500


@pytest.mark.parametrize("damage", ["missing", "no-png", "huge"])
def test_a_logo_that_cannot_be_used_is_the_stores_name_and_a_note(tmp_path: Path, damage: str) -> None:
    logo = tmp_path / "logo.png"
    if damage == "no-png":
        logo.write_bytes(b"GIF89a and so on")
    elif damage == "huge":
        Image.new("1", (3000, 3000)).save(logo)
    rendered = EscposRenderer(PrinterSettings(columns=42, logo_file=logo), tmp_path).render(sale_receipt(1))
    assert b"Northside" in rendered.data
    assert b"\x1dv0" not in rendered.data
    assert [note for note in rendered.notes if "logo.png" in note]
