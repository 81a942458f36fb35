"""What a store needs beside its counter: set-up with its history, tills and drawers, backups, updates."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """From schema 3."""
    for statement in _STATEMENTS:
        op.execute(statement)
