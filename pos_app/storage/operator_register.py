"""Adding, changing and removing the operators of this till; every change is in the journal, no secret is."""

import json
from dataclasses import dataclass

from pos_app.domain.journal import EventKind
from pos_app.domain.operator import Operator, Role
from pos_app.errors import CashierError
from pos_app.pin_proof import PinProof, badge_digest, is_easily_guessed, new_proof, peppered
from pos_app.ports import PIN_DIGITS
from pos_app.storage.database import Database
from pos_app.storage.people import pepper_of
from pos_app.storage.unit_of_work import SqliteStorage, SqliteUnitOfWork

LOCAL, CENTRAL = "local", "central"
_MOST_NUMBER_DIGITS = 8
_MOST_NAME = 40

_SELECT = """
    SELECT operator_id, number, display_name, role, pin_salt, pin_cost, pin_check, badge_check, origin FROM operator
"""
_SAVE = """
    INSERT INTO operator (operator_id, number, display_name, role, pin_salt, pin_cost, pin_check, badge_check, origin)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (operator_id) DO UPDATE SET
        number = excluded.number, display_name = excluded.display_name, role = excluded.role,
        pin_salt = excluded.pin_salt, pin_cost = excluded.pin_cost, pin_check = excluded.pin_check,
        badge_check = excluded.badge_check, origin = excluded.origin, ended_at = NULL
"""


@dataclass(frozen=True, slots=True)
class DeliveredOperator:
    """An operator as the central service hands them to tills."""

    operator: Operator
    number: str
    pin: PinProof | None
    badge: bytes | None


