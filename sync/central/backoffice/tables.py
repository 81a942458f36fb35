"""The tables of the back office, beside those of the service."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text

from sync.central.tables import metadata


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


# totp_sealed is encrypted under a key that is not in the database; totp_step is the last one used: a code works once.
user = Table(
    "office_user",
    metadata,
    _text("name", key=True),
    _text("role"),
    _text("state"),
    _text("password_hash"),
    Column("must_change", Boolean, nullable=False),
    Column("totp_sealed", LargeBinary, nullable=False),
    Column("totp_step", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    _text("locked_until"),
    _text("created_at"),
)

# The cookie's secret is kept as a hash only.
session = Table(
    "office_session",
    metadata,
    _text("token_hash", key=True),
    _text("name"),
    _text("began_at"),
    _text("seen_at"),
    Index("office_session_by_name", "name"),
)

# Append-only (triggers). Who did or saw what; people are named by their opaque id only.
log = Table(
    "office_log",
    metadata,
    _text("entry_id", key=True),
    _text("at"),
    _text("who"),
    _text("act"),
    _text("subject"),
    _text("outcome"),
    Index("office_log_by_time", "at"),
    Index("office_log_by_subject", "subject"),
)

# What was decided about an event in quarantine, and what was applied for it. Append-only (triggers): the event itself
# stays as it came.
decision = Table(
    "quarantine_decision",
    metadata,
    _text("terminal_id", key=True),
    _text("incarnation", key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    _text("entry_hash", key=True),
    _text("act"),
    _text("reason"),
    _text("decided_by"),
    _text("decided_at"),
    _text("event_id"),
    Column("payload", LargeBinary, nullable=False),
    _text("member_id"),
    _text("outcome"),
    Index("quarantine_decision_by_event", "event_id"),
)

TABLES = (user, session, log, decision)
APPEND_ONLY = (log, decision)
