"""`facetally alive`: the health check of a container."""

import socket

import click
from sqlalchemy.exc import DBAPIError

from cli.environment import read_settings
from cli.exits import CommandFailed
from db.engine import Database
from db.processes import is_any_alive


@click.command()
def alive() -> None:
    """Check whether a process of this host sends heartbeats.

    For health checks of containers with a worker or a dispatcher.

    \b
    Example: facetally alive
    """
    host = socket.gethostname()
    database = Database(read_settings().database_url)
    try:
        with database.read() as session:
            if not is_any_alive(session, host):
                raise CommandFailed(f"No process of {host} sends heartbeats.")
    except DBAPIError as error:
        raise CommandFailed(f"The database is unavailable: {error.orig}") from error
    finally:
        database.close()
