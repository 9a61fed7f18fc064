"""`facetally audit`: who did what on a server."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import islice

import click

from cli.options.shared import as_json, takes_server
from cli.output.tables import make_audit_table
from cli.terminal import open_stdout
from facetally import Client
from facetally.answers.audit import ACTIONS


@click.command()
@click.option("--action", type=click.Choice(ACTIONS), help="Only this kind of action.")
@click.option("--job", type=click.IntRange(min=1), help="Only about this job.")
@click.option("--days", type=click.FloatRange(min=0), help="Only of the last days.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=100, show_default=True,
    help="Most entries to show.",
)  # fmt: skip
@as_json
@takes_server
def audit(
    client: Client,
    action: str | None,
    job: int | None,
    days: float | None,
    limit: int,
    as_json: bool,
) -> None:
    """Show who did what on a server.

    Who submitted, read, exported or erased what, when and from where, the newest first. This needs
    a key with the scope admin. With --json, each line is an entry.

    \b
    Example: facetally audit --job 7
             facetally audit --action erase --days 30
    """
    since = None if days is None else datetime.now(UTC) - timedelta(days=days)
    subject = None if job is None else f"job {job}"
    entries = islice(client.audit(action=action, subject=subject, since=since), limit)
    if as_json:
        for entry in entries:
            click.echo(json.dumps({**asdict(entry), "at": entry.at.isoformat()}))
    else:
        open_stdout().print(make_audit_table(entries))
