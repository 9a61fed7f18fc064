"""`facetally alive`: the health check of a container."""

import socket

import click
from sqlalchemy.exc import DBAPIError

from cli.environment import read_settings
from cli.exits import CommandFailed
from cli.stack.reachability import describe_database
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
    url = read_settings().database_url
    database = Database(url)
    try:
        with database.read() as session:
            if not is_any_alive(session, host):
                raise CommandFailed(f"No process of {host} sends heartbeats.")
    except DBAPIError as error:
        raise CommandFailed(describe_database(url, error)) from error
    finally:
        database.close()
