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
    # Tills and drawers: a workstation may have several tills, of which one is sold from; who has which.
    """
    CREATE TABLE till (
        till_id TEXT PRIMARY KEY,
        drawer TEXT NOT NULL,
        owner_id TEXT NOT NULL,
        is_open INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "INSERT INTO till SELECT '', 'A', '', EXISTS (SELECT 1 FROM terminal WHERE business_day <> '')",
    "ALTER TABLE terminal ADD COLUMN till_id TEXT NOT NULL DEFAULT ''",
    "CREATE TABLE till_assignment (operator_id TEXT PRIMARY KEY, till_id TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "ALTER TABLE journal ADD COLUMN till_id TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX journal_of_till ON journal (till_id, position) WHERE till_id <> ''",
    "CREATE INDEX journal_days ON journal (position) WHERE kind = 'business_day_opened'",
    "ALTER TABLE print_job ADD COLUMN drawer TEXT NOT NULL DEFAULT 'A'",
    "ALTER TABLE till_totals RENAME TO till_totals_before",
    """
    CREATE TABLE till_totals (
        business_day TEXT NOT NULL,
        till_id TEXT NOT NULL,
        opening_float_minor INTEGER NOT NULL,
        cash_sales_minor INTEGER NOT NULL,
        paid_in_minor INTEGER NOT NULL,
        paid_out_minor INTEGER NOT NULL,
        loans_minor INTEGER NOT NULL,
        pickups_minor INTEGER NOT NULL,
        card_minor INTEGER NOT NULL,
        gift_card_minor INTEGER NOT NULL,
        points_value_minor INTEGER NOT NULL,
        sale_count INTEGER NOT NULL,
        sales_total_minor INTEGER NOT NULL,
        points_earned INTEGER NOT NULL,
        points_used INTEGER NOT NULL,
        by_tender TEXT NOT NULL,
        foreign_cash TEXT NOT NULL,
        PRIMARY KEY (business_day, till_id)
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO till_totals
    SELECT business_day, '', opening_float_minor, cash_sales_minor, paid_in_minor, paid_out_minor, loans_minor,
           pickups_minor, card_minor, gift_card_minor, points_value_minor, sale_count, sales_total_minor,
           points_earned, points_used, by_tender, foreign_cash
    FROM till_totals_before
    """,
    "DROP TABLE till_totals_before",
    # A count that was begun before the day is open, and a till that was taken up from another workstation.
    "CREATE TABLE till_opening (till_id TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE till_taken_up (transfer_id TEXT PRIMARY KEY, taken_at TEXT NOT NULL) STRICT, WITHOUT ROWID",
    # The public half of the recovery key: copies are sealed for it, and it opens none (pos_app/storage/copy_keys.py).
    """
    CREATE TABLE recovery_key (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        public_key BLOB NOT NULL,
        made_at TEXT NOT NULL
    ) STRICT
    """,
    # Each time the data was restored from a copy, known before it begins to count (pos_app/storage/restore.py).
    """
    CREATE TABLE restoration (
        number INTEGER PRIMARY KEY,
        copy_made_at TEXT NOT NULL,
        staged_at TEXT NOT NULL,
        by TEXT NOT NULL,
        known_sequence INTEGER NOT NULL DEFAULT 0,
        numbers_from INTEGER,
        z_number INTEGER,
        incarnation TEXT,
        is_journaled INTEGER NOT NULL DEFAULT 0,
        lacking TEXT
    ) STRICT
    """,
    # Changes of goods, prices and promotions from the store's other tills: how they came, and what became of them.
    """
    CREATE TABLE arrived_change (
        position INTEGER PRIMARY KEY,
        change_id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        origin TEXT NOT NULL,
        made_at TEXT NOT NULL,
        document TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    "CREATE INDEX arrived_change_open ON arrived_change (position) WHERE state = 'arrived'",
    # The last word about a price or a promotion, here or at another till: what is older does not count any more.
    """
    CREATE TABLE last_word (
        subject TEXT PRIMARY KEY,
        made_at_ms INTEGER NOT NULL,
        change_id TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # Addresses stay for a week after the service has their events, since it may lose its newest ones in a failover.
    "ALTER TABLE contact ADD COLUMN settled_at_s INTEGER",
    # Operators of this till whose work here has ended: without PIN and badge, and never deleted.
    "ALTER TABLE operator ADD COLUMN ended_at TEXT",
)


def upgrade() -> None:
    """From schema 3."""
    for statement in _STATEMENTS:
        op.execute(statement)
