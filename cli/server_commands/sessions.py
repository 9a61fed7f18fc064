"""`facetally sessions`: who is logged in with a browser, and the end of that."""

import click

from cli.exits import CommandFailed
from cli.options.shared import as_json, takes_server
from cli.output.tables import make_sessions_table
from cli.terminal import print_values, tell
from facetally import Client


@click.group()
def sessions() -> None:
    """List or end the sessions of browsers.

    This needs a key with the scope admin.

    \b
    Example: facetally sessions list
    """


@sessions.command("list")
@as_json
@takes_server
def list_sessions(client: Client, as_json: bool) -> None:
    """List who is logged in, the last one first.

    \b
    Example: facetally sessions list
    """
    print_values(client.sessions(), make_sessions_table, as_json=as_json)


@sessions.command()
@click.argument("holder")
@takes_server
def end(client: Client, holder: str) -> None:
    """End all sessions of a holder, as `list` names them.

    This takes effect immediately. People who still have access can log in again: first remove them
    from their group at the provider, or revoke the key.

    \b
    Example: facetally sessions end person:248289761001
             facetally sessions end key:3
    """
    ended = client.end_sessions(holder)
    if not ended:
        raise CommandFailed(f"{holder} has no session open. See `facetally sessions list`.")
    tell(f"{ended} {'session' if ended == 1 else 'sessions'} of {holder} ended.")
