"""The member's place on the checkout: prompt, entry, answer and account all have the same size, so nothing shifts."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from pos_app.domain.tenders import TenderType
from pos_app.ports import Formatter
from ui.member.member_view_model import MemberStage, MemberViewModel
from ui.sale.sale_view_model import SaleViewModel, Stage
from ui.tender.tender_view_model import TenderViewModel
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import FOCUS_RING, Radius
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card
from ui.widgets.control import Control

_FACTS = 46
_INSET = 16


class _AddMember(Control):
    """The whole card as one button while no member is attached."""

    radius = 14.0

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Add member", parent, description="Key F3")

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Icon, name, how, key."""
        if self.hovered or self.isDown():
            paint.rounded(painter, rect, self.radius, "hover")
        middle = rect.center().y()
        paint.rounded(painter, QRectF(12, middle - 28, 56, 56), 28, "accent_soft")
        paint.glyph(painter, QPointF(40, middle), "user-round-plus", 26, "accent")
        paint.text(painter, QRectF(84, middle - 25, rect.width() - 150, 26), self.text(), font(18, 700))
        paint.text(
            painter,
            QRectF(84, middle + 3, rect.width() - 150, 22),
            "E-mail, or scan the member code",
            font(14, 450),
            "ink_2",
        )
        paint.key_cap(painter, rect.right() - 14, middle, "F3")


