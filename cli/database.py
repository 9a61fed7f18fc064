"""The tables, brought up to date before anybody works with them."""

from sqlalchemy.exc import OperationalError

from cli.exits import CommandFailed
from db.engine import Database
from db.leases import release_all_leases
from db.migrate import migrate
from worker.settings import Settings


def migrate_database(url: str) -> None:
    """CommandFailed where the database is away."""
    database = Database(url)
    try:
        migrate(database)
    except OperationalError as error:
        raise CommandFailed(f"The database is away: {error.orig}") from error
    finally:
        database.close()


def prepare_database(settings: Settings) -> None:
    """For a stack that has just ended what an earlier one had left running."""
    migrate_database(settings.database_url)
    # Only of the folder's own database is it sure that no worker is left.
    own = settings.model_copy(update={"database_url": ""}).complete()
    if settings.database_url != own.database_url:
        return
    database = Database(settings.database_url)
    with database.write() as session:
        release_all_leases(session)
    database.close()
