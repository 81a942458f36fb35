"""Whoever is signed on changes their PIN: the old one, the new one, and the new one once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pos_app.errors import CashierError, WorldError
from pos_app.ports import PIN_DIGITS
from ui.announce import announce
from ui.messages import Banner
from ui.sounds import Sound
from ui.tender.entry_panel import Entry, EntryAction

if TYPE_CHECKING:
    from pos_app.services.own_pin import OwnPin
    from ui.sale.checkout_window import CheckoutWindow

_DOT = "•"


class OwnPinDesk:
    """Three times six digits; what was typed is kept nowhere but in the panel that asks."""

    def __init__(self, window: CheckoutWindow, own_pin: OwnPin) -> None:
        self._window = window
        self._own_pin = own_pin

    def open(self) -> None:
        """Ask for the PIN they have."""
        self._ask("Your PIN", "The PIN you have now", "Next: the new one", lambda _: "", self._ask_new)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _ask_new(self, old_pin: str) -> None:
        self._ask(
            "New PIN",
            f"{PIN_DIGITS} digits that nobody tries first",
            "Next: once more",
            lambda digits: self._own_pin.problem(old_pin, digits),
            lambda new_pin: self._ask_again(old_pin, new_pin),
        )

    def _ask_again(self, old_pin: str, new_pin: str) -> None:
        self._ask(
            "New PIN once more",
            "The same digits again",
            "Change it",
            lambda digits: "" if digits == new_pin else "That is not the same PIN.",
            lambda _: self._change(old_pin, new_pin),
        )

    def _ask(
        self, title: str, hint: str, button: str, problem: Callable[[str], str], then: Callable[[str], None]
    ) -> None:
        def judge(digits: str) -> tuple[str, bool]:
            if len(digits) < PIN_DIGITS:
                return hint, False
            wrong = problem(digits)
            return wrong or "Enter goes on", not wrong

        def go(digits: str) -> bool:
            then(digits)
            return False

        entry = Entry(
            title=title,
            show=lambda digits: _DOT * len(digits),
            judge=judge,
            actions=(EntryAction(button, go, "accent"),),
            most_digits=PIN_DIGITS,
            secret=True,
        )
        self._window.side.ask(entry)

    def _change(self, old_pin: str, new_pin: str) -> None:
        window = self._window
        window.side.close_panel()
        window.sale.say("Changing your PIN…")

        def changed(_: None) -> None:
            window.sale.say("Your PIN is changed")
            announce(window, "Your PIN is changed", urgent=True)

        def refused(error: Exception) -> None:
            if not isinstance(error, CashierError | WorldError):
                raise error
            window.sounds.play(Sound.MISS)
            window.sale.warn(Banner("Your PIN is as it was", str(error)))

        window.background.run(lambda: self._own_pin.change(old_pin, new_pin), changed, refused)
