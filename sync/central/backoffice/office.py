"""What the pages stand on: users, sessions and the log of the back office, over the service's database."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Connection, delete, select, update

from pos_app.ports import Clock, IdSource
from sync.central.backoffice import tables, users
from sync.central.backoffice.roles import Role
from sync.central.backoffice.users import Credentials, User
from sync.central.database import Database
from sync.central.errors import CentralError
from sync.central.moments import stored
from sync.central.vault import Vault

Result = TypeVar("Result")

IDLE_TIME = timedelta(minutes=15)
LONGEST_SESSION = timedelta(hours=10)
_SEEN_STEP = timedelta(seconds=30)
REFUSED = "That name, password or code is not right. After five wrong tries, an account is locked for 15 minutes."


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the log. Times as stored."""

    at: str
    who: str
    act: str
    subject: str
    outcome: str


class Office:
    """Thread-safe; several processes may share the database."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, ids: IdSource) -> None:
        self.database = database
        self.vault = vault
        self.clock = clock
        self.ids = ids

    # --- users --------------------------------------------------------------------------------------------------------

    def add_user(self, name: str, role: str) -> Credentials:
        """A new user, with a password for the first sign-in."""
        return self._logged("user_added", name, lambda on: users.add(on, self.vault, self.clock.now(), name, role))

    def reset_user(self, name: str) -> Credentials:
        """New secrets for somebody who lost theirs."""
        return self._logged("user_reset", name, lambda on: users.reset(on, self.vault, name))

    def close_user(self, name: str) -> None:
        """Shut somebody out who left."""
        self._logged("user_closed", name, lambda on: users.close(on, name))

    def users(self) -> list[User]:
        """All users."""
        return self.database.read(users.every)

    def _logged(self, act: str, name: str, work: Callable[[Connection], Result]) -> Result:
        def transaction(connection: Connection) -> Result:
            result = work(connection)
            self.note(connection, "command line", act, name, "")
            return result

        return self.database.run(transaction)

    # --- sessions -----------------------------------------------------------------------------------------------------

    def sign_in(self, name: str, password: str, code: str) -> str:
        """The secret of a new session. Raises CentralError (401), always with the same sentence."""
        now = self.clock.now()
        token = secrets.token_urlsafe(32)
        right = users.matches(self._password_hash(name), password)

        def work(connection: Connection) -> str:
            why = users.try_to_enter(connection, self.vault, now, name, code, password_right=right)
            # A name that nobody has may be a password typed in the wrong place: it is not written down.
            who = "" if why == users.NO_SUCH_USER else name
            self.note(connection, who, "signed_in", "", f"refused: {why}" if why else "")
            if not why:
                row = {"token_hash": _hash(token), "name": name, "began_at": stored(now), "seen_at": stored(now)}
                connection.execute(tables.session.insert().values(**row))
            return why

        if self.database.run(work):
            raise CentralError(401, "sign_in_refused", REFUSED)
        return token

    def session_user(self, token: str) -> User | None:
        """Whose session this is; None when it ended, also by standing idle."""
        now = self.clock.now()
        session, user = tables.session, tables.user
        query = (
            select(user.c.name, user.c.role, user.c.must_change, session.c.seen_at)
            .join(user, user.c.name == session.c.name)
            .where(
                session.c.token_hash == _hash(token),
                session.c.seen_at > stored(now - IDLE_TIME),
                session.c.began_at > stored(now - LONGEST_SESSION),
                user.c.state == "active",
            )
        )
        row = self.database.read(lambda connection: connection.execute(query).one_or_none())
        if row is None:
            return None
        if row.seen_at < stored(now - _SEEN_STEP):
            seen = update(session).where(session.c.token_hash == _hash(token)).values(seen_at=stored(now))
            self.database.run(lambda connection: connection.execute(seen).rowcount)
        return User(row.name, Role(row.role), row.must_change)

    def sign_out(self, token: str) -> None:
        """End a session; sessions that ended long ago are forgotten with it."""
        session = tables.session
        oldest = stored(self.clock.now() - LONGEST_SESSION)
        ended = delete(session).where((session.c.token_hash == _hash(token)) | (session.c.began_at < oldest))
        self.database.run(lambda connection: connection.execute(ended).rowcount)

    def change_password(self, name: str, token: str, old: str, new: str) -> dict[str, str]:
        """A new password: what is wrong by field, or nothing when it was changed; other sessions of the user end."""
        errors = {"new": users.new_password_error(name, old, new)}
        if not users.matches(self._password_hash(name), old):
            errors["old"] = "This is not your password."
        if any(errors.values()):
            return errors
        new_hash = users.hashed(new)

        def work(connection: Connection) -> None:
            users.change_password(connection, name, new_hash)
            session = tables.session
            others = delete(session).where(session.c.name == name, session.c.token_hash != _hash(token))
            connection.execute(others)

        self.database.run(work)
        return {}

    def _password_hash(self, name: str) -> str:
        return self.database.read(lambda connection: users.password_hash(connection, name))

    def signature(self, purpose: str, value: str) -> str:
        """What only this service can make of a value: signs cookies, and gives forms their token."""
        key = hmac.digest(self.vault.pepper, b"office", "sha256")
        return hmac.digest(key, f"{purpose}\n{value}".encode(), "sha256").hex()

    # --- log ----------------------------------------------------------------------------------------------------------

    def write_log(self, who: str, act: str, subject: str = "", outcome: str = "") -> None:
        """Write down who does or sees what; durable when this returns, so it comes before the act."""
        self.database.run(lambda connection: self.note(connection, who, act, subject, outcome))

    def log(self, *, subject: str = "", who: str = "", before: str = "~", most: int = 100) -> list[LogEntry]:
        """The newest entries, of one subject or person if given, older than the time given."""
        log = tables.log
        query = select(log.c.at, log.c.who, log.c.act, log.c.subject, log.c.outcome).where(log.c.at < before)
        if subject:
            query = query.where(log.c.subject == subject)
        if who:
            query = query.where(log.c.who == who)
        query = query.order_by(log.c.at.desc(), log.c.entry_id.desc()).limit(most)
        return self.database.read(lambda connection: [LogEntry(*row) for row in connection.execute(query)])

    def note(self, connection: Connection, who: str, act: str, subject: str = "", outcome: str = "") -> None:
        """Write it down in the transaction that does it."""
        row = {"entry_id": self.ids.new_id(), "at": stored(self.clock.now()), "who": who, "act": act}
        connection.execute(tables.log.insert().values(**row, subject=subject, outcome=outcome))


def _hash(token: str) -> str:
    """Tokens are random enough (256 bits) that a plain hash keeps them."""
    return hashlib.sha256(token.encode()).hexdigest()
