"""Where a number is asked: title, facts, the number, quick picks, the keypad and what to do with it.

It takes the side column, so the basket and the total stay in sight and nothing moves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.fonts import font, width
from ui.theme.tokens import FOCUS_RING, Height, Radius
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card
from ui.widgets.keypad import Keypad

_MOST_ACTIONS = 3
_MOST_PICKS = 4


@dataclass(frozen=True, slots=True)
class EntryAction:
    """One thing to do with the number; act returns False to keep the panel open."""

    name: str
    act: Callable[[str], bool]
    kind: str = "plain"
    always: bool = False
    """It can be used whatever the number is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is asked. Digits are kept as typed; show writes them out, judge says what they mean or why not."""

    title: str
    show: Callable[[str], str]
    judge: Callable[[str], tuple[str, bool]]
    actions: Sequence[EntryAction]
    facts: Callable[[], Sequence[tuple[str, str]]] = lambda: ()
    preset: str = ""
    picks: Sequence[tuple[str, str]] = ()
    most_digits: int = 9
    is_code: bool = False
    """A code keeps its zeros, and may be scanned."""
    secret: bool = False
    """A secret keeps its zeros, is never scanned, and stays while something else is."""


class EntryPanel(Card):
    """Asks for one number at a time."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Number entry", parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._entry: Entry | None = None
        self._digits = ""
        self._untouched = True
        self.close_button = IconButton("Back", "x", self)
        self.close_button.clicked.connect(self.closed)
        self.keypad = Keypad(self)
        self.keypad.pressed.connect(self._pressed)
        self.picks = [Button("Amount", self) for _ in range(_MOST_PICKS)]
        for number, button in enumerate(self.picks):
            button.clicked.connect(lambda _=False, n=number: self._pick(n))
        self.action_buttons = [Button("Enter", self, size=18) for _ in range(_MOST_ACTIONS)]
        for number, button in enumerate(self.action_buttons):
            button.clicked.connect(lambda _=False, n=number: self._act(n))

    def ask(self, entry: Entry) -> None:
        """Ask for this number; the preset is replaced by the first digit typed."""
        self._entry = entry
        self._digits = entry.preset
        self._untouched = True
        self.setAccessibleName(entry.title)
        self._arrange()
        self._refresh()
        self.setFocus()

    @property
    def digits(self) -> str:
        """The digits so far."""
        return self._digits

    @property
    def asking(self) -> bool:
        """True while something is asked."""
        return self._entry is not None and self.isVisible()

    def refresh(self) -> None:
        """The sale changed: facts and judgement may have too."""
        if self._entry is not None:
            self._refresh()

    def take_scan(self, code: str) -> bool:
        """A scan while a code is asked for is that code. False when this is not what is asked."""
        entry = self._entry
        if entry is None or self.isHidden() or not entry.is_code or not (code.isascii() and code.isdigit()):
            return False
        self._digits = code[: entry.most_digits]
        self._refresh()
        self._act(0)
        return True

    # --- input ------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._act(0)
        elif key == Qt.Key.Key_Escape:
            self.closed.emit()
        elif key == Qt.Key.Key_Backspace:
            self._pressed("")
        elif len(event.text()) == 1 and event.text() in "0123456789":
            self._pressed(event.text())
        elif event.text() in (".", ",") and event.text():
            return
        else:
            super().keyPressEvent(event)

    def _pressed(self, digits: str) -> None:
        if self._entry is None:
            return
        before = "" if self._untouched else self._digits
        after = before + digits if digits else before[:-1]
        if len(after) <= self._entry.most_digits:
            keeps_zeros = self._entry.is_code or self._entry.secret
            self._digits = after if keeps_zeros else after.lstrip("0")
        self._untouched = False
        self._refresh()

    def _pick(self, number: int) -> None:
        if self._entry is not None:
            self._digits = self._entry.picks[number][1]
            self._untouched = True
            self._refresh()

    def _act(self, number: int) -> None:
        entry = self._entry
        if entry is None or number >= len(entry.actions) or not self.action_buttons[number].isEnabled():
            return
        if entry.actions[number].act(self._digits):
            self.closed.emit()

    # --- showing ----------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        entry = self._entry
        assert entry is not None
        _, usable = entry.judge(self._digits)
        for number, button in enumerate(self.action_buttons):
            button.setVisible(number < len(entry.actions))
            if number < len(entry.actions):
                button.rename(entry.actions[number].name)
                button.set_kind(entry.actions[number].kind)
                button.setEnabled(usable or entry.actions[number].always)
        for number, button in enumerate(self.picks):
            button.setVisible(number < len(entry.picks))
            if number < len(entry.picks):
                button.rename(entry.picks[number][0])
        self.setAccessibleDescription(f"{entry.show(self._digits)}. {entry.judge(self._digits)[0]}")
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        left, wide = 20, self.width() - 40
        self.close_button.move(self.width() - 58, 8)
        bottom = self.height() - 16
        entry = self._entry
        count = len(entry.actions) if entry else 1
        each = (wide - (count - 1) * 10) // max(count, 1)
        for number, button in enumerate(self.action_buttons):
            button.setGeometry(left + number * (each + 10), bottom - Height.PAY, each, Height.PAY)
        bottom -= Height.PAY + 12
        pad = min(4 * Height.KEY + 24, max(4 * 48 + 24, self.height() - 16 - Height.PAY - 12 - 292))
        self.keypad.setGeometry(left, bottom - pad, wide, pad)
        bottom -= pad + 12
        picks = max(3, len(entry.picks)) if entry else _MOST_PICKS
        pick = (wide - (picks - 1) * 8) // picks
        for number, button in enumerate(self.picks):
            button.setGeometry(left + number * (pick + 8), bottom - 48, pick, 48)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Title, facts, the number in its frame, what it means."""
        entry = self._entry
        if entry is None:
            return
        left, wide = 20.0, rect.width() - 40
        paint.text(painter, QRectF(left, 8, wide - 48, 48), entry.title, font(20, 700))
        top = 58.0
        for name, value in entry.facts():
            row = QRectF(left, top, wide, 24)
            used = paint.text(painter, row, value, font(15, 600, tabular=True), "ink", paint.RIGHT)
            paint.text(painter, row.adjusted(0, 0, -used - 12, 0), name, font(15, 450), "ink_2")
            top += 25
        top = 114.0
        frame = QRectF(left, top, wide, 72)
        focused = self.hasFocus()
        paint.rounded(
            painter,
            frame,
            Radius.CONTROL,
            "sunken",
            "accent" if focused else "control",
            FOCUS_RING - 1 if focused else 1,
        )
        shown = entry.show(self._digits)
        inner = frame.adjusted(16, 0, -16, 0)
        for size in (40, 32, 26, 20):
            made = font(size, 700, display=True)
            if width(shown, made) <= inner.width():
                break
        if self._untouched and self._digits:
            wanted = width(shown, made)
            mark = QRectF(inner.right() - wanted - 6, frame.top() + 12, wanted + 12, 48)
            paint.rounded(painter, mark, 8, "accent_soft")
        paint.text(painter, inner, shown, made, "ink", paint.RIGHT)
        words, usable = entry.judge(self._digits)
        wrong = bool(self._digits) and not usable
        paint.wrapped(painter, QRectF(left, top + 76, wide, 40), words, font(14, 500), "bad" if wrong else "ink_2")
