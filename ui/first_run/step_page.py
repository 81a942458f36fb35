"""One step of the set-up: what it is about, its fields, how it went, and the way on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from pos_app.errors import CashierError, WorldError
from pos_app.ports.first_run import FirstRunDesk, Step
from pos_app.ports.goods import FieldRefusedError
from pos_app.ports.maintenance import TrialReport
from pos_app.services.goods.fields import ProductField
from ui.goods.choosing import ChoiceField, Picker
from ui.technician.parts import Field, ReportView
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Height, Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card
from ui.widgets.room import RoomPage
from ui.widgets.room_keys import RoomKeys

if TYPE_CHECKING:
    from ui.background import Background

SIDE, GAP = Space.XXL, Space.GUTTER
_LABEL, _FIELD, _PITCH = 20, 48, 80
BODY = 104
"""Where the step's own parts begin."""


class _StepCard(Card):
    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.words = ""
        self.labels: list[tuple[QRectF, str, bool]] = []

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The title, what the step is about, and a label above each field."""
        wide = rect.width() - 2 * SIDE
        paint.text(painter, QRectF(SIDE, 14, wide, 40), self.accessibleName(), font(22, 700))
        paint.wrapped(painter, QRectF(SIDE, 54, wide, 46), self.words, font(15, 500))
        for place, words, wrong in self.labels:
            shown = f"{words}: look at this" if wrong else words
            paint.text(painter, place, shown, font(13, 600), "bad" if wrong else "ink_2")


class StepPage(RoomPage):
    """Fields in two columns. go_on keeps what was said; then the next step is shown."""

    step = Step.STORE
    words = ""
    on = "Go on"
    done = Signal()
    back = Signal()

    def __init__(self, desk: FirstRunDesk, background: Background, parent: QWidget) -> None:
        super().__init__(background, parent)
        self.desk = desk
        self._wrong = ""
        self._labels: dict[str, str] = {}
        self.card = _StepCard(self.title, self)
        self.card.words = self.words
        self.fields: dict[str, Field | ChoiceField] = {}
        self.report = ReportView("Result", self.card)
        self.back_button = Button("Back", self.card, icon="arrow-left")
        self.on_button = Button(self.on, self.card, kind="go", icon="arrow-right", size=17)
        self.back_button.clicked.connect(self.back)
        self.on_button.clicked.connect(self.go_on)
        self.picker = Picker(self)
        self.keys = RoomKeys(self)

    # --- fields -------------------------------------------------------------------------------------------------------

    def add_field(self, name: str, label: str, hint: str = "", *, secret: bool = False) -> Field:
        """One line to type."""
        line = Field(label, self.card)
        line.set_hint(hint)
        line.entered.connect(self._entered)
        if secret:
            line.line.setEchoMode(QLineEdit.EchoMode.Password)
        self._labels[name], self.fields[name] = label, line
        self.keys.serve(line)
        return line

    def add_choice(self, about: ProductField) -> ChoiceField:
        """One of a few."""
        made = ChoiceField(about, self.card, self._choose)
        self._labels[about.name], self.fields[about.name] = about.label, made
        return made

    def value(self, name: str) -> str:
        """What is in a field."""
        part = self.fields[name]
        return part.value if isinstance(part, ChoiceField) else part.line.text().strip()

    def show_value(self, name: str, value: str) -> None:
        """Put this in a field."""
        part = self.fields[name]
        part.show_value(value) if isinstance(part, ChoiceField) else part.line.setText(value)

    @property
    def values(self) -> dict[str, str]:
        """Of all fields."""
        return {name: self.value(name) for name in self.fields}

    def _choose(self, part: ChoiceField) -> None:
        self.keys.put_away()
        self.picker.ask(part)

    def _entered(self) -> None:
        """Enter: the next field, and on from the last one."""
        lines = [part for part in self.fields.values() if isinstance(part, Field) and part.isEnabled()]
        at = next((number for number, part in enumerate(lines) if part.line.hasFocus()), len(lines))
        if at + 1 < len(lines):
            lines[at + 1].line.setFocus()
        else:
            self.keys.put_away()
            self.go_on()

    # --- going on -----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """With what was said before."""
        self.blame("", "")
        self.on_button.setEnabled(True)
        self.fill(self.desk.values)
        first = next((part for part in self.fields.values() if part.isEnabled()), None)
        first.setFocus() if first is not None else self.on_button.setFocus()

    def end(self) -> None:
        super().end()
        self.keys.put_away()

    def fill(self, values: Mapping[str, str]) -> None:
        """Show what was said before."""
        for name in self.fields:
            if name in values:
                self.show_value(name, values[name])

    def go_on(self) -> None:
        """Keep what was said, then the next step."""
        values = self.values
        self.attempt(lambda: self.desk.keep(self.step, values), lambda _: self.done.emit())

    def attempt(self, work: Callable[[], Any], then: Callable[[Any], None], busy: str = "") -> None:
        """Do it in the background; a field that is refused is shown."""
        self.on_button.setEnabled(False)
        if busy:
            self.report.show_busy(busy)
            self._show_report()

        def did(result: Any) -> None:
            self.on_button.setEnabled(True)
            then(result)

        def failed(error: Exception) -> None:
            self.on_button.setEnabled(True)
            if not isinstance(error, CashierError | WorldError):
                raise error
            self.blame(error.field if isinstance(error, FieldRefusedError) else "", str(error))

        self._task = self._background.run(work, did, failed)

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

    def step_back(self) -> bool:
        """Esc: the choices are put away."""
        if self.picker.isHidden():
            return False
        self.picker.put_away()
        return True

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _show_report(self) -> None:
        self.report.setVisible(self.report.report is not None or bool(self.report.busy))

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        self.card.setGeometry(0, 0, wide, high)
        each = (wide - 2 * SIDE - GAP) // 2
        labels = []
        for number, (name, part) in enumerate(self.fields.items()):
            row, column = divmod(number, 2)
            at, top = SIDE + column * (each + GAP), BODY + row * _PITCH
            labels.append((QRectF(at + 2, top, each - 4, _LABEL), self._labels[name], name == self._wrong))
            part.setGeometry(at, top + _LABEL + 2, each, _FIELD)
        self.card.labels = labels
        bottom = high - Space.XL - Height.CASH
        third = (wide - 2 * SIDE - 2 * GAP) // 3
        self.back_button.setGeometry(SIDE, bottom, third, Height.CASH)
        self.on_button.setGeometry(wide - SIDE - third, bottom, third, Height.CASH)
        report = self.report_room()
        self.report.setGeometry(SIDE, bottom - Space.M - report, wide - 2 * SIDE, report)
        self._show_report()
        self.arrange_body(BODY + -(-len(self.fields) // 2) * _PITCH, bottom - Space.M - report - Space.S)
        self.picker.setGeometry(self.rect())
        self.card.update()

    def report_room(self) -> int:
        """So high is what is said of how it went."""
        return 60

    def arrange_body(self, top: int, bottom: int) -> None:
        """What else the step shows, between these."""