class OperatorRegister:
    """The till's operators, changed by a manager at the till or by the central service."""

    def __init__(self, database: Database, storage: SqliteStorage) -> None:
        self._database = database
        self._storage = storage
        self._pepper = pepper_of(database)

    def is_empty(self) -> bool:
        """True before anybody was added."""
        return self._database.one("SELECT 1 FROM operator LIMIT 1") is None

    def add(
        self,
        operator: Operator,
        number: str,
        pin: str = "",
        badge: str = "",
        changed_by: str = "",
        reason: str = "",
        *,
        any_pin: bool = False,
    ) -> None:
        """Add an operator, or replace the one with this id; any_pin: also one that is easily guessed, for a
        demonstration. Raises CashierError.
        """
        check_number(number)
        _check_name(operator)
        taken = self._database.one(
            "SELECT operator_id FROM operator WHERE number = ? AND operator_id <> ?", (number, operator.operator_id)
        )
        if taken:
            raise CashierError("number_taken", f"The number {number} belongs to {taken[0]}.")
        if badge:
            self._check_badge(operator.operator_id, badge)
        if pin and not any_pin:
            check_pin(pin)
        delivered = DeliveredOperator(
            operator, number, new_proof(pin) if pin else None, badge_digest(badge) if badge else None
        )
        with self._storage.unit_of_work() as work:
            self._save(work, delivered, "added", LOCAL, changed_by, reason)
            work.commit()

    def set_pin(self, number: str, pin: str, changed_by: str = "") -> None:
        """Give an operator another PIN; their wrong tries are forgotten. Raises CashierError."""
        check_pin(pin)
        self.keep_pin(self._id_of(number), new_proof(pin), changed_by)

    def keep_pin(self, operator_id: str, made: PinProof, changed_by: str = "", reason: str = "") -> None:
        """A PIN of which only the proof is known here; the operator's wrong tries are forgotten.

        Somebody whose work here had ended works here again with it.
        """
        row = (made.salt, made.cost, peppered(self._pepper, made.proof))
        columns = "pin_salt = ?, pin_cost = ?, pin_check = ?, ended_at = NULL"
        self._change(operator_id, columns, row, "pin_set", changed_by, reason)

    def set_badge(self, number: str, code: str, changed_by: str = "", reason: str = "") -> None:
        """Give an operator another badge. Raises CashierError, also for a badge that somebody else has."""
        operator_id = self._id_of(number)
        self._check_badge(operator_id, code)
        row = (peppered(self._pepper, badge_digest(code)),)
        self._change(operator_id, "badge_check = ?", row, "badge_set", changed_by, reason)

    def set_role(self, operator_id: str, role: Role, changed_by: str = "", reason: str = "") -> None:
        """Give an operator another role."""
        self._change(operator_id, "role = ?", (role.value,), "role_set", changed_by, reason, role=role.value)

    def remove(self, number: str, changed_by: str = "", reason: str = "") -> None:
        """They cannot sign on any more; who they were, and what they did, stays on record. Raises CashierError."""
        columns = "pin_salt = NULL, pin_cost = NULL, pin_check = NULL, badge_check = NULL, ended_at = datetime('now')"
        self._change(self._id_of(number), columns, (), "removed", changed_by, reason)

    def forget_tries(self, operator_id: str, changed_by: str = "", reason: str = "") -> None:
        """An operator's wrong tries are forgotten, and those of the till."""
        with self._storage.unit_of_work() as work:
            work.run("DELETE FROM pin_guard WHERE subject IN (?, '')", (operator_id,))
            payload = _change_payload(operator_id, "unlocked", LOCAL, changed_by, reason)
            work.append(EventKind.OPERATOR_CHANGED, payload)
            work.commit()

    def unlock(self) -> None:
        """Wrong tries are forgotten, of the till and of everybody."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM pin_guard")
            self._database.commit()

    def take_delivery(self, document: bytes) -> None:
        """The central service's operators replace those it delivered before; the till's own stay.

        What is as it was is not written, so that a delivery may come as often as it likes. Raises ValueError.
        """
        plain = json.loads(document)
        try:
            delivered = [_delivered(one) for one in plain.get("operators", ())]
        except (KeyError, CashierError) as error:
            raise ValueError(f"an operator that was delivered cannot sign on: {error}") from error
        secret = bytes.fromhex(plain.get("approval_secret", ""))
        here = {one[0]: one for one in self._database.all(f"{_SELECT} WHERE origin = ?", (CENTRAL,))}
        rows = {one.operator.operator_id: self._row(one, CENTRAL) for one in delivered}
        gone = sorted(here.keys() - rows.keys())
        changed = [one for one in delivered if here.get(one.operator.operator_id) != rows[one.operator.operator_id]]
        with self._storage.unit_of_work() as work:
            for operator_id in gone:
                work.run("DELETE FROM operator WHERE operator_id = ?", (operator_id,))
                work.append(EventKind.OPERATOR_CHANGED, _change_payload(operator_id, "removed", CENTRAL, ""))
            for one in changed:
                self._save(work, one, "delivered", CENTRAL, "")
            if secret:
                work.run("INSERT OR REPLACE INTO approval_secret (id, secret) VALUES (1, ?)", (secret,))
            work.commit()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _id_of(self, number: str) -> str:
        row = self._database.one("SELECT operator_id FROM operator WHERE number = ? AND ended_at IS NULL", (number,))
        if row is None:
            raise CashierError("no_operator", f"There is no operator with the number {number}.")
        return str(row[0])

    def _check_badge(self, operator_id: str, code: str) -> None:
        row = self._database.one(
            "SELECT 1 FROM operator WHERE badge_check = ? AND operator_id <> ?",
            (peppered(self._pepper, badge_digest(code)), operator_id),
        )
        if row is not None:
            raise CashierError("badge_taken", "That badge belongs to somebody else. Take another one.")

    def _change(
        self,
        operator_id: str,
        columns: str,
        values: tuple[object, ...],
        act: str,
        changed_by: str,
        reason: str = "",
        **further: str,
    ) -> None:
        with self._storage.unit_of_work() as work:
            work.run(f"UPDATE operator SET {columns} WHERE operator_id = ?", (*values, operator_id))  # noqa: S608
            work.run("DELETE FROM pin_guard WHERE subject = ?", (operator_id,))
            payload = _change_payload(operator_id, act, LOCAL, changed_by, reason) | further
            work.append(EventKind.OPERATOR_CHANGED, payload)
            work.commit()

    def _row(self, one: DeliveredOperator, origin: str) -> tuple[object, ...]:
        operator, pin = one.operator, one.pin
        return (
            operator.operator_id,
            one.number,
            operator.display_name,
            operator.role.value,
            pin.salt if pin else None,
            pin.cost if pin else None,
            peppered(self._pepper, pin.proof) if pin else None,
            peppered(self._pepper, one.badge) if one.badge else None,
            origin,
        )

    def _save(
        self,
        work: SqliteUnitOfWork,
        one: DeliveredOperator,
        act: str,
        origin: str,
        changed_by: str,
        reason: str = "",
    ) -> None:
        operator_id = one.operator.operator_id
        # A number belongs to one person: whoever had it before signs on with it no more.
        work.run("DELETE FROM operator WHERE number = ? AND operator_id <> ?", (one.number, operator_id))
        work.run(_SAVE, self._row(one, origin))
        payload = _change_payload(operator_id, act, origin, changed_by, reason)
        work.append(EventKind.OPERATOR_CHANGED, payload | {"role": one.operator.role.value, "number": one.number})


def _delivered(plain: dict[str, str]) -> DeliveredOperator:
    check_number(plain["number"])
    operator = Operator(plain["operator_id"], plain["display_name"], Role(plain["role"]))
    _check_name(operator)
    pin = None
    if plain.get("pin_proof"):
        pin = PinProof(bytes.fromhex(plain["pin_salt"]), plain["pin_cost"], bytes.fromhex(plain["pin_proof"]))
    return DeliveredOperator(operator, plain["number"], pin, bytes.fromhex(plain.get("badge_digest", "")) or None)


def _change_payload(operator_id: str, act: str, origin: str, changed_by: str, reason: str = "") -> dict[str, object]:
    whom = {"changed_operator_id": operator_id, "act": act, "origin": origin, "operator_id": changed_by}
    return {**whom, "reason": reason} if reason else {**whom}


def check_pin(pin: str) -> None:
    """Raises CashierError for a PIN that is too easy to guess, or none at all."""
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        raise CashierError("pin_form", f"A PIN has {PIN_DIGITS} digits.")
    if is_easily_guessed(pin):
        raise CashierError("pin_easy", "That PIN is tried first by whoever guesses. Choose another one.")


def check_number(number: str) -> None:
    """Raises CashierError for what cannot be typed as an operator number."""
    if not (number.isascii() and number.isdigit() and len(number) <= _MOST_NUMBER_DIGITS):
        raise CashierError("number_form", f"An operator number has up to {_MOST_NUMBER_DIGITS} digits.")


def _check_name(operator: Operator) -> None:
    for text in (operator.operator_id, operator.display_name):
        if not text.strip() or len(text) > _MOST_NAME or not text.isprintable():
            raise CashierError("name_form", f"A name and an id are one line of at most {_MOST_NAME} characters.")
