"""Where a customer joins: the address to read back, the questions to ask, and what joining brought."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.member.enrolment import Enrolment, EnrolmentStage
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Height, Radius
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card
from ui.widgets.choice import Choice
from ui.widgets.control import Control

_DOUBT = 118
_CONSENT = 232
_PIN = 344
_CHOICE = 52


class EnrolPanel(Card):
    """Every question has its place, whether it is asked or not."""

    closed = Signal()
    pin_requested = Signal()

    def __init__(self, enrolment: Enrolment, parent: QWidget | None = None) -> None:
        super().__init__("New member", parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._enrolment = enrolment
        self.close_button = IconButton("Back", "x", self)
        self.close_button.clicked.connect(self.closed)
        self.meant = Button("Yes, that one", self, kind="accent")
        self.meant.clicked.connect(lambda: self._settle(take_the_other=True))
        self.as_typed = Button("No, as typed", self)
        self.as_typed.clicked.connect(lambda: self._settle(take_the_other=False))
        self.consent_yes = Choice("Yes, please", self)
        self.consent_yes.clicked.connect(lambda: self._consent(True))
        self.consent_no = Choice("No, thanks", self)
        self.consent_no.clicked.connect(lambda: self._consent(False))
        self.pin = Button("Choose a PIN", self, icon="key-round")
        self.pin.clicked.connect(self.pin_requested)
        self.no_pin = IconButton("Without a PIN", "x", self, bordered=True)
        self.no_pin.clicked.connect(lambda: enrolment.set_pin(""))
        self.join = Button("Enrol", self, kind="go", icon="user-round-plus", size=20)
        self.join.clicked.connect(enrolment.join)
        self.done = Button("Done", self, kind="accent", icon="check", size=20)
        self.done.clicked.connect(self.closed)
        enrolment.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the joining as it is now."""
        one = self._enrolment
        asking, done = one.stage is EnrolmentStage.ASKING, one.stage is EnrolmentStage.DONE
        for button in (self.meant, self.as_typed):
            button.setVisible(asking and bool(one.meant))
        for choice, given in ((self.consent_yes, True), (self.consent_no, False)):
            choice.setVisible(not done)
            choice.setEnabled(asking)
            choice.setChecked(one.consent is given)
            choice.update()
        self.pin.setVisible(not done)
        self.pin.setEnabled(asking)
        self.pin.rename("Change the PIN" if one.has_pin else "Choose a PIN")
        self.no_pin.setVisible(asking and one.has_pin)
        self.join.setVisible(not done)
        self.join.setEnabled(asking and not one.missing)
        self.join.rename("Enrol" if asking else "Enrolling…")
        self.done.setVisible(done)
        words = " ".join(one.outcome) if done else one.problem or one.missing
        self.setAccessibleDescription(f"{one.masked}. {words}".strip())
        self.update()

    def _settle(self, *, take_the_other: bool) -> None:
        self._enrolment.settle_address(take_the_other=take_the_other)
        self._focus_next_question()

    def _consent(self, given: bool) -> None:
        self._enrolment.set_consent(given)
        self._focus_next_question()

    def _focus_next_question(self) -> None:
        """By keyboard, Enter goes on from here: to what is still to be asked, or to joining."""
        self.join.setFocus() if self.join.isEnabled() else self.setFocus()

    # --- keys -------------------------------------------------------------------------------------------------------

    def _reachable(self) -> list[Control]:
        order = (self.meant, self.as_typed, self.consent_yes, self.consent_no, self.pin, self.no_pin, self.join)
        return [control for control in order if control.isVisible() and control.isEnabled()]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        forward = event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Right)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.done.isVisible():
                self.closed.emit()
        elif forward or event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Left):
            self._move(1 if forward else -1)
        elif len(event.text()) == 1 and event.text().isalnum():
            return  # belongs neither to a question here nor to the find field
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        self._move(1 if forward else -1)
        return True

    def _move(self, by: int) -> None:
        controls = self._reachable()
        if controls:
            focused = next((n for n, control in enumerate(controls) if control.hasFocus()), -1 if by > 0 else 0)
            controls[(focused + by) % len(controls)].setFocus()

    # --- places -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        left, wide = 20, self.width() - 40
        half = (wide - 10) // 2
        self.close_button.move(self.width() - 58, 8)
        for first, second, top in (
            (self.meant, self.as_typed, _DOUBT + 44),
            (self.consent_yes, self.consent_no, _CONSENT + 52),
        ):
            first.setGeometry(left, top, half, _CHOICE)
            second.setGeometry(left + half + 10, top, wide - half - 10, _CHOICE)
        self.pin.setGeometry(left, _PIN + 52, half, _CHOICE)
        self.no_pin.move(left + wide - 50, _PIN + 54)
        for button in (self.join, self.done):
            button.setGeometry(left, self.height() - 16 - Height.PAY, wide, Height.PAY)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The questions, or what came of them."""
        one, wide = self._enrolment, rect.width() - 40
        paint.text(painter, QRectF(20, 8, wide - 48, 48), "New member", font(20, 700))
        paint.text(painter, QRectF(20, 58, wide, 20), "E-mail", font(14, 500), "ink_2")
        paint.text(painter, QRectF(20, 78, wide, 30), one.masked, font(20, 700))
        if one.stage is EnrolmentStage.DONE:
            self._paint_outcome(painter, wide)
            return
        if one.meant:
            ground = QRectF(10, _DOUBT, rect.width() - 20, 104)
            paint.rounded(painter, ground, Radius.CONTROL, "warn_soft", "warn", 1.5)
            paint.text(painter, QRectF(20, _DOUBT + 2, wide, 40), f"Did you mean {one.meant}?", font(16, 700), "warn")
        else:
            words = "Read it back: the first letter and what is after the @."
            paint.wrapped(painter, QRectF(20, _DOUBT, wide, 46), words, font(15, 450))
        paint.text(painter, QRectF(20, _CONSENT, wide, 24), "Offers and news by e-mail?", font(16, 700))
        paint.text(
            painter, QRectF(20, _CONSENT + 24, wide, 22), "Ask. Both answers are recorded.", font(14, 450), "ink_2"
        )
        paint.text(painter, QRectF(20, _PIN, wide, 24), "PIN for using points", font(16, 700))
        note = "The customer chose a PIN." if one.has_pin else "If they like: four to eight digits."
        paint.text(painter, QRectF(20, _PIN + 24, wide, 22), note, font(14, 450), "ink_2")
        words = one.problem or one.missing or "Joining is free."
        place = QRectF(20, rect.height() - 16 - Height.PAY - 46, wide, 40)
        paint.wrapped(painter, place, words, font(15, 500), "bad" if one.problem else "ink_2")

    def _paint_outcome(self, painter: QPainter, wide: float) -> None:
        one = self._enrolment
        ground, ink, icon = ("go_soft", "go_text", "check") if one.good else ("warn_soft", "warn", "info")
        paint.rounded(painter, QRectF(20, _DOUBT + 10, 56, 56), 28, ground)
        paint.glyph(painter, QPointF(48, _DOUBT + 38), icon, 30, ink, 2.5)
        top = _DOUBT + 84.0
        for number, words in enumerate(one.outcome):
            made = font(18, 600) if number == 0 else font(16, 450)
            paint.wrapped(painter, QRectF(20, top, wide, 96), words, made, "ink")
            top += paint.wrapped_height(words, made, wide) + 14
