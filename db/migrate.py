"""Builds the schema, or upgrades an older one, with the numbered files in `migrations/`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from db.engine import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Bring the schema up to date; does nothing when it already is."""
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
        revision = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory(str(MIGRATIONS))
    earlier = {script.revision for script in scripts.walk_revisions()} - {
        scripts.get_current_head()
    }
    return revision is None or revision in earlier
