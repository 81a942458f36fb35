"""Runs the versions on the connection that the migration opened: all of them in one transaction, or none."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
