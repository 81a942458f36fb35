"""Labels say what a product costs now, and their bars can be read: on the receipt printer, as dots, and on sheets."""

import io
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.terminal_data import NOON, open_data
from PIL import Image
from PySide6.QtGui import QImage, QPainter

from hardware.receipt_printer.picture import receipt_picture
from hardware.receipt_printer.raster import bars_picture
from hardware.receipt_printer.symbols import bars
from pos_app.clock import SetClock
from pos_app.domain.barcodes import Symbology, ean_modules, symbology_of
from pos_app.domain.net_content import read_content, unit_price
from pos_app.domain.operator import Operator, Role
from pos_app.domain.price_list import PriceEntry
from pos_app.domain.receipt_document import from_plain, to_plain
from pos_app.formatting import StoreFormatter
from pos_app.ids import SystemIds
from pos_app.sample_store import sample_store
from pos_app.services.approvals import Approvals
from pos_app.services.goods.labels import Label, Labels, Since
from pos_app.services.goods.session import GoodsSession
from pos_app.storage.goods import SqliteGoods
from pos_app.storage.price_lists import write_prices
from ui.goods.label_sheets import A4, LETTER, Sheet, as_pdf, draw_page, pages_of

zxingcpp = pytest.importorskip("zxingcpp")

CODES = ("9520000001025", "012345678905", "96385074", "SHELF-42/B", "1234567")
MANAGER = Operator("manager-1", "Manager", Role.MANAGER)
PROFILE = sample_store().profile


def modules(label: Label) -> str:
    return bars(label.code, label.symbology)


def read(picture: Image.Image) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(picture)}


def normal(code: str) -> str:
    """UPC-A is read as the EAN-13 it is."""
    return code.zfill(13) if len(code) == 12 else code


def labels(copies: int = 1) -> list[Label]:
    return [Label(f"SKU-{n}", f"Product {n}", "$19.99", "$26.65 / kg", code, copies) for n, code in enumerate(CODES)]


@pytest.mark.parametrize(
    ("code", "symbology"),
    [
        ("9520000001025", Symbology.EAN_13),
        ("012345678905", Symbology.UPC_A),
        ("96385074", Symbology.EAN_8),
        ("9520000001026", Symbology.CODE_128),
        ("SKU-1", Symbology.CODE_128),
        ("19520000001022", Symbology.CODE_128),
    ],
)
def test_a_code_has_the_bars_of_its_kind(code: str, symbology: Symbology) -> None:
    assert symbology_of(code) is symbology


def test_ean_bars_are_those_of_the_specification() -> None:
    # 5901234123457 stands in many textbooks.
    shown = "10100010110100111011001100100110111101001110101010110011011011001000010101110010011101000100101"
    assert ean_modules("5901234123457") == shown
    with pytest.raises(ValueError, match="no EAN"):
        ean_modules("5901234123458")


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("code", CODES)
def test_labels_of_the_receipt_printer_can_be_read(code: str, columns: int) -> None:
    label = next(one for one in labels() if one.code == code)
    desk = Labels.document(None, [label])  # type: ignore[arg-type]
    picture = Image.open(io.BytesIO(receipt_picture(desk, columns)))
    assert normal(code) in {normal(one) for one in read(picture)}


@pytest.mark.parametrize("code", CODES)
def test_bars_drawn_dot_by_dot_can_be_read(code: str) -> None:
    picture = bars_picture(bars(code, symbology_of(code)), 2, 80, 576).convert("L")
    framed = Image.new("L", (picture.width + 80, picture.height + 80), 255)
    framed.paste(picture, (40, 40))
    assert normal(code) in {normal(one) for one in read(framed)}


def drawn(sheet: Sheet, page: list[Label], dots_per_inch: int) -> Image.Image:
    size = [round(mm / 25.4 * dots_per_inch) for mm in (sheet.wide_mm, sheet.high_mm)]
    image = QImage(*size, QImage.Format.Format_Grayscale8)
    image.fill(255)
    painter = QPainter(image)
    draw_page(painter, page, sheet, modules, dots_per_inch)
    painter.end()
    rows = bytes(image.constBits())
    return Image.frombytes("L", (image.bytesPerLine(), image.height()), rows).crop(
        (0, 0, image.width(), image.height())
    )


