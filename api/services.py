"""What the views call: opened once per API process, after gunicorn forked it."""

from dataclasses import dataclass
from threading import BoundedSemaphore, Event
from typing import cast

from celery import Celery
from flask import Flask, current_app

from api.live.feeds import Feeds
from db.engine import Database
from worker.queue.broker import create_queue
from worker.queue.hints import HintSender
from worker.queue.lane import InteractiveLane
from worker.settings import Settings
from worker.sources.reader import Sources
from worker.sources.store import Store

EXTENSION = "facetally"


@dataclass(frozen=True, slots=True)
class Services:
    """The database, the queue and the store, and the settings they were opened with."""

    settings: Settings
    database: Database
    queue: Celery
    store: Store
    sources: Sources
    lane: InteractiveLane
    hints: HintSender
    # Each stream of events or pictures, and each manifest that is fetched, holds a thread of the
    # API: half of them stay free for everything else.
    streams: BoundedSemaphore
    feeds: Feeds
    # Set when this process is asked to end: whoever answers for long lets go.
    ending: Event

    def close(self) -> None:
        """Let go of every connection."""
        self.hints.close()
        self.feeds.close()
        self.sources.close()
        self.lane.close()
        self.queue.close()
        self.database.close()


def open_services(app: Flask, settings: Settings) -> None:
    """Open everything; nothing connects before it is used."""
    queue = create_queue(settings.redis_url)
    ending = Event()
    database = Database(settings.database_url, connections=settings.api_threads + 1)
    app.extensions[EXTENSION] = Services(
        settings=settings,
        database=database,
        queue=queue,
        store=Store(settings.store_url),
        sources=Sources.from_settings(settings),
        lane=InteractiveLane(
            settings.redis_url,
            queue,
            settings.analyze_timeout_seconds,
            most_waiting=max(1, settings.api_threads // 2),
        ),
        hints=HintSender(database, queue, settings.resend_seconds),
        streams=BoundedSemaphore(max(1, settings.api_threads // 2)),
        feeds=Feeds(settings, queue, ending),
        ending=ending,
    )


def services() -> Services:
    """The services of the application that answers this request."""
    return cast(Services, current_app.extensions[EXTENSION])
