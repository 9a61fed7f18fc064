"""What the views call: opened once per API process, after gunicorn forked it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import cast

from celery import Celery
from flask import Flask, current_app

from db.engine import Database
from worker.hints import send_hints
from worker.interactive import InteractiveLane
from worker.queue import create_queue
from worker.settings import Settings
from worker.store import Store

EXTENSION = "facetally"


@dataclass(frozen=True, slots=True)
class Services:
    """The database, the queue and the store, and the settings they were opened with."""

    settings: Settings
    database: Database
    queue: Celery
    store: Store
    lane: InteractiveLane
    background: ThreadPoolExecutor

    def send_first_hints(self) -> None:
        """Let workers know at once, without holding the answer up; the dispatcher sees to the
        rest."""
        self.background.submit(send_hints, self.database, self.queue, self.settings.resend_seconds)

    def close(self) -> None:
        """Let go of every connection."""
        self.background.shutdown()
        self.lane.close()
        self.queue.close()
        self.database.close()


def open_services(app: Flask, settings: Settings) -> None:
    """Open everything; nothing connects before it is used."""
    queue = create_queue(settings.redis_url)
    app.extensions[EXTENSION] = Services(
        settings=settings,
        database=Database(settings.database_url),
        queue=queue,
        store=Store(settings.store_url),
        lane=InteractiveLane(settings.redis_url, queue, settings.analyze_timeout_seconds),
        background=ThreadPoolExecutor(1, thread_name_prefix="hints"),
    )


def services() -> Services:
    """The services of the application that answers this request."""
    return cast(Services, current_app.extensions[EXTENSION])
