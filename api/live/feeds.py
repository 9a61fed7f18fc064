"""Live sources that are being watched or counted: each is read and analyzed once for all.

No picture is stored.
"""

from collections.abc import Callable
from threading import BoundedSemaphore, Event, Lock

from celery import Celery

from api.live.feed import Feed, Watcher
from api.live.headcounter import Headcounter
from db.job_values import DetectionMode
from worker.addresses.live_sources import LiveSource
from worker.queue.lane import InteractiveLane
from worker.settings import Settings


class Feeds:
    """The feeds that are open, and the permits to watch one."""

    def __init__(
        self,
        settings: Settings,
        queue: Celery,
        ending: Event,
        lane: InteractiveLane | None = None,
    ) -> None:
        self._settings = settings
        self._ending = ending
        self._lock = Lock()
        self._feeds: dict[tuple[str, DetectionMode], Feed] = {}
        self.permits = BoundedSemaphore(settings.live_streams)
        # A separate lane, so that feeds do not delay clients that send pictures.
        self._lane = lane or InteractiveLane(
            settings.redis_url,
            queue,
            settings.live_timeout_seconds,
            BoundedSemaphore(max(1, len(settings.live_sources) * len(DetectionMode))),
        )

    def watch(
        self, source: LiveSource, detection: DetectionMode, hang_up: Callable[[], None]
    ) -> "Watcher":
        """Join the feed of `source`, which is started if nobody watches it so yet."""
        with self._lock:
            running = self._feeds.get((source.name, detection))
            if running is not None:
                watcher = Watcher(running, hang_up)
                if running.join(watcher):
                    return watcher
            feed = self._make(source, detection)
            watcher = Watcher(feed, hang_up)
            feed.join(watcher)
            self._start(feed, source, detection)
            return watcher

    def count(self, source: LiveSource, headcounter: Headcounter) -> None:
        """Count the people of a source, in its feed if it is watched so, or else in one of its
        own."""
        detection = headcounter.asked.detection
        with self._lock:
            running = self._feeds.get((source.name, detection))
            if running is None or not running.count(headcounter):
                feed = self._make(source, detection)
                feed.count(headcounter)
                self._start(feed, source, detection)

    def _start(self, feed: Feed, source: LiveSource, detection: DetectionMode) -> None:
        feed.thread.start()
        # Only now: a feed that could not start would keep later watchers waiting.
        self._feeds[source.name, detection] = feed

    def _make(self, source: LiveSource, detection: DetectionMode) -> "Feed":
        return Feed(source, detection, self._lane, self._settings, self._ending)

    def close(self) -> None:
        self._ending.set()
        for feed in self._feeds.values():
            feed.thread.join(self._settings.live_timeout_seconds)
        self._lane.close()
