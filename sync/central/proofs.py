"""Proof that whoever spends points is the member: a PIN, a one-time code, or an ID that the associate saw.

A PIN is kept as Argon2id of an HMAC under the pepper: worthless without the service's secrets, slow with them.
Tries are counted in the database before they are judged, so neither more tills nor more processes give more tries.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select, update

from sync import contract
from sync.central import tables
from sync.central.database import Database, write_rows
from sync.central.errors import CentralError
from sync.central.moments import parse, stored
from sync.central.vault import Vault

if TYPE_CHECKING:
    from argon2 import PasswordHasher

TRIES = 5
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(days=1)
CODE_LIFE = timedelta(minutes=10)
CODE_DIGITS = 6
RESEND_AFTER = timedelta(seconds=30)
SENDS_PER_HOUR = 5
UNPROVEN_SPAN = timedelta(days=1)
_NAMES = {"pin": "PIN", "code": "one-time code", "id_seen": "ID seen by the associate"}


@dataclass(frozen=True, slots=True)
class Proven:
    """A proof that was accepted; code_hash is what is used up with it."""

    kind: str = ""
    code_hash: str = ""


NOT_NEEDED = Proven()


# --- what the terms ask for -------------------------------------------------------------------------------------------


def needed(connection: Connection, now: datetime, terms: contract.Terms, member_id: str, points: int) -> bool:
    """True when so many points need a proof, counted with what was spent without one in the last day.

    Else the threshold could be passed in small steps.
    """
    if not terms.redeem_proofs:
        return False
    if points > terms.proof_above_points:
        return True
    hold, proof = tables.hold, tables.redeem_proof
    unproven = (
        select(func.coalesce(func.sum(hold.c.points), 0))
        .outerjoin(proof, proof.c.hold_id == hold.c.hold_id)
        .where(
            hold.c.member_id == member_id,
            hold.c.state.in_(("held", "captured")),
            hold.c.placed_at > stored(now - UNPROVEN_SPAN),
            proof.c.hold_id.is_(None),
        )
    )
    return points + int(connection.execute(unproven).scalar_one()) > terms.proof_above_points


def refusal_without(terms: contract.Terms) -> CentralError:
    """What is said when a proof is missing: which kinds would do."""
    kinds = " or ".join(_NAMES[kind] for kind in terms.redeem_proofs)
    return CentralError(409, "proof_needed", f"To use these points, the member has to give a proof: {kinds}.")


# --- judging ----------------------------------------------------------------------------------------------------------


def prove(database: Database, vault: Vault, now: datetime, member_id: str, kind: str, secret: str) -> Proven:
    """Judge a proof, in transactions of its own: a wrong try is counted whatever becomes of the rest.

    Raises CentralError: proof_wrong, proof_locked, or proof_needed when the member has none of this kind.
    """
    if kind == "pin":
        _prove_pin(database, vault, now, member_id, secret)
        return Proven(kind)
    if kind == "code":
        code_hash = _code_hash(vault, member_id, secret)
        wrong = database.run(lambda connection: _wrong_code(connection, now, member_id, code_hash))
        if wrong:
            raise CentralError(409, "proof_wrong", wrong)
        return Proven(kind, code_hash)
    return Proven(kind)


def use(
    connection: Connection, now: datetime, member_id: str, proven: Proven, hold_id: str, terminal_id: str, by: str
) -> None:
    """Note with which proof points are spent, in the transaction that sets them aside; a code is used up by it."""
    if not proven.kind:
        return
    use_up(connection, member_id, proven)
    row = {
        "hold_id": hold_id,
        "member_id": member_id,
        "kind": proven.kind,
        "terminal_id": terminal_id,
        "operator_id": by if proven.kind == "id_seen" else "",
        "proven_at": stored(now),
    }
    write_rows(connection, tables.redeem_proof, [row])


def use_up(connection: Connection, member_id: str, proven: Proven) -> None:
    """A one-time code works once, also when two tills use it at the same moment. Raises CentralError."""
    if proven.kind != "code":
        return
    code = tables.one_time_code
    used = connection.execute(
        update(code)
        .where(code.c.member_id == member_id, code.c.code_hash == proven.code_hash)
        .values(code_hash="", failures=0)
    )
    if used.rowcount != 1:
        raise CentralError(409, "proof_wrong", "This one-time code was used already. Send a new one.")


# --- PIN --------------------------------------------------------------------------------------------------------------


def hash_pin(vault: Vault, member_id: str, pin: str) -> str:
    """What is kept of a PIN. Takes some 20 ms: not inside a transaction."""
    return _hasher().hash(_peppered(vault, member_id, pin))


def set_pin(connection: Connection, now: datetime, member_id: str, pin_hash: str, *, replace: bool) -> None:
    """Keep a PIN's hash; without replace, one that is there stays."""
    row = {"member_id": member_id, "pin_hash": pin_hash, "failures": 0, "locked_until": "", "set_at": stored(now)}
    replacing = (
        "(member_id) DO UPDATE SET pin_hash = excluded.pin_hash, failures = 0, locked_until = '', "
        "set_at = excluded.set_at"
    )
    write_rows(connection, tables.member_pin, [row], replacing if replace else "DO NOTHING")


