"""The copies of the till on the page over the window: a list on the left, the chosen one on the right."""

from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.day_words import moment_words
from pos_app.ports.backup import BackupCopy, BackupPlace, CopyState
from ui.technician.parts import Facts, ReportView, RowItem, RowList
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Height, Radius
from ui.till.day_page import DayPage, PageBody
from ui.widgets.buttons import Button

_LIST, _NARROW_LIST, _NARROW = 500, 420, 1100
_NOTE, _WIDEST = 64, 760
_LOOKS = {
    CopyState.GOOD: ("database-check", "go_text", "Good"),
    CopyState.DOUBTFUL: ("shield-alert", "warn", "Look at it"),
    CopyState.DAMAGED: ("database-x", "bad", "Damaged"),
}


def when(copy: BackupCopy, zone: tzinfo | None) -> str:
    """The moment of a copy as people say it."""
    return moment_words(copy.made_at.astimezone(zone))


def size_words(size_bytes: int) -> str:
    """A size as people read it."""
    return f"{size_bytes / 1e9:,.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:,.1f} MB"


class PlacesBody(PageBody):
    """Places that copies could go to; Up and Down choose."""

    def __init__(self, page: DayPage) -> None:
        super().__init__(page, "Where copies go")
        self._page = page
        self.places: list[BackupPlace] = []
        self.list = RowList("Places", self, empty="Looking …")

    @property
    def chosen(self) -> BackupPlace | None:
        """The place that is meant."""
        return self.places[self.list.current] if 0 <= self.list.current < len(self.places) else None

    def show_places(self, places: Sequence[BackupPlace]) -> None:
        """Show these; what is plugged in is chosen before the machine's own disk."""
        self.places = list(places)
        rows = []
        for place in places:
            icon = "usb" if place.path is not None else "hard-drive"
            detail = str(place.path) if place.path is not None else "A broken disk would take the copies with it"
            rows.append(RowItem(place.name, detail, icon, "ink_2", f"{size_words(place.free_bytes)} free"))
        self.list.show_items(rows, len(rows) - 1)
        self.begin()

    def stops(self) -> Sequence[QWidget]:
        return tuple(row for row in self.list.rows if row.isVisible())

    def begin(self) -> bool:
        if not self.places:
            return False
        self.list.rows[self.list.current].setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None or not self.places:
            super().keyPressEvent(event)
            return
        self.list.choose(max(0, min(self.list.current + step, len(self.places) - 1)))
        self.begin()

    def step_back(self) -> None:
        self._page.back.click()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.list.setGeometry(0, 0, min(self.width(), _WIDEST), self.height())


