"""One setting on the right: what it is, what it is now, and keys, choices or a line to make it something else."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.errors import CashierError
from pos_app.services.set_up.fields import Field as Setting
from pos_app.services.set_up.fields import Kind
from pos_app.services.set_up.values import Writer
from ui.technician.parts import Field, RowItem, RowList
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Height, Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card
from ui.widgets.keypad import Keypad

_SIDE = Space.CARD
_CHOICE_ROW = 52
_NUMBERS = (Kind.AMOUNT, Kind.PERCENT, Kind.DECIMAL, Kind.WHOLE, Kind.DAY)
_YES_NO = (("yes", "Yes"), ("no", "No"))
_MOST_EXAMPLES = 3


class Editor(Card):
    """Edits one setting, or says what a list is for."""

    given = Signal(object)
    """the new value; None: as if it had never been set"""
    keys_wanted = Signal(object)
    """a finger touched the line: letters are wanted for it"""

    def __init__(self, writer: Writer, parent: QWidget) -> None:
        super().__init__("Setting", parent)
        self._writer = writer
        self._setting: Setting | None = None
        self._value: Any = None
        self._title, self._help, self._held = "", "", ""
        self._problem = ""
        self.examples: list[str] = []
        self.line = Field("Value", self)
        self.line.entered.connect(self._typed)
        self.line.line.installEventFilter(self)
        self.choices = RowList("Choices", self, row=_CHOICE_ROW)
        self.choices.chosen.connect(self._chosen)
        self.keypad = Keypad(self)
        self.keypad.pressed.connect(self.line.press)
        self.give = Button("Take it over", self, kind="accent", icon="check", size=16)
        self.give.clicked.connect(self._typed)
        self.unset = Button("Not set", self, description="As if it had never been set")
        self.unset.clicked.connect(lambda: self._give(None))
        self.show_nothing("", "")

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show_nothing(self, title: str, words: str) -> None:
        """No setting is chosen: words say what the list is for."""
        self._setting, self._title, self._help, self._held, self._problem = None, title, words, "", ""
        self._refresh()

    def show_setting(self, setting: Setting, title: str, value: Any, held: str) -> None:
        """This one; held says why it is only shown."""
        self._setting, self._value, self._title, self._help, self._held = setting, value, title, setting.help, held
        self._problem = ""
        if self._chooses:
            options = self._options
            shown = value if setting.kind is Kind.CHOICE else self._yes_no(value)
            picked = next((number for number, (key, _) in enumerate(options) if key == shown), -1)
            self.choices.show_items([RowItem(words, "", "circle") for _, words in options])
            self._mark(picked)
        else:
            self.line.line.setMaxLength(max(setting.most, 24) + 60)
            self.line.line.setText(self._writer.typed(setting, value))
            self.line.set_hint(self._hint(setting))
            self.line.line.selectAll()
        self._refresh()

    def show_examples(self, lines: list[str]) -> None:
        """What the change does to amounts."""
        self.examples = lines
        self.setAccessibleDescription("; ".join(lines))
        self._arrange()
        self.update()

    def take_focus(self) -> None:
        """Typing goes to the line, or to the choices."""
        if self._setting is None or self._held:
            return
        if self._chooses:
            row = self.choices.rows[max(0, self.choices.current)] if self.choices.rows else None
            if row is not None:
                row.setFocus()
        else:
            self.line.setFocus()

    @property
    def problem(self) -> str:
        """Why what was typed cannot be."""
        return self._problem

    @property
    def _chooses(self) -> bool:
        return self._setting is not None and self._setting.kind in (Kind.CHOICE, Kind.SWITCH)

    @property
    def _options(self) -> tuple[tuple[str, str], ...]:
        assert self._setting is not None
        return self._setting.choices if self._setting.kind is Kind.CHOICE else _YES_NO

    @staticmethod
    def _yes_no(value: Any) -> str:
        return "" if value is None else "yes" if value else "no"

    def _hint(self, setting: Setting) -> str:
        sign = self._writer.decimal_sign
        hints = {
            Kind.AMOUNT: f"Like 49{sign}99",
            Kind.PERCENT: f"In percent, like 8{sign}25",
            Kind.DECIMAL: f"Like 1{sign}5",
            Kind.DAY: "Like 2026-12-25",
            Kind.ID: "Small letters, digits and _",
        }
        if setting.kind is Kind.WHOLE and setting.low is not None and setting.high is not None:
            return f"From {setting.low} to {setting.high}"
        return hints.get(setting.kind, f"Up to {setting.most} letters")

    def _mark(self, number: int) -> None:
        """The chosen one has a tick, so that it is never colour alone."""
        options = self._options
        self.choices.show_items(
            [
                RowItem(
                    words, "", "circle-check" if place == number else "circle", "accent" if place == number else "ink_2"
                )
                for place, (_, words) in enumerate(options)
            ],
            number,
        )

    # --- what is done -------------------------------------------------------------------------------------------------

    def _typed(self) -> None:
        setting = self._setting
        if setting is None or self._held or self._chooses:
            return
        try:
            value = self._writer.read(setting, self.line.line.text())
        except CashierError as error:
            self.say(error.message)
            self.line.setFocus()
            return
        self._give(value)

    def _chosen(self, number: int) -> None:
        assert self._setting is not None
        if self._held:
            self.say(self._held)
            return
        self._mark(number)
        key = self._options[number][0]
        self._give(key == "yes" if self._setting.kind is Kind.SWITCH else key)

    def _give(self, value: Any) -> None:
        self._problem = ""
        self.given.emit(value)

    def say(self, problem: str) -> None:
        """Why something cannot be, below the line."""
        self._problem = problem
        self.setAccessibleDescription(problem)
        self._arrange()
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A finger in the line asks for letters; digits have their keys here."""
        wants = self._setting is not None and self._setting.kind not in _NUMBERS
        if event.type() is QEvent.Type.MouseButtonPress and wants:
            self.keys_wanted.emit(self.line)
        return False

    # --- geometry -----------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        setting = self._setting
        typed = setting is not None and not self._chooses and not self._held
        numbers = typed and setting is not None and setting.kind in _NUMBERS
        self.line.setVisible(typed)
        self.give.setVisible(typed)
        self.choices.setVisible(self._chooses and not self._held)
        self.unset.setVisible(setting is not None and not setting.needed and not self._held)
        self.unset.setEnabled(self._value is not None)
        self.keypad.setVisible(bool(numbers))
        self.keypad.set_corner("-" if setting is not None and setting.kind is Kind.DAY else self._writer.decimal_sign)
        self.unset.rename("Clear" if setting is None or setting.default is None else "Default")
        self.setAccessibleName(self._title or "Setting")
        self._arrange()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    @property
    def _top(self) -> int:
        """Below the title and the help."""
        wide = self.width() - 2 * _SIDE
        return 56 + round(paint.wrapped_height(self._help or " ", font(15, 450), wide)) + 16

    def _arrange(self) -> None:
        wide, top = self.width() - 2 * _SIDE, self._top
        bottom = self.height() - _SIDE
        self.line.setGeometry(_SIDE, top, wide, 56)
        half = (wide - Space.S) // 2
        if self._chooses:
            self.unset.setGeometry(_SIDE, bottom - Height.TOUCH, wide, Height.TOUCH)
            below = bottom - Height.TOUCH - Space.M if self.unset.isVisibleTo(self) else bottom
            below -= self._below_high(wide)
            self.choices.setGeometry(_SIDE, top, wide, max(_CHOICE_ROW, below - top))
            return
        self.unset.setGeometry(_SIDE, top + 68, half, 52)
        left = _SIDE + half + Space.S if self.unset.isVisibleTo(self) else _SIDE
        self.give.setGeometry(left, top + 68, _SIDE + wide - left, 52)
        keys_high = min(280, max(216, bottom - top - 136 - 160))
        self.keypad.setGeometry(_SIDE, bottom - keys_high, wide, keys_high)

    def _below_high(self, wide: int) -> int:
        """How high the problem or the examples are."""
        lines = [self._problem] if self._problem else self.examples[:_MOST_EXAMPLES]
        return sum(round(paint.wrapped_height(line, font(15, 600), wide - 36.0)) + 24 for line in lines)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Title, help, and below the line why it cannot be, or what it does."""
        wide = rect.width() - 2 * _SIDE
        paint.text(painter, QRectF(_SIDE, 10, wide, 40), self._title, font(20, 700))
        paint.wrapped(painter, QRectF(_SIDE, 54, wide, 200), self._help, font(15, 450))
        top = float(self._top)
        if self._held:
            value = self._writer.shown(self._setting, self._value) if self._setting is not None else ""
            paint.text(painter, QRectF(_SIDE, top, wide, 36), value, font(20, 600))
            self._note(painter, top + 48, wide, "lock", "ink_2", "sunken", self._held)
            return
        if self._chooses:
            top = self.choices.geometry().bottom() + 12
        elif self._setting is not None:
            top += 136
        if self._problem:
            self._note(painter, top, wide, "triangle-alert", "bad", "bad_soft", self._problem)
            return
        for line in self.examples[:_MOST_EXAMPLES]:
            top = self._note(painter, top, wide, "calculator", "accent", "accent_soft", line)

    @staticmethod
    def _note(painter: QPainter, top: float, wide: float, icon: str, ink: str, ground: str, words: str) -> float:
        made = font(15, 600)
        high = paint.wrapped_height(words, made, wide - 52) + 16
        paint.rounded(painter, QRectF(_SIDE, top, wide, high), 10, ground)
        paint.glyph(painter, QPointF(_SIDE + 22, top + high / 2), icon, 20, ink)
        paint.wrapped(painter, QRectF(_SIDE + 42, top + 8, wide - 52, high), words, made, "ink")
        return float(top + high + 8)
