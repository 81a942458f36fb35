"""The screens of the goods room, with how to come to them by hand."""

import json
from collections.abc import Callable

from fakes.whole_counter import CABLE, HEADPHONES, WholeCounter

from pos_app.domain.operator import Operator, Role
from pos_app.storage.arrived_changes import ArrivedChange
from ui.goods.goods_room import GoodsRoom

MANAGER = Operator("manager-1", "Manager", Role.MANAGER)


def open_goods(counter: WholeCounter) -> GoodsRoom:
    """A manager opens the room; the best sellers are there."""
    counter.register.operator.change_to(MANAGER)
    counter.window.goods.open()
    room = counter.window.goods.room
    assert isinstance(room, GoodsRoom)
    counter.until(lambda: room.products.list.rows, "the products are listed")
    return room


def show_product(counter: WholeCounter, code: str = HEADPHONES) -> GoodsRoom:
    """A scan shows its product."""
    room = open_goods(counter)
    counter.scan(code)
    counter.until(lambda: room.products.edit.isEnabled(), "the product is shown")
    return room


def edit(counter: WholeCounter, code: str = HEADPHONES) -> GoodsRoom:
    """Everything about it can be changed."""
    room = show_product(counter, code)
    counter.touch(room.products.edit)
    return room


def _refused(counter: WholeCounter) -> None:
    room = edit(counter)
    room.form.fields["price"].line.setText("cheap")
    counter.touch(room.form.go)
    counter.until(lambda: room.form.report.report is not None, "it says what is wrong")


def _taxes(counter: WholeCounter) -> None:
    room = edit(counter)
    counter.touch(room.form.fields["tax_ids"])


def take_barcode_off(counter: WholeCounter, room: GoodsRoom, code: str) -> GoodsRoom:
    """One barcode of the product that is shown is to go; before it is saved."""
    counter.touch(room.products.edit)
    counter.touch(room.form.fields["removed"])
    counter.touch(room.form.picker.chips[code])
    counter.touch(room.form.picker.done)
    counter.touch(room.form.go)
    counter.until(lambda: room.page is room.review, "the change is reviewed")
    return room


def _barcode_off(counter: WholeCounter) -> None:
    room = edit(counter)
    counter.touch(room.form.fields["removed"])


def review(counter: WholeCounter, code: str = HEADPHONES) -> GoodsRoom:
    """Another price, before it is saved."""
    room = edit(counter, code)
    price = room.form.fields["price"].line
    price.setText("219.00" if price.text() == "229.00" else "229.00")
    counter.touch(room.form.go)
    counter.until(lambda: room.page is room.review, "the change is reviewed")
    return room


def change_price(counter: WholeCounter, code: str = HEADPHONES) -> GoodsRoom:
    """Another price, at once."""
    room = review(counter, code)
    counter.touch(room.review.whys["New price"])
    counter.touch(room.review.save)
    counter.until(lambda: room.page is room.products and room.products.report.report is not None, "it is saved")
    return room


def _history(counter: WholeCounter) -> None:
    room = show_product(counter, CABLE)
    product = counter.register.goods.product(CABLE)
    for price in ("14.99", "12.49", "13.99"):
        counter.register.goods.change(
            product.item_id, {"price": price}, (), by="manager-1, approved by manager-2", reason="Season"
        )
    counter.scan(CABLE)
    counter.touch(room.products.history)
    counter.until(lambda: room.products.lines.isVisible() and room.products.lines.lines, "the history is shown")


def _new(counter: WholeCounter) -> None:
    room = open_goods(counter)
    counter.touch(room.products.new)
    room.form.show_value("sku", "NL-1")


def labels(counter: WholeCounter) -> GoodsRoom:
    """Labels of two products that were scanned."""
    room = open_goods(counter)
    counter.touch(room.rail["Labels"])
    for code in (HEADPHONES, CABLE, HEADPHONES):
        before = [one.copies for one in room.labels.labels]
        counter.scan(code)
        counter.until(lambda before=before: [one.copies for one in room.labels.labels] != before, "it is in the list")
    return room


def _labels_due(counter: WholeCounter) -> None:
    counter.register.goods.change("SB-400", {"price": "255.00"}, (), by="manager-1", reason="Season")
    room = labels(counter)
    counter.touch(next(iter(room.labels.since.values())))
    counter.until(lambda: room.labels.report.report is not None, "the labels that are due are listed")