class BackupBody(PageBody):
    """Up and Down choose a copy; check and restore are beside it."""

    check_wanted = Signal()
    restore_wanted = Signal()
    key_wanted = Signal()
    place_wanted = Signal()

    def __init__(self, page: DayPage) -> None:
        super().__init__(page, "Copies")
        self._page = page
        self.copies: list[BackupCopy] = []
        self._zone: tzinfo | None = None
        self._note, self._bad = "", False
        self.list = RowList("Copies", self, empty="There is no copy yet. Make one now.")
        self.list.chosen.connect(self.choose)
        self.facts = Facts("The chosen copy", self)
        self.report = ReportView("Result", self)
        self.check = Button("Check this copy", self, icon="scan-search", size=16)
        self.check.clicked.connect(self.check_wanted)
        self.restore = Button("Restore it", self, icon="archive-restore", size=16)
        self.restore.clicked.connect(self.restore_wanted)
        self.key = Button("New recovery key", self, icon="key-round", size=16)
        self.key.clicked.connect(self.key_wanted)
        self.place = Button("Where they go", self, icon="hard-drive-download", size=16)
        self.place.clicked.connect(self.place_wanted)

    @property
    def chosen(self) -> BackupCopy | None:
        """The copy that the buttons are about."""
        return self.copies[self.list.current] if 0 <= self.list.current < len(self.copies) else None

    def show_copies(self, copies: Sequence[BackupCopy], zone: tzinfo | None) -> None:
        """Show these, the newest chosen."""
        self.copies, self._zone = list(copies), zone
        rows = []
        for copy in copies:
            icon, ink, state = _LOOKS[copy.state]
            detail = f"{state}  ·  {copy.reason or copy.words}"
            rows.append(RowItem(when(copy, zone), detail, icon, ink, size_words(copy.size_bytes)))
        self.list.show_items(rows, 0 if rows else -1)
        self.choose(self.list.current)

    def show_note(self, words: str, *, bad: bool) -> None:
        """How the backup stands, above the chosen copy."""
        self._note, self._bad = words, bad
        self.setAccessibleDescription(words)
        self.update()

    def choose(self, number: int) -> None:
        """This copy."""
        self.list.choose(number)
        copy = self.chosen
        self.report.show_report(None)
        for button in (self.check, self.restore):
            button.setEnabled(copy is not None)
        if copy is None:
            self.facts.show_facts(())
            return
        self.restore.setEnabled(copy.state is not CopyState.DAMAGED)
        self.facts.show_facts(
            (
                ("Made", when(copy, self._zone)),
                ("State", copy.words or "Read back and proved when it was made"),
                ("Size", size_words(copy.size_bytes)),
                ("Journal to entry", f"{copy.sequence:,}"),
                ("Last transaction", f"{copy.transaction_sequence:06d}"),
                ("Opens with", f"Recovery key {copy.recovery_id}" if copy.recovery_id else "This machine only"),
                ("Folder", str(copy.path.name)),
            )
        )

    # --- keys ---------------------------------------------------------------------------------------------------------

    def stops(self) -> Sequence[QWidget]:
        rows = tuple(row for row in self.list.rows if row.isVisible())
        return (*rows, self.list.earlier, self.list.later, self.key, self.place, self.check, self.restore)

    def begin(self) -> bool:
        if not self.copies:
            return False
        self.list.rows[max(self.list.current, 0)].setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None or not self.copies:
            super().keyPressEvent(event)
            return
        self.choose(max(0, min(self.list.current + step, len(self.copies) - 1)))
        if self.list.rows[self.list.current].isVisible():
            self.list.rows[self.list.current].setFocus(Qt.FocusReason.OtherFocusReason)

    def step_back(self) -> None:
        self._page.back.click()

    # --- places -------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = _NARROW_LIST if self.width() < _NARROW else _LIST
        self.list.setGeometry(0, 0, wide, self.height())
        left = wide + 24
        room, bottom = self.width() - left, self.height() - Height.TOUCH - 8
        half = (room - 12) // 2
        self.key.setGeometry(left, _NOTE + 8, half, Height.TOUCH)
        self.place.setGeometry(left + half + 12, _NOTE + 8, room - half - 12, Height.TOUCH)
        top = _NOTE + Height.TOUCH + 24
        self.facts.setGeometry(left, top, room, 7 * Facts.row)
        self.report.setGeometry(left, top + 7 * Facts.row + 12, room, max(0, bottom - top - 7 * Facts.row - 24))
        half = (room - 12) // 2
        self.check.setGeometry(left, bottom, half, Height.TOUCH + 8)
        self.restore.setGeometry(left + half + 12, bottom, room - half - 12, Height.TOUCH + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        left = self.key.x()
        place = QRectF(left, 0, self.width() - left, _NOTE)
        ground, ink, icon = ("warn_soft", "warn", "triangle-alert") if self._bad else ("sunken", "ink_2", "info")
        paint.rounded(painter, place, Radius.CONTROL, ground)
        paint.glyph(painter, QRectF(left + 12, 0, 24, _NOTE).center(), icon, 22, ink)
        words, made = place.adjusted(48, 0, -12, 0), font(14, 600)
        high = min(paint.wrapped_height(self._note, made, words.width()), _NOTE - 6)
        paint.wrapped(painter, words.adjusted(0, (_NOTE - high) / 2, 0, 0), self._note, made, "ink")
        painter.end()
