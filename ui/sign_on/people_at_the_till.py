"""Whatever has to do with who stands at the till. What it shows is imported when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval, ApprovalRequest
    from ui.sale.checkout_window import CheckoutWindow
    from ui.sign_on.approval_desk import ApprovalDesk


class PeopleAtTheTill:
    """Asks a second person; covers the window while it does."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        self._approvals: ApprovalDesk | None = None

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
    def covering(self) -> bool:
        """True while the window below takes neither keys nor scans."""
        return self._approvals is not None and self._approvals.asking

    def ask_approval(self, request: ApprovalRequest, then: Callable[[Approval], None]) -> None:
        """See ApprovalDesk.ask."""
        self.approvals.ask(request, then)

    def take_scan(self, code: str) -> bool:
        """True when the scan is not for the sale."""
        if self._approvals is not None and self._approvals.asking:
            self._approvals.take_scan(code)
            return True
        return False

    def place(self, wide: int, high: int) -> None:
        """The window has another size."""
        if self._approvals is not None:
            self._approvals.place(wide, high)
