"""The people of the back office: let in by a password and a one-time code, locked out after wrong tries."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, select, update

from sync.central.backoffice import tables, totp
from sync.central.backoffice.roles import Role
from sync.central.database import write_rows
from sync.central.errors import CentralError
from sync.central.moments import stored
from sync.central.vault import Vault

TRIES = 5
LOCK_TIME = timedelta(minutes=15)
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
NO_SUCH_USER = "no such user"
ISSUER = "Rewards back office"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_LEGIBLE = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
_hasher = PasswordHasher()
# Verified for a name that nobody has, so that a miss takes as long as a hit.
_NOBODY = _hasher.hash(secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in."""

    name: str
    role: Role
    must_change: bool = False
    state: str = "active"
    locked_until: str = ""
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a new user gets, told once: a password to be changed, and the secret for the authenticator app."""

    name: str
    password: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def uri(self) -> str:
        """The secret as an app reads it."""
        return totp.uri(self.secret, self.name, ISSUER)


def add(connection: Connection, vault: Vault, now: datetime, name: str, role: str) -> Credentials:
    """A new user. Raises CentralError for a name that is taken or cannot be one, and for an unknown role."""
    if not _NAME.fullmatch(name):
        raise CentralError(422, "bad_name", "A name has 1 to 40 small letters, digits, dots and dashes.")
    if role not in list(Role):
        raise CentralError(422, "bad_role", f"A role is one of: {', '.join(Role)}.")
    made = _new_credentials(name)
    row = {
        "name": name,
        "role": role,
        "state": "active",
        "created_at": stored(now),
        **_secrets_of(vault, made),
    }
    if not write_rows(connection, tables.user, [row]):
        raise CentralError(409, "name_taken", f"There is a user {name} already.")
    return made


def reset(connection: Connection, vault: Vault, name: str) -> Credentials:
    """A new password and secret for somebody who lost theirs; sessions end. Raises CentralError."""
    made = _new_credentials(name)
    user = tables.user
    changed = connection.execute(update(user).where(user.c.name == name).values(**_secrets_of(vault, made)))
    if changed.rowcount != 1:
        raise CentralError(404, "no_user", f"There is no user {name}.")
    connection.execute(delete(tables.session).where(tables.session.c.name == name))
    return made


def close(connection: Connection, name: str) -> None:
    """Somebody left: no sign-in any more, sessions end. The name stays in the log. Raises CentralError."""
    user = tables.user
    if connection.execute(update(user).where(user.c.name == name).values(state="closed")).rowcount != 1:
        raise CentralError(404, "no_user", f"There is no user {name}.")
    connection.execute(delete(tables.session).where(tables.session.c.name == name))


def every(connection: Connection) -> list[User]:
    """All users by name."""
    user = tables.user
    rows = connection.execute(select(user).order_by(user.c.name))
    return [
        User(row.name, Role(row.role), row.must_change, row.state, row.locked_until, row.created_at) for row in rows
    ]


def password_hash(connection: Connection, name: str) -> str:
    """What the password of a name is checked against; for a name that nobody has, something as slow that never fits."""
    user = tables.user
    return connection.execute(select(user.c.password_hash).where(user.c.name == name)).scalar() or _NOBODY


def try_to_enter(
    connection: Connection, vault: Vault, now: datetime, name: str, code: str, *, password_right: bool
) -> str:
    """Try to sign in: "" when all is right, else why not, for the log only.

    A wrong try is counted, and the fifth locks the account for a while; the code of a step works once.
    """
    user = tables.user
    row = connection.execute(select(user).where(user.c.name == name).with_for_update()).one_or_none()
    if row is None:
        return NO_SUCH_USER
    if row.state != "active":
        return "closed"
    if row.locked_until > stored(now):
        return "locked"
    secret = vault.unseal(bytes(row.totp_sealed), _sealed_for(name))["totp"]
    step = totp.matching_step(secret, code, now.timestamp())
    if password_right and step is not None and step > row.totp_step:
        connection.execute(update(user).where(user.c.name == name).values(totp_step=step, failures=0, locked_until=""))
        return ""
    failures = row.failures + 1
    locked = failures >= TRIES
    connection.execute(
        update(user)
        .where(user.c.name == name)
        .values(failures=0 if locked else failures, locked_until=stored(now + LOCK_TIME) if locked else "")
    )
    why = "wrong password" if not password_right else "wrong code" if step is None else "code used before"
    return f"{why}; locked now" if locked else why


def change_password(connection: Connection, name: str, new_hash: str) -> None:
    """Give a user another password, by its hash."""
    changes = update(tables.user).where(tables.user.c.name == name).values(password_hash=new_hash, must_change=False)
    connection.execute(changes)


def new_password_error(name: str, old: str, new: str) -> str:
    """Why this cannot be somebody's new password; "" when it can."""
    if not SHORTEST_PASSWORD <= len(new) <= LONGEST_PASSWORD:
        return f"A password has at least {SHORTEST_PASSWORD} characters. Several words are good."
    if new == old or name in new.lower():
        return "The new password must not hold your name nor be the old one."
    return ""


def hashed(password: str) -> str:
    """The Argon2id hash of a password. Slow on purpose: never call it inside a transaction."""
    return _hasher.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """True for the password that the Argon2id hash was made of."""
    try:
        return _hasher.verify(password_hash, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False


def _new_credentials(name: str) -> Credentials:
    password = "-".join("".join(secrets.choice(_LEGIBLE) for _ in range(5)) for _ in range(4))
    return Credentials(name, password, totp.new_secret())


def _secrets_of(vault: Vault, made: Credentials) -> dict[str, object]:
    return {
        "password_hash": _hasher.hash(made.password),
        "must_change": True,
        "totp_sealed": vault.seal({"totp": made.secret}, _sealed_for(made.name)),
        "totp_step": 0,
        "failures": 0,
        "locked_until": "",
    }


def _sealed_for(name: str) -> str:
    return f"office-user:{name}"
