"""The tills of this workstation: who sells from which drawer, and tills that come from or go to another workstation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.announce import announce
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Radius
from ui.till import doing
from ui.till.day_page import DayPage, PageBody, PageWords, Way
from ui.till.one_field import OneFieldBody
from ui.widgets.buttons import Button
from ui.widgets.control import Control

if TYPE_CHECKING:
    from pos_app.domain.tills import Till
    from pos_app.services.approvals import Approval
    from ui.sale.checkout_window import CheckoutWindow
    from ui.till.at_the_counter import TillAtTheCounter

_ROW, _GAP = 72, 10
_ACTS = 268
_LONGEST_WORKSTATION = 8
_MOST_WORKERS_NAMED = 3


class _TillView(Control):
    """One till: its name, its drawer, and who sells from it."""

    def __init__(self, name: str, detail: str, state: str, parent: QWidget) -> None:
        super().__init__(name, parent, description=f"{state}. {detail}")
        self._detail, self._state = detail, state
        self.chosen = False

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """An open till is green, whichever is chosen is marked."""
        ground = "accent_soft" if self.chosen else "hover" if self.hovered else "surface"
        paint.rounded(painter, rect, self.radius, ground, "accent" if self.chosen else "line")
        middle = rect.center().y()
        is_open = self._state == "Open"
        paint.rounded(painter, QRectF(14, middle - 18, 36, 36), 18, "go_soft" if is_open else "sunken")
        paint.glyph(painter, QPointF(32, middle), "inbox", 20, "go_text" if is_open else "ink_2")
        right = rect.adjusted(0, 0, -18, 0)
        used = paint.text(painter, right, self._state, font(15, 600), "go_text" if is_open else "ink_2", paint.RIGHT)
        room = rect.width() - 66 - 34 - used
        paint.text(painter, QRectF(66, middle - 25, room, 25), self.text(), font(17, 600, tabular=True))
        paint.text(painter, QRectF(66, middle + 2, room, 21), self._detail, font(14, 450), "ink_2")


class TillsBody(PageBody):
    """Tills on the left; what can be done with the chosen one on the right."""

    chosen = Signal(int)
    slip_scanned = Signal(str)

    def __init__(self, parent: QWidget, is_slip: Callable[[str], bool]) -> None:
        super().__init__(parent, "Tills")
        self._is_slip = is_slip
        self.rows: list[_TillView] = []
        self.acts: list[Button] = []
        self._name = ""

    def show_tills(self, tills: Sequence[tuple[str, str, str]], at: int) -> None:
        """Name, detail and state of each."""
        for view in self.rows:
            view.hide()
            view.deleteLater()
        self.rows = [_TillView(*words, self) for words in tills]
        for number, view in enumerate(self.rows):
            view.chosen = number == at
            view.clicked.connect(partial(self.chosen.emit, number))
            view.show()
        self._name = self.rows[at].text() if self.rows else ""
        self._arrange()

    def show_acts(self, acts: Sequence[tuple[str, str, Callable[[], object]]]) -> None:
        """Name, icon and act of each button."""
        for button in self.acts:
            button.hide()
            button.deleteLater()
        self.acts = [Button(name, self, icon=icon, size=16) for name, icon, _ in acts]
        for button, (_, _, act) in zip(self.acts, acts, strict=True):
            button.clicked.connect(lambda _=False, act=act: act())
            button.show()
        self._arrange()
        self.update()

    def stops(self) -> Sequence[QWidget]:
        return (*self.rows, *self.acts)

    def begin(self) -> bool:
        if self.rows:
            next((row for row in self.rows if row.chosen), self.rows[0]).setFocus(Qt.FocusReason.OtherFocusReason)
        return bool(self.rows)

    def take_scan(self, code: str) -> bool:
        """A till's slip; any other code is none of this page's."""
        if self._is_slip(code):
            self.slip_scanned.emit(code)
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows go through the tills."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        at = next((number for number, row in enumerate(self.rows) if row.hasFocus()), None)
        if step is None or at is None:
            super().keyPressEvent(event)
        else:
            self.chosen.emit(max(0, min(at + step, len(self.rows) - 1)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide = self.width() - _ACTS - 20
        step = min(_ROW + _GAP, max(52, self.height() // max(1, len(self.rows))))
        for number, view in enumerate(self.rows):
            view.setGeometry(0, number * step, wide, min(_ROW, step - 4))
        for number, button in enumerate(self.acts):
            button.setGeometry(self.width() - _ACTS + 14, 64 + number * 66, _ACTS - 28, 56)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.acts:
            box = QRectF(self.width() - _ACTS, 0, _ACTS, 74 + len(self.acts) * 66)
            paint.rounded(painter, box, Radius.CONTROL, "sunken", "line")
            inner = box.adjusted(16, 14, -16, 0)
            paint.text(painter, QRectF(inner.left(), inner.top(), inner.width(), 34), self._name, font(18, 700))
        painter.end()


class TillsDesk:
    """Shows the tills and does what is chosen; each act asks for its right."""

    def __init__(self, window: CheckoutWindow, till: TillAtTheCounter) -> None:
        self._window = window
        self._till = till
        self._page: DayPage = till.page
        self._tills, self._moving = till.parts.tills, till.parts.moving
        self._shown: list[Till] = []
        self._at = 0

    @cached_property
    def body(self) -> TillsBody:
        """The list."""
        body = TillsBody(self._page, self._moving.is_slip)
        body.chosen.connect(self._choose)
        body.slip_scanned.connect(self.take_up)
        return body

    @cached_property
    def field(self) -> OneFieldBody:
        """Where a till goes to."""
        body = OneFieldBody(self._page, "Workstation")
        body.changed.connect(lambda: self._page.say(""))
        body.finished.connect(self._page.main.setFocus)
        return body

    def open(self) -> None:
        """The list, with the till that is sold from chosen."""
        self._window.side.close_panel()
        self._shown = self._tills.choices()
        current = self._tills.current.till_id
        self._at = next((number for number, till in enumerate(self._shown) if till.till_id == current), 0)
        self._show()
        self._page.show_step(
            PageWords(
                title="Tills and drawers",
                subtitle=self._place(),
                icon="inbox",
                heading="Tills at this workstation",
                hint="Scan the slip of a till that comes from another workstation to take it up.",
            ),
            self.body,
            Way("Back to the sale", self._leave, "accent"),
        )

    def take_up(self, code: str) -> None:
        """A till's slip was scanned."""

        def take(approval: Approval | None) -> None:
            till = self._moving.take_up(code, approval)
            self._leave()
            words = f"Till {self._tills.name_of(till)} is open here. Put it into drawer {till.drawer}."
            self._window.sale.say(words)
            announce(self._window, words, urgent=True)

        if not self._till.covering:
            self.open()
        doing.with_approval(self._window, self._page, take)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _place(self) -> str:
        profile = self._window.services.profile
        return f"{profile.store_name}  ·  Workstation {profile.workstation_id}"

    def _leave(self) -> None:
        self._till.leave()
        self._till.look()

    def _choose(self, number: int) -> None:
        self._at = number
        self._show()
        self.body.begin()

    def _show(self) -> None:
        self.body.show_tills([self._words(till) for till in self._shown], self._at)
        if not self._shown:
            self.body.show_acts([])
            return
        till = self._shown[self._at]
        is_current = till.till_id == self._tills.current.till_id
        acts: list[tuple[str, str, Callable[[], object]]] = []
        if not is_current and not till.owner_id:
            acts.append(("Sell from this till", "arrow-right-left", partial(self._assign, till)))
        if till.is_open:
            acts.append(("Count and close it", "moon", partial(self._close, till, "")))
            acts.append(("Send it elsewhere", "truck", partial(self._ask_where, till)))
        self.body.show_acts(acts)

    def _words(self, till: Till) -> tuple[str, str, str]:
        workers = [self._names().get(who, who) for who in self._tills.workers_of(till)]
        more = f" and {len(workers) - _MOST_WORKERS_NAMED} more" if len(workers) > _MOST_WORKERS_NAMED else ""
        who = ", ".join(workers[:_MOST_WORKERS_NAMED]) + more if workers else "Nobody sells from it"
        here = "Yours now  ·  " if till.till_id == self._tills.current.till_id else ""
        return f"Till {self._tills.name_of(till)}", f"{here}Drawer {till.drawer}  ·  {who}", self._state(till)

    def _names(self) -> dict[str, str]:
        sign_on = self._window.services.sign_on
        people = sign_on.people.everybody() if sign_on is not None else ()
        return {one.operator.operator_id: one.operator.display_name for one in people}

    def _state(self, till: Till) -> str:
        return "Open" if till.is_open else "Closed"

    def _assign(self, till: Till) -> None:
        def assign(approval: Approval | None) -> None:
            self._tills.assign(till, approval)
            self._leave()

        doing.with_approval(self._window, self._page, assign)

    def _close(self, till: Till, to_workstation: str) -> None:
        def take_over(approval: Approval | None) -> None:
            self._tills.take_over(till, approval)
            self._till.closing.begin(to_workstation)

        doing.with_approval(self._window, self._page, take_over)

    def _ask_where(self, till: Till) -> None:
        self.field.ask(
            "Number of the other workstation",
            "",
            "The till is closed here. It goes on there with its cash, once the slip that is printed was scanned.",
            _LONGEST_WORKSTATION,
        )
        self._page.show_step(
            PageWords(
                title="Tills and drawers",
                subtitle=self._place(),
                icon="truck",
                heading=f"Where does till {self._tills.name_of(till)} go?",
                hint="Only the workstation that you name can take it up.",
            ),
            self.field,
            Way("Next: count or seal", partial(self._send, till), "accent"),
            back=Way("Back", self.open),
        )

    def _send(self, till: Till) -> None:
        to = self.field.value
        if doing.attempt(self._window, self._page, lambda: self._moving.check_destination(to)):
            self._close(till, to)
        else:
            self.field.begin()
