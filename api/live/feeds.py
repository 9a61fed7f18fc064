"""Live sources while somebody watches them: each is read, analyzed and drawn once for all its
watchers, and nothing of it is kept.
"""

import logging
from collections.abc import Callable
from contextlib import closing
from threading import BoundedSemaphore, Condition, Event, Lock, Thread
from time import monotonic

from celery import Celery

from api.live.cameras import Camera, SourceUnavailable
from models.errors import FacetallyError
from worker.live_sources import LiveKind, LiveSource
from worker.queue.lane import InteractiveLane
from worker.settings import Settings

logger = logging.getLogger(__name__)

MOST_PICTURES_PER_SECOND = 10
# How often in a row a source that broke off is opened anew, and the pause before.
REOPENINGS = 3
PAUSE_SECONDS = 1.0
POLL_SECONDS = 0.5
FAULT = "The feed failed through a fault of ours, which was logged."


class Feeds:
    """The feeds that are watched, and the places for those who watch."""

    def __init__(self, settings: Settings, queue: Celery, ending: Event) -> None:
        self._settings = settings
        self._ending = ending
        self._lock = Lock()
        self._feeds: dict[str, Feed] = {}
        self.places = BoundedSemaphore(settings.live_streams)
        # A lane of their own: they take no place of those who send pictures.
        self._lane = InteractiveLane(
            settings.redis_url,
            queue,
            settings.live_timeout_seconds,
            most_waiting=max(1, len(settings.live_sources)),
        )

    def watch(self, source: LiveSource, hang_up: Callable[[], None]) -> "Watcher":
        """A place at the feed of `source`, which starts if nobody watches it yet."""
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
        # Not before: one that cannot start would keep all who come later waiting.
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


class Watcher:
    """One client of a feed. `hang_up` ends its connection, whatever is still to be sent."""

    def __init__(self, feed: "Feed", hang_up: Callable[[], None]) -> None:
        self._feed = feed
        self._hang_up = hang_up
        self._seen = 0
        self._sending_since: float | None = None

    def next_picture(self) -> bytes | None:
        """One it has not seen, None at the end; raises SourceUnavailable. It counts as taken when
        the next is asked for."""
        self._sending_since = None
        newer = self._feed.wait_newer(self._seen)
        self._sending_since = monotonic()
        if newer is None:
            return None
        self._seen, picture = newer
        return picture

    def drop_if_stalled(self, patience_seconds: float) -> None:
        since = self._sending_since
        if since is not None and monotonic() - since > patience_seconds:
            logger.info("a client took no picture and was let go")
            self._hang_up()

    def leave(self) -> None:
        self._feed.leave(self)


class Feed:
    """One source that is watched: it ends when it is over, fails, or nobody watches any more."""

    def __init__(
        self,
        source: LiveSource,
        lane: InteractiveLane,
        max_pixels: int,
        patience_seconds: float,
        ending: Event,
    ) -> None:
        self._source = source
        self._lane = lane
        self._max_pixels = max_pixels
        self._patience_seconds = patience_seconds
        self._ending = ending
        self._changed = Condition()
        self._watchers: set[Watcher] = set()
        self._number, self._picture = 0, b""
        self._silent_until = 0.0
        self._has_ended = False
        # Why, unless it was over or nobody watched any more.
        self._fault: str | None = None
        self.thread = Thread(target=self._run, name=f"feed {source.name}", daemon=True)

    def join(self, watcher: Watcher) -> bool:
        """Whether it is now one of those who watch; not where the feed has ended."""
        with self._changed:
            if self._has_ended:
                return False
            self._watchers.add(watcher)
            return True

    def leave(self, watcher: Watcher) -> None:
        with self._changed:
            self._watchers.discard(watcher)
            self._changed.notify_all()

    def wait_newer(self, number: int) -> tuple[int, bytes] | None:
        """The next picture after that of `number`; None once it is over, or the API ends."""
        with self._changed:
            while self._number <= number and not self._has_ended:
                self._changed.wait(POLL_SECONDS)
                if self._ending.is_set():
                    return None
            if self._number > number:
                return self._number, self._picture
            if self._fault is not None:
                raise SourceUnavailable(self._fault)
            return None

    def _run(self) -> None:
        fault = None
        try:
            self._play()
        except SourceUnavailable as error:
            fault = str(error)
        except Exception:
            logger.exception("feed failed", extra={"source": self._source.name})
            fault = FAULT
        with self._changed:
            self._has_ended, self._fault = True, fault
            self._changed.notify_all()
        # A client that stalls may still hold the last picture.
        while self._watchers and not self._ending.is_set():
            self._drop_stalled()
            self._pause(POLL_SECONDS)

    def _play(self) -> None:
        self._silent_until = monotonic() + self._patience_seconds
        reopened = 0
        first: SourceUnavailable | None = None
        while self._end_unless_watched():
            shown = self._number
            try:
                self._show_camera()
                return
            except SourceUnavailable as error:
                if self._number > shown:
                    first, reopened = None, 0
                # What went wrong first tells more than that there was no time left in the end.
                first, reopened = first or error, reopened + 1
                is_late = monotonic() + PAUSE_SECONDS > self._silent_until
                if self._source.kind is LiveKind.FILE or reopened > REOPENINGS or is_late:
                    raise first from None
                logger.info(
                    "a live source is opened anew",
                    extra={"source": self._source.name, "problem": str(error)},
                )
            self._pause(PAUSE_SECONDS)

    def _show_camera(self) -> None:
        with closing(Camera(self._source, self._max_pixels, self._patience_seconds)) as camera:
            while self._end_unless_watched():
                asked_at = monotonic()
                picture = camera.read(self._silent_until)
                if picture is None:
                    return
                self._show(picture)
                self._pause(asked_at + 1 / MOST_PICTURES_PER_SECOND - monotonic())

    def _end_unless_watched(self) -> bool:
        """Let go of who takes nothing, end where nobody is left, and tell whether it goes on."""
        self._drop_stalled()
        with self._changed:
            if not self._watchers:
                # Whoever comes from now on gets a feed of its own.
                self._has_ended = True
            return not self._has_ended and not self._ending.is_set()

    def _show(self, picture: bytes) -> None:
        try:
            drawn = self._lane.draw_faces(picture)
        except FacetallyError as error:
            # No worker answers, or this one picture is broken: the next may fare better.
            if monotonic() + PAUSE_SECONDS > self._silent_until:
                raise SourceUnavailable(str(error)) from error
            self._pause(PAUSE_SECONDS)
            return
        self._silent_until = monotonic() + self._patience_seconds
        with self._changed:
            self._number, self._picture = self._number + 1, drawn
            self._changed.notify_all()

    def _drop_stalled(self) -> None:
        with self._changed:
            watchers = tuple(self._watchers)
        for watcher in watchers:
            watcher.drop_if_stalled(self._patience_seconds)

    def _pause(self, seconds: float) -> None:
        self._ending.wait(max(0.0, seconds))
