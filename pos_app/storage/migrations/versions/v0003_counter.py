"""What the whole counter needs beside selling and members."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATEMENTS: tuple[str, ...] = ()


def upgrade() -> None:
    """From schema 2."""
    for statement in _STATEMENTS:
        op.execute(statement)
