"""The right-hand column: member and payment, or in their place what a function asks."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.member.member_card import MemberCard
from ui.tender.entry_panel import Entry, EntryPanel
from ui.tender.pay_card import PayCard
from ui.theme.tokens import Space
from ui.widgets.list_panel import ListPanel, ListRow

_MEMBER = 174
_LOW_MEMBER = 160


class SideColumn(QWidget):
    """Keeps either the two cards or one panel in sight, always in the same place."""

    panel_closed = Signal()

    def __init__(self, member: MemberCard, pay: PayCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Member and payment")
        self.member, self.pay = member, pay
        member.setParent(self)
        pay.setParent(self)
        self.entry = EntryPanel(self)
        self.list = ListPanel(self)
        self.entry.hide()
        self.list.hide()
        self.entry.closed.connect(self.close_panel)
        self.list.closed.connect(self.close_panel)

    @property
    def panel_open(self) -> bool:
        """True while a panel stands before the cards."""
        return not self.entry.isHidden() or not self.list.isHidden()

    def ask(self, entry: Entry) -> None:
        """Ask for a number."""
        self._show(self.entry)
        self.entry.ask(entry)

    def show_list(self, title: str, rows: list[ListRow], empty: str = "") -> None:
        """Show a list."""
        self._show(self.list)
        self.list.show_list(title, rows, empty)

    def close_panel(self) -> None:
        """Back to member and payment."""
        if self.panel_open:
            self._show(None)
            self.panel_closed.emit()

    def _show(self, panel: QWidget | None) -> None:
        for widget in (self.entry, self.list):
            widget.setVisible(widget is panel)
        for card in (self.member, self.pay):
            card.setVisible(panel is None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = self.width(), self.height()
        member = _MEMBER if high >= 610 else _LOW_MEMBER
        self.member.setGeometry(0, 0, wide, member)
        self.pay.setGeometry(0, member + Space.GUTTER, wide, high - member - Space.GUTTER)
        self.entry.setGeometry(0, 0, wide, high)
        self.list.setGeometry(0, 0, wide, high)
