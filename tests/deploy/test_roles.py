"""The role of a running installation reads and writes rows, and changes no table.

That its rights suffice is shown by every test on PostgreSQL: they use it.
"""

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import ProgrammingError

from cli.stack.database import require_tables
from db.engine import POSTGRESQL_GUARDS, Database
from db.migrate import migrate
from db.tables.schema import SCHEMA


@pytest.fixture
def connection(migrated_postgresql: str) -> Iterator[Connection]:
    engine = create_engine(migrated_postgresql)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more (id integer)",
        "CREATE TEMPORARY TABLE more (id integer)",
        "CREATE SCHEMA more",
        "CREATE FUNCTION more() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE jobs ADD COLUMN more integer",
        "ALTER TABLE jobs OWNER TO facetally",
        "CREATE INDEX more ON jobs (tenant)",
        "DROP TABLE jobs CASCADE",
        "TRUNCATE jobs CASCADE",
        "CREATE ROLE more",
        "SET ROLE facetally_owner",
        "COPY jobs TO PROGRAM 'cat'",
    ],
)
def test_it_is_refused(connection: Connection, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        connection.execute(text(statement))


def test_it_reads_and_writes_the_rows_of_every_table(connection: Connection) -> None:
    for table in SCHEMA.tables:
        rights = connection.scalars(
            text(
                "SELECT r FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) r "
                "WHERE NOT has_table_privilege(:table, r)"
            ),
            {"table": table},
        )
        assert rights.all() == [], table


def test_its_statements_end_as_soon_as_those_of_processes_that_say_so_themselves(
    connection: Connection,
) -> None:
    for setting, milliseconds in re.findall(r"-c (\w+)=(\d+)", POSTGRESQL_GUARDS):
        shown = connection.scalar(
            text("SELECT setting FROM pg_settings WHERE name = :name"), {"name": setting}
        )
        assert shown == milliseconds, setting


def test_it_knows_whether_the_tables_are_those_of_this_version(migrated_postgresql: str) -> None:
    require_tables(migrated_postgresql)


def test_a_migration_by_the_owner_finds_nothing_to_do(postgresql_owner: str) -> None:
    with closing(Database(postgresql_owner)) as owner:
        migrate(owner)


def test_nobody_else_may_enter_the_database(postgresql_url: str, connection: Connection) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as server:
        server.execute(text("CREATE ROLE stranger"))
        entered = server.scalar(
            text("SELECT has_database_privilege('stranger', 'facetally', 'CONNECT')")
        )
        server.execute(text("DROP ROLE stranger"))
    engine.dispose()
    assert entered is False
