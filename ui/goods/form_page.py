"""A form of the room: fields in three columns, what cannot be taken said at its field, and the way on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.maintenance import TrialReport
from pos_app.services.goods.fields import ProductField
from pos_app.services.goods.products import ProductView
from ui.goods.choosing import ChoiceField, Picker
from ui.goods.page import GAP, SIDE
from ui.technician.parts import Field, ReportView
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card
from ui.widgets.room import RoomPage
from ui.widgets.room_keys import RoomKeys

if TYPE_CHECKING:
    from ui.background import Background
    from ui.services_bundle import GoodsParts, Services

_LABEL, _FIELD, _PITCH = 20, 48, 76
_HEAD = 50
_COLUMNS = 3


class _FormCard(Card):
    def __init__(self, parent: QWidget) -> None:
        super().__init__("Product", parent)
        self.heading = self.aside = ""
        self.labels: list[tuple[QRectF, str, bool]] = []

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The heading, and a label above each field; the one in fault in another colour and with a sign."""
        line = QRectF(SIDE + 2, 6, rect.width() - 2 * SIDE - 4, 40)
        used = paint.text(painter, line, self.aside, font(14, 500), "ink_2", paint.RIGHT)
        paint.text(painter, line.adjusted(0, 0, -used - 16, 0), self.heading, font(19, 700))
        for place, words, wrong in self.labels:
            shown = f"{words}: look at this" if wrong else words
            paint.text(painter, place, shown, font(13, 600), "bad" if wrong else "ink_2")


class FormPage(RoomPage):
    """The fields; go_on is what the button on the right does."""

    title = "Form"
    left = Signal()
    on, on_icon = "Save", "check"

    def __init__(self, background: Background, parent: QWidget) -> None:
        super().__init__(background, parent)
        self.keys = RoomKeys(self)
        self._wrong = ""
        self._labels: dict[str, str] = {}
        self.card = _FormCard(self)
        self.fields: dict[str, Field | ChoiceField] = {}
        self.report = ReportView("Result", self.card)
        self.back = Button("Back", self.card, icon="arrow-left", description="Without changing anything")
        self.go = Button(self.on, self.card, kind="accent", icon=self.on_icon, size=16)
        self.back.clicked.connect(self.left)
        self.go.clicked.connect(self.go_on)
        self.picker = Picker(self)

    def add(self, *fields: ProductField) -> None:
        """These fields, in their order."""
        for one in fields:
            self._labels[one.name] = one.label
            if one.choices or one.several:
                self.fields[one.name] = ChoiceField(one, self.card, self._choose)
                continue
            line = Field(one.label, self.card)
            line.set_hint(one.hint)
            line.entered.connect(lambda: self.focusNextChild())
            self.fields[one.name] = line
            self.keys.serve(line)

    def value(self, name: str) -> str:
        """What is in a field."""
        part = self.fields[name]
        return part.value if isinstance(part, ChoiceField) else " ".join(part.line.text().split())

    def show_value(self, name: str, value: str) -> None:
        """Put this in a field, its beginning in sight."""
        part = self.fields[name]
        if isinstance(part, ChoiceField):
            part.show_value(value)
        else:
            part.line.setText(value)
            part.line.setCursorPosition(0)

    def fill(self, heading: str, values: Mapping[str, str], aside: str = "") -> None:
        """Begin with these values; aside is what to know beforehand."""
        self.card.heading, self.card.aside = heading, aside
        self.card.setAccessibleDescription(aside)
        for name in self.fields:
            self.show_value(name, values.get(name, ""))
        self.blame("", "")

    def end(self) -> None:
        super().end()
        self.keys.put_away()

    def go_on(self) -> None:
        """What was typed is meant."""

    def step_back(self) -> bool:
        """Esc: first the choices are put away."""
        if self.picker.isHidden():
            return False
        self.picker.put_away()
        return True

    def _choose(self, part: ChoiceField) -> None:
        self.keys.put_away()
        self.picker.ask(part)

    def blame(self, name: str, words: str) -> None:
        """What is wrong, and in which field."""
        self._wrong = name
        self.report.show_report(TrialReport(False, words) if words else None)
        if name in self.fields:
            self.fields[name].setFocus()
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
        self.card.setGeometry(0, 0, wide, high)
        each = (wide - 2 * SIDE - (_COLUMNS - 1) * GAP) // _COLUMNS
        rows = -(-len(self.fields) // _COLUMNS)
        labels = []
        for number, (name, part) in enumerate(self.fields.items()):
            column, row = divmod(number, rows)
            at, top = SIDE + column * (each + GAP), _HEAD + row * _PITCH
            labels.append((QRectF(at + 2, top, each - 4, _LABEL), self._labels[name], name == self._wrong))
            part.setGeometry(at, top + _LABEL + 2, each, _FIELD)
        self.card.labels = labels
        bottom = high - SIDE - _FIELD
        self.back.setGeometry(SIDE, bottom, each, _FIELD)
        self.go.setGeometry(wide - SIDE - each, bottom, each, _FIELD)
        top = _HEAD + rows * _PITCH
        self.report.setGeometry(SIDE, top, wide - 2 * SIDE, max(0, bottom - top - Space.S))
        self.report.setVisible(self.report.report is not None)
        self.picker.setGeometry(self.rect())
        self.card.update()


class GoodsForm(FormPage):
    """A form that works on the parts of the goods room."""

    def __init__(self, parts: GoodsParts, background: Background, services: Services, parent: QWidget) -> None:
        super().__init__(background, parent)
        self.parts = parts
        self.services = services

    def look_up(self, code: str, then: Callable[[str], None]) -> None:
        """The SKU of a scanned product; that there is none is said."""

        def found(view: ProductView | None) -> None:
            if view is None:
                self.show_result(TrialReport(False, f"No product has the barcode {code}."))
            else:
                then(view.product.item_id)

        self.work(lambda: self.parts.products.view(code), found)
