"""Schema versions of the terminal's database, one file each, run by Alembic."""
