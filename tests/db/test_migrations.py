"""The migrations build the schema that the tables describe."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text

from db.engine import Database
from db.migrate import MIGRATIONS, is_outdated, list_revisions, migrate
from db.tables.schema import SCHEMA

VERSIONS = Path(__file__).parents[2] / "db" / "migrations" / "versions"
# What each catalog says of columns, constraints, indexes and storage, one line for each fact.
CATALOGS = {
    "sqlite": ("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL",),
    "postgresql": (
        "SELECT table_name, column_name, ordinal_position, data_type, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT relname, relkind::text, reloptions FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace",
    ),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_databases(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Database, Database]]:
    """Two databases of each kind, without a table."""
    names = ("migrated", "described")
    if request.param == "sqlite":
        yield from _open(*(f"sqlite:///{tmp_path / name}.sqlite3" for name in names))
        return
    url = make_url(request.getfixturevalue("postgresql_url"))
    server = Database(url.render_as_string(hide_password=False))
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in names:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield from _open(
            *(url.set(database=name).render_as_string(hide_password=False) for name in names)
        )
        for name in names:
            connection.execute(text(f"DROP DATABASE {name}"))
    server.close()


def _open(*urls: str) -> Iterator[tuple[Database, Database]]:
    first, second = (Database(url) for url in urls)
    yield first, second
    first.close()
    second.close()


def test_the_migrated_schema_equals_the_tables(
    empty_databases: tuple[Database, Database],
) -> None:
    migrated, described = empty_databases
    migrate(migrated)
    with described.connect_to_migrate() as connection:
        SCHEMA.create_all(connection)
    with migrated.engine.connect() as ours, described.engine.connect() as theirs:
        assert read_catalog(ours) == read_catalog(theirs)
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(ours, opts=options)
        assert compare_metadata(context, SCHEMA) == []


def test_only_a_database_before_this_version_is_outdated(
    empty_databases: tuple[Database, Database],
) -> None:
    database, _ = empty_databases
    assert is_outdated(database)
    migrate(database)
    assert not is_outdated(database)
    with database.connect_to_migrate() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    assert not is_outdated(database)


def test_the_versions_are_those_of_alembic() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert list_revisions() == revisions[::-1]


def read_catalog(connection: Connection) -> set[str]:
    facts = {
        re.sub(r"\s+", " ", " | ".join(map(str, row)))
        for query in CATALOGS[connection.dialect.name]
        for row in connection.execute(text(query))
    }
    return {fact for fact in facts if "alembic_version" not in fact}


def test_the_compared_catalogs_show_conditions_and_storage(database: Database) -> None:
    with database.engine.connect() as connection:
        facts = " ".join(read_catalog(connection))
    assert "erased_at IS NULL" in facts
    assert ("fillfactor=50" in facts) is (database.engine.dialect.name == "postgresql")


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_migration_imports_no_live_code(path: Path) -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [one.name for one in node.names]
        )
    }
    assert imported <= {"alembic", "sqlalchemy", "typing"}
