"""The tables, brought up to date before anybody works with them."""

import logging
import socket

from sqlalchemy.exc import DBAPIError, OperationalError

from cli.exits import CommandFailed
from db.chunks.crashes import rescue_chunks_of
from db.chunks.release import release_all_chunks
from db.engine import Database
from db.migrate import migrate
from worker.settings import Settings

logger = logging.getLogger(__name__)


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
        release_all_chunks(session)
    database.close()


def free_chunks(url: str, pid: int) -> None:
    """Take back what a worker of this machine held that is gone, not waiting for its leases."""
    database = Database(url)
    try:
        with database.write() as session:
            rescue_chunks_of(session, f"{socket.gethostname()}:{pid}")
    except DBAPIError as error:
        # The leases end by themselves.
        logger.warning("chunks of a dead worker were left", extra={"error": str(error.orig)})
    finally:
        database.close()
