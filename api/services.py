"""What views share, opened once in each API process, after gunicorn has forked it."""

from dataclasses import dataclass
from http import HTTPStatus
from threading import BoundedSemaphore, Event
from typing import TYPE_CHECKING, cast

from celery import Celery
from flask import Flask, current_app

from api.access.keyring import Keyring
from api.access.limiter import Limiter
from api.access.owners import Owners
from api.access.wrong_keys import WrongKeys
from api.errors import ApiError
from api.live.feeds import Feeds
from api.live.headcounts import Headcounts
from api.media.plain_videos import PlainVideos
from api.metering.meter import Meter
from api.progress import JobEvents
from api.staging import StagingFolder
from api.statuses import Statuses
from db.engine import Database
from worker.queue.broker import create_queue
from worker.queue.hints import HintSender
from worker.queue.lane import InteractiveLane
from worker.settings import Settings
from worker.sources.folders import Folders
from worker.sources.reader import Sources
from worker.sources.store import Store
from worker.traces.opening import open_tracing

if TYPE_CHECKING:
    from api.sign_on.provider import Provider
    from worker.traces.tracing import Tracing

EXTENSION = "facetally"
# Smaller counts are withheld where callers need keys, unless a setting says otherwise.
LEAST_WITH_KEYS = 5


@dataclass(frozen=True, slots=True)
class Services:
    """Database, queue, store and more, with the settings they were opened with."""

    settings: Settings
    database: Database
    queue: Celery
    store: Store
    # Where uploads lie until they are in the store.
    staging: StagingFolder
    plain_videos: PlainVideos
    sources: Sources
    folders: Folders
    lane: InteractiveLane
    hints: HintSender
    # Whatever waits for something else in a thread of its own takes one of these: a picture for its
    # faces, a watcher for the next picture, a manifest for its server. Half of the threads stay
    # free for everything else.
    waiting: BoundedSemaphore
    feeds: Feeds
    headcounts: Headcounts
    events: JobEvents
    meter: Meter
    # Set when this process has to end: long answers then stop.
    ending: Event
    owners: Owners
    statuses: Statuses
    keyring: Keyring
    wrong_keys: WrongKeys
    # At which people log in, if there is one.
    provider: "Provider | None"
    limiter: Limiter
    # Where traces are wanted.
    tracing: "Tracing | None"

    @property
    def min_cell(self) -> int:
        """The smallest count that audiences publish: without keys only its own machine can call,
        whose user has every face in the results anyway."""
        return self.settings.min_cell or (1 if self.keyring.is_empty() else LEAST_WITH_KEYS)

    def close(self) -> None:
        """Once no request is under way: first what writes to the database, which is closed last."""
        self.ending.set()
        self.events.close()
        self.headcounts.close()
        self.feeds.close()
        self.hints.close()
        self.meter.close()
        self.sources.close()
        self.lane.close()
        self.limiter.close()
        self.queue.close()
        self.staging.close()
        self.plain_videos.close()
        if self.tracing is not None:
            self.tracing.close()
        self.database.close()


def open_services(app: Flask, settings: Settings) -> Services:
    """Open all services; nothing connects before it is used."""
    queue = create_queue(settings.redis_url)
    ending = Event()
    database = Database(settings.database_url, connections=settings.api_threads)
    waiting = BoundedSemaphore(max(1, settings.api_threads // 2))
    feeds = Feeds(settings, queue, ending)
    store = Store(settings.store_url)
    opened = Services(
        settings=settings,
        database=database,
        queue=queue,
        store=store,
        staging=StagingFolder(),
        plain_videos=PlainVideos(settings, store),
        sources=Sources.from_settings(settings),
        folders=Folders.from_settings(settings),
        lane=InteractiveLane(
            settings.redis_url,
            queue,
            settings.analyze_timeout_seconds,
            waiting,
        ),
        hints=HintSender(database, queue, settings.resend_seconds),
        waiting=waiting,
        feeds=feeds,
        headcounts=Headcounts(database, settings, feeds, ending),
        meter=Meter(database, settings.api_threads),
        events=JobEvents(database, ending),
        ending=ending,
        owners=Owners(database),
        statuses=Statuses(database),
        keyring=Keyring(database, settings.api_keys, settings.oidc_issuer),
        wrong_keys=WrongKeys(database),
        provider=_open_provider(settings),
        tracing=open_tracing(settings.tracing_endpoint, "facetally-api"),
        limiter=Limiter(
            settings.redis_url,
            settings.tenant_requests_per_minute,
            settings.tenant_audiences_per_day,
        ),
    )
    app.extensions[EXTENSION] = opened
    return opened


def _open_provider(settings: Settings) -> "Provider | None":
    if not settings.oidc_issuer:
        return None
    # Most servers have none, and signatures take a tenth of the time in which an API starts.
    from api.sign_on.provider import Provider  # noqa: PLC0415

    return Provider(settings)


def take_permit(permits: BoundedSemaphore, refusal: str) -> None:
    """Take one of these permits; raises ApiError if none is left."""
    if not permits.acquire(blocking=False):
        raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, refusal, "too_busy")


def services() -> Services:
    """The services of the application that handles this request."""
    return cast(Services, current_app.extensions[EXTENSION])
