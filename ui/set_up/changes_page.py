"""What was drafted, what it does to amounts, from which business day on, and why: saved as one change."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.maintenance import TrialReport
from pos_app.ports.set_up import StoreVersion
from pos_app.services.set_up.draft import Draft
from pos_app.services.set_up.set_up import LONGEST_WHY, Review
from ui.technician.parts import Chip, Field, ReportView, TextLines
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Height, Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card
from ui.widgets.room import RoomPage

if TYPE_CHECKING:
    from ui.background import Background
    from ui.set_up.session import SetUpSession

_SIDE, _GAP = Space.L, Space.GUTTER


def days_to_choose(earliest: date) -> list[tuple[str, date]]:
    """The days that are mostly meant: the first one possible, the next Monday, the first of the next two months."""
    monday = earliest + timedelta(days=(7 - earliest.weekday()) % 7 or 7)
    first = (earliest.replace(day=1) + timedelta(days=32)).replace(day=1)
    second = (first + timedelta(days=32)).replace(day=1)
    return [(_spoken(day, earliest.year), day) for day in dict.fromkeys((earliest, monday, first, second))]


def _spoken(day: date, year: int = 0) -> str:
    return f"{day:%a} {day.day} {day:%b}" + ("" if day.year == year else f" {day.year}")


class _Titled(Card):
    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.labels: list[tuple[int, str]] = []
        self._title = title

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The title and what each part asks for."""
        wide = rect.width() - 2 * _SIDE
        paint.text(painter, QRectF(_SIDE + 4, 8, wide, 44), self._title, font(18, 700))
        for top, words in self.labels:
            paint.text(painter, QRectF(_SIDE + 4, top, wide, 22), words, font(14, 600), "ink_2")


