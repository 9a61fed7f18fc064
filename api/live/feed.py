"""One live source while it is watched or counted, and its watchers."""

import logging
from collections.abc import Callable
from contextlib import closing
from threading import Condition, Event, Thread
from time import monotonic

from api.live.cameras import Camera, SourceUnavailable
from api.live.headcounter import FRAMES_PER_SECOND, Headcounter, make_frame
from db.job_values import DetectionMode
from models.errors import FAULT_MESSAGE, FacetallyError
from worker.addresses.live_sources import LiveKind, LiveSource
from worker.queue.lane import InteractiveLane
from worker.settings import Settings

logger = logging.getLogger(__name__)

MOST_PICTURES_PER_SECOND = 10
# A lost source is reopened until it has been silent for too long, after pauses that double but stay
# short: many cameras send a picture that begins a new series every two seconds only.
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 2.0
PAUSE_SECONDS = 1.0
POLL_SECONDS = 0.5


class Watcher:
    """One client of a feed. `hang_up` closes its connection, even while something is being sent."""

    def __init__(self, feed: "Feed", hang_up: Callable[[], None]) -> None:
        self._feed = feed
        self._hang_up = hang_up
        self._seen = 0
        self._sending_since: float | None = None

    def next_picture(self) -> bytes | None:
        """A picture it has not seen, or None at the end; raises SourceUnavailable.

        The client has received a picture once it calls for the next one.
        """
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
            logger.info("disconnected a client that reads no pictures")
            self._hang_up()

    def leave(self) -> None:
        self._feed.leave(self)


class Feed:
    """One source. It ends when the source ends or fails, or when nobody watches it and its people
    are not counted."""

    def __init__(
        self,
        source: LiveSource,
        detection: DetectionMode,
        lane: InteractiveLane,
        settings: Settings,
        ending: Event,
    ) -> None:
        self._source = source
        self._detection = detection
        self._lane = lane
        self._settings = settings
        self._patience_seconds = settings.live_timeout_seconds
        self._ending = ending
        self._changed = Condition()
        self._watchers: set[Watcher] = set()
        self._headcounter: Headcounter | None = None
        # How many pictures were analyzed, whether or not anyone watches.
        self._analyzed = 0
        self._number, self._picture = 0, b""
        self._silent_until = 0.0
        self._has_ended = False
        # Why it failed; None unless it did.
        self._fault: str | None = None
        self.thread = Thread(target=self._run, name=f"feed {source.name}", daemon=True)

    def join(self, watcher: Watcher) -> bool:
        """Add a watcher; False if the feed has ended."""
        with self._changed:
            if self._has_ended:
                return False
            self._watchers.add(watcher)
            return True

    def count(self, headcounter: Headcounter) -> bool:
        """Count its people from now on; False if the feed has ended."""
        with self._changed:
            if self._has_ended:
                return False
            self._headcounter = headcounter
            return True

    def leave(self, watcher: Watcher) -> None:
        with self._changed:
            self._watchers.discard(watcher)
            self._changed.notify_all()

    def wait_newer(self, number: int) -> tuple[int, bytes] | None:
        """The next picture after `number`, or None at the end of the feed or the API."""
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
            fault = FAULT_MESSAGE
        with self._changed:
            self._has_ended, self._fault = True, fault
            self._changed.notify_all()
        self._end_headcount(fault)
        # A stalled client may still be receiving the last picture.
        while self._watchers and not self._ending.is_set():
            self._drop_stalled()
            self._pause(POLL_SECONDS)

    def _end_headcount(self, fault: str | None) -> None:
        """A file is over once it has been played; a camera is opened again later."""
        headcounter = self._headcounter
        if headcounter is None:
            return
        is_over = fault is None and not self._ending.is_set()
        headcounter.end(is_last=is_over or self._source.kind is LiveKind.FILE)
        headcounter.release(fault)

    def _play(self) -> None:
        self._silent_until = monotonic() + self._patience_seconds
        pause_seconds = FIRST_PAUSE_SECONDS
        first: SourceUnavailable | None = None
        while self._end_unless_watched():
            analyzed = self._analyzed
            try:
                self._show_camera()
                return
            except SourceUnavailable as error:
                if self._analyzed > analyzed:
                    first, pause_seconds = None, FIRST_PAUSE_SECONDS
                # The first error says more than the timeout in the end.
                first = first or error
                is_late = monotonic() + pause_seconds > self._silent_until
                if self._source.kind is LiveKind.FILE or is_late:
                    raise first from None
                logger.info(
                    "reopening a live source",
                    extra={"source": self._source.name, "problem": str(error)},
                )
            self._pause(pause_seconds)
            pause_seconds = min(2 * pause_seconds, LONGEST_PAUSE_SECONDS)

    def _show_camera(self) -> None:
        with closing(Camera(self._source, self._settings)) as camera:
            while self._end_unless_watched():
                requested_at = monotonic()
                picture = camera.read(self._silent_until)
                if picture is None:
                    return
                self._show(picture)
                rate = MOST_PICTURES_PER_SECOND if self._watchers else FRAMES_PER_SECOND
                self._pause(requested_at + 1 / rate - monotonic())

    def _end_unless_watched(self) -> bool:
        """Drop stalled watchers, and end if none is left. Returns whether the feed continues."""
        self._drop_stalled()
        with self._changed:
            if self._headcounter is not None and self._headcounter.is_over:
                self._headcounter = None
            if not self._watchers and self._headcounter is None:
                # Later watchers get a new feed.
                self._has_ended = True
            return not self._has_ended and not self._ending.is_set()

    def _show(self, picture: bytes) -> None:
        try:
            self._count(picture)
            drawn = self._draw(picture) if self._watchers else None
        except FacetallyError as error:
            # No worker answers, or this picture is damaged: the next one may succeed.
            if monotonic() + PAUSE_SECONDS > self._silent_until:
                raise SourceUnavailable(str(error)) from error
            self._pause(PAUSE_SECONDS)
            return
        self._silent_until = monotonic() + self._patience_seconds
        self._analyzed += 1
        if drawn is None:
            return
        with self._changed:
            self._number, self._picture = self._number + 1, drawn
            self._changed.notify_all()

    def _count(self, picture: bytes) -> None:
        headcounter = self._headcounter
        if headcounter is not None and headcounter.is_due():
            found = self._lane.find_faces(picture, detection=self._detection)
            headcounter.add(make_frame(found))

    def _draw(self, picture: bytes) -> bytes:
        return self._lane.draw_faces(picture, detection=self._detection)

    def _drop_stalled(self) -> None:
        with self._changed:
            watchers = tuple(self._watchers)
        for watcher in watchers:
            watcher.drop_if_stalled(self._patience_seconds)

    def _pause(self, seconds: float) -> None:
        self._ending.wait(max(0.0, seconds))
