"""The journal on the page over the window: entries on the left, what the chosen one says on the right."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from pos_app.domain.receipt_code import is_receipt_number
from pos_app.domain.report import Report
from pos_app.ports import Formatter
from pos_app.services.journal_browsing import GROUPS, PAGE_ENTRIES, BrowsedEntry
from ui.manager.report_sheet import ReportSheet
from ui.orders.address_keys import BACKSPACE, NEXT, AddressKeys
from ui.receipts.paper_view import PaperView
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font
from ui.theme.tokens import FOCUS_RING, Height, Radius
from ui.till.day_page import DayPage, PageBody
from ui.widgets.buttons import Button, IconButton
from ui.widgets.control import Control

_LIST, _NARROW_LIST, _NARROW = 520, 474, 1100
_ROW, _GAP = 58, 4
_ROWS_TOP = 2 * (Height.TOUCH + 8)


class _EntryRow(Control):
    def __init__(self, parent: QWidget) -> None:
        super().__init__("Entry", parent)
        self.entry: BrowsedEntry | None = None
        self.chosen = False

    def show_entry(self, entry: BrowsedEntry, *, chosen: bool) -> None:
        """Show another entry, or the same one chosen."""
        self.entry, self.chosen = entry, chosen
        state = f"not as written: {entry.fault}" if entry.fault else "as written"
        self.rename(f"{entry.title} {entry.amount}".strip())
        self.setAccessibleDescription(f"{entry.detail}, {state}{', chosen' if chosen else ''}")
        self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """A shield says whether the entry holds; words say what is wrong."""
        entry = self.entry
        if entry is None:
            return
        ground = "accent_soft" if self.chosen else "hover" if self.hovered else "surface"
        paint.rounded(painter, rect, self.radius, ground, "accent_line" if self.chosen else "line")
        if self.chosen:
            paint.rounded(painter, QRectF(6, 12, 4, rect.height() - 24), 2, "accent")
        middle = rect.center().y()
        shield, ink = ("shield-alert", "bad") if entry.fault else ("shield-check", "go_text")
        paint.glyph(painter, QPointF(30, middle), shield, 20, ink)
        made = font(15, 600, tabular=True)
        used = paint.text(painter, rect.adjusted(54, 0, -14, 0), entry.amount, made, "ink", paint.RIGHT)
        room = rect.width() - 54 - 26 - used
        paint.text(painter, QRectF(54, middle - 23, room, 22), entry.title, font(15, 600))
        below = f"Not as written: {entry.fault}" if entry.fault else entry.detail
        ink = "bad" if entry.fault else "ink_2"
        paint.text(painter, QRectF(54, middle, room, 20), below, font(13, 500, tabular=True), ink)


class JournalBody(PageBody):
    """Field, kinds and rows; Up and Down choose, the page keys move the paper."""

    searched = Signal()
    chosen_changed = Signal()
    older_wanted = Signal()
    export_wanted = Signal(str)
    """xml or jsonl."""

    def __init__(self, page: DayPage, formatter: Formatter) -> None:
        super().__init__(page, "Journal")
        self._page = page
        self.line = QLineEdit(self)
        self.line.setFont(font(16, 450))
        self.line.setMaxLength(60)
        self.line.setAccessibleName("Find by receipt, amount, operator, time or day")
        self.line.textChanged.connect(self.searched)
        self.line.installEventFilter(self)
        self.group = next(iter(GROUPS))
        self.kinds = Button(self.group, self, icon="list-filter", size=14, description="What is listed")
        self.kinds.clicked.connect(self._choose_group)
        self.newer = IconButton("Newer entries", "chevron-up", self, bordered=True)
        self.older = IconButton("Older entries", "chevron-down", self, bordered=True)
        self.newer.clicked.connect(lambda: self._turn(-1))
        self.older.clicked.connect(lambda: self._turn(1))
        self.exports = {
            form: Button(name, self, icon="file-code", size=14, description=f"Save the whole journal as {name}")
            for form, name in (("xml", "POSLog XML"), ("jsonl", "JSON Lines"))
        }
        for form, button in self.exports.items():
            button.clicked.connect(lambda _=False, one=form: self.export_wanted.emit(one))
        self.paper = PaperView(self)
        self.paper.show()
        self.sheet = ReportSheet(formatter, self)
        self.sheet.hide()
        self._rows: list[_EntryRow] = []
        self._keys: AddressKeys | None = None
        self.choices: list[Button] = []
        self.entries: list[BrowsedEntry] = []
        self.index = 0
        self._whole = True
        self._empty = ""

    # --- what is shown ------------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> BrowsedEntry | None:
        """The entry whose paper is shown."""
        return self.entries[self.index] if self.entries else None

    def show_entries(self, entries: Sequence[BrowsedEntry]) -> None:
        """Show what was found; the newest is chosen."""
        self.sheet.hide()
        self.entries, self.index = list(entries), 0
        self._whole = len(entries) < PAGE_ENTRIES
        self._empty = "Nothing was found."
        self._refresh()
        self.chosen_changed.emit()

    def add_entries(self, entries: Sequence[BrowsedEntry]) -> None:
        """Older ones, below those that are shown."""
        self.entries += entries
        self._whole = len(entries) < PAGE_ENTRIES
        self._refresh()

    def show_proof(self, report: Report) -> None:
        """What a check of the whole journal came to, in the place of the paper."""
        self.sheet.show_report(report)
        self.sheet.show()
        self.sheet.raise_()
        self.sheet.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose(self, index: int) -> None:
        """Another entry; at the end of the list older ones are asked for."""
        if not self.entries:
            return
        self.sheet.hide()
        self.index = max(0, min(index, len(self.entries) - 1))
        if self.index >= len(self.entries) - 3 and not self._whole:
            self._whole = True
            self.older_wanted.emit()
        self._refresh()
        self.chosen_changed.emit()

    def _turn(self, pages: int) -> None:
        self.choose(self.index // self._fitting * self._fitting + pages * self._fitting)

    def _choose_group(self) -> None:
        if self.choices:
            self._close_choices()
            return
        for name in GROUPS:
            button = Button(name, self, kind="soft" if name == self.group else "plain", size=15)
            button.clicked.connect(lambda _=False, one=name: self._group_chosen(one))
            button.show()
            self.choices.append(button)
        self._refresh()
        self._arrange()
        self.choices[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _close_choices(self) -> None:
        for button in self.choices:
            button.hide()
            button.deleteLater()
        self.choices = []
        self._refresh()

    def _group_chosen(self, name: str) -> None:
        self.group = name
        self.kinds.rename(name)
        self._close_choices()
        self.searched.emit()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def stops(self) -> Sequence[QWidget]:
        rows = tuple(row for row in self._rows if row.isVisible())
        return (self.line, self.kinds, *self.exports.values(), *(self.choices or (*rows, self.newer, self.older)))

    def begin(self) -> bool:
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def take_scan(self, code: str) -> bool:
        if not is_receipt_number(code):
            return False
        self.line.setText(code)
        return True

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        if event.type() is QEvent.Type.MouseButtonPress:
            self._show_keys()
        return isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and self._take_key(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._take_key(event):
            super().keyPressEvent(event)

    def _take_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not self.choices:
            self.choose(self.index + (1 if key == Qt.Key.Key_Down else -1))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.paper.scroll_by(1 if key == Qt.Key.Key_PageDown else -1)
        else:
            return False
        return True

    def step_back(self) -> None:
        """The keys go, then the list of kinds, then the result of a check, then the journal."""
        if self._keys is not None and not self._keys.isHidden():
            self._keys.hide()
        elif self.choices:
            self._close_choices()
        elif not self.sheet.isHidden():
            self.choose(self.index)
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._page.back.click()

    def _show_keys(self) -> None:
        """A finger in the field brings a keyboard, another one puts it away."""
        if self._keys is None:
            self._keys = AddressKeys(self, done="Done")
            self._keys.pressed.connect(self._key_touched)
        if self._keys.isHidden():
            self._keys.show_over(QRectF(self.rect()), 0)
        else:
            self._keys.hide()

    def _key_touched(self, key: str) -> None:
        if key == NEXT and self._keys is not None:
            self._keys.hide()
        elif key == BACKSPACE:
            self.line.backspace()
        else:
            self.line.insert(key.lower())

    # --- places -------------------------------------------------------------------------------------------------------

    @property
    def _list_width(self) -> int:
        return _NARROW_LIST if self.width() < _NARROW else _LIST

    @property
    def _fitting(self) -> int:
        return max(1, (self.height() - _ROWS_TOP - Height.TOUCH - 8) // (_ROW + _GAP))

    def forget(self) -> None:
        """Nothing of what was read stays behind for a screen reader: later, a drawer may be counted blind."""
        self.show_entries([])
        self.paper.show_words("", "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
        self._refresh()

    def _arrange(self) -> None:
        wide, high = self._list_width, Height.TOUCH
        self.line.setGeometry(40, 3, wide - 56, high - 6)
        half = (wide - 2 * 8) // 3
        self.kinds.setGeometry(0, high + 8, wide - 2 * (half + 8), high)
        for number, button in enumerate(self.exports.values(), 1):
            button.setGeometry(wide - (3 - number) * (half + 8) + 8, high + 8, half, high)
        self.older.move(wide - high, self.height() - high)
        self.newer.move(wide - 2 * high - 8, self.height() - high)
        place = (wide + 16, 0, self.width() - wide - 16, self.height())
        self.paper.setGeometry(*place)
        self.sheet.setGeometry(*place)
        for number, button in enumerate(self.choices):
            button.setGeometry(0, _ROWS_TOP + number * 60, wide, 56)

    def _refresh(self) -> None:
        fitting = self._fitting
        first = self.index // fitting * fitting
        while len(self._rows) < fitting:
            row, place = _EntryRow(self), len(self._rows)
            row.clicked.connect(lambda _=False, place=place: self._touched(place))
            self._rows.append(row)
        for place, widget in enumerate(self._rows):
            number = first + place
            widget.setGeometry(0, _ROWS_TOP + place * (_ROW + _GAP), self._list_width, _ROW)
            shown = not self.choices and place < fitting and number < len(self.entries)
            if shown:
                widget.show_entry(self.entries[number], chosen=number == self.index)
            widget.setVisible(shown)
        for button in (self.newer, self.older):
            button.setVisible(not self.choices)
        self.newer.setEnabled(first > 0)
        self.older.setEnabled(first + fitting < len(self.entries))
        self.update()

    def _touched(self, place: int) -> None:
        self.choose(self.index // self._fitting * self._fitting + place)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surface"))
        field = QRectF(0, 0, self._list_width, Height.TOUCH)
        high, ink = (FOCUS_RING, "accent") if self.line.hasFocus() else (1, "control")
        paint.rounded(painter, field, Radius.CONTROL, "surface", ink, high)
        paint.glyph(painter, QPointF(22, field.center().y()), "search", 20, "ink_3")
        if not self.line.text():
            place = field.adjusted(44, 0, -10, 0)
            paint.text(painter, place, "Receipt, amount, operator, 14:2 or 2026-11-22", font(15, 450), "ink_3")
        if self.entries and not self.choices:
            more = "" if self._whole else "+"
            words = f"{self.index + 1} of {len(self.entries)}{more}"
            at = QRectF(4, self.height() - Height.TOUCH, self._list_width - 130, Height.TOUCH)
            paint.text(painter, at, words, font(14, 500, tabular=True), "ink_2")
        elif not self.choices:
            at = QRectF(4, _ROWS_TOP + 8, self._list_width - 8, 60)
            paint.wrapped(painter, at, self._empty, font(15, 450))
        painter.end()
