"""Whatever has to do with who stands at the till. What it shows is imported when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pos_app.ports import BADGE_PREFIX

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval, ApprovalRequest
    from ui.sale.checkout_window import CheckoutWindow
    from ui.sign_on.approval_desk import ApprovalDesk
    from ui.sign_on.idle_watch import IdleWatch
    from ui.sign_on.sign_on_desk import SignOnDesk
    from ui.widgets.list_panel import ListRow


class PeopleAtTheTill:
    """Signs people on and asks a second person; covers the window while it does."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        self._approvals: ApprovalDesk | None = None
        self._sign_on: SignOnDesk | None = None
        self._idle: IdleWatch | None = None

    @property
    def approvals(self) -> ApprovalDesk:
        """Made when an approval is needed for the first time."""
        if self._approvals is None:
            from ui.sign_on.approval_desk import ApprovalDesk

            approving = self._window.services.approving
            assert approving is not None
            self._approvals = ApprovalDesk(self._window, approving)
        return self._approvals

    @property
    def sign_on(self) -> SignOnDesk | None:
        """None where nobody signs on: the till is always open."""
        if self._sign_on is None and self._window.services.sign_on is not None:
            from ui.sign_on.sign_on_desk import SignOnDesk

            self._sign_on = SignOnDesk(self._window, self._window.services.sign_on)
        return self._sign_on

    @property
    def covering(self) -> bool:
        """True while the window below takes neither keys nor scans."""
        locked = self._sign_on is not None and self._sign_on.locked
        return locked or (self._approvals is not None and self._approvals.asking)

    def begin(self) -> None:
        """The window is there: whoever is to work it signs on first, and it locks when nobody touches it."""
        desk, settings = self.sign_on, self._window.services.settings
        if desk is None:
            return
        if desk.locked:
            desk.cover()
        if settings.idle_lock_ms:
            from ui.sign_on.idle_watch import IdleWatch

            self._idle = IdleWatch(settings.idle_lock_ms, self.lock, self._window)

    def lock(self) -> None:
        """Ctrl+L, a touch on the lock, or nobody there."""
        if self._approvals is not None and self._approvals.asking:
            self._approvals.give_up()
        if self.sign_on is not None:
            self.sign_on.lock()

    def sign_off(self) -> None:
        """Nobody is signed on any more."""
        if self.sign_on is not None:
            self.sign_on.sign_off()

    def more_rows(self) -> list[ListRow]:
        """What stands under More."""
        from ui.widgets.list_panel import ListRow

        rows = []
        time_clock = self._window.services.time_clock
        if time_clock is not None:
            rows.append(ListRow("Time clock", "Coming and going", self.show_time_clock, "clock", closes=False))
        if self.sign_on is not None:
            rows.append(ListRow("Lock the till", "The sale is kept  ·  Ctrl L", self.lock, "lock"))
            own_pin = self._window.services.own_pin
            if own_pin is not None and own_pin().has_one:
                rows.append(
                    ListRow(
                        "Change my PIN",
                        "The old one, then a new one twice",
                        self._change_pin,
                        "key-round",
                        closes=False,
                    )
                )
            rows.append(ListRow("Sign off", "Somebody else signs on; a sale waits", self.sign_off, "user-round-x"))
        return rows

    def _change_pin(self) -> None:
        from ui.sign_on.own_pin_desk import OwnPinDesk

        own_pin = self._window.services.own_pin
        assert own_pin is not None
        OwnPinDesk(self._window, own_pin()).open()

    def show_time_clock(self) -> None:
        """Coming, going and the last entries."""
        from ui.sign_on.time_clock_list import show_time_clock

        time_clock = self._window.services.time_clock
        if time_clock is not None:
            show_time_clock(self._window, time_clock)

    def ask_approval(self, request: ApprovalRequest, then: Callable[[Approval], None]) -> None:
        """See ApprovalDesk.ask."""
        self.approvals.ask(request, then)

    def take_scan(self, code: str) -> bool:
        """True when the scan is not for the sale."""
        if self._idle is not None:
            self._idle.touched()
        if self._approvals is not None and self._approvals.asking:
            self._approvals.take_scan(code)
        elif self._sign_on is not None and self._sign_on.locked:
            self._sign_on.take_scan(code)
        elif self._sign_on is not None and code.startswith(BADGE_PREFIX):
            self._sign_on.badge(code)
        else:
            return False
        return True

    def look_again(self) -> None:
        """Others may be allowed to sign on by now."""
        if self._sign_on is not None:
            self._sign_on.look_again()

    def stay_in_front(self) -> None:
        """Whatever the window shows below, it stays below."""
        if self.covering:
            for desk in (self._sign_on, self._approvals):
                if desk is not None:
                    desk.raise_()

    def place(self, wide: int, high: int) -> None:
        """The window has another size."""
        for desk in (self._sign_on, self._approvals):
            if desk is not None:
                desk.place(wide, high)
