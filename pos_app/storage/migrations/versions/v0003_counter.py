"""What the whole counter needs beside selling and members."""

from typing import cast

from alembic import op

from pos_app.storage.catalogue_spelling import add_words, words_of
from pos_app.storage.database import Connection

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATEMENTS: tuple[str, ...] = (
    # Receipts to be sent by e-mail; address and text are emptied when it is sent or refused for good.
    """
    CREATE TABLE receipt_email (
        email_id TEXT PRIMARY KEY,
        transaction_id TEXT NOT NULL,
        receipt_number TEXT NOT NULL,
        document TEXT NOT NULL,
        shown TEXT NOT NULL,
        address TEXT NOT NULL,
        member_id TEXT NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        due_at_s INTEGER NOT NULL,
        reason TEXT NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX receipt_email_due ON receipt_email (due_at_s) WHERE state = 'queued'",
    # Copies of receipts are counted from the journal.
    "CREATE INDEX journal_reprints ON journal (position) WHERE kind = 'receipt_reprinted'",
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
    # Screens have a size, for recycling fees.
    "ALTER TABLE item ADD COLUMN screen_size_tenths INTEGER NOT NULL DEFAULT 0",
    # What is asked before an item is sold, its department, and the price it had before this one.
    "ALTER TABLE item ADD COLUMN department TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE item ADD COLUMN serial_rule TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE item ADD COLUMN minimum_age INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE item ADD COLUMN quantity_limit INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE item ADD COLUMN last_price_minor INTEGER",
    # Serial numbers of what was sold, so that none is sold twice and a return finds its sale.
    """
    CREATE TABLE sold_serial (
        serial_number TEXT NOT NULL,
        position INTEGER NOT NULL REFERENCES journal (position),
        item_id TEXT NOT NULL,
        line_number INTEGER NOT NULL,
        PRIMARY KEY (serial_number, position, line_number)
    ) STRICT, WITHOUT ROWID
    """,
    # Words of names and brands, and what is left of their beginnings when letters are left out (catalogue_spelling.py).
    "CREATE TABLE search_word (word TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    """
    CREATE TABLE search_slip (
        rest TEXT NOT NULL, stem TEXT NOT NULL, PRIMARY KEY (rest, stem)
    ) STRICT, WITHOUT ROWID
    """,
    # Goods that leave later, and special orders; whom an order is for is kept while it is open.
    """
    CREATE TABLE customer_order (
        number TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        placed_at TEXT NOT NULL,
        member_id TEXT NOT NULL,
        document TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX customer_order_open ON customer_order (placed_at) WHERE state IN ('open', 'ready')",
    "CREATE INDEX customer_order_member ON customer_order (member_id) WHERE member_id <> ''",
    """
    CREATE TABLE order_contact (
        number TEXT PRIMARY KEY REFERENCES customer_order (number),
        document TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # Sales that were set aside; what the other tills of the store may take, and until when.
    """
    CREATE TABLE parked_sale (
        parking_id TEXT PRIMARY KEY,
        sequence_number INTEGER NOT NULL UNIQUE,
        parked_at TEXT NOT NULL,
        document TEXT NOT NULL,
        offered INTEGER NOT NULL DEFAULT 0 CHECK (offered IN (0, 1)),
        offered_until TEXT,
        taken_by TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    # Returns whose money is on its way back, and those taken without a receipt, whose limits are counted here.
    "CREATE TABLE pending_return (return_id TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT",
    "CREATE INDEX journal_without_receipt ON journal (business_day) WHERE kind = 'return_without_receipt'",
    # Who may sign on; of PINs and badges only what is worthless without this machine's keystore (pos_app/pin_proof.py).
    """
    CREATE TABLE operator (
        operator_id TEXT PRIMARY KEY,
        number TEXT NOT NULL UNIQUE,
        display_name TEXT NOT NULL,
        role TEXT NOT NULL,
        pin_salt BLOB,
        pin_cost TEXT,
        pin_check BLOB,
        badge_check BLOB UNIQUE,
        origin TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # Wrong PINs in a row, by operator and (with an empty subject) of the whole till.
    """
    CREATE TABLE pin_guard (
        subject TEXT PRIMARY KEY,
        failures INTEGER NOT NULL,
        left_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # The secret of approvals by telephone.
    "CREATE TABLE approval_secret (id INTEGER PRIMARY KEY CHECK (id = 1), secret BLOB NOT NULL) STRICT",
    "CREATE INDEX journal_time_clock ON journal (position) WHERE kind IN ('clocked_in', 'clocked_out')",
    # Price lists of this store: times are Unix seconds, ends_at_s the first one that a price no longer holds in.
    """
    CREATE TABLE list_price (
        item_id TEXT NOT NULL,
        segment TEXT NOT NULL,
        starts_at_s INTEGER NOT NULL,
        list_id TEXT NOT NULL,
        ends_at_s INTEGER,
        price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
        PRIMARY KEY (item_id, segment, starts_at_s, list_id)
    ) STRICT, WITHOUT ROWID
    """,
    # Promotions as the central service publishes them, each edition as it came.
    """
    CREATE TABLE promotion_edition (
        edition_id TEXT PRIMARY KEY,
        effective_from_s INTEGER NOT NULL,
        version INTEGER NOT NULL,
        document TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # The training till: how everybody did in its lessons.
    """
    CREATE TABLE training_result (
        operator_id TEXT NOT NULL,
        lesson_id TEXT NOT NULL,
        finished_at TEXT NOT NULL,
        score INTEGER NOT NULL,
        mistakes INTEGER NOT NULL,
        hints INTEGER NOT NULL,
        keys INTEGER NOT NULL,
        seconds INTEGER NOT NULL
    ) STRICT
    """,
    # How much of a print job the printer took, and whether somebody has to look at the paper.
    "ALTER TABLE print_job ADD COLUMN bytes_sent INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE print_job ADD COLUMN bytes_total INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE print_job ADD COLUMN in_doubt INTEGER NOT NULL DEFAULT 0 CHECK (in_doubt IN (0, 1))",
    "DROP INDEX print_job_open",
    "CREATE INDEX print_job_waiting ON print_job (state, position) WHERE state IN ('queued', 'held', 'sending')",
    "CREATE INDEX print_job_in_doubt ON print_job (position) WHERE in_doubt = 1",
    # What each printer can do and has done, as it was found out.
    "CREATE TABLE printer_capability (printer TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID",
    # Cash brought to the till or taken to the safe during the day, and the closing under way with its counts.
    "ALTER TABLE till_totals ADD COLUMN loans_minor INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE till_totals ADD COLUMN pickups_minor INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE till_closing (id INTEGER PRIMARY KEY CHECK (id = 1), document TEXT NOT NULL) STRICT",
    "CREATE INDEX journal_z_reports ON journal (position) WHERE kind = 'z_report'",
    # Figures of days for reports, and what entries are looked for by: derived from the journal up to the mark.
    """
    CREATE TABLE report_cell (
        section TEXT NOT NULL,
        business_day TEXT NOT NULL,
        operator_id TEXT NOT NULL,
        key TEXT NOT NULL,
        label TEXT NOT NULL,
        detail TEXT NOT NULL,
        times INTEGER NOT NULL,
        quantity_milli INTEGER NOT NULL,
        amount_minor INTEGER NOT NULL,
        other_minor INTEGER NOT NULL,
        points INTEGER NOT NULL,
        PRIMARY KEY (section, business_day, operator_id, key)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE report_entry (
        incarnation_number INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        operator_id TEXT NOT NULL,
        amount_minor INTEGER,
        receipt_number TEXT NOT NULL,
        PRIMARY KEY (incarnation_number, sequence)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE report_mark (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        position INTEGER NOT NULL,
        rules_version INTEGER NOT NULL
    ) STRICT
    """,
)


def upgrade() -> None:
    """From schema 2."""
    for statement in _STATEMENTS:
        op.execute(statement)
    connection = cast("Connection", op.get_bind().connection.driver_connection)
    words: set[str] = set()
    for name, brand in connection.execute("SELECT name, brand FROM item"):
        words |= words_of(f"{name} {brand}")
    add_words(connection, words)
