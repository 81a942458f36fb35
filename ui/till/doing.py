"""Doing what a service may refuse, or a second person has to agree to, from a page over the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pos_app.errors import CashierError, WorldError
from pos_app.services.approvals import ApprovalNeededError, NotAllowedError
from ui.announce import announce
from ui.sounds import Sound

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval
    from ui.sale.checkout_window import CheckoutWindow
    from ui.till.day_page import DayPage


def refuse(window: CheckoutWindow, page: DayPage, error: Exception) -> None:
    """Say on the page why something was not done; what is no refusal is raised."""
    if not isinstance(error, CashierError | WorldError):
        raise error
    window.sounds.play(Sound.MISS)
    page.say(str(error), bad=True)
    announce(window, str(error), urgent=True)


def open_drawer(window: CheckoutWindow, page: DayPage) -> None:
    """Open the drawer to count it: journaled as opened without a sale."""
    cash = window.services.cash
    if cash is not None:
        with_approval(window, page, lambda approval: cash.no_sale("Counting the drawer", approval))


def attempt(window: CheckoutWindow, page: DayPage, act: Callable[[], object]) -> bool:
    """True when it was done."""
    try:
        act()
    except (CashierError, WorldError) as error:
        refuse(window, page, error)
        return False
    return True


def with_approval(
    window: CheckoutWindow,
    page: DayPage,
    act: Callable[[Approval | None], None],
    approval: Approval | None = None,
) -> None:
    """When somebody else has to agree they are asked, and it is done again with their approval."""
    try:
        act(approval)
    except ApprovalNeededError as needed:
        if window.services.approving is None:
            refuse(window, page, needed)
        else:
            window.people.ask_approval(needed.request, lambda given: with_approval(window, page, act, given))
    except (CashierError, WorldError) as error:
        if isinstance(error, NotAllowedError) and window.services.approving is not None:
            window.services.approving.deny(error.request)
        refuse(window, page, error)
