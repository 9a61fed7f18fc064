"""Options that several commands share."""

from collections.abc import Callable
from typing import TypeVar

import click

from cli.server import open_client
from cli.variables import KEY_VARIABLE, URL_VARIABLE
from facetally import Client
from facetally.client import DEFAULT_URL
from models.time_zones import find_zone

Command = TypeVar("Command", bound=Callable[..., object])


def takes_server(command: Command) -> Command:
    """Adds --url and --key, and passes a `Client` as `client`, closed when the command ends."""
    url = click.option(
        "--url",
        "client",
        envvar=URL_VARIABLE,
        default=DEFAULT_URL,
        callback=_open_client,
        show_envvar=True,
        show_default=True,
        help="Address of the server.",
    )
    # The key is read before the address, for the client alone.
    key = click.option(
        "--key",
        envvar=KEY_VARIABLE,
        is_eager=True,
        expose_value=False,
        callback=_keep_key,
        show_envvar=True,
        help="API key of the server.",
    )
    return url(key(command))


def _keep_key(context: click.Context, _: click.Parameter, value: str | None) -> None:
    context.meta[KEY_VARIABLE] = value


def _open_client(context: click.Context, _: click.Parameter, value: str) -> Client:
    return context.with_resource(open_client(value, context.meta[KEY_VARIABLE]))


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
takes_bands = click.option(
    "--bands",
    default="marketing",
    show_default=True,
    help="Age bands: marketing, adience, life_stage, or a list such as 0-17,18-120.",
)


def parse_pairs(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE, any number of times."""
    pairs = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not name or not equals:
            raise click.BadParameter(f"expected NAME=VALUE, got {value!r}")
        pairs[name] = text
    return pairs


def check_zone(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    """A name that is not a time zone is a usage error."""
    try:
        return value if value is None else find_zone(value).key
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
