"""Runs the migrations on the connection that `db.migrate` opened; Alembic loads this file."""

from alembic import context
from sqlalchemy import Connection

from db.tables.schema import SCHEMA


def run_on(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Two hosts that migrate at the same time take turns. No other lock has this number:
        # "facetally" in base 36, cut short.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(931785411)")
    context.configure(connection=connection, target_metadata=SCHEMA, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


run_on(context.config.attributes["connection"])
