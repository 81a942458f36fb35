"""Asks a second person for what the services refuse without one, and then does it again with the approval."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pos_app.errors import CashierError, WorldError
from pos_app.ports import BADGE_PREFIX
from pos_app.services.approving import GOOD_FOR_MS, PHONE_MS
from ui.announce import announce
from ui.messages import Banner
from ui.sign_on.focus import give_focus_back
from ui.sounds import Sound

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval, ApprovalRequest
    from pos_app.services.approving import Approving
    from ui.background import Task
    from ui.sale.checkout_window import CheckoutWindow
    from ui.sign_on.approval_overlay import ApprovalOverlay, ApprovalWords

_PERCENT_MICRO = 10_000


class ApprovalDesk:
    """One question at a time. The sale behind it stays as it is."""

    def __init__(self, window: CheckoutWindow, approving: Approving) -> None:
        self._window = window
        self._approving = approving
        self._request: ApprovalRequest | None = None
        self._then: Callable[[Approval], None] = lambda _: None
        self._task: Task | None = None
        self._overlay: ApprovalOverlay | None = None
        self._focus_before: QWidget | None = None

    @property
    def overlay(self) -> ApprovalOverlay:
        """Made when an approval is needed for the first time."""
        if self._overlay is None:
            from ui.sign_on.approval_overlay import ApprovalOverlay

            window = self._window
            self._overlay = ApprovalOverlay(window)
            self._overlay.setGeometry(0, 0, window.width(), window.height())
            self._overlay.answered.connect(self._by_pin)
            self._overlay.given_up.connect(self.give_up)
            self._overlay.phone_wanted.connect(self._by_phone)
            self._overlay.code_entered.connect(self._by_code)
        return self._overlay

    @property
    def asking(self) -> bool:
        """True while an approval is being asked for."""
        return self._request is not None

    def raise_(self) -> None:
        """In front of everything that came meanwhile."""
        if self.asking:
            self.overlay.raise_()

    def place(self, wide: int, high: int) -> None:
        """The window has another size."""
        if self._overlay is not None:
            self._overlay.setGeometry(0, 0, wide, high)

    def ask(self, request: ApprovalRequest, then: Callable[[Approval], None]) -> None:
        """Ask for an approval; then is called with it. Nothing happens when nobody approves."""
        self._request, self._then = request, then
        self._focus_before = self._window.focusWidget()
        words = self._words(request)
        self.overlay.ask(words, GOOD_FOR_MS // 1000)
        announce(self._window, f"Approval needed. {words.act}", urgent=True)

    def take_scan(self, code: str) -> None:
        """A badge answers; anything else makes itself heard, and is neither a PIN nor in the basket."""
        request = self._request
        if request is None or self._task is not None:
            return
        if not code.startswith(BADGE_PREFIX):
            self._window.sounds.play(Sound.MISS)
            self.overlay.pad.refuse("That is no badge. The scan was not used.")
        elif not self.overlay.lacks_reason:
            reason = self.overlay.reason
            self._find_out(lambda: self._approving.by_badge(request, code, reason))

    def give_up(self) -> None:
        """Nobody approved: the sale is as it was."""
        request = self._request
        if request is None:
            return
        self._end()
        decline = self._approving.decline
        self._window.background.run(lambda: decline(request), lambda _: None, self._window.functions.failed)
        self._window.sale.warn(Banner("Not approved", "Nothing was changed. The sale goes on.", "warn"))

    # --- inside ------------------------------------------------------------------------------------------------------

    def _by_pin(self, number: str, pin: str, reason: str) -> None:
        request = self._request
        if request is not None:
            self._find_out(lambda: self._approving.by_pin(request, number, pin, reason))

    def _by_phone(self) -> None:
        self.overlay.ask_code(self._approving.challenge(), PHONE_MS // 1000)

    def _by_code(self, challenge: str, code: str, reason: str) -> None:
        request = self._request
        if request is not None:
            self._find_out(lambda: self._approving.by_code(request, challenge, code, reason))

    def _find_out(self, work: Callable[[], Approval]) -> None:
        self.overlay.pad.set_busy(True)
        self._task = self._window.background.run(work, self._approved, self._refused)

    def _approved(self, approval: Approval) -> None:
        then = self._then
        self._end()
        self._window.sounds.play(Sound.APPROVED)
        then(approval)

    def _refused(self, error: Exception) -> None:
        self._task = None
        if not isinstance(error, CashierError | WorldError):
            self._end()
            raise error
        self._window.sounds.play(Sound.MISS)
        self.overlay.pad.refuse(str(error))
        announce(self._window, str(error), urgent=True)

    def _end(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._request, self._task = None, None
        self.overlay.end()
        give_focus_back(self._focus_before, self._window)

    def _words(self, request: ApprovalRequest) -> ApprovalWords:
        from ui.sign_on.approval_overlay import ApprovalWords

        services = self._window.services
        money = services.formatter.money
        limit = self._approving.limit_of(request)
        facts = [("Asked by", self._approving.asker(request).display_name)]
        if request.amount_minor:
            facts.append(("Amount", money(request.amount_minor)))
        if request.percent_micro:
            facts.append(("Reduction", percent(request.percent_micro)))
        if limit is not None and limit.amount_minor is not None and limit.amount_minor >= 0:
            up_to = money(limit.amount_minor)
            if limit.percent_micro is not None:
                up_to = f"{percent(limit.percent_micro)}, {up_to}"
            facts.append(("Alone up to", up_to))
        if request.reason:
            facts.append(("Reason", request.reason))
        reasons = () if request.reason else services.profile.reasons.approval
        return ApprovalWords(act_words(request), request.detail, tuple(facts), reasons)


def act_words(request: ApprovalRequest) -> str:
    """The act as the approver reads it."""
    return request.action.value.replace("_", " ").capitalize()


def percent(percent_micro: int) -> str:
    """A percentage without needless zeros."""
    whole, rest = divmod(percent_micro, _PERCENT_MICRO)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + " %"
