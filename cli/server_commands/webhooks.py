"""`facetally webhooks`: who is told what happens to jobs."""

from itertools import islice

import click

from cli.options.shared import as_json, takes_server
from cli.output.tables import make_messages_table, make_webhooks_table
from cli.terminal import describe, print_json, print_values, tell
from facetally import Client
from facetally.answers.webhooks import EVENTS


@click.group()
def webhooks() -> None:
    """Create, list, test or remove webhooks.

    This needs a key with the scope admin.

    \b
    Example: facetally webhooks list
    """


@webhooks.command()
@click.argument("url")
@click.option(
    "--event", "events", type=click.Choice(EVENTS), multiple=True,
    help="What it is told; may be repeated.  [default: everything]",
)  # fmt: skip
@as_json
@takes_server
def create(client: Client, url: str, events: tuple[str, ...], as_json: bool) -> None:
    """Have an address told what happens to jobs, and print the secret of its signatures.

    \b
    Example: facetally webhooks create https://example.com/hook --event job.completed
    """
    made = client.create_webhook(url, events)
    if as_json:
        print_json(describe(made))
        return
    click.echo(made.secret)
    tell(f"This is the secret of webhook {made.id}. Keep it now: it is not shown again.")


@webhooks.command("list")
@as_json
@takes_server
def list_webhooks(client: Client, as_json: bool) -> None:
    """List the webhooks, the newest first.

    \b
    Example: facetally webhooks list
    """
    print_values(client.webhooks(), make_webhooks_table, as_json=as_json)


@webhooks.command()
@click.argument("number", type=click.IntRange(min=1))
@takes_server
def remove(client: Client, number: int) -> None:
    """Remove a webhook with its messages.

    \b
    Example: facetally webhooks remove 3
    """
    tell(f"Webhook {client.remove_webhook(number).id} is removed.")


@webhooks.command()
@click.argument("number", type=click.IntRange(min=1))
@takes_server
def test(client: Client, number: int) -> None:
    """Send a test message to a webhook.

    \b
    Example: facetally webhooks test 3
    """
    message_id = client.test_webhook(number)
    tell(f"Message {message_id} is sent. See `facetally webhooks messages {number}`.")


@webhooks.command()
@click.argument("number", type=click.IntRange(min=1))
@click.option(
    "--limit", type=click.IntRange(min=1), default=100, show_default=True,
    help="Most messages to show.",
)  # fmt: skip
@as_json
@takes_server
def messages(client: Client, number: int, limit: int, as_json: bool) -> None:
    """List the messages of a webhook with how the last attempt ended, the newest first.

    \b
    Example: facetally webhooks messages 3
    """
    found = list(islice(client.webhook_messages(number), limit))
    print_values(found, make_messages_table, as_json=as_json)


@webhooks.command()
@click.argument("message", type=click.IntRange(min=1))
@takes_server
def resend(client: Client, message: int) -> None:
    """Send a message again, by its number.

    \b
    Example: facetally webhooks resend 12
    """
    client.resend_message(message)
    tell(f"Message {message} is sent again.")
