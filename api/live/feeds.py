"""Live sources that are being watched: each is read, analyzed and drawn once for all its watchers.

Nothing is stored.
"""

from collections.abc import Callable
from threading import BoundedSemaphore, Event, Lock

from celery import Celery

from api.live.feed import Feed, Watcher
from worker.live_sources import LiveSource
from worker.queue.lane import InteractiveLane
from worker.settings import Settings


class Feeds:
    """The feeds that are being watched, and the permits to watch one."""

    def __init__(self, settings: Settings, queue: Celery, ending: Event) -> None:
        self._settings = settings
        self._ending = ending
        self._lock = Lock()
        self._feeds: dict[str, Feed] = {}
        self.permits = BoundedSemaphore(settings.live_streams)
        # A separate lane, so that feeds do not delay clients that send pictures.
        self._lane = InteractiveLane(
            settings.redis_url,
            queue,
            settings.live_timeout_seconds,
            BoundedSemaphore(max(1, len(settings.live_sources))),
        )

    def watch(self, source: LiveSource, hang_up: Callable[[], None]) -> "Watcher":
        """Join the feed of `source`, which is started if nobody watches it yet."""
        with self._lock:
            running = self._feeds.get(source.name)
            if running is not None:
                watcher = Watcher(running, hang_up)
                if running.join(watcher):
                    return watcher
            return self._start(source, hang_up)

    def _start(self, source: LiveSource, hang_up: Callable[[], None]) -> "Watcher":
        feed = self._make(source)
        watcher = Watcher(feed, hang_up)
        feed.join(watcher)
        feed.thread.start()
        # Only now: a feed that could not start would keep later watchers waiting.
        self._feeds[source.name] = feed
        return watcher

    def _make(self, source: LiveSource) -> "Feed":
        settings = self._settings
        patience = settings.live_timeout_seconds
        return Feed(source, self._lane, settings.max_pixels, patience, self._ending)

    def close(self) -> None:
        self._ending.set()
        for feed in self._feeds.values():
            feed.thread.join(self._settings.live_timeout_seconds)
        self._lane.close()
