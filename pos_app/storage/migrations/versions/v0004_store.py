"""What a store needs beside its counter: set-up with its history, tills and drawers, backups, updates."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STATEMENTS: tuple[str, ...] = (
    # Products: what their makers put into them, whether they are sold no more, and when they last got another price.
    "ALTER TABLE item ADD COLUMN content TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE item ADD COLUMN ended INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE item ADD COLUMN price_changed_at_s INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX item_price_changed ON item (price_changed_at_s) WHERE price_changed_at_s > 0",
    # What a store has otherwise than the catalogue that is delivered to it, with what was delivered; delivered is empty
    # for a product that only the store knows (docs/adr/0026-a-stores-own-word-about-its-goods.md).
    """
    CREATE TABLE item_local (
        item_id TEXT PRIMARY KEY,
        delivered TEXT NOT NULL,
        override TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # Changes of products by the store's people: made, waiting for their day, withdrawn.
    """
    CREATE TABLE item_change (
        position INTEGER PRIMARY KEY,
        change_id TEXT NOT NULL UNIQUE,
        item_id TEXT NOT NULL,
        made_at TEXT NOT NULL,
        effective_from_s INTEGER NOT NULL,
        made_by TEXT NOT NULL,
        reason TEXT NOT NULL,
        fields TEXT NOT NULL,
        state TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX item_change_item ON item_change (item_id)",
    "CREATE INDEX item_change_waiting ON item_change (effective_from_s) WHERE state = 'waiting'",
    # Imports of catalogue files, and for the last of them what was before, so that they can be taken back.
    """
    CREATE TABLE catalogue_import (
        number INTEGER PRIMARY KEY,
        file_name TEXT NOT NULL,
        made_at TEXT NOT NULL,
        made_by TEXT NOT NULL,
        words TEXT NOT NULL,
        state TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE catalogue_undo (
        number INTEGER NOT NULL,
        item_id TEXT NOT NULL,
        before TEXT NOT NULL,
        PRIMARY KEY (number, item_id)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE catalogue_undo_code (
        number INTEGER NOT NULL,
        code TEXT NOT NULL,
        PRIMARY KEY (number, code)
    ) STRICT, WITHOUT ROWID
    """,
    # When labels of changed prices were printed last.
    """
    CREATE TABLE label_run (
        position INTEGER PRIMARY KEY,
        printed_at_s INTEGER NOT NULL,
        made_by TEXT NOT NULL,
        labels INTEGER NOT NULL
    ) STRICT
    """,
)


def upgrade() -> None:
    """From schema 3."""
    for statement in _STATEMENTS:
        op.execute(statement)
