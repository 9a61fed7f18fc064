"""Builds the schema, or upgrades an older one, with the numbered files in `migrations/`."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from db.engine import Database


def migrate(database: Database) -> None:
    """Bring the schema up to date; does nothing when it already is."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with database.connect_to_migrate() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
