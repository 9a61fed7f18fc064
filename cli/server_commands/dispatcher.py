"""`facetally dispatcher` and `migrate`: what a deployment runs apart from API and workers."""

import signal
import threading

import click

from cli.environment import read_settings, require_redis
from cli.stack.database import migrate_database, require_tables
from cli.stack.reachability import tell_unreachable
from db.engine import Database
from worker.addresses.destinations import Destinations
from worker.dispatcher.dispatcher import Dispatcher
from worker.dispatcher.listings import Listings
from worker.logs import configure_logging
from worker.outages import OutageLog
from worker.queue.broker import create_queue
from worker.settings import Settings
from worker.sources.folders import Folders
from worker.sources.store import Store
from worker.sources.writing import DestinationWriter

SECONDS_PER_DAY = 86400.0


@click.command()
def dispatcher() -> None:
    """Run the dispatcher.

    It dispatches work, rescues the work of dead workers, lists folders and buckets, and closes
    jobs.

    \b
    Example: facetally dispatcher
    """
    settings = read_settings()
    require_redis(settings)
    tell_unreachable(settings)
    require_tables(settings.database_url)
    configure_logging(settings.log_level, settings.log_format)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    database = Database(settings.database_url)
    # One for all of them: none repeats what another has said.
    outages = OutageLog("database")
    _list_folders(settings, database, stopped, outages)
    if settings.destinations:
        _deliver(database, Destinations(settings.destinations), stopped, outages)
    Dispatcher(
        database,
        create_queue(settings.redis_url),
        Store(settings.store_url),
        settings.resend_seconds,
        settings.pause_after_failures,
        settings.draft_days * SECONDS_PER_DAY,
        settings.audit_days,
        settings.webhook_hosts,
        outages,
    ).run(stopped)


def _list_folders(
    settings: Settings, database: Database, stopped: threading.Event, outages: OutageLog
) -> None:
    listings = Listings(database, Folders.from_settings(settings), settings.chunk_items, outages)
    # At the end it is not waited for: what a page adds is added whole or not at all.
    threading.Thread(target=listings.run, args=(stopped,), name="listings", daemon=True).start()


def _deliver(
    database: Database, allowed: Destinations, stopped: threading.Event, outages: OutageLog
) -> None:
    # Only here: the libraries that write Parquet take memory.
    from api.deliveries import Deliveries  # noqa: PLC0415

    deliveries = Deliveries(database, DestinationWriter(allowed), outages=outages)
    threading.Thread(target=deliveries.run, args=(stopped,), name="deliveries", daemon=True).start()


@click.command()
def migrate() -> None:
    """Bring the database tables up to date.

    \b
    Example: FACETALLY_DATABASE_URL=postgresql+psycopg://localhost/facetally facetally migrate
    """
    migrate_database(read_settings().database_url)
