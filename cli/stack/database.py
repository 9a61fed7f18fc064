"""Brings the tables up to date, and rescues chunks of processes that are gone."""

import logging
import socket

from sqlalchemy.exc import DBAPIError, OperationalError

from cli.exits import CommandFailed
from cli.stack.reachability import describe_database
from db.chunks.crashes import rescue_chunks_of
from db.chunks.release import release_all_chunks
from db.engine import Database
from db.migrate import is_outdated, migrate
from worker.settings import Settings

logger = logging.getLogger(__name__)


def migrate_database(url: str) -> None:
    """CommandFailed if the database is unavailable."""
    database = Database(url)
    try:
        migrate(database)
    except OperationalError as error:
        raise CommandFailed(describe_database(url, error)) from error
    finally:
        database.close()


def require_tables(url: str) -> None:
    """Refuse to start on a database that was not migrated.

    One that is unavailable is not refused: every process waits for it, and has said so.
    """
    database = Database(url)
    try:
        outdated = is_outdated(database)
    except OperationalError:
        return
    finally:
        database.close()
    if outdated:
        raise CommandFailed(
            "The database does not have the tables of this version. Run `facetally migrate` first."
        )


def prepare_database(settings: Settings) -> None:
    """Migrate the database of a stack, and release the chunks of an earlier one."""
    migrate_database(settings.database_url)
    # Only the database in the folder can have no other workers.
    own = settings.model_copy(update={"database_url": ""}).complete()
    if settings.database_url != own.database_url:
        return
    database = Database(settings.database_url)
    with database.write() as session:
        release_all_chunks(session)
    database.close()


def rescue_chunks(url: str, pid: int) -> None:
    """Rescue the chunks of a dead worker of this machine before its leases end."""
    database = Database(url)
    try:
        with database.write() as session:
            rescue_chunks_of(session, f"{socket.gethostname()}:{pid}")
    except DBAPIError as error:
        # Their leases end anyway.
        logger.warning("chunks of a dead worker were not rescued", extra={"error": str(error.orig)})
    finally:
        database.close()
