"""`facetally serve`: everything on this machine, until it is stopped."""

import click

from api.access.guard import OpenToNetwork, refuse_open_network
from cli.environment import read_settings
from cli.exits import CommandFailed
from cli.stack.stack import StackOptions, run_stack
from cli.terminal import tell

CHECK_SECONDS = 1.0


@click.command()
@click.option("--host", help="Address to listen on. [FACETALLY_HOST; default: 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port to listen on. [FACETALLY_PORT; default: 8000]",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Slots: pool children of the worker for jobs. [FACETALLY_WORKERS; default: one per core]",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False),
    help="Folder for the database and uploads. "
    "[FACETALLY_DATA_DIR; default: ~/.local/share/facetally]",
)
def serve(**given: str | int | None) -> None:
    """Run everything on this machine.

    Starts the API, workers, dispatcher and a queue server; Ctrl-C stops them.

    \b
    Example: facetally serve --port 8080
    """
    settings = read_settings(
        **{name: str(value) for name, value in given.items() if value is not None}
    )
    try:
        refuse_open_network(settings)
    except OpenToNetwork as error:
        raise CommandFailed(str(error)) from error
    options = StackOptions(
        settings, interactive=True, logs_in_files=False, early_exits_allowed=None
    )
    with run_stack(options) as stack:
        tell(f"Facetally is ready at {stack.url} (docs: /docs)")
        while True:
            stack.wait(CHECK_SECONDS)
            stack.check()
