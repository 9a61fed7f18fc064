"""Runs the migrations on the connection that `db.migrate` opened; Alembic loads this file."""

from alembic import context
from sqlalchemy import Connection

import db.access_tables
import db.audience_tables
import db.counter_tables
import db.video_tables
import db.webhook_tables  # noqa: F401 - all complete the metadata
from db.tables import Table


def run_on(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Two hosts that migrate at the same time take turns. No other lock has this number:
        # "facetally" in base 36, cut short.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(931785411)")
    context.configure(connection=connection, target_metadata=Table.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


run_on(context.config.attributes["connection"])