def check_file(counter: WholeCounter) -> GoodsRoom:
    """A file with rows that cannot be taken."""
    room = open_goods(counter)
    path = counter.folder / "spring-catalogue.csv"
    path.write_text(
        "sku,name,price,gtin\nHP-700,Over-Ear Headphones HP-700,239.00,\nNEW-1,Desk Lamp,39.90,4006381333931\n"
        "NEW-2,,12.00,\nNEW-3,Kettle,cheap,\nNEW-4,Toaster,25.00,4006381333932\n",
        encoding="utf-8",
    )
    counter.touch(room.rail["Files"])
    room.files.path.line.setText(str(path))
    counter.touch(room.files.check)
    counter.until(lambda: room.files.report.report is not None, "the file was checked")
    return room


def import_file(counter: WholeCounter) -> GoodsRoom:
    """The same file, taken in."""
    room = check_file(counter)
    counter.touch(room.files.take)
    counter.until(lambda: room.files.undo.isEnabled(), "the file was imported")
    return room


def _not_taken(counter: WholeCounter) -> None:
    """The store's other till changed a product that this one does not have."""
    change = {"change_id": "c-1", "item_id": "LP-900", "by": "manager-1", "reason": "Season", "codes": []}
    document = json.dumps(change | {"fields": {"price": ["39.90", "34.90"]}, "effective_from_s": 0})
    made_at = counter.register.clock.now().isoformat(timespec="milliseconds")
    arrived = counter.register.goods_delivery.arrived
    arrived.keep([ArrivedChange("e-1", "goods_changed", "001-03", made_at, document)])
    arrived.make()
    room = open_goods(counter)
    counter.touch(room.rail["Files"])
    counter.until(lambda: room.files.lines.lines, "what was not taken is listed")


GOODS_SCREENS: dict[str, Callable[[WholeCounter], object]] = {
    "goods-barcode-off": _barcode_off,
    "goods-products": open_goods,
    "goods-product": show_product,
    "goods-changed": change_price,
    "goods-history": _history,
    "goods-edit": edit,
    "goods-refused": _refused,
    "goods-choices": _taxes,
    "goods-new": _new,
    "goods-review": review,
    "goods-labels": labels,
    "goods-file-checked": check_file,
    "goods-labels-due": _labels_due,
    "goods-not-taken": _not_taken,
}


def add_price(counter: WholeCounter, **values: str) -> GoodsRoom:
    """A price of a new list, for a scanned product."""
    room = open_goods(counter)
    counter.touch(room.rail["Price lists"])
    counter.touch(room.prices.new)
    counter.scan(HEADPHONES)
    counter.until(lambda: room.price_form.value("item") == "HP-700", "the product is found")
    for name, value in ({"list": "Black Friday", "price": "199.00"} | values).items():
        room.price_form.show_value(name, value)
    return room


def save_price(counter: WholeCounter, **values: str) -> GoodsRoom:
    """It is saved."""
    room = add_price(counter, **values)
    counter.touch(room.price_form.go)
    counter.until(lambda: room.page is room.prices and room.prices.groups, "the price is saved")
    return room


def ask_price(counter: WholeCounter) -> GoodsRoom:
    """What it costs, and why."""
    room = save_price(counter)
    counter.scan(HEADPHONES)
    counter.until(lambda: any("Price list" in text for _, text, _ in room.prices.lines.lines), "it says what it costs")
    return room


def promotions(counter: WholeCounter) -> GoodsRoom:
    """One of the store's own promotions."""
    room = open_goods(counter)
    counter.touch(room.rail["Promotions"])
    counter.until(lambda: room.promotions.list.rows, "the promotions are listed")
    counter.touch(room.promotions.list.rows[0])
    return room


def edit_promotion(counter: WholeCounter) -> GoodsRoom:
    """It can be changed."""
    room = promotions(counter)
    counter.touch(room.promotions.edit)
    return room


GOODS_SCREENS |= {
    "goods-price-form": add_price,
    "goods-prices": save_price,
    "goods-price-why": ask_price,
    "goods-promotions": promotions,
    "goods-promotion-form": edit_promotion,
}
