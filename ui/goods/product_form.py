"""Every field of a product to type or choose; what cannot be taken is said at its field before anything is reviewed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.goods import FieldRefusedError, Product
from pos_app.ports.maintenance import TrialReport
from ui.goods.choosing import ChoiceField, Picker
from ui.goods.page import GAP, SIDE, GoodsPage
from ui.technician.parts import Field, ReportView
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card

if TYPE_CHECKING:
    from ui.background import Background
    from ui.services_bundle import GoodsParts, Services

_LABEL, _FIELD, _PITCH = 20, 48, 76
_HEAD = 50
_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Draft:
    """What a product is to become; without a product it is a new one. codes are barcodes to add."""

    product: Product | None = None
    cells: Mapping[str, str] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    item_id: str = ""
    from_form: bool = False

    @classmethod
    def of(cls, product: Product) -> Draft:
        """The product as it is."""
        return cls(product, dict(product.cells), (), product.item_id)

    @property
    def sku(self) -> str:
        """Of the product, or as it was typed."""
        return self.product.item_id if self.product is not None else self.item_id

    @property
    def changes(self) -> dict[str, tuple[str, str]]:
        """Field -> before and after."""
        before = self.product.cells if self.product is not None else {}
        return {
            name: (before.get(name, ""), after)
            for name, after in self.cells.items()
            if after != before.get(name, "") and name != "sku"
        }


class _FormCard(Card):
    def __init__(self, parent: QWidget) -> None:
        super().__init__("Product", parent)
        self.heading = ""
        self.labels: list[tuple[QRectF, str, bool]] = []

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The heading, and a label above each field; the one in fault in another colour and with a sign."""
        paint.text(painter, QRectF(SIDE + 2, 6, rect.width() - 2 * SIDE, 40), self.heading, font(19, 700))
        for place, words, wrong in self.labels:
            shown = f"{words}: look at this" if wrong else words
            paint.text(painter, place, shown, font(13, 600), "bad" if wrong else "ink_2")


class ProductForm(GoodsPage):
    """The fields in three columns."""

    title = "Edit a product"
    reviewed = Signal(object)
    left = Signal()

    def __init__(self, parts: GoodsParts, background: Background, services: Services, parent: QWidget) -> None:
        super().__init__(parts, background, services, parent)
        self._product: Product | None = None
        self._wrong = ""
        self._card = _FormCard(self)
        self.sku = Field("SKU", self._card)
        self.sku.set_hint("your own number for it")
        self.codes = Field("Barcodes", self._card)
        self.codes.set_hint("scan them")
        self._labels = {"sku": "SKU", "barcodes": "Barcodes to add"}
        self.fields: dict[str, Field | ChoiceField] = {"sku": self.sku, "barcodes": self.codes}
        for one in parts.products.fields:
            self._labels[one.name] = one.label
            if one.choices:
                self.fields[one.name] = ChoiceField(one, self._card, self._choose)
            else:
                line = Field(one.label, self._card)
                line.set_hint(one.hint)
                line.entered.connect(self._next)
                self.fields[one.name] = line
        self.sku.entered.connect(self._next)
        self.codes.entered.connect(self._next)
        self.report = ReportView("Result", self._card)
        self.back = Button("Back", self._card, icon="arrow-left", description="Without changing anything")
        self.review = Button("Review the change", self._card, kind="accent", icon="list-checks", size=16)
        self.back.clicked.connect(self.left)
        self.review.clicked.connect(self._review)
        self.picker = Picker(self)
        self.keys.serve(self._card)

    def open(self, draft: Draft) -> None:
        """Begin with these values."""
        self._product = draft.product
        self._card.heading = draft.product.item.name if draft.product is not None else "A new product"
        self.sku.line.setText(draft.sku)
        self.sku.setEnabled(draft.product is None)
        self.codes.line.setText(" ".join(draft.codes))
        for name, part in self.fields.items():
            if name in ("sku", "barcodes"):
                continue
            value = draft.cells.get(name, "")
            if isinstance(part, ChoiceField):
                part.show_value(value)
            else:
                part.line.setText(value)
                part.line.setCursorPosition(0)
        self._blame("", "")
        (self.fields["name"] if draft.product is not None else self.sku).setFocus()

    def take_scan(self, code: str) -> bool:
        """A scan is one more barcode of the product."""
        known = self.codes.line.text().split()
        if code not in known:
            self.codes.line.setText(" ".join((*known, code)))
        return True

    def step_back(self) -> bool:
        """Esc: first the choices are put away."""
        if self.picker.isHidden():
            return False
        self.picker.put_away()
        return True

    def _choose(self, part: ChoiceField) -> None:
        self.keys.put_away()
        self.picker.ask(part)

    def _next(self) -> None:
        self.focusNextChild()

    def _draft(self) -> Draft:
        cells = {
            name: part.value if isinstance(part, ChoiceField) else " ".join(part.line.text().split())
            for name, part in self.fields.items()
            if name not in ("sku", "barcodes")
        }
        before = self._product.cells if self._product is not None else {"ended": ""}
        codes = tuple(self.codes.line.text().split())
        return Draft(self._product, {**before, **cells}, codes, self.sku.line.text().strip(), from_form=True)

    def _review(self) -> None:
        """Whether it can be like this is asked first, where the fields are in sight."""
        draft = self._draft()
        if draft.product is not None and not draft.changes and not draft.codes:
            self._blame("", "Nothing was changed yet.")
            return

        def check() -> FieldRefusedError | None:
            try:
                self.parts.products.check(draft.sku, draft.cells)
            except FieldRefusedError as error:
                return error
            return None

        self.work(check, lambda refused: self._checked(draft, refused))

    def _checked(self, draft: Draft, refused: FieldRefusedError | None) -> None:
        if refused is None:
            self.reviewed.emit(draft)
            return
        self._blame(refused.field, str(refused))
        if refused.field in self.fields:
            self.fields[refused.field].setFocus()

    def _blame(self, name: str, words: str) -> None:
        self._wrong = name
        self.report.show_report(TrialReport(False, words) if words else None)
        self._arrange()

    def show_result(self, report: TrialReport) -> None:
        """Above the buttons."""
        self.report.show_report(report)
        self._arrange()

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        self._card.setGeometry(0, 0, wide, high)
        each = (wide - 2 * SIDE - (_COLUMNS - 1) * GAP) // _COLUMNS
        rows = -(-len(self.fields) // _COLUMNS)
        labels = []
        for number, (name, part) in enumerate(self.fields.items()):
            column, row = divmod(number, rows)
            at, top = SIDE + column * (each + GAP), _HEAD + row * _PITCH
            labels.append((QRectF(at + 2, top, each - 4, _LABEL), self._labels[name], name == self._wrong))
            part.setGeometry(at, top + _LABEL + 2, each, _FIELD)
        self._card.labels = labels
        bottom = high - SIDE - _FIELD
        self.back.setGeometry(SIDE, bottom, each, _FIELD)
        self.review.setGeometry(wide - SIDE - each, bottom, each, _FIELD)
        top = _HEAD + rows * _PITCH
        self.report.setGeometry(SIDE, top, wide - 2 * SIDE, max(0, bottom - top - Space.S))
        self.report.setVisible(self.report.report is not None)
        self.picker.setGeometry(self.rect())
        self._card.update()