def has_pin(connection: Connection, member_id: str) -> bool:
    """True when the member set a PIN."""
    pin = tables.member_pin
    return connection.execute(select(pin.c.member_id).where(pin.c.member_id == member_id)).first() is not None


@dataclass(frozen=True, slots=True)
class _Try:
    pin_hash: str
    left: int
    locked_until: str


def _prove_pin(database: Database, vault: Vault, now: datetime, member_id: str, pin: str) -> None:
    one = database.run(lambda connection: _count_try(connection, now, member_id))
    if _pin_fits(vault, member_id, one.pin_hash, pin):
        table = tables.member_pin
        forgiven = update(table).where(table.c.member_id == member_id).values(failures=0, locked_until="")
        database.run(lambda connection: connection.execute(forgiven).rowcount)
        return
    if one.locked_until:
        raise _locked(now, one.locked_until)
    raise CentralError(409, "proof_wrong", f"This PIN is wrong. Tries left: {one.left}.")


def _count_try(connection: Connection, now: datetime, member_id: str) -> _Try:
    """Count a try before it is judged; the one that is too many locks at once, for twice as long each time."""
    table = tables.member_pin
    row = connection.execute(select(table).where(table.c.member_id == member_id).with_for_update()).one_or_none()
    if row is None:
        raise CentralError(409, "proof_needed", "This member has set no PIN. Use another proof, or set a PIN first.")
    if row.locked_until > stored(now):
        raise _locked(now, row.locked_until)
    failures = row.failures + 1
    locked_until = ""
    if failures % TRIES == 0:
        doublings = min(failures // TRIES - 1, 10)
        locked_until = stored(now + min(FIRST_LOCK * 2**doublings, LONGEST_LOCK))
    connection.execute(
        update(table).where(table.c.member_id == member_id).values(failures=failures, locked_until=locked_until)
    )
    return _Try(row.pin_hash, TRIES - failures % TRIES, locked_until)


def _locked(now: datetime, until: str) -> CentralError:
    minutes = max(1, round((parse(until) - now).total_seconds() / 60))
    return CentralError(
        409, "proof_locked", f"Too many wrong PINs: locked for {minutes} more minutes. Use another proof until then."
    )


def _pin_fits(vault: Vault, member_id: str, pin_hash: str, pin: str) -> bool:
    from argon2.exceptions import VerifyMismatchError

    try:
        return _hasher().verify(pin_hash, _peppered(vault, member_id, pin))
    except VerifyMismatchError:
        return False


def _peppered(vault: Vault, member_id: str, pin: str) -> str:
    return vault.keyed("pin", f"{member_id}\n{pin}")


@lru_cache(maxsize=1)
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


# --- one-time code ----------------------------------------------------------------------------------------------------


def make_code(connection: Connection, vault: Vault, now: datetime, member_id: str) -> tuple[str, datetime]:
    """A new code in place of the last one, and until when it is good. Raises CentralError when asked too often."""
    table = tables.one_time_code
    row = connection.execute(select(table).where(table.c.member_id == member_id).with_for_update()).one_or_none()
    sends, window_began_at = 0, stored(now)
    if row is not None:
        if row.sent_at > stored(now - RESEND_AFTER):
            raise CentralError(409, "code_too_soon", "A code was sent a moment ago. Wait half a minute for it.")
        if row.window_began_at > stored(now - timedelta(hours=1)):
            sends, window_began_at = row.sends, row.window_began_at
        if sends >= SENDS_PER_HOUR:
            raise CentralError(409, "code_too_often", "Too many codes were sent to this member. Use another proof.")
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    expires_at = now + CODE_LIFE
    fresh = {
        "member_id": member_id,
        "code_hash": _code_hash(vault, member_id, code),
        "expires_at": stored(expires_at),
        "failures": 0,
        "sends": sends + 1,
        "window_began_at": window_began_at,
        "sent_at": stored(now),
    }
    changes = ", ".join(f"{name} = excluded.{name}" for name in fresh if name != "member_id")
    write_rows(connection, table, [fresh], f"(member_id) DO UPDATE SET {changes}")
    return code, expires_at


def _wrong_code(connection: Connection, now: datetime, member_id: str, code_hash: str) -> str:
    """What is wrong with a code, empty when nothing is; after five wrong ones, the right one is worthless too."""
    table = tables.one_time_code
    row = connection.execute(select(table).where(table.c.member_id == member_id).with_for_update()).one_or_none()
    if row is None or not row.code_hash:
        return "There is no code that was not used already. Send a new one."
    if row.expires_at <= stored(now):
        return "This code is older than ten minutes. Send a new one."
    if hmac.compare_digest(row.code_hash, code_hash):
        return ""
    failures = row.failures + 1
    worthless = {"code_hash": ""} if failures >= TRIES else {}
    connection.execute(update(table).where(table.c.member_id == member_id).values(failures=failures, **worthless))
    if worthless:
        return "This code is wrong, and it was tried too often. Send a new one."
    return f"This code is wrong. Tries left: {TRIES - failures}."


def _code_hash(vault: Vault, member_id: str, code: str) -> str:
    return vault.keyed("one-time-code", f"{member_id}\n{code.strip()}")
