"""On which database a test runs, and a PostgreSQL database as it was when it was migrated."""

import pytest
from sqlalchemy import Connection, text

from db.engine import Database
from db.tables.schema import SCHEMA

# For tests of what does not depend on the kind of database.
on_one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
# To truncate a table takes as long as to delete hundreds of rows, but what was deleted stays in its
# file, and would slow down all later tests.
SMALL_BYTES = 1 << 16
EMPTY = f"""
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[{{tables}}] LOOP
    IF pg_relation_size(name::regclass) > {SMALL_BYTES} THEN
      EXECUTE 'TRUNCATE ' || name || ' CASCADE';
    ELSE
      EXECUTE 'DELETE FROM ' || name;
    END IF;
  END LOOP;
END $$
"""
SEQUENCES = "SELECT schemaname || '.' || sequencename FROM pg_sequences"


def empty_postgresql(database: Database) -> None:
    """Remove all rows, and let ids begin at 1 again."""
    tables = [f"'{table.name}'" for table in reversed(SCHEMA.sorted_tables)]
    with database.engine.begin() as connection:
        connection.execute(text(EMPTY.format(tables=", ".join(tables))))
        _restart_ids(connection)


def _restart_ids(connection: Connection) -> None:
    for name in connection.scalars(text(SEQUENCES)).all():
        connection.execute(text("SELECT setval(:name, 1, false)"), {"name": name})
