"""The member's place on the checkout: prompt, entry, answer and account all have the same size, so nothing shifts."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from pos_app.domain.basket import MemberReference
from pos_app.domain.member import MemberAccount
from pos_app.domain.tenders import TenderType
from pos_app.ports import Formatter
from ui.member.card_parts import Figure, NameButton, PointsButton
from ui.member.member_view_model import MemberStage, MemberViewModel, age_words, moment_words
from ui.sale.sale_view_model import SaleViewModel, Stage
from ui.tender.tender_view_model import TenderViewModel
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import FOCUS_RING, Radius
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card
from ui.widgets.control import Control

_HOW = "E-mail, or scan the card"
_FACTS = 48
_LOW = 170
"""Below this height the parts of the card stand closer together."""


class _AddMember(Control):
    """The whole card as one button while no member is attached."""

    radius = 14.0

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Add member", parent, description="Key F3")
        self._how = _HOW

    def show_offer(self, reference: MemberReference | None) -> None:
        """The member who is one touch away, or how to add any."""
        name = reference.display_name or reference.masked_email or "the member" if reference else "member"
        self._how = "From the receipt that came back" if reference else _HOW
        self.setText(f"Add {name}")
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(f"{self._how}. Key F3")
        self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Icon, name, how, key."""
        if self.hovered or self.isDown():
            paint.rounded(painter, rect, self.radius, "hover")
        middle = rect.center().y()
        paint.rounded(painter, QRectF(12, middle - 28, 56, 56), 28, "accent_soft")
        paint.glyph(painter, QPointF(40, middle), "user-round-plus", 26, "accent")
        paint.text(painter, QRectF(84, middle - 25, rect.width() - 150, 26), self.text(), font(18, 700))
        paint.text(painter, QRectF(84, middle + 3, rect.width() - 150, 22), self._how, font(14, 450), "ink_2")
        paint.key_cap(painter, rect.right() - 14, middle, "F3")


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
    enrol_requested = Signal()
    details_requested = Signal()
    explanation_requested = Signal()
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
        self._look: object = None
        self.add = _AddMember(self)
        self.add.clicked.connect(member.begin_entry)
        self.email = _EmailLine(self)
        self.email.setAccessibleName("Member's e-mail address or card number")
        self.email.setPlaceholderText("name@example.com")
        self.email.setFont(font(16, 450))
        self.email.setMaxLength(254)
        self.email.returnPressed.connect(lambda: member.look_up(self.email.text()))
        self.email.escaped.connect(member.cancel_entry)
        self.find_button = Button("Find", self, kind="accent")
        self.find_button.clicked.connect(lambda: member.look_up(self.email.text()))
        self.enrol = Button("Enrol", self, kind="accent", icon="user-round-plus", key="F3")
        self.enrol.clicked.connect(self.enrol_requested)
        self.again = Button("Try again", self)
        self.again.clicked.connect(member.begin_entry)
        self.close_entry = IconButton("Cancel", "x", self)
        self.close_entry.clicked.connect(member.cancel_entry)
        self.remove = IconButton("Remove member", "x", self)
        self.remove.clicked.connect(member.remove)
        self.name = NameButton(self)
        self.name.clicked.connect(self.details_requested)
        self.balance = Figure("Balance", self)
        self.balance.clicked.connect(self.details_requested)
        self.earns = Figure("This sale earns", self, gain=True)
        self.after = Figure("After sale", self)
        for figure in (self.earns, self.after):
            figure.clicked.connect(self.explanation_requested)
        self.points = PointsButton(self)
        self.points.clicked.connect(self._points_touched)
        self.explain = Button("Why these points", self, icon="info", key="F1")
        self.explain.clicked.connect(self.explanation_requested)
        member.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show the member as it is now."""
        view, stage = self._sale.view, self._member.stage
        attached = view.basket.member is not None
        complete = self._sale.stage is Stage.COMPLETE
        refusal = self._tender.points_refusal
        online = not attached or self._tender.online
        age = self._age_of(view.account, online)
        most = self._tender.most_points
        offered = self._member.offered
        state = (view.basket.member, view.account, view.earned, view.tenders, most, stage, self._member.problem,
                 complete, refusal, self._tender.waiting_for, age, online, offered)  # fmt: skip
        if state == self._shown:
            return
        was_entry = self.email.isVisible()
        self._shown = state
        self.add.show_offer(offered)
        asking = not attached and stage in (MemberStage.ENTRY, MemberStage.LOOKING)
        entry = not attached and stage is MemberStage.ENTRY
        self.add.setVisible(not attached and stage is MemberStage.PROMPT and not complete)
        self.email.setVisible(entry)
        self.find_button.setVisible(asking)
        self.find_button.setEnabled(stage is MemberStage.ENTRY)
        self.find_button.rename("Looking…" if stage is MemberStage.LOOKING else "Find")
        not_found = not attached and stage is MemberStage.NOT_FOUND
        self.enrol.setVisible(not_found and self._member.can_enrol)
        self.again.setVisible(not_found)
        self.close_entry.setVisible(asking or not_found)
        self.remove.setVisible(attached and not complete)
        for part in (self.name, self.balance, self.earns, self.after):
            part.setVisible(attached)
        self.points.setVisible(attached and not complete)
        self.explain.setVisible(attached and complete)
        self._name_points(refusal, most, online)
        self._show_figures(age, online)
        self._describe()
        if entry and not was_entry:
            self.email.setText(self._member.typed)
            self.email.setFocus()
        elif was_entry and not entry:
            self.email.setText("")  # unlike clear(), this forgets what undo would bring back
            self.focus_released.emit()
        look = (attached, stage, self._member.problem, self._member.can_enrol, complete)
        if look != self._look:
            self._look = look
            self.update()

    def _age_of(self, account: MemberAccount | None, online: bool) -> str:
        """How old the balance is; offline, when it was true."""
        if account is None:
            return ""
        now = self._sale.services.clock.now()
        return age_words(account.as_of, now) if online else f"As of {moment_words(account.as_of, now)}"

    def _show_figures(self, age: str, online: bool) -> None:
        view, show = self._sale.view, self._formatter
        member, account = view.basket.member, view.account
        if member is None:
            return
        details = [member.masked_email] if member.display_name else []
        if account is not None:
            details.append(account.segment.capitalize())
            if account.pending_points:
                details.append(f"{show.points(account.pending_points)} pending")
        linked = account.linked if account else ()
        name = member.display_name or member.masked_email or "Member"
        self.name.show_member(name, "  ·  ".join(details), linked)
        complete = self._sale.stage is Stage.COMPLETE
        earns = "Earned" if complete else "This sale earns" if online else "Earns (estimate)"
        self.earns.show_figure(earns, f"+{show.points(view.earned.points)} pts")
        if account is None:
            self.balance.show_figure("Balance", "Not known yet")
            self.after.show_figure("After sale", "Queued")
            return
        label = f"Balance · {age}" if online else age
        self.balance.show_figure(label, f"{show.points(account.balance_points)} pts")
        after = account.balance_points - view.points_used + view.earned.points
        self.after.show_figure("After sale", f"{show.points(after)} pts")

    def _points_touched(self) -> None:
        used = next((t for t in self._sale.view.tenders if t.tender_type is TenderType.POINTS), None)
        if used is None:
            self.points_requested.emit()
        else:
            self._tender.remove(used)

    def _name_points(self, refusal: str, most: int, online: bool) -> None:
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
            value = show.money(self._tender.points_value_minor(most))
            use = "Use" if online else "Offline: use"
            self.points.rename(f"{use} points, up to {show.points(most)} = {value}")
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
        top, foot = (6, 56) if h < _LOW else (9, 60)
        self.remove.move(w - 58, 6 if h < _LOW else 11)
        self.name.setGeometry(10, top, w - 10 - 62, 48 if h < _LOW else 52)
        column = (w - 40) // 3
        for number, figure in enumerate((self.balance, self.earns, self.after)):
            figure.setGeometry(14 + number * (column + 2), h - foot - _FACTS - 2, column + 2, _FACTS)
        for button in (self.points, self.explain):
            button.setGeometry(20, h - foot, w - 40, 48)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw what the stage asks for."""
        view, stage = self._sale.view, self._member.stage
        if view.basket.member is not None:
            return
        if self._sale.stage is Stage.COMPLETE:
            middle = rect.center().y()
            paint.glyph(painter, QPointF(rect.center().x(), middle - 16), "user-round", 28, "ink_3")
            place = QRectF(0, middle + 6, rect.width(), 24)
            paint.text(painter, place, "No member on this sale", font(16, 600), "ink", paint.CENTRE)
            place = QRectF(0, middle + 30, rect.width(), 24)
            words = "It is complete and earns no points any more"
            paint.text(painter, place, words, font(14, 450), "ink_2", paint.CENTRE)
        elif stage in (MemberStage.ENTRY, MemberStage.LOOKING):
            self._paint_entry(painter, rect)
        elif stage is MemberStage.NOT_FOUND:
            known = self._member.can_enrol
            title = "No member with this e-mail" if known else "No member has this card"
            paint.text(painter, QRectF(20, 14, rect.width() - 90, 30), title, font(18, 700))
            words = "Check it with the customer, or enrol them now. Joining is free."
            if not known:
                words = "Check the card, or ask for the e-mail address."
            paint.wrapped(painter, QRectF(20, 48, rect.width() - 60, 46), words, font(14, 450))

    def _paint_entry(self, painter: QPainter, rect: QRectF) -> None:
        paint.text(painter, QRectF(20, 12, rect.width() - 90, 32), "Member's e-mail or card", font(18, 700))
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
