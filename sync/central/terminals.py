"""Terminals: how one is let in, and which ones are known."""

import base64
import binascii
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update
from sqlalchemy.engine import Row

from sync import contract
from sync.central import revision, tables
from sync.central.database import write_rows
from sync.central.errors import CentralError
from sync.central.moments import stored

CODE_LIFE = timedelta(minutes=10)
SEEN_STEP = timedelta(minutes=1)
# No letter or digit that could be taken for another one when a person types it.
_CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 24
_NUMBER = re.compile(r"[A-Za-z0-9]{1,24}")
PUBLIC_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal as the service knows it."""

    terminal_id: str
    store_id: str
    workstation_id: str
    state: str
    public_key: bytes = field(repr=False)

    @property
    def active(self) -> bool:
        """False once it was revoked."""
        return self.state == "active"


def open_enrolment(connection: Connection, now: datetime, store_id: str, workstation_id: str) -> str:
    """A one-time code with which this workstation may ask in for ten minutes; stored as a hash only.

    Raises CentralError for numbers that cannot name a store and a workstation.
    """
    for number in (store_id, workstation_id):
        if not _NUMBER.fullmatch(number):
            raise CentralError(422, "bad_number", f"{number!r} is no store or workstation number: letters and digits.")
    code = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))
    connection.execute(
        tables.enrolment_code.insert().values(
            code_hash=_code_hash(code),
            store_id=store_id,
            workstation_id=workstation_id,
            expires_at=stored(now + CODE_LIFE),
            used_at="",
        )
    )
    return code


def enrol(connection: Connection, now: datetime, request: contract.EnrolTerminal) -> contract.TerminalEnrolled:
    """Let a terminal in with its code; the same key again gets the same answer, for a lost one.

    A workstation that was enrolled before is replaced: its old key is worthless from here on.
    Raises CentralError.
    """
    public_key = _public_key(request.public_key)
    codes, at = tables.enrolment_code, stored(now)
    code_hash = _code_hash(request.code)
    used = connection.execute(
        update(codes)
        .where(codes.c.code_hash == code_hash, codes.c.used_at == "", codes.c.expires_at > at)
        .values(used_at=at, used_by_key=public_key)
    )
    row = connection.execute(select(codes).where(codes.c.code_hash == code_hash)).one_or_none()
    repeated = row is not None and row.used_by_key == public_key and row.expires_at > at
    if row is None or not (used.rowcount == 1 or repeated):
        raise CentralError(403, "code_refused", "This enrolment code is wrong, used up or older than ten minutes.")
    terminal_id = f"{row.store_id}-{row.workstation_id}"
    write_rows(
        connection,
        tables.terminal,
        [
            {
                "terminal_id": terminal_id,
                "store_id": row.store_id,
                "workstation_id": row.workstation_id,
                "public_key": public_key,
                "state": "active",
                "enrolled_at": at,
                "last_seen_at": at,
                "software_version": request.software_version,
            }
        ],
        "(terminal_id) DO UPDATE SET public_key = excluded.public_key, state = excluded.state, "
        "enrolled_at = excluded.enrolled_at, last_seen_at = excluded.last_seen_at, "
        "software_version = excluded.software_version",
    )
    revision.change(connection)
    return contract.TerminalEnrolled(
        terminal_id=terminal_id, store_id=row.store_id, workstation_id=row.workstation_id, server_time=at
    )


def find(connection: Connection, terminal_id: str) -> Terminal | None:
    """The terminal of an id, or None."""
    row = connection.execute(select(tables.terminal).where(tables.terminal.c.terminal_id == terminal_id)).one_or_none()
    return None if row is None else _terminal(row)


def note_seen(connection: Connection, now: datetime, terminal_id: str) -> None:
    """Remember that a terminal asked something, to the minute."""
    table = tables.terminal
    connection.execute(
        update(table)
        .where(table.c.terminal_id == terminal_id, table.c.last_seen_at < stored(now - SEEN_STEP))
        .values(last_seen_at=stored(now))
    )


def revoke(connection: Connection, terminal_id: str) -> bool:
    """Shut a terminal out. False when there is none of that id."""
    result = connection.execute(
        update(tables.terminal).where(tables.terminal.c.terminal_id == terminal_id).values(state="revoked")
    )
    revision.change(connection)
    return result.rowcount == 1


def count_active(connection: Connection, store_id: str) -> int:
    """How many tills a store has, not counting those shut out."""
    table = tables.terminal
    query = select(func.count()).where(table.c.store_id == store_id, table.c.state == "active")
    return int(connection.execute(query).scalar_one())


def _terminal(row: Row[tuple[object, ...]]) -> Terminal:
    return Terminal(row.terminal_id, row.store_id, row.workstation_id, row.state, bytes(row.public_key))


def _code_hash(code: str) -> str:
    """Codes are random enough (120 bits) that a plain hash keeps them."""
    return hashlib.sha256(code.strip().upper().replace("-", "").encode()).hexdigest()


def _public_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise CentralError(400, "bad_key", "The public key is not base64.") from error
    if len(key) != PUBLIC_KEY_BYTES:
        raise CentralError(400, "bad_key", "An Ed25519 public key has 32 bytes.")
    return key
