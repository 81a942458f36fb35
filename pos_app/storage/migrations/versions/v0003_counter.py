"""What the whole counter needs beside selling and members."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATEMENTS: tuple[str, ...] = (
    # What each tender paid in a day, also tenders of the store's own making, and foreign cash to be counted.
    "ALTER TABLE till_totals ADD COLUMN by_tender TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE till_totals ADD COLUMN foreign_cash TEXT NOT NULL DEFAULT '[]'",
    """
    UPDATE till_totals SET by_tender = (
        SELECT json_group_array(json_array(name, amount)) FROM (
            SELECT 'card' AS name, card_minor AS amount UNION ALL SELECT 'cash', cash_sales_minor
            UNION ALL SELECT 'gift_card', gift_card_minor UNION ALL SELECT 'points', points_value_minor
        ) WHERE amount <> 0
    )
    """,
    # Card refunds of returns: what a card terminal was asked for, until its answer is known.
    """
    CREATE TABLE card_refund (
        payment_id TEXT PRIMARY KEY,
        refund_id TEXT NOT NULL,
        receipt_number TEXT NOT NULL,
        amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
        original_payment_id TEXT NOT NULL,
        original_reference TEXT NOT NULL,
        asked_at TEXT NOT NULL,
        outcome TEXT NOT NULL,
        result TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX card_refund_open ON card_refund (payment_id) WHERE outcome = 'unknown'",
    "CREATE INDEX card_refund_of ON card_refund (refund_id)",
)


def upgrade() -> None:
    """From schema 2."""
    for statement in _STATEMENTS:
        op.execute(statement)
