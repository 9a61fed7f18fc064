"""`facetally worker`: the working side of a deployment, which becomes a process of Celery."""

import os
import sys

import click

from cli.environment import read_settings, require_redis, server_environment
from cli.stack.provider import prepare_nets
from worker.queue.broker import BULK_QUEUE, INTERACTIVE_QUEUE

# Pictures of all sizes come and go in several threads. Kept in one arena, and the large ones given
# back at once, they leave a worker's memory flat: measured over 2,000 pictures, within 4 %, where
# glibc's defaults swing by 11 %.
MALLOC = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(16 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
}


@click.command()
@click.option("--queue", type=click.Choice([BULK_QUEUE, INTERACTIVE_QUEUE]), default=BULK_QUEUE)
@click.option("--slots", type=click.IntRange(min=1), help="Processes [FACETALLY_WORKERS].")
def worker(queue: str, slots: int | None) -> None:
    """Run a pool of workers.

    The bulk queue is for jobs, the interactive queue for /v1/analyze.

    \b
    Example: facetally worker --slots 4
    """
    settings = read_settings()
    require_redis(settings)
    provider = prepare_nets(settings.weights_dir, settings.provider)
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
    os.execve(command[0], command, {**MALLOC, **server_environment(provider=provider)})
