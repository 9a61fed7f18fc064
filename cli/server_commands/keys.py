"""`facetally keys`: who may call a server, and for what."""

from datetime import UTC, datetime, timedelta

import click

from cli.options.shared import as_json, takes_server
from cli.output.tables import make_keys_table
from cli.terminal import describe, print_json, print_values, tell
from facetally import Client
from facetally.answers.keys import SCOPES

USUAL_SCOPES = ("submit", "read")


@click.group()
def keys() -> None:
    """Create, list or revoke API keys.

    This needs a key with the scope admin, such as one of FACETALLY_API_KEYS. To rotate a key,
    create another, let its holders change to that, and revoke the first.

    \b
    Example: facetally keys list
    """


@keys.command()
@click.argument("name")
@click.option(
    "--scope", "scopes", type=click.Choice(SCOPES), multiple=True, default=USUAL_SCOPES,
    show_default=True, help="What it may be used for; may be repeated.",
)  # fmt: skip
@click.option("--tenant", help="Whose data it reaches: a name, or * for all.  [default: yours]")
@click.option("--days", type=click.IntRange(1, 3650), help="Days until it expires.")
@as_json
@takes_server
def create(
    client: Client,
    name: str,
    scopes: tuple[str, ...],
    tenant: str | None,
    days: int | None,
    as_json: bool,
) -> None:
    """Create a key, and print it this once.

    \b
    Example: facetally keys create kiosk --scope live --days 365
             facetally keys create acme-upload --tenant acme
    """
    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
    made = client.create_key(name, scopes, tenant=tenant, expires_at=expires_at)
    if as_json:
        print_json(describe(made))
        return
    click.echo(made.key)
    tell(f"This is key {made.id}. Keep it now: it is not shown again.")


@keys.command("list")
@as_json
@takes_server
def list_keys(client: Client, as_json: bool) -> None:
    """List the keys, the newest first.

    Those of FACETALLY_API_KEYS are not among them.

    \b
    Example: facetally keys list
    """
    print_values(client.api_keys(), make_keys_table, as_json=as_json)


@keys.command()
@click.argument("number", type=click.IntRange(min=1))
@takes_server
def revoke(client: Client, number: int) -> None:
    """Revoke a key by its number.

    Within 5 seconds the server refuses it and the sessions of browsers that it opened.

    \b
    Example: facetally keys revoke 3
    """
    key = client.revoke_key(number)
    tell(f"Key {key.id} ({key.name}) is revoked.")
