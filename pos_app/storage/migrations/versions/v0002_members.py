"""Members seen lately, points spent without the central service, and what it says of both with the terms."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    # The address and the card number are there as keyed hashes only.
    """
    CREATE TABLE member_cache (
        member_id TEXT PRIMARY KEY,
        address_hash BLOB UNIQUE,
        card_hash BLOB,
        account TEXT NOT NULL,
        remembered_at_s INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX member_cache_card ON member_cache (card_hash) WHERE card_hash IS NOT NULL",
    "CREATE INDEX member_cache_age ON member_cache (remembered_at_s)",
    """
    CREATE TABLE offline_redemption (
        reference TEXT PRIMARY KEY,
        incarnation_number INTEGER NOT NULL REFERENCES incarnation (number),
        sequence INTEGER NOT NULL,
        member_id TEXT NOT NULL,
        points INTEGER NOT NULL CHECK (points > 0),
        settled_at_s INTEGER
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX offline_redemption_member ON offline_redemption (member_id)",
    "CREATE INDEX offline_redemption_unsettled ON offline_redemption (sequence) WHERE settled_at_s IS NULL",
    """
    CREATE TABLE programme (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        allowance_public_key TEXT NOT NULL DEFAULT '',
        terminal_budget_points INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    "INSERT INTO programme (id) VALUES (1)",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in _TABLES:
        op.execute(statement)