class _PointsButton(Control):
    """Uses points, gives them back, or says why neither can be done: always in full ink, since it is information."""

    faint_when_disabled = False

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Use points", parent)
        self.used = False

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Blue to use, green once used, grey with the reason."""
        if self.used:
            ground, border, ink, icon = "go_soft", "", "go_text", "circle-check"
        elif self.isEnabled():
            ground, border, ink, icon = "accent_soft", "accent_line", "accent", "gift"
        else:
            ground, border, ink, icon = "sunken", "line", "ink_2", "gift"
        paint.rounded(painter, rect, self.radius, ground, border)
        paint.glyph(painter, QPointF(26, rect.center().y()), icon, 20, ink)
        tail = 40 if self.used and self.isEnabled() else 14
        paint.text(painter, rect.adjusted(48, 0, -tail, 0), self.text(), font(15, 600, tabular=True), ink)
        if self.used and self.isEnabled():
            paint.glyph(painter, QPointF(rect.right() - 22, rect.center().y()), "x", 18, ink)


class _EmailLine(QLineEdit):
    """The address while it is typed; nowhere else does it appear in full."""

    escaped = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        super().keyPressEvent(event)


class MemberCard(Card):
    """Shows the member of the sale, or the way to add one."""

    points_requested = Signal()
    focus_released = Signal()

    def __init__(
        self,
        sale: SaleViewModel,
        member: MemberViewModel,
        tender: TenderViewModel,
        formatter: Formatter,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Member", parent)
        self._sale, self._member, self._tender, self._formatter = sale, member, tender, formatter
        self._shown: object = None
        self.add = _AddMember(self)
        self.add.clicked.connect(member.begin_entry)
        self.email = _EmailLine(self)
        self.email.setAccessibleName("Member's e-mail address")
        self.email.setPlaceholderText("name@example.com")
        self.email.setFont(font(16, 450))
        self.email.setMaxLength(254)
        self.email.returnPressed.connect(lambda: member.look_up(self.email.text()))
        self.email.escaped.connect(member.cancel_entry)
        self.find_button = Button("Find", self, kind="accent")
        self.find_button.clicked.connect(lambda: member.look_up(self.email.text()))
        self.enrol = Button("Enrol", self, kind="accent", icon="user-round-plus")
        self.enrol.clicked.connect(member.enrol)
        self.again = Button("Try again", self)
        self.again.clicked.connect(member.begin_entry)
        self.close_entry = IconButton("Cancel", "x", self)
        self.close_entry.clicked.connect(member.cancel_entry)
        self.remove = IconButton("Remove member", "x", self)
        self.remove.clicked.connect(member.remove)
        self.points = _PointsButton(self)
        self.points.clicked.connect(self._points_touched)
        member.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show the member as it is now."""
        view, stage = self._sale.view, self._member.stage
        attached = view.basket.member is not None
        complete = self._sale.stage is Stage.COMPLETE
        refusal = self._tender.points_refusal
        state = (view.basket.member, view.account, view.earned, view.tenders, view.redeemable_points, stage,
                 self._member.problem, complete, refusal, self._tender.waiting_for, self._sale.editable)  # fmt: skip
        if state == self._shown:
            return
        was_entry, was_attached = self.email.isVisible(), self.points.isVisible()
        self._shown = state
        asking = not attached and stage in (MemberStage.ENTRY, MemberStage.LOOKING)
        entry = not attached and stage is MemberStage.ENTRY
        self.add.setVisible(not attached and stage is MemberStage.PROMPT and not complete)
        self.email.setVisible(entry)
        self.find_button.setVisible(asking)
        self.find_button.setEnabled(stage is MemberStage.ENTRY)
        self.find_button.rename("Looking…" if stage is MemberStage.LOOKING else "Find")
        not_found = not attached and stage is MemberStage.NOT_FOUND
        self.enrol.setVisible(not_found)
        self.again.setVisible(not_found)
        self.close_entry.setVisible(asking or not_found)
        self.remove.setVisible(attached and self._sale.editable)
        self.points.setVisible(attached and not complete)
        self._name_points(refusal)
        self._describe()
        if entry and not was_entry:
            self.email.setText(self._member.typed)
            self.email.setFocus()
        elif was_entry and not entry:
            self.email.setText("")  # unlike clear(), this forgets what undo would bring back
            self.focus_released.emit()
        if attached and was_attached and not complete:
            self.update(_INSET, self._facts_top(), self.width() - 2 * _INSET, _FACTS)
        else:
            self.update()

    def _points_touched(self) -> None:
        used = next((t for t in self._sale.view.tenders if t.tender_type is TenderType.POINTS), None)
        if used is None:
            self.points_requested.emit()
        else:
            self._tender.remove(used)

    def _name_points(self, refusal: str) -> None:
        view, show = self._sale.view, self._formatter
        if self.points.used != view.points_used > 0:
            self.points.used = view.points_used > 0
            self.points.update()
        if self._tender.waiting_for == "points":
            self.points.rename("Setting points aside…")
        elif view.points_used:
            value = show.money(-self._tender.points_value_minor(view.points_used))
            self.points.rename(f"{show.points(view.points_used)} points used  {value}")
        elif refusal:
            self.points.rename(refusal)
        else:
            most = show.points(view.redeemable_points)
            value = show.money(self._tender.points_value_minor(view.redeemable_points))
            self.points.rename(f"Use points, up to {most} = {value}")
        selling = self._sale.stage is Stage.SALE and not self._tender.waiting_for
        self.points.setEnabled(selling and (view.points_used > 0 or not refusal))

    def _describe(self) -> None:
        view = self._sale.view
        words = self._member.problem
        if view.basket.member is not None:
            words = f"{view.basket.member.display_name or 'Member'} {view.basket.member.masked_email}"
        self.setAccessibleDescription(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        w, h = self.width(), self.height()
        self.add.setGeometry(8, 8, w - 16, h - 16)
        self.email.setGeometry(34, h // 2 - 23, w - 20 - 104 - 12 - 34 - 6, 48)
        self.find_button.setGeometry(w - 20 - 104, h // 2 - 24, 104, 50)
        half = (w - 52) // 2
        self.enrol.setGeometry(20, h - 20 - 50, half, 50)
        self.again.setGeometry(32 + half, h - 20 - 50, half, 50)
        self.close_entry.move(w - 58, 6)
        self.remove.move(w - 58, 5 if h < 170 else 11)
        self.points.setGeometry(20, h - 60, w - 40, 48)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw what the stage asks for."""
        view, stage = self._sale.view, self._member.stage
        if view.basket.member is not None:
            self._paint_member(painter, rect)
        elif self._sale.stage is Stage.COMPLETE:
            middle = rect.center().y()
            paint.glyph(painter, QPointF(rect.center().x(), middle - 16), "user-round", 28, "ink_3")
            place = QRectF(0, middle + 8, rect.width(), 24)
            paint.text(painter, place, "No member on this sale", font(15, 500), "ink_2", paint.CENTRE)
        elif stage in (MemberStage.ENTRY, MemberStage.LOOKING):
            self._paint_entry(painter, rect)
        elif stage is MemberStage.NOT_FOUND:
            paint.text(painter, QRectF(20, 14, rect.width() - 90, 30), "No member with this e-mail", font(18, 700))
            words = "Check it with the customer, or enrol them now. Joining is free."
            paint.wrapped(painter, QRectF(20, 48, rect.width() - 60, 46), words, font(14, 450))

    def _paint_entry(self, painter: QPainter, rect: QRectF) -> None:
        paint.text(painter, QRectF(20, 12, rect.width() - 90, 32), "Member's e-mail", font(18, 700))
        frame = QRectF(20, rect.height() / 2 - 24, rect.width() - 40 - 104 - 12, 50)
        focused = self.email.hasFocus()
        paint.rounded(
            painter,
            frame,
            Radius.CONTROL,
            "sunken",
            "accent" if focused else "control",
            FOCUS_RING - 1 if focused else 1,
        )
        if self._member.stage is MemberStage.LOOKING:
            paint.text(painter, frame.adjusted(14, 0, -8, 0), self._member.masked, font(16, 450), "ink_2")
        problem = self._member.problem
        words = problem or "Type it, or scan the member code. The sale goes on."
        place = QRectF(20, rect.height() / 2 + 34, rect.width() - 40, 40)
        paint.wrapped(painter, place, words, font(13, 500), "bad" if problem else "ink_3")

    def _paint_member(self, painter: QPainter, rect: QRectF) -> None:
        if self.exposed.intersects(QRect(0, 0, self.width(), self._facts_top())):
            self._paint_name(painter, rect)
        self._paint_facts(painter, rect)

    def _paint_name(self, painter: QPainter, rect: QRectF) -> None:
        member = self._sale.view.basket.member
        assert member is not None
        name = member.display_name or member.masked_email or "Member"
        head = 8.0 if rect.height() < 170 else 14.0
        paint.rounded(painter, QRectF(20, head, 42, 42), 21, "go_soft")
        paint.text(painter, QRectF(20, head, 42, 42), _initials(name), font(16, 700), "go_text", paint.CENTRE)
        room = rect.width() - 74 - 64
        if member.display_name:
            paint.text(painter, QRectF(74, head - 2, room, 24), name, font(17, 700))
            paint.text(painter, QRectF(74, head + 21, room, 20), member.masked_email, font(14, 450), "ink_2")
        else:
            paint.text(painter, QRectF(74, head, room, 42), name, font(17, 700))

    def _facts_top(self) -> int:
        return self.height() - 60 - 50 + (24 if self._sale.stage is Stage.COMPLETE else 0)

    def _paint_facts(self, painter: QPainter, rect: QRectF) -> None:
        view, show = self._sale.view, self._formatter
        top = self._facts_top()
        column = (rect.width() - 40) / 3
        balance = view.account.balance_points if view.account else None
        earns = f"+{show.points(view.earned.points)} pts"
        after = None if balance is None else balance - view.points_used + view.earned.points
        facts = (
            ("Balance", "Not known yet" if balance is None else f"{show.points(balance)} pts", "ink"),
            ("Earned" if self._sale.stage is Stage.COMPLETE else "This sale earns", earns, "go_text"),
            ("After sale", "Queued" if after is None else f"{show.points(after)} pts", "ink"),
        )
        for number, (label, value, ink) in enumerate(facts):
            left = 20 + number * column
            paint.text(painter, QRectF(left, top, column - 8, 18), label, font(13, 500), "ink_3")
            made = font(17, 700, tabular=True) if len(value) < 12 else font(14, 600)
            paint.text(painter, QRectF(left, top + 19, column - 8, 24), value, made, ink)


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper() or "?"
