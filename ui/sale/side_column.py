"""The right-hand column: member and payment, or in their place what a function asks."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.member.member_card import MemberCard
from ui.tender.pay_card import PayCard
from ui.theme.tokens import Space

if TYPE_CHECKING:
    from ui.tender.entry_panel import Entry, EntryPanel
    from ui.widgets.list_panel import ListPanel, ListRow

_MEMBER = 174
_LOW_MEMBER = 160


class SideColumn(QWidget):
    """Keeps either the two cards or one panel in sight, always in the same place."""

    panel_closed = Signal()
    panel_added = Signal(QWidget)

    def __init__(self, member: MemberCard, pay: PayCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Member and payment")
        self.member, self.pay = member, pay
        member.setParent(self)
        pay.setParent(self)
        self._entry: EntryPanel | None = None
        self._list: ListPanel | None = None
        self._others: list[QWidget] = []
        self._takers: list[tuple[QWidget, Callable[[str], bool]]] = []
        self._back: Callable[[], None] | None = None
        self._stays = False

    @property
    def entry(self) -> "EntryPanel":
        """Asks for a number; made when one is asked for the first time, so that the window opens sooner."""
        if self._entry is None:
            from ui.tender.entry_panel import EntryPanel

            self._entry = EntryPanel(self)
            self._add(self._entry, self._entry.closed)
        return self._entry

    @property
    def list_panel(self) -> "ListPanel":
        """Shows a list; made when it is needed for the first time."""
        if self._list is None:
            from ui.widgets.list_panel import ListPanel

            self._list = ListPanel(self)
            self._add(self._list, self._list.closed)
        return self._list

    def _add(self, panel: QWidget, closed: SignalInstance | None) -> None:
        panel.hide()
        panel.setGeometry(0, 0, self.width(), self.height())
        if closed is not None:
            closed.connect(self.go_back)

    def _panels(self) -> list[QWidget]:
        return [panel for panel in (self._entry, self._list, *self._others) if panel is not None]

    @property
    def panel_open(self) -> bool:
        """True while a panel stands before the cards."""
        return any(not panel.isHidden() for panel in self._panels())

    def refresh(self) -> None:
        """The sale changed: what is asked may mean something else now."""
        if self._entry is not None:
            self._entry.refresh()

    def ask(self, entry: "Entry", back: Callable[[], None] | None = None) -> None:
        """Ask for a number; back says where to go from there."""
        self._show(self.entry, back, stays=entry.secret)
        self.entry.ask(entry)

    def show_list(
        self, title: str, rows: "list[ListRow]", empty: str = "", back: Callable[[], None] | None = None
    ) -> None:
        """Show a list; back says where to go from there."""
        self._show(self.list_panel, back)
        self.list_panel.show_list(title, rows, empty)

    def add_panel(
        self,
        panel: QWidget,
        closed: SignalInstance | None = None,
        take_scan: Callable[[str], bool] | None = None,
    ) -> None:
        """Another panel, to be shown by show_panel; take_scan says whether it takes a code while it is shown.

        One without a sign of being closed is put away by its owner.
        """
        panel.setParent(self)
        self._others.append(panel)
        self.panel_added.emit(panel)
        if take_scan is not None:
            self._takers.append((panel, take_scan))
        self._add(panel, closed)

    def show_panel(self, panel: QWidget, *, stays: bool = False, back: Callable[[], None] | None = None) -> None:
        """Show one of the added panels; one that stays is not put away by a scan. back: see ask."""
        self._show(panel, back, stays=stays)

    def take_scan(self, code: str) -> bool:
        """True when a panel asks for a code and took this one."""
        if any(not panel.isHidden() and take(code) for panel, take in self._takers):
            return True
        return self._entry is not None and self._entry.take_scan(code)

    def close_panel(self) -> None:
        """Back to member and payment."""
        if self.panel_open:
            self._show(None)
            self.panel_closed.emit()

    def go_back(self) -> None:
        """Back to the panel this one was opened from, or to member and payment."""
        if self._back is None:
            self.close_panel()
        else:
            self._back()

    def leave_for_scan(self) -> None:
        """Something was scanned: a number that was asked gives way to it, a member who is joining does not."""
        if not self._stays:
            self.close_panel()

    def _show(self, panel: QWidget | None, back: Callable[[], None] | None = None, *, stays: bool = False) -> None:
        self._back, self._stays = back, stays
        for widget in self._panels():
            widget.setVisible(widget is panel)
        for card in (self.member, self.pay):
            card.setVisible(panel is None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = self.width(), self.height()
        member = _MEMBER if high >= 610 else _LOW_MEMBER
        self.member.setGeometry(0, 0, wide, member)
        self.pay.setGeometry(0, member + Space.GUTTER, wide, high - member - Space.GUTTER)
        for panel in self._panels():
            panel.setGeometry(0, 0, wide, high)
