"""Products: searched or scanned on the left; everything about one on the right, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports import ItemHit
from pos_app.ports.goods import DONE, FAILED, WAITING, GoodsChange, Product
from pos_app.ports.maintenance import TrialReport
from pos_app.services.goods.fields import label_of
from pos_app.services.goods.products import ProductView
from ui.goods.page import GAP, SIDE, GoodsPage, HeadedCard
from ui.goods.product_form import Draft
from ui.technician.parts import Facts, Field, ReportView, RowItem, RowList, TextLines
from ui.theme.tokens import Space
from ui.widgets.buttons import Button

if TYPE_CHECKING:
    from ui.background import Background, Task
    from ui.services_bundle import GoodsParts, Services

_SEARCH_MS = 120
_FIELD = 48
_INK_OF_STATE = {WAITING: "warn", DONE: "ink", FAILED: "bad"}


class ProductsPage(GoodsPage):
    """The search, and one product beside it."""

    title = "Products"
    icon = "package-search"
    edit_wanted = Signal(object)
    review_wanted = Signal(object)

    def __init__(self, parts: GoodsParts, background: Background, services: Services, parent: QWidget) -> None:
        super().__init__(parts, background, services, parent)
        self._hits: list[ItemHit] = []
        self._searching: Task | None = None
        self._code = ""
        self._view: ProductView | None = None
        self._adding_code = self._reading_history = False
        self._list_card = HeadedCard("Products", self)
        self.search = Field("Find a product", self._list_card, icon="search")
        self.search.set_hint("Scan, or type a name or SKU")
        self.search.changed.connect(lambda _: self._typing.start(_SEARCH_MS))
        self.search.entered.connect(self._enter)
        self.list = RowList("Products found", self._list_card, empty="No product is like that.")
        self.list.chosen.connect(lambda number: self.show_product(self._hits[number].item_id))
        self.new = Button("New product", self._list_card, icon="plus", size=16)
        self.new.clicked.connect(lambda: self.edit_wanted.emit(Draft()))
        self._card = HeadedCard("", self)
        self.facts = Facts("Fields", self._card)
        self.lines = TextLines("History", self._card, empty="It was never changed here.")
        self.report = ReportView("Result", self._card)
        self.edit = Button("Edit", self._card, kind="accent", icon="pencil", size=16)
        self.add_code = Button("Add barcode", self._card, icon="scan-barcode")
        self.history = Button("History", self._card, icon="rotate-ccw-clock")
        self.give_back = Button("As delivered", self._card, icon="undo-2")
        self.end_it = Button("End", self._card, icon="ban")
        self.withdraw = Button("Withdraw", self._card, icon="calendar-x")
        self.edit.clicked.connect(self._edit)
        self.add_code.clicked.connect(self._toggle_code)
        self.history.clicked.connect(self._toggle_history)
        self.give_back.clicked.connect(self._as_delivered)
        self.end_it.clicked.connect(self._end_or_sell)
        self.withdraw.clicked.connect(self._withdraw)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.timeout.connect(self._look)
        self.keys.serve(self._list_card)

    # --- the list -----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The best sellers, or what was searched before."""
        self.report.show_report(None)
        self._adding_code = self._reading_history = False
        self._show(self._view)
        self._look()
        self.work(self.parts.products.count, self._counted)
        self.search.setFocus()

    def _counted(self, count: int) -> None:
        self._list_card.say("Products", f"{count:,}")

    def _look(self) -> None:
        self._ask(self._found)

    def _ask(self, then: Callable[[list[ItemHit]], None]) -> None:
        """Search for what is typed; an answer to an earlier text comes to nothing."""
        self._typing.stop()
        if self._searching is not None:
            self._searching.cancel()
        text = self.search.line.text()
        self._searching = self.work(lambda: self.parts.products.search(text), then)

    def _found(self, hits: list[ItemHit]) -> None:
        self._hits = hits
        self.list.show_items([self._row(hit) for hit in hits], self._place_in_list())

    def _place_in_list(self) -> int:
        return next((number for number, hit in enumerate(self._hits) if hit.item_id == self._item_id), -1)

    def _row(self, hit: ItemHit) -> RowItem:
        codes = hit.item_id if hit.code == hit.item_id else f"{hit.item_id}  ·  {hit.code}"
        return RowItem(hit.name, codes, "package", "ink_2", self.money(hit.price_minor))

    def _enter(self) -> None:
        """Enter takes the first one."""

        def found(hits: list[ItemHit]) -> None:
            self._found(hits)
            if hits:
                self.list.choose(0)
                self.show_product(hits[0].item_id)

        self._ask(found)

    def take_scan(self, code: str) -> bool:
        """A scan shows its product; while a barcode is to be added, it is that barcode."""
        view = self._view
        if self._adding_code and view is not None:
            item_id = view.product.item_id
            self._adding_code = False
            self.work(
                lambda: self.parts.products.add_barcode(item_id, code),
                lambda _: self.show_saved(item_id, f"The barcode {code} was added."),
            )
        else:
            self._code = code
            self.work(lambda: self.parts.products.view(code), self._scanned)
        return True

    def _scanned(self, view: ProductView | None) -> None:
        if view is None:
            words = f"No product has the barcode {self._code}. Touch New product to put it on file."
            self._show(None)
            self.show_result(TrialReport(False, words))
        else:
            self._show(view)

    # --- one product --------------------------------------------------------------------------------------------------

    @property
    def _item_id(self) -> str:
        return self._view.product.item_id if self._view is not None else ""

    def show_product(self, item_id: str) -> None:
        """Everything about this one."""
        self.report.show_report(None)
        self.work(lambda: self.parts.products.view(item_id), self._show)

    def show_saved(self, item_id: str, words: str) -> None:
        """It was changed: how it is now."""

        def shown(view: ProductView | None) -> None:
            self._show(view)
            self.show_result(TrialReport(True, words))
            self._look()

        self.work(lambda: self.parts.products.view(item_id), shown)

    def _show(self, view: ProductView | None) -> None:
        if view is None or view.product.item_id != self._item_id:
            self._adding_code = self._reading_history = False
        self._view = view
        product = view.product if view is not None else None
        for button in (self.edit, self.add_code, self.history, self.end_it):
            button.setEnabled(product is not None)
        self.give_back.setEnabled(bool(product and product.delivered))
        self.withdraw.setEnabled(bool(view and view.waiting))
        self.end_it.rename("Sell again" if product and product.ended else "End")
        self.end_it.set_icon("rotate-ccw" if product and product.ended else "ban")
        self.history.rename("Fields" if self._reading_history else "History")
        self.add_code.rename("Scan it now" if self._adding_code else "Add barcode")
        if view is None or product is None:
            self._card.say("No product is chosen")
            self.facts.show_facts([])
            self.lines.show_lines([])
        else:
            below = "The store's own product" if product.own else "Delivered with the catalogue"
            if product.delivered:
                below = f"Changed at this store: {', '.join(label_of(name) for name in product.delivered)}"
            self._card.say(product.item.name, "Not sold any more" if product.ended else "", below)
            self.facts.show_facts(self._facts(view))
            self.lines.show_lines(self._history(view))
        self.list.choose(self._place_in_list())
        self._arrange()

    def _facts(self, view: ProductView) -> list[tuple[str, str]]:
        product, item = view.product, view.product.item
        cells, delivered = product.cells, product.delivered

        def fact(name: str, value: str, words: str = "") -> tuple[str, str]:
            shown = words or value or "none"
            if name in delivered:
                shown = f"{shown}   (delivered: {delivered[name] or 'none'})"
            return label_of(name), shown

        unit = f" per {self.services.profile.weight_unit}" if cells["by_weight"] else ""
        facts = [
            ("SKU", item.item_id),
            fact("price", cells["price"], self.money(item.price_minor) + unit),
            ("Barcodes", ", ".join(product.codes) or "none"),
            fact("tax_ids", cells["tax_ids"]),
            fact("category", cells["category"]),
            fact("brand", cells["brand"]),
            fact("department", cells["department"]),
        ]
        further = ("model", "content", "minimum_age", "serial_rule", "quantity_limit", "fees", "screen_size", "kind")
        facts += [fact(name, cells[name]) for name in further if cells[name] or name in delivered]
        if view.returns:
            facts.append(("Returns", view.returns))
        facts += [("Waits", self._told(change)) for change in view.waiting]
        return facts

    def _told(self, change: GoodsChange) -> str:
        at = datetime.fromtimestamp(change.effective_from_s).astimezone()
        parts = [f"{label_of(name)} {after or 'none'}" for name, (_, after) in change.fields.items()]
        parts += [*change.codes, *(f"without {code}" for code in change.removed)]
        return f"from {at:%d %b %Y}: {', '.join(parts)}"

    def _history(self, view: ProductView) -> list[tuple[str, str, str]]:
        lines = []
        for change in view.history:
            at = datetime.fromisoformat(change.made_at)
            state = "" if change.state == DONE else f"  ·  {change.state}"
            lines.append(("", f"{at:%d %b %Y %H:%M}  {change.made_by}  ·  {change.reason}{state}", "ink_2"))
            ink = _INK_OF_STATE.get(change.state, "ink_3")
            for name, (before, after) in change.fields.items():
                lines.append(("", f"{label_of(name)}: {before or 'none'} → {after or 'none'}", ink))
            lines += [("+", f"Barcode {code}", ink) for code in change.codes]
            lines += [("−", f"Barcode {code}", ink) for code in change.removed]
            if change.state == WAITING:
                lines.append(("", self._told(change), "warn"))
        return lines

    # --- acting -------------------------------------------------------------------------------------------------------

    @property
    def _product(self) -> Product:
        assert self._view is not None
        return self._view.product

    def _edit(self) -> None:
        self.edit_wanted.emit(Draft.of(self._product))

    def _toggle_code(self) -> None:
        self._adding_code = not self._adding_code
        self._show(self._view)
        words = "Scan the barcode that is to be added." if self._adding_code else ""
        self.report.show_busy(words)
        self._arrange()

    def _toggle_history(self) -> None:
        self._reading_history = not self._reading_history
        self._show(self._view)

    def _as_delivered(self) -> None:
        product = self._product
        self.review_wanted.emit(Draft(product, {**product.cells, **product.delivered}))

    def _end_or_sell(self) -> None:
        product = self._product
        self.review_wanted.emit(Draft(product, {**product.cells, "ended": "" if product.ended else "1"}))

    def _withdraw(self) -> None:
        assert self._view is not None
        change, item_id = self._view.waiting[0], self._item_id
        self.work(
            lambda: self.parts.products.withdraw(change.change_id),
            lambda _: self.show_saved(item_id, "The change that waited was taken back."),
        )

    def show_result(self, report: TrialReport) -> None:
        """Above the buttons."""
        self.add_code.rename("Add barcode")
        self.report.show_report(report)
        self._arrange()

    def step_back(self) -> bool:
        """Esc: the barcode is not added after all; the history is put away."""
        if not (self._adding_code or self._reading_history):
            return False
        self._adding_code = self._reading_history = False
        self.report.show_report(None)
        self._show(self._view)
        return True

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        left = round((wide - GAP) * 0.44)
        self._list_card.setGeometry(0, 0, left, high)
        inner, bottom = left - 2 * SIDE, high - SIDE - _FIELD
        self.search.setGeometry(SIDE, 50, inner, _FIELD)
        self.list.setGeometry(SIDE, 50 + _FIELD + Space.M, inner, bottom - Space.M - (50 + _FIELD + Space.M))
        self.new.setGeometry(SIDE, bottom, inner, _FIELD)
        right = wide - left - GAP
        self._card.setGeometry(left + GAP, 0, right, high)
        inner = right - 2 * SIDE
        each = (inner - 2 * Space.S) // 3
        rows = ((self.edit, self.add_code, self.history), (self.end_it, self.give_back, self.withdraw))
        for line, buttons in enumerate(rows):
            top = high - SIDE - (2 - line) * _FIELD - (1 - line) * Space.S
            for place, button in enumerate(buttons):
                button.setGeometry(SIDE + place * (each + Space.S), top, each, _FIELD)
        shown = self.report.report is not None or bool(self.report.busy)
        buttons_top = high - SIDE - 2 * _FIELD - Space.S
        report = 84 if shown else 0
        self.report.setVisible(shown)
        self.report.setGeometry(SIDE, buttons_top - Space.M - report + 8, inner, max(0, report - 8))
        body = buttons_top - Space.M - report - 74
        self.facts.setGeometry(SIDE, 72, inner, body)
        self.lines.setGeometry(SIDE, 72, inner, body)
        self.facts.setVisible(not self._reading_history)
        self.lines.setVisible(self._reading_history)