@pytest.mark.parametrize("sheet", [A4, LETTER], ids=["a4", "letter"])
def test_every_label_of_a_sheet_can_be_read(qapp, sheet: Sheet) -> None:
    page = drawn(sheet, labels(), 300)
    assert {normal(one) for one in read(page)} >= {normal(code) for code in CODES}


@pytest.mark.parametrize("sheet", [A4, LETTER], ids=["a4", "letter"])
def test_copies_fill_sheets_one_after_the_other(qapp, sheet: Sheet) -> None:
    pages = pages_of(labels(copies=7), sheet)
    assert [len(page) for page in pages] == ([24, 11] if sheet is A4 else [30, 5])
    pdf = as_pdf(labels(copies=7), sheet, modules)
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type /Page\n") == 2


@pytest.mark.skipif(shutil.which("gs") is None, reason="no Ghostscript here to look at the PDF with")
def test_the_pdf_as_another_program_draws_it_can_be_read(qapp, tmp_path: Path) -> None:
    path = tmp_path / "labels.pdf"
    path.write_bytes(as_pdf(labels(), A4, modules))
    out = tmp_path / "page.png"
    subprocess.run(
        ["gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pnggray", "-r300", f"-sOutputFile={out}", str(path)],
        check=True,
        timeout=60,
    )
    assert {normal(one) for one in read(Image.open(out))} >= {normal(code) for code in CODES}


def test_a_document_with_bars_is_kept_and_read_again() -> None:
    document = Labels.document(None, labels())  # type: ignore[arg-type]
    assert from_plain(to_plain(document)) == document
    old = {"title": "Old", "blocks": [{"kind": "Barcode", "data": "X"}]}
    assert from_plain(old).blocks[0].symbology is Symbology.CODE_128


@pytest.mark.parametrize(
    ("price", "content", "shown"),
    [
        (299, "750 g", (399, "kg")),
        (199, "1.5 l", (133, "l")),
        (500, "8 oz", (1000, "lb")),
        (600, "12 pcs", (50, "pc")),
    ],
    ids=["gram", "litre", "ounce", "pieces"],
)
def test_a_unit_price_is_that_of_the_unit_people_compare(price, content, shown) -> None:
    found = unit_price(price, read_content(content))
    assert (found.price_minor, found.unit) == shown


@pytest.mark.parametrize("text", ["lots", "0 g", "12", "-1 g", "1 stone"])
def test_a_content_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="like 750 g"):
        read_content(text)


def test_a_label_shows_the_price_that_holds_now_and_is_due_when_a_list_begins(tmp_path: Path) -> None:
    clock = SetClock(NOON)
    data = open_data(tmp_path, clock=clock)
    book = SqliteGoods(data.database, data.storage, PROFILE.currency, clock=clock, ids=SystemIds())
    session = GoodsSession(Approvals(MANAGER), MANAGER)
    session.begin()
    desk = Labels(
        book, data.price_lists, session, profile=PROFILE, formatter=StoreFormatter(PROFILE), clock=clock, bars=bars
    )
    book.change("A", {"name": "Juice", "price": "2.00", "content": "500 ml"}, ("9520000001025",), by="m", reason="New")
    label = desk.label_of("A")
    assert (label.price, label.unit, label.code) == ("$2.00", "$4.00 / l", "9520000001025")
    assert [one.item_id for one in desk.due(Since.LAST_RUN)] == ["A"]
    clock.at = NOON + timedelta(minutes=5)
    desk.note_printed([label])
    assert desk.due(Since.LAST_RUN) == []
    tomorrow_s = int((NOON + timedelta(days=1)).timestamp())
    write_prices(data.database, [PriceEntry("Sale", "consumer", "A", 150, tomorrow_s, tomorrow_s + 3600)])
    assert desk.due(Since.LAST_RUN) == []
    clock.at = NOON + timedelta(days=1, minutes=1)
    assert [(one.item_id, one.price) for one in desk.due(Since.LAST_RUN)] == [("A", "$1.50")]
    desk.note_printed([label])
    clock.at = NOON + timedelta(days=1, hours=2)
    assert [(one.item_id, one.price) for one in desk.due(Since.LAST_RUN)] == [("A", "$2.00")]
    data.close()
