"""Adding, changing and delivering operators. Each call is one transaction; all raise CentralError."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from pos_app.domain.operator import Operator, Role
from pos_app.domain.phone_approval import DIGITS, SECRET_BYTES, code_of
from pos_app.domain.rights import Action
from pos_app.pin_proof import badge_digest, is_easily_guessed, new_proof
from pos_app.ports import BADGE_PREFIX, PIN_DIGITS, Clock, IdSource
from sync import contract
from sync.central import revision
from sync.central.database import Database, write_rows
from sync.central.errors import CentralError
from sync.central.moments import stored
from sync.central.people import tables
from sync.central.vault import Vault
from sync.people import ChangeOwnPin, OperatorMessage, Operators, PinChanged

_BADGE_BYTES = 12
_ACTIVE, _SUSPENDED = "active", "suspended"
_MOST_CHANGES = 50
_OF_STORE = "approvals of store "


@dataclass(frozen=True, slots=True)
class ListedOperator:
    """An operator without any secret; no stores means all."""

    operator: Operator
    number: str
    stores: tuple[str, ...]
    has_pin: bool
    has_badge: bool
    suspended: bool = False

    def works_in(self, store_id: str) -> bool:
        """True when the operator may sign on in this store."""
        return not self.stores or store_id in self.stores


@dataclass(frozen=True, slots=True)
class OperatorChange:
    """One act on an operator. at as stored."""

    at: str
    act: str
    changed_by: str


class PeopleDesk:
    """The operators of all stores. Thread-safe."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._ids = ids

    def add(
        self,
        operator: Operator,
        number: str,
        pin: str,
        stores: Sequence[str] = (),
        by: str = "",
        *,
        replace: bool = True,
    ) -> None:
        """Add an operator, or replace the one with this id if that may be."""
        _check(operator, number, stores)
        sealed = self._vault.seal(_proof_of(pin), operator.operator_id)
        row = {
            "operator_id": operator.operator_id,
            "number": number,
            "display_name": operator.display_name,
            "role": operator.role.value,
            "stores": " ".join(sorted(set(stores))),
            "sealed": sealed,
        }

        change = self._change(operator.operator_id, "added", by)

        def work(connection: Connection) -> None:
            self._refuse_taken_number(connection, operator.operator_id, number, stores)
            if not replace and self._is_there(connection, operator.operator_id):
                raise CentralError(409, "id_taken", f"There is an operator {operator.operator_id} already.")
            connection.execute(delete(tables.operator).where(tables.operator.c.operator_id == operator.operator_id))
            write_rows(connection, tables.operator, [row])
            self._changed(connection, change)

        self._database.run(work)

    def change(self, operator: Operator, number: str, stores: Sequence[str] = (), by: str = "") -> None:
        """Another name, number, role or other stores for an operator; PIN and badge stay."""
        _check(operator, number, stores)
        values = {
            "number": number,
            "display_name": operator.display_name,
            "role": operator.role.value,
            "stores": " ".join(sorted(set(stores))),
        }
        self._update(operator.operator_id, "changed", by, values, (number, stores))

    def suspend(self, operator_id: str, by: str = "") -> None:
        """They sign on nowhere until they are let back in; PIN and badge are kept for then."""
        self._update(operator_id, "suspended", by, {"state": _SUSPENDED})

    def reinstate(self, operator_id: str, by: str = "") -> None:
        """Let somebody who was suspended back in."""
        self._update(operator_id, "reinstated", by, {"state": _ACTIVE})

    def set_pin(self, operator_id: str, pin: str, by: str = "") -> None:
        """Give an operator another PIN."""
        proof, change = _proof_of(pin), self._change(operator_id, "pin_set", by)
        self._database.run(lambda connection: self._reseal(connection, operator_id, proof, change))

    def change_own_pin(self, store_id: str, wanted: ChangeOwnPin) -> PinChanged:
        """Another PIN for an operator of this store, who shows that they know the old one."""
        proof = {"pin_salt": wanted.pin_salt, "pin_cost": wanted.pin_cost, "pin_proof": wanted.pin_proof}
        change = self._change(wanted.operator_id, "pin_changed", wanted.operator_id)

        def work(connection: Connection) -> None:
            row = self._row(connection, wanted.operator_id)
            if row.state == _SUSPENDED:
                raise CentralError(403, "suspended", f"{row.display_name} is suspended.")
            known = self._vault.unseal(row.sealed, wanted.operator_id).get("pin_proof", "")
            if row.stores and store_id not in row.stores.split():
                raise CentralError(403, "other_store", f"{row.display_name} does not work in store {store_id}.")
            if known == wanted.pin_proof:
                return  # an answer was lost, and it was sent again
            if not known or not hmac.compare_digest(known, wanted.old_proof):
                raise CentralError(403, "old_pin", "The old PIN is another one by now. Sign on again, then change it.")
            self._reseal(connection, wanted.operator_id, proof, change)

        self._database.run(work)
        return PinChanged(operator_id=wanted.operator_id)

    def new_badge(self, operator_id: str, by: str = "") -> str:
        """The code of a new badge; the old one is worth nothing from now on."""
        code = BADGE_PREFIX + secrets.token_hex(_BADGE_BYTES).upper()
        badge, change = {"badge_digest": badge_digest(code).hex()}, self._change(operator_id, "badge_set", by)
        self._database.run(lambda connection: self._reseal(connection, operator_id, badge, change))
        return code

    def remove(self, operator_id: str, by: str = "") -> None:
        """They sign on nowhere any more, as soon as the tills have heard."""

        change = self._change(operator_id, "removed", by)

        def work(connection: Connection) -> None:
            self._row(connection, operator_id)
            connection.execute(delete(tables.operator).where(tables.operator.c.operator_id == operator_id))
            self._changed(connection, change)

        self._database.run(work)

    def everybody(self) -> list[ListedOperator]:
        """All operators by number."""
        table = tables.operator
        query = select(table).order_by(table.c.number, table.c.operator_id)
        return [self._listed(row) for row in self._database.read(lambda connection: connection.execute(query).all())]

    def find(self, operator_id: str) -> ListedOperator:
        """One operator. Raises CentralError."""
        return self._listed(self._database.read(lambda connection: self._row(connection, operator_id)))

    def history(self, operator_id: str) -> list[OperatorChange]:
        """What was done to an operator, newest first."""
        table = tables.operator_change
        query = (
            select(table.c.at, table.c.act, table.c.changed_by)
            .where(table.c.operator_id == operator_id)
            .order_by(table.c.at.desc(), table.c.change_id.desc())
            .limit(_MOST_CHANGES)
        )
        return [OperatorChange(*row) for row in self._database.read(lambda one: one.execute(query).all())]

    def for_store(self, store_id: str, have: str = "") -> Operators:
        """What the tills of a store need; nothing when they have it."""
        answer = self._database.run(lambda connection: self._delivery(connection, store_id))
        answer.digest = hashlib.sha256(contract.encode(answer)).hexdigest()
        return Operators(digest=answer.digest, unchanged=True) if answer.digest == have else answer

    def phone_code(self, store_id: str, approver_id: str, challenge: str, action: Action, amount_minor: int) -> str:
        """The answer of this operator to the number that a till of the store shows."""
        if len(challenge) != DIGITS or not challenge.isdigit():
            raise CentralError(422, "challenge", f"The number on the till's screen has {DIGITS} digits.")

        def work(connection: Connection) -> bytes:
            row = self._row(connection, approver_id)
            if row.stores and store_id not in row.stores.split():
                raise CentralError(403, "other_store", f"{row.display_name} does not work in store {store_id}.")
            if row.state == _SUSPENDED:
                raise CentralError(403, "suspended", f"{row.display_name} is suspended.")
            return self._approval_secret(connection, store_id)

        return code_of(self._database.run(work), challenge, action, amount_minor, approver_id)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _listed(self, row: Row[Any]) -> ListedOperator:
        plain = self._vault.unseal(row.sealed, row.operator_id)
        operator = Operator(row.operator_id, row.display_name, Role(row.role))
        stores = tuple(row.stores.split())
        has_pin, has_badge = "pin_proof" in plain, "badge_digest" in plain
        return ListedOperator(operator, row.number, stores, has_pin, has_badge, row.state == _SUSPENDED)

    def _update(
        self,
        operator_id: str,
        act: str,
        by: str,
        values: Mapping[str, str],
        number: tuple[str, Sequence[str]] | None = None,
    ) -> None:
        """number is that of an operator with the stores it must be nobody else's in."""
        change, table = self._change(operator_id, act, by), tables.operator

        def work(connection: Connection) -> None:
            row = self._row(connection, operator_id)
            if number is not None:
                self._refuse_taken_number(connection, operator_id, *number)
            if all(getattr(row, name) == value for name, value in values.items()):
                return
            connection.execute(update(table).where(table.c.operator_id == operator_id).values(**values))
            self._changed(connection, change)

        self._database.run(work)

    def _delivery(self, connection: Connection, store_id: str) -> Operators:
        operators = []
        for row in connection.execute(select(tables.operator).order_by(tables.operator.c.operator_id)).all():
            if row.state == _SUSPENDED or (row.stores and store_id not in row.stores.split()):
                continue
            plain = self._vault.unseal(row.sealed, row.operator_id)
            operators.append(
                OperatorMessage(
                    operator_id=row.operator_id,
                    number=row.number,
                    display_name=row.display_name,
                    role=row.role,
                    **plain,
                )
            )
        secret = self._approval_secret(connection, store_id) if operators else b""
        return Operators(digest="", operators=operators, approval_secret=secret.hex())

    def _approval_secret(self, connection: Connection, store_id: str) -> bytes:
        """The store's; made for its first operator."""
        table, purpose = tables.approval_secret, _OF_STORE + store_id
        sealed = self._vault.seal({"secret": os.urandom(SECRET_BYTES).hex()}, purpose)
        write_rows(connection, table, [{"store_id": store_id, "sealed": sealed}])
        kept = connection.execute(select(table.c.sealed).where(table.c.store_id == store_id)).scalar_one()
        return bytes.fromhex(self._vault.unseal(kept, purpose)["secret"])

    def _reseal(self, connection: Connection, operator_id: str, more: dict[str, str], change: dict[str, str]) -> None:
        row = self._row(connection, operator_id)
        plain = self._vault.unseal(row.sealed, operator_id) | more
        connection.execute(
            update(tables.operator)
            .where(tables.operator.c.operator_id == operator_id)
            .values(sealed=self._vault.seal(plain, operator_id))
        )
        self._changed(connection, change)

    @staticmethod
    def _is_there(connection: Connection, operator_id: str) -> bool:
        table = tables.operator
        query = select(table.c.operator_id).where(table.c.operator_id == operator_id)
        return connection.execute(query).first() is not None

    @staticmethod
    def _row(connection: Connection, operator_id: str) -> Row[Any]:
        row = connection.execute(select(tables.operator).where(tables.operator.c.operator_id == operator_id)).first()
        if row is None:
            raise CentralError(404, "no_operator", f"There is no operator {operator_id}.")
        return row

    @staticmethod
    def _refuse_taken_number(connection: Connection, operator_id: str, number: str, stores: Sequence[str]) -> None:
        table = tables.operator
        for row in connection.execute(
            select(table).where(table.c.number == number, table.c.operator_id != operator_id)
        ).all():
            if not stores or not row.stores or set(stores) & set(row.stores.split()):
                raise CentralError(409, "number_taken", f"The number {number} belongs to {row.operator_id}.")

    def _change(self, operator_id: str, act: str, by: str) -> dict[str, str]:
        """For the record. Made before the transaction, so that it is the same when that is run again."""
        return {
            "change_id": self._ids.new_id(),
            "operator_id": operator_id,
            "act": act,
            "changed_by": by,
            "at": stored(self._clock.now()),
        }

    @staticmethod
    def _changed(connection: Connection, change: dict[str, str]) -> None:
        """On record, and the tills are told to ask again."""
        write_rows(connection, tables.operator_change, [change])
        revision.change(connection)


def new_pin() -> str:
    """A PIN that nobody chose, to be changed by whoever gets it."""
    while is_easily_guessed(pin := f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"):
        pass
    return pin


def _proof_of(pin: str) -> dict[str, str]:
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        raise CentralError(422, "pin_form", f"A PIN has {PIN_DIGITS} digits.")
    if is_easily_guessed(pin):
        raise CentralError(422, "pin_easy", "That PIN is tried first by whoever guesses. Choose another one.")
    made = new_proof(pin)
    return {"pin_salt": made.salt.hex(), "pin_cost": made.cost, "pin_proof": made.proof.hex()}


def _check(operator: Operator, number: str, stores: Sequence[str]) -> None:
    for text in (operator.operator_id, operator.display_name):
        if not text.strip() or len(text) > 40 or not text.isprintable():
            raise CentralError(422, "name_form", "A name and an id are one line of at most 40 characters.")
    if not (number.isascii() and number.isdigit() and len(number) <= 8):
        raise CentralError(422, "number_form", "An operator number has up to 8 digits.")
    if any(not store or " " in store for store in stores):
        raise CentralError(422, "store_form", "A store is named by its number, such as 001.")
