"""`facetally worker`: the workers of a deployment; the process becomes Celery's."""

import os
import sys

import click

from cli.environment import read_settings, require_redis, server_environment
from cli.stack.database import require_tables
from cli.stack.provider import prepare_models
from worker.queue.broker import BULK_QUEUE, INTERACTIVE_QUEUE

# Several threads allocate pictures of all sizes. With one arena, and large blocks returned at once,
# the memory of a worker stayed within 4% over 2,000 pictures; with glibc's defaults within 11%.
MALLOC = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(16 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
}
# The threads of NumPy's matrix products wait actively for the next one: after each batch of faces
# they took 16 ms of a core that other pool children need.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}


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
    help="Slots: pool children of this worker. [FACETALLY_WORKERS; default: one per core]",
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
    require_tables(settings.database_url)
    command = [
        sys.executable,
        "-P",
        "-m",
        "cli.stack.celery_worker",
        "--app",
        "worker.entry",
        "--quiet",
    ]
    command += ["worker", "--queues", queue, "--concurrency", str(slots or settings.workers)]
    command += ["--hostname", f"{queue}-{os.getpid()}@%h", "--loglevel", "WARNING"]
    command += ["--without-gossip", "--without-mingle"]
    os.execve(
        command[0], command, {**MALLOC, **ONE_THREAD, **server_environment(provider=provider)}
    )
