"""An operator changes their own PIN: with the old one, and with a new one that nobody tries first.

Where the central service keeps the operators it hears first, and hands the change to every till like any other.
"""

from pos_app.domain.operator import Operator
from pos_app.errors import CashierError, OfflineError
from pos_app.ports import OwnPins, People, PeopleGateway
from pos_app.services.approving import not_recognised_words, wait_words

_KEPT_ELSEWHERE = "The central service keeps your PIN and cannot be reached. Nothing changed: try again later."


class OwnPin:
    """change takes a noticeable part of a second, and may wait for the network: not for the GUI thread."""

    def __init__(self, *, operator: Operator, people: People, pins: OwnPins, gateway: PeopleGateway) -> None:
        self._operator = operator
        self._people = people
        self._pins = pins
        self._gateway = gateway

    @property
    def has_one(self) -> bool:
        """True when whoever is signed on has a PIN to change."""
        return any(one.has_pin for one in self._people.everybody() if self._is_signed_on(one.operator))

    def problem(self, old_pin: str, new_pin: str) -> str:
        """Why the new PIN is none to choose; empty when it is."""
        try:
            self._check(old_pin, new_pin)
        except CashierError as error:
            return str(error)
        return ""

    def change(self, old_pin: str, new_pin: str) -> None:
        """From now on it is the new one. Raises CashierError, and OfflineError while the central service is away."""
        self._check(old_pin, new_pin)
        wait_ms = self._people.pin_wait_ms()
        if wait_ms:
            raise CashierError("pin_wait", wait_words(wait_ms))
        number = next((one.number for one in self._people.everybody() if self._is_signed_on(one.operator)), "")
        if self._people.by_pin(number, old_pin) is None:
            raise CashierError("not_recognised", not_recognised_words("pin", self._people.pin_wait_ms()))
        try:
            self._pins.change(self._operator.operator_id, old_pin, new_pin, self._gateway.change_pin)
        except OfflineError as error:
            raise OfflineError(_KEPT_ELSEWHERE) from error

    def _check(self, old_pin: str, new_pin: str) -> None:
        self._pins.check(new_pin)
        if new_pin == old_pin:
            raise CashierError("pin_same", "That is the PIN you have. Choose another one.")

    def _is_signed_on(self, operator: Operator) -> bool:
        return operator.operator_id == self._operator.operator_id
