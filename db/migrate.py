"""Builds the schema, or upgrades an older one, with the numbered files in `migrations/`."""

from pathlib import Path

from sqlalchemy import column, inspect, select, table

from db.engine import Database

MIGRATIONS = Path(__file__).parent / "migrations"
# Alembic's own table, with one row.
VERSION = table("alembic_version", column("version_num"))


def migrate(database: Database) -> None:
    """Bring the schema up to date; does nothing when it already is."""
    # A fifth of a second, which each process that only asks for the version would take to start.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.connect_to_migrate() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_outdated(database: Database) -> bool:
    """Whether the tables are missing, or of an earlier version.

    Those of a later version, which this one does not know, are not outdated: while a deployment is
    upgraded, processes of both versions run.
    """
    with database.connect_to_migrate() as connection:
        is_empty = not inspect(connection).has_table(VERSION.name)
        revision = None if is_empty else connection.scalar(select(VERSION))
    return revision is None or revision in list_revisions()[:-1]


def list_revisions() -> list[str]:
    """The numbers of all versions, the latest last: the file of each begins with its number."""
    return sorted(path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/*.py"))
