"""Somebody changes their own PIN: proved by the old one, proved anew at the central service where it keeps them."""

from collections.abc import Callable

from pos_app.pin_proof import new_proof, prove
from pos_app.ports import PinChange
from pos_app.storage.database import Database
from pos_app.storage.operator_register import CENTRAL, OperatorRegister, check_pin
from pos_app.storage.unit_of_work import SqliteStorage


class SqliteOwnPins:
    """Implements ports.OwnPins. Both calls take a noticeable part of a second: not for the GUI thread."""

    def __init__(self, database: Database, storage: SqliteStorage) -> None:
        self._database = database
        self._register = OperatorRegister(database, storage)

    def check(self, pin: str) -> None:
        """See OwnPins."""
        check_pin(pin)

    def change(self, operator_id: str, old_pin: str, new_pin: str, deliver: Callable[[PinChange], None]) -> None:
        """See OwnPins."""
        row = self._database.one(
            "SELECT origin, pin_salt, pin_cost FROM operator WHERE operator_id = ?", (operator_id,)
        )
        if row is None:
            raise LookupError(f"there is no operator {operator_id}")
        origin, salt, cost = row
        made = new_proof(new_pin)
        if origin == CENTRAL:
            old_proof = prove(old_pin, salt, cost)
            deliver(PinChange(operator_id, old_proof, made.salt, made.cost, made.proof))
        self._register.keep_pin(operator_id, made, operator_id)
