"""`facetally worker`: the workers of a deployment; the process becomes Celery's."""

import os

import click

from cli.environment import read_settings, require_redis, server_environment
from cli.stack.database import require_tables
from cli.stack.provider import prepare_models
from cli.stack.reachability import tell_unreachable
from cli.stack.worker_program import ENVIRON, write_command
from worker.devices import count_slots
from worker.queue.broker import BULK_QUEUE, INTERACTIVE_QUEUE


@click.command()
@click.option(
    "--queue",
    type=click.Choice([BULK_QUEUE, INTERACTIVE_QUEUE]),
    default=BULK_QUEUE,
    show_default=True,
    help="Queue to work on.",
)
@click.option(
    "--slots",
    type=click.IntRange(min=1),
    help="Slots: pool children of this worker. [FACETALLY_WORKERS; default: one per core, or one "
    "per device of FACETALLY_DEVICES]",
)
def worker(queue: str, slots: int | None) -> None:
    """Run a pool of workers.

    The bulk queue is for jobs, the interactive queue for /v1/analyze.

    \b
    Example: facetally worker --slots 4
    """
    settings = read_settings()
    require_redis(settings)
    # Jobs that ask for another pack can be left to other workers.
    provider = prepare_models(settings, [settings.pack])
    tell_unreachable(settings)
    require_tables(settings.database_url)
    slots = slots or count_slots(settings, provider)
    chosen = server_environment(provider=provider, workers=str(slots))
    command = write_command(queue, slots, os.getpid())
    os.execve(command[0], command, {**ENVIRON, **chosen})
