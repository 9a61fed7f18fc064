"""`facetally api`, `worker`, `dispatcher` and `migrate`: one process each, for deployments."""

import os
import signal
import sys
import threading

import click
from sqlalchemy.exc import OperationalError

from api.access import OpenToNetwork
from api.app import serve
from cli.environment import read_settings, require_redis, server_environment
from cli.exits import CommandFailed
from cli.provider import prepare_nets
from db.engine import Database
from db.migrate import migrate as migrate_database
from worker.dispatcher import Dispatcher
from worker.logs import configure_logging
from worker.queue import BULK_QUEUE, INTERACTIVE_QUEUE, create_queue

# Pictures of all sizes come and go in several threads. Kept in one arena, and the large ones given
# back at once, they leave a worker's memory flat: measured over 2,000 pictures, within 4 %, where
# glibc's defaults swing by 11 %.
MALLOC = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(16 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
}


@click.command()
@click.option("--fd", type=int, hidden=True, help="A listening socket that was inherited.")
def api(fd: int | None) -> None:
    """Run the HTTP API.

    It listens where FACETALLY_HOST and FACETALLY_PORT say.

    \b
    Example: FACETALLY_REDIS_URL=redis://localhost:6379/0 facetally api
    """
    settings = read_settings()
    require_redis(settings)
    try:
        serve(settings, fd)
    except OpenToNetwork as error:
        raise CommandFailed(str(error)) from error


@click.command()
@click.option("--queue", type=click.Choice([BULK_QUEUE, INTERACTIVE_QUEUE]), default=BULK_QUEUE)
@click.option("--slots", type=click.IntRange(min=1), help="Processes [FACETALLY_WORKERS].")
def worker(queue: str, slots: int | None) -> None:
    """Run a pool of workers.

    The bulk queue is that of jobs, the interactive one that of /v1/analyze.

    \b
    Example: facetally worker --slots 4
    """
    settings = read_settings()
    require_redis(settings)
    provider = prepare_nets(settings.weights_dir, settings.provider)
    command = [sys.executable, "-P", "-m", "cli.celery_worker", "--app", "worker.app", "--quiet"]
    command += ["worker", "--queues", queue, "--concurrency", str(slots or settings.workers)]
    command += ["--hostname", f"{queue}-{os.getpid()}@%h", "--loglevel", "WARNING"]
    command += ["--without-gossip", "--without-mingle"]
    os.execve(command[0], command, {**MALLOC, **server_environment(provider=provider)})


@click.command()
def dispatcher() -> None:
    """Run the dispatcher.

    It hands work out, takes it back from the dead, and closes jobs.

    \b
    Example: facetally dispatcher
    """
    settings = read_settings()
    require_redis(settings)
    configure_logging()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    database = Database(settings.database_url)
    queue = create_queue(settings.redis_url)
    Dispatcher(database, queue, settings.resend_seconds).run(stopped)


@click.command()
def migrate() -> None:
    """Bring the tables up to date.

    \b
    Example: FACETALLY_DATABASE_URL=postgresql+psycopg://localhost/facetally facetally migrate
    """
    database = Database(read_settings().database_url)
    try:
        migrate_database(database)
    except OperationalError as error:
        raise CommandFailed(f"The database is away: {error.orig}") from error
    finally:
        database.close()
