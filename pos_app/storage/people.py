"""The operators of this till in its encrypted database, and who they prove to be."""

import hmac
import os
import threading
from collections.abc import Sequence

from pos_app.domain.operator import Operator, Role
from pos_app.domain.phone_approval import SECRET_BYTES
from pos_app.pin_proof import DEFAULT_COST, badge_digest, peppered, prove
from pos_app.ports import Clock, Person
from pos_app.storage.database import Database
from pos_app.storage.pin_guard import PinGuard

_PURPOSE = b"proofs of operators"
_TILL = ""
"""The subject under which wrong tries of the whole till are counted; no operator has an empty id."""
_CODES = "\ncodes by telephone"
"""The subject of wrong codes; no operator's id has more than one line."""
_NOBODYS_SALT = bytes(16)
_UNLOCKING = (Role.SUPERVISOR, Role.MANAGER)

_EVERYBODY = """
    SELECT operator_id, display_name, role, number, pin_check IS NOT NULL, badge_check IS NOT NULL
    FROM operator WHERE ended_at IS NULL ORDER BY display_name, number
"""


class SqlitePeople:
    """Who may sign on. Thread-safe; PINs are tried one after the other."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._guard = PinGuard(database, clock)
        self._lock = threading.Lock()
        self._pepper = pepper_of(database)

    def by_pin(self, number: str, pin: str) -> Operator | None:
        """See People. A number that nobody has takes as long as a wrong PIN, and counts against the till."""
        with self._lock:
            if self._guard.wait_ms(_TILL):
                return None
            row = self._database.one(
                "SELECT operator_id, display_name, role, pin_salt, pin_cost, pin_check FROM operator WHERE number = ?",
                (number,),
            )
            operator_id, name, role, salt, cost, check = row or ("", "", "", None, None, None)
            subjects = [_TILL, operator_id] if operator_id else [_TILL]
            waiting = bool(operator_id) and self._guard.wait_ms(operator_id) > 0
            self._guard.count([_TILL] if waiting else subjects)
            proof = peppered(self._pepper, prove(pin, salt or _NOBODYS_SALT, cost or DEFAULT_COST))
            if waiting or check is None or not hmac.compare_digest(proof, check):
                return None
            self._guard.clear(subjects)
            return Operator(operator_id, name, Role(role))

    def by_badge(self, code: str) -> Operator | None:
        """See People. The badge of a supervisor or manager also ends the till's wait."""
        with self._lock:
            row = self._database.one(
                "SELECT operator_id, display_name, role FROM operator WHERE badge_check = ?",
                (peppered(self._pepper, badge_digest(code)),),
            )
            if row is None:
                return None
            operator = Operator(row[0], row[1], Role(row[2]))
            if operator.role in _UNLOCKING:
                self._guard.clear([_TILL])
            return operator

    def pin_wait_ms(self) -> int:
        """See People."""
        with self._lock:
            return self._guard.wait_ms(_TILL)

    def wait_ms_of(self, operator_id: str) -> int:
        """How long no PIN of this operator is tried after wrong ones."""
        with self._lock:
            return self._guard.wait_ms(operator_id)

    def code_wait_ms(self) -> int:
        """See People."""
        with self._lock:
            return self._guard.wait_ms(_CODES)

    def code_tried(self, *, right: bool) -> None:
        """See People. Counted like wrong PINs: neither a restart nor another time on the clock brings tries back."""
        with self._lock:
            self._guard.clear([_CODES]) if right else self._guard.count([_CODES])

    def approval_secret(self) -> bytes:
        """See People; made when it is needed for the first time and the central service sent none."""
        with self._lock:
            row = self._database.one("SELECT secret FROM approval_secret")
            if row is None:
                made = os.urandom(SECRET_BYTES)
                with self._database.write() as connection:
                    connection.execute("INSERT INTO approval_secret (id, secret) VALUES (1, ?)", (made,))
                    self._database.commit()
                return made
            return bytes(row[0])

    def everybody(self) -> Sequence[Person]:
        """See People."""
        rows = self._database.all(_EVERYBODY)
        return [
            Person(Operator(operator_id, name, Role(role)), number, bool(has_pin), bool(has_badge))
            for operator_id, name, role, number, has_pin, has_badge in rows
        ]


def pepper_of(database: Database) -> bytes:
    """Bound to this till: its database key never leaves the machine's keystore."""
    return hmac.digest(database.key, _PURPOSE, "sha256")
