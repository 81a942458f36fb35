"""A manager changes goods in the real window over a real till: prices, barcodes, new products, products that end."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from fakes.goods_screens import (
    add_price,
    ask_price,
    change_price,
    check_file,
    edit,
    labels,
    open_goods,
    promotions,
    review,
    save_price,
    show_product,
    take_barcode_off,
)
from fakes.whole_counter import CABLE, HEADPHONES, SPEAKER, WholeCounter
from PIL import Image
from PySide6.QtCore import Qt

from pos_app.domain.operator import Operator, Role
from pos_app.goods_room import save_file
from pos_app.services.goods.labels import Since
from ui.goods.goods_room import GoodsRoom

Key = Qt.Key
NEW_EAN = "4006381333931"


def journaled(till: WholeCounter) -> list[dict]:
    rows = till.register.data.database.all("SELECT payload FROM journal WHERE kind = 'goods_changed' ORDER BY position")
    return [json.loads(row[0]) for row in rows]


def leave(till: WholeCounter) -> None:
    till.press(Key.Key_Escape)
    assert not till.window.goods.covering


def said(till: WholeCounter, room: GoodsRoom) -> str:
    till.until(lambda: room.products.report.report is not None, "it says how it went")
    return room.products.report.report.headline


def test_a_price_changed_by_the_manager_counts_from_the_next_scan(till: WholeCounter) -> None:
    till.scan(SPEAKER)
    till.touches = 0
    room = change_price(till)
    assert till.touches <= 4
    assert room.products.report.report.headline == "Saved. It counts from the next scan."
    leave(till)
    assert till.names() == [till.rows_of_sale()[0].name], "the sale below is as it was"
    till.scan(HEADPHONES)
    assert till.view.priced.lines[-1].line.unit_price_minor == 22_900
    (entry,) = journaled(till)
    assert entry["fields"] == {"price": ["249.00", "229.00"]}
    assert (entry["by"], entry["reason"]) == ("manager-1", "New price")


def test_a_scan_in_the_room_shows_its_product_and_sells_nothing(till: WholeCounter) -> None:
    room = show_product(till, HEADPHONES)
    assert ("SKU", "HP-700") in room.products.facts.facts
    till.scan(NEW_EAN)
    assert "No product has the barcode" in said(till, room)
    leave(till)
    assert till.names() == []


def test_a_change_for_tomorrow_waits_and_can_be_taken_back(till: WholeCounter) -> None:
    room = review(till)
    till.touch(room.review.whens["Tomorrow"])
    till.touch(room.review.whys["Season"])
    till.touch(room.review.save)
    till.until(lambda: room.page is room.products, "the change is saved")
    tomorrow = till.register.clock.now().date() + timedelta(days=1)
    assert f"{tomorrow:%d %b %Y}" in said(till, room)
    assert any(name == "Waits" for name, _ in room.products.facts.facts)
    assert till.register.goods.product(HEADPHONES).cells["price"] == "249.00"
    till.touch(room.products.withdraw)
    till.until(lambda: not till.register.goods.waiting(), "the change was taken back")


def test_a_change_without_a_reason_is_not_made(till: WholeCounter) -> None:
    room = review(till)
    till.touch(room.review.save)
    till.until(lambda: room.review.report.report is not None, "it asks why")
    assert "Say why" in room.review.report.report.headline
    assert journaled(till) == []


def test_what_cannot_be_taken_is_said_at_its_field(till: WholeCounter) -> None:
    room = edit(till)
    room.form.fields["minimum_age"].line.setText("old")
    till.touch(room.form.go)
    till.until(lambda: room.form.report.report is not None, "it says what is wrong")
    assert "whole number" in room.form.report.report.headline
    assert room.form.fields["minimum_age"].line.hasFocus()


def test_a_barcode_is_added_by_scanning_it(till: WholeCounter) -> None:
    room = show_product(till)
    till.touch(room.products.add_code)
    till.scan(NEW_EAN)
    assert said(till, room) == f"The barcode {NEW_EAN} was added."
    leave(till)
    till.scan(NEW_EAN)
    assert till.names() == ["Over-Ear Headphones HP-700"]


def test_a_barcode_added_by_mistake_is_removed_and_is_nobodys_again(till: WholeCounter) -> None:
    room = show_product(till)
    till.touch(room.products.add_code)
    till.scan(NEW_EAN)
    said(till, room)
    room = take_barcode_off(till, room, NEW_EAN)
    assert ("−", f"Barcode: {NEW_EAN}", "bad") in room.review.lines.lines
    till.touch(room.review.whys["Correction"])
    till.touch(room.review.save)
    till.until(lambda: room.page is room.products, "it is saved")
    leave(till)
    till.scan(NEW_EAN)
    assert till.names() == []
    assert journaled(till)[-1]["removed"] == [NEW_EAN]


def test_a_barcode_of_another_product_is_not_taken_away_from_it(till: WholeCounter) -> None:
    room = show_product(till)
    till.touch(room.products.add_code)
    till.scan(CABLE)
    assert "belongs to" in said(till, room)


def test_a_new_product_is_put_on_file_by_its_scan_and_sold(till: WholeCounter) -> None:
    room = open_goods(till)
    till.touch(room.products.new)
    till.scan(NEW_EAN)
    assert room.form.scanned == (NEW_EAN,)
    for name, value in (("sku", "NL-1"), ("name", "Night light"), ("price", "9.50")):
        till.touch(room.form.fields[name].line)
        till.type(value)
    till.touch(room.form.fields["tax_ids"])
    till.touch(room.form.picker.chips["sales"])
    till.touch(room.form.picker.done)
    till.touch(room.form.go)
    till.until(lambda: room.page is room.review, "the new product is reviewed")
    till.touch(room.review.save)
    till.until(lambda: room.page is room.products, "it is on file")
    leave(till)
    till.scan(NEW_EAN)
    assert till.names() == ["Night light"]


def test_an_ended_product_is_not_sold_and_can_be_put_back_on_sale(till: WholeCounter) -> None:
    room = show_product(till)
    for name in ("End", "Sell again"):
        assert room.products.end_it.text() == name
        till.touch(room.products.end_it)
        till.touch(room.review.whys["Recall"])
        till.touch(room.review.save)
        till.until(lambda room=room: room.products.report.report and room.page is room.products, "it is saved")
        leave(till)
        till.scan(HEADPHONES)
        if name == "End":
            assert till.names() == []
            assert "not sold any more" in till.window.sale.banner.detail
            room = show_product(till)
    assert till.names() == ["Over-Ear Headphones HP-700"]


def test_the_associate_asks_for_approval_to_open_the_room(till: WholeCounter) -> None:
    till.register.operator.change_to(Operator("associate-1", "Associate", Role.ASSOCIATE))
    till.window.goods.open()
    assert not till.window.goods.covering
    till.approve()
    till.until(lambda: till.window.goods.covering, "the room opens")
    assert "approved by manager" in till.window.goods.parts.session.by


# --- labels and files -------------------------------------------------------------------------------------------------


def test_labels_of_what_was_scanned_come_out_of_the_receipt_printer(till: WholeCounter) -> None:
    room = labels(till)
    assert [(one.item_id, one.copies) for one in room.labels.labels] == [("SD-128", 1), ("HP-700", 2)]
    till.touch(room.labels.print_them)
    (paper,) = set(till.printed(3)[:1])
    assert "Memory Card" in paper
    assert len(till.printer.receipts()) == 3, "each label is cut off by itself"
    zxingcpp = pytest.importorskip("zxingcpp")
    read = {
        found.text
        for receipt in till.printer.receipts()
        for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(receipt.picture())))
    }
    assert read == {CABLE, HEADPHONES}


def test_labels_are_written_as_sheets(till: WholeCounter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = labels(till)
    monkeypatch.setattr(room.labels, "parts", replace(room.labels.parts, save=partial(save_file, tmp_path / "out")))
    till.touch(room.labels.sheets["A4, 3 x 8"])
    till.until(lambda: room.labels.report.report is not None, "the sheet is written")
    (path,) = (tmp_path / "out").iterdir()
    assert path.read_bytes().startswith(b"%PDF-")


def test_a_label_is_due_until_it_was_printed(till: WholeCounter) -> None:
    till.register.goods.note_label_run("m", 60)
    till.register.goods.change("SB-400", {"price": "255.00"}, (), by="m", reason="Season")
    room = open_goods(till)
    till.touch(room.rail["Labels"])
    till.touch(room.labels.since[Since.TODAY])
    till.until(lambda: room.labels.labels, "the label is due")
    assert "SB-400" in {label.item_id for label in room.labels.labels}


def test_a_file_is_checked_taken_in_and_taken_back(till: WholeCounter) -> None:
    room = check_file(till)
    assert "2 would be added" in room.files.report.report.headline
    assert any("Line 4" in text for _, text, _ in room.files.lines.lines)
    assert till.register.goods.product("NEW-1") is None
    till.touch(room.files.take)
    till.until(lambda: room.files.undo.isEnabled(), "the file was imported")
    assert till.register.goods.product("4006381333931").item_id == "NEW-1"
    assert till.register.goods.product(HEADPHONES).cells["price"] == "239.00"
    till.touch(room.files.undo)
    till.until(lambda: not room.files.undo.isEnabled() and room.files.export.isEnabled(), "it was taken back")
    assert till.register.goods.product(HEADPHONES).cells["price"] == "249.00"
    assert till.register.goods.product("NEW-1").ended


def test_rows_that_were_refused_are_saved_without_formulas(
    till: WholeCounter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = open_goods(till)
    path = tmp_path / "bad.csv"
    path.write_text("sku,name,price\n=cmd(),X,=1+1\n", encoding="utf-8")
    monkeypatch.setattr(room.files, "parts", replace(room.files.parts, save=partial(save_file, tmp_path / "out")))
    till.touch(room.rail["Files"])
    room.files.path.line.setText(str(path))
    till.touch(room.files.check)
    till.until(lambda: room.files.save.isEnabled(), "the refused row can be saved")
    till.touch(room.files.save)
    saved = tmp_path / "out" / "bad.refused.csv"
    till.until(saved.exists, "it was saved")
    (row,) = csv.DictReader(io.StringIO(saved.read_text(encoding="utf-8")))
    assert (row["line"], row["column"], row["value"]) == ("2", "price", "'=1+1")


def test_everything_is_exported_and_importing_it_changes_nothing(
    till: WholeCounter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = open_goods(till)
    monkeypatch.setattr(room.files, "parts", replace(room.files.parts, save=partial(save_file, tmp_path / "out")))
    till.touch(room.rail["Files"])
    till.until(lambda: room.files.export.isEnabled(), "it can be exported")
    till.touch(room.files.export)
    till.until(lambda: room.files.report.report is not None, "it is written")
    (path,) = (tmp_path / "out").iterdir()
    room.files.path.line.setText(str(path))
    till.touch(room.files.check)
    till.until(lambda: "rows" in getattr(room.files.report.report, "headline", ""), "it was checked")
    assert "0 would be added, 0 would be changed, 60 as they are" in room.files.report.report.headline


# --- price lists and promotions ---------------------------------------------------------------------------------------


def test_a_price_list_that_begins_now_counts_from_the_next_scan_and_says_why(till: WholeCounter) -> None:
    room = ask_price(till)
    assert room.prices.lines.lines[0][1] == "$199.00 for one piece"
    leave(till)
    till.scan(HEADPHONES)
    assert till.view.priced.lines[0].line.unit_price_minor == 19_900


def test_prices_are_ended_by_a_second_touch(till: WholeCounter) -> None:
    room = save_price(till)
    till.touch(room.prices.list.rows[0])
    till.touch(room.prices.end_it)
    assert room.prices.groups[0][1] == "running"
    till.touch(room.prices.end_it)
    till.until(lambda: room.prices.groups[0][1] == "ended", "the prices are ended")
    leave(till)
    till.scan(HEADPHONES)
    assert till.view.priced.lines[0].line.unit_price_minor == 24_900


def test_what_is_wrong_with_a_price_is_said_at_its_field(till: WholeCounter) -> None:
    room = add_price(till, until="yesterday")
    till.touch(room.price_form.go)
    till.until(lambda: room.price_form.report.report is not None, "it says what is wrong")
    assert "day like" in room.price_form.report.report.headline
    assert room.price_form.fields["until"].line.hasFocus()


def test_a_promotion_changed_in_the_window_counts_in_the_next_sale(till: WholeCounter) -> None:
    room = promotions(till)
    till.touch(room.promotions.new)
    till.scan(HEADPHONES)
    form = room.promotion_form
    till.until(lambda: form.value("codes") == "HP-700", "the product is found")
    for name, value in (("name", "Headphone days"), ("percent", "50"), ("reason", "Season")):
        form.show_value(name, value)
    till.touch(form.go)
    till.until(lambda: room.page is room.promotions, "the promotion is saved")
    leave(till)
    till.scan(HEADPHONES)
    (line,) = till.view.priced.lines
    assert [one.name for one in line.promotions] == ["Headphone days"]
    assert line.net_minor == 12_450


def test_no_promotion_changes_under_a_sale(till: WholeCounter) -> None:
    till.scan(SPEAKER)
    room = promotions(till)
    till.touch(room.promotions.end_it)
    till.touch(room.promotions.end_it)
    till.until(lambda: room.promotions.report.report is not None, "it says why not")
    assert "sale is under way" in room.promotions.report.report.headline