class ChangesPage(RoomPage):
    """The draft on the left, day and reason on the right."""

    title = "Changes"
    icon = "save"
    saved = Signal()
    keys_wanted = Signal(object)

    def __init__(self, session: SetUpSession, background: Background, parent: QWidget) -> None:
        super().__init__(background, parent)
        self._session = session
        self._day: date | None = None
        self._card = _Titled("What was changed", self)
        self.lines = TextLines("What was changed", self._card, empty="Nothing was changed yet.")
        self.drop = Button("Drop all changes", self._card, icon="trash")
        self.drop.clicked.connect(self._drop)
        self._side = _Titled("When and why", self)
        self.chips: list[Chip] = []
        self._days: list[date] = []
        self.other = Field("Another day", self._side, icon="calendar")
        self.other.set_hint("Another day, like 2026-12-25")
        self.other.changed.connect(self._day_typed)
        self.why = Field("Why", self._side, icon="pencil")
        self.why.line.setMaxLength(LONGEST_WHY)
        self.why.set_hint("For the history, like: new city tax")
        self.why.entered.connect(self._save)
        for field in (self.other, self.why):
            field.line.installEventFilter(self)
        self.save = Button("Save", self._side, kind="go", icon="check", size=17)
        self.save.clicked.connect(self._save)
        self.report = ReportView("Result", self._side)

    def begin(self) -> None:
        """The draft as it is now."""
        self.report.show_report(None)
        self.save.setEnabled(False)
        self.drop.setEnabled(False)
        desk, draft, day = self._session.desk, self._session.draft, self._day

        def look() -> tuple[Draft, date, Review]:
            fresh, earliest = desk.refreshed(draft), desk.earliest()
            return fresh, earliest, desk.review(fresh, day or earliest)

        self.work(look, self._refreshed)

    def _refreshed(self, found: tuple[Draft, date, Review]) -> None:
        fresh, earliest, review = found
        if fresh is not self._session.draft:
            self._session.renew(fresh)
        self._show((earliest, review))

    def _show(self, found: tuple[date, Review]) -> None:
        if self.report.busy:
            return  # it is being saved
        earliest, review = found
        lines = [("·", words, "ink") for words in review.words]
        if review.examples:
            lines += [("", "", "ink"), ("", "For example:", "ink_2")]
            lines += [("", words, "accent") for words in review.examples]
        self.lines.show_lines(lines)
        self._offer(earliest)
        ready = bool(review.words) and not review.problem
        self.save.setEnabled(ready)
        self.drop.setEnabled(bool(review.words))
        if review.problem:
            self.report.show_report(TrialReport(False, review.problem))
        self._arrange()

    def _offer(self, earliest: date) -> None:
        """Chips of the days; the first one is chosen unless another was."""
        for chip in self.chips:
            chip.hide()
            chip.deleteLater()
        if self._day is None or self._day < earliest:
            self._day = earliest
        choices = days_to_choose(earliest)
        self._days = [day for _, day in choices]
        self.chips = []
        for words, day in choices:
            chip = Chip(words, self._side, lambda day=day: self._pick(day))  # type: ignore[misc]
            chip.setChecked(day == self._day)
            chip.show()
            self.chips.append(chip)
        if self._day not in self._days and not self.other.line.text():
            self.other.line.setText(self._day.isoformat())

    def _pick(self, day: date) -> None:
        self.other.line.clear()
        self._day = day
        self._mark()
        self._look_again()

    def _day_typed(self, text: str) -> None:
        try:
            self._day = date.fromisoformat(text.strip()) if text.strip() else (self._days[0] if self._days else None)
        except ValueError:
            return
        self._mark()
        self._look_again()

    def _mark(self) -> None:
        for chip, day in zip(self.chips, self._days, strict=True):
            chip.setChecked(day == self._day)

    def _look_again(self) -> None:
        """The examples are computed for the day."""
        desk, draft, day = self._session.desk, self._session.draft, self._day
        if day is not None and draft.edits and not self.report.busy:
            self.work(lambda: (desk.earliest(), desk.review(draft, day)), self._show)

    def _save(self) -> None:
        desk, draft, why, typed = self._session.desk, self._session.draft, self.why.line.text(), self.other.line.text()
        if typed.strip() and (self._day is None or self._day.isoformat() != typed.strip()):
            self.show_result(TrialReport(False, "The other day is a day like 2026-12-25."))
            return
        day = self._day
        if day is None or not self.save.isEnabled():
            return
        self.save.setEnabled(False)
        self.report.show_busy("Saving ...")

        def act() -> tuple[StoreVersion, Draft]:
            return desk.save(draft, day, why), desk.draft()

        self.work(act, self._was_saved)

    def _was_saved(self, done: tuple[StoreVersion, Draft]) -> None:
        version, fresh = done
        self._session.renew(fresh)
        self._day = None
        self.why.line.clear()
        self.other.line.clear()
        self.lines.show_lines([])
        day = _spoken(date.fromisoformat(version.effective_on))
        words = f"Saved as version {version.number}. It begins when {day} is opened; until then nothing changes."
        self.show_result(TrialReport(True, words))
        self.save.setEnabled(False)
        self.drop.setEnabled(False)
        self.saved.emit()

    def _drop(self) -> None:
        desk = self._session.desk
        self.work(desk.draft, self._dropped)

    def _dropped(self, fresh: Draft) -> None:
        self._session.renew(fresh)
        self._day = None
        self.begin()

    def failed(self, words: str) -> None:
        """Nothing was saved."""
        super().failed(words)
        self.save.setEnabled(bool(self._session.draft.edits))

    def show_result(self, report: TrialReport) -> None:
        """Below the button."""
        self.report.show_report(report)
        self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A finger in a line asks for letters."""
        if event.type() is QEvent.Type.MouseButtonPress:
            self.keys_wanted.emit(self.why if watched is self.why.line else self.other)
        return False

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        left = round((wide - _GAP) * 0.54)
        self._card.setGeometry(0, 0, left, high)
        inner, bottom = left - 2 * _SIDE, high - _SIDE
        self.lines.setGeometry(_SIDE, 56, inner, bottom - Height.TOUCH - Space.M - 56)
        self.drop.setGeometry(_SIDE, bottom - Height.TOUCH, inner, Height.TOUCH)
        right = wide - left - _GAP
        self._side.setGeometry(left + _GAP, 0, right, high)
        room = right - 2 * _SIDE
        half = (room - Space.S) // 2
        self._side.labels = [(56, "It begins when this business day is opened")]
        top = 84
        for number, chip in enumerate(self.chips):
            row, column = divmod(number, 2)
            chip.setGeometry(_SIDE + column * (half + Space.S), top + row * (48 + Space.S), half, 48)
        top += 2 * (48 + Space.S)
        self.other.setGeometry(_SIDE, top, room, 52)
        self._side.labels.append((top + 66, "Why is it changed?"))
        self.why.setGeometry(_SIDE, top + 92, room, 52)
        self.save.setGeometry(_SIDE, top + 160, room, Height.CASH)
        self.report.setGeometry(_SIDE, top + 228, room, max(0, bottom - top - 228))
        self._side.update()
