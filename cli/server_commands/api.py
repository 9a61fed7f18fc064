"""`facetally api`: the HTTP side of a deployment."""

import click

from api.access.guard import OpenToNetwork
from api.server.master import serve
from cli.environment import read_settings, require_redis
from cli.exits import CommandFailed
from cli.stack.database import require_tables
from cli.stack.reachability import tell_unreachable


@click.command()
@click.option("--fd", type=int, hidden=True, help="An inherited listening socket.")
def api(fd: int | None) -> None:
    """Run the HTTP API.

    It listens on FACETALLY_HOST and FACETALLY_PORT.

    \b
    Example: FACETALLY_REDIS_URL=redis://localhost:6379/0 facetally api
    """
    settings = read_settings()
    require_redis(settings)
    tell_unreachable(settings)
    require_tables(settings.database_url)
    try:
        serve(settings, fd)
    except OpenToNetwork as error:
        raise CommandFailed(str(error)) from error
