"""On which database a test runs, and a PostgreSQL database as it was when it was migrated."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from db.engine import Database
from db.tables.schema import SCHEMA

# For tests of what does not depend on the kind of database.
KINDS = ("sqlite", "postgresql")
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


def open_empty(request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    """An empty, migrated database of the kind that is the parameter of a fixture; at its end it is
    empty again."""
    if request.param == "sqlite":
        path = folder / "facetally.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        opened = Database(f"sqlite:///{path}")
    else:
        opened = Database(request.getfixturevalue("migrated_postgresql"))
    yield opened
    opened.close()
    if request.param == "postgresql":
        with closing(Database(request.getfixturevalue("postgresql_owner"))) as owner:
            empty_postgresql(owner)


def empty_postgresql(database: Database) -> None:
    """Remove all rows, and let ids begin at 1 again."""
    tables = [f"'{table.name}'" for table in reversed(SCHEMA.sorted_tables)]
    with database.engine.begin() as connection:
        connection.execute(text(EMPTY.format(tables=", ".join(tables))))
        _restart_ids(connection)


def _restart_ids(connection: Connection) -> None:
    for name in connection.scalars(text(SEQUENCES)).all():
        connection.execute(text("SELECT setval(:name, 1, false)"), {"name": name})
