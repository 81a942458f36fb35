"""The first schema: journal, transactions, print jobs, outbox, terms and the catalogue."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE terminal (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        store_id TEXT NOT NULL,
        workstation_id TEXT NOT NULL,
        business_day TEXT NOT NULL DEFAULT '',
        transaction_sequence INTEGER NOT NULL DEFAULT 0,
        settle_count INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    """
    CREATE TABLE incarnation (
        number INTEGER PRIMARY KEY,
        incarnation TEXT NOT NULL UNIQUE,
        began_at TEXT NOT NULL,
        reason TEXT NOT NULL,
        transactions_before INTEGER NOT NULL,
        acknowledged INTEGER NOT NULL DEFAULT 0,
        acknowledged_at TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    """
    CREATE TABLE enrolment (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        terminal_id TEXT NOT NULL,
        store_id TEXT NOT NULL,
        workstation_id TEXT NOT NULL,
        central_url TEXT NOT NULL,
        private_key BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE journal (
        position INTEGER PRIMARY KEY,
        incarnation_number INTEGER NOT NULL REFERENCES incarnation (number),
        sequence INTEGER NOT NULL,
        event_id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        version INTEGER NOT NULL,
        occurred_at TEXT NOT NULL,
        business_day TEXT NOT NULL,
        payload BLOB NOT NULL,
        previous_hash TEXT NOT NULL,
        entry_hash TEXT NOT NULL,
        receipt_number TEXT,
        contact_id TEXT,
        returned_receipt_number TEXT,
        UNIQUE (incarnation_number, sequence)
    ) STRICT
    """,
    "CREATE UNIQUE INDEX journal_receipt_number ON journal (receipt_number) WHERE receipt_number IS NOT NULL",
    "CREATE INDEX journal_returned ON journal (returned_receipt_number) WHERE returned_receipt_number IS NOT NULL",
    "CREATE INDEX journal_sales ON journal (position) WHERE kind = 'sale'",
    "CREATE INDEX journal_contact_id ON journal (contact_id) WHERE contact_id IS NOT NULL",
    """
    CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    """
    CREATE TRIGGER journal_is_never_deleted BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    """
    CREATE TABLE event_outcome (
        incarnation_number INTEGER NOT NULL REFERENCES incarnation (number),
        sequence INTEGER NOT NULL,
        event_id TEXT NOT NULL,
        status TEXT NOT NULL,
        reason TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (incarnation_number, sequence)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE contact (
        contact_id TEXT PRIMARY KEY,
        email TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE open_transaction (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        sequence_number INTEGER NOT NULL,
        document TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE till_totals (
        business_day TEXT PRIMARY KEY,
        opening_float_minor INTEGER NOT NULL,
        cash_sales_minor INTEGER NOT NULL,
        paid_in_minor INTEGER NOT NULL,
        paid_out_minor INTEGER NOT NULL,
        card_minor INTEGER NOT NULL,
        gift_card_minor INTEGER NOT NULL,
        points_value_minor INTEGER NOT NULL,
        sale_count INTEGER NOT NULL,
        sales_total_minor INTEGER NOT NULL,
        points_earned INTEGER NOT NULL,
        points_used INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE print_job (
        position INTEGER PRIMARY KEY,
        job_id TEXT NOT NULL UNIQUE,
        transaction_id TEXT NOT NULL,
        document TEXT NOT NULL,
        open_drawer INTEGER NOT NULL,
        state TEXT NOT NULL,
        reason TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX print_job_transaction ON print_job (transaction_id)",
    "CREATE INDEX print_job_open ON print_job (position) WHERE state NOT IN ('printed', 'cancelled')",
    """
    CREATE TABLE terms (
        terms_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (terms_id, version)
    ) STRICT, WITHOUT ROWID
    """,
    # sales_rank is the row id, so that a search reads best sellers first without sorting.
    """
    CREATE TABLE item (
        sales_rank INTEGER PRIMARY KEY,
        item_id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        brand TEXT NOT NULL,
        model TEXT NOT NULL,
        category TEXT NOT NULL,
        kind TEXT NOT NULL,
        sold_by TEXT NOT NULL,
        price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
        tax_ids TEXT NOT NULL,
        fees TEXT NOT NULL,
        code TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE item_code (
        code TEXT PRIMARY KEY,
        sales_rank INTEGER NOT NULL REFERENCES item (sales_rank)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX item_code_item ON item_code (sales_rank)",
    """
    CREATE VIRTUAL TABLE item_search USING fts5 (
        name, brand, item_id, model,
        content = 'item', content_rowid = 'sales_rank', prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
)


def upgrade() -> None:
    """Make the tables."""
    for statement in _TABLES:
        op.execute(statement)
