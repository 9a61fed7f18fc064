"""The headcounts of this process: it looks for new ones, and takes over what others left."""

import logging
from secrets import token_hex
from threading import Event, Thread
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from api.live.feeds import Feeds
from api.live.headcounter import Claim, Headcounter
from db.engine import Database
from db.jobs.headcounts import Headcount, claim_headcount, read_headcounts, stop_headcount
from db.reach import EVERYONE
from db.zones.kept import read_source_zones
from worker.addresses.live_sources import LiveKind, LiveSource, find_source
from worker.settings import Settings

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
# A source that failed is opened again after this time, then after twice as long, up to a minute.
RETRY_SECONDS = 15.0
LONGEST_RETRY_SECONDS = 60.0


class Headcounts:
    """Of all processes that may count, the one that keeps the feeds is started."""

    def __init__(self, database: Database, settings: Settings, feeds: Feeds, ending: Event) -> None:
        self._database = database
        self._settings = settings
        self._feeds = feeds
        self._ending = ending
        # When a source was opened, and how long it is left alone from then on.
        self._tries: dict[str, tuple[float, float]] = {}
        self._thread = Thread(target=self._run, name="headcounts", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Begin no more; only once the process ends."""
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._ending.wait(POLL_SECONDS):
            try:
                self.look()
            except SQLAlchemyError as error:
                logger.warning("headcounts not read", extra={"problem": type(error).__name__})

    def look(self) -> None:
        """Begin to count what is asked for and nobody counts."""
        with self._database.read() as session:
            found = read_headcounts(session, EVERYONE)
        for headcount in found:
            source = find_source(self._settings.live_sources, headcount.asked.source)
            if source is not None and not headcount.is_counting and self._may_try(source.name):
                self._count(source, headcount)

    def _may_try(self, name: str) -> bool:
        tried_at, pause_seconds = self._tries.get(name, (0.0, 0.0))
        return monotonic() - tried_at >= pause_seconds

    def _note_try(self, name: str) -> None:
        tried_at, pause_seconds = self._tries.get(name, (0.0, 0.0))
        now = monotonic()
        # After a longer time, it has worked in between.
        failed = now - tried_at < 2 * pause_seconds
        pause_seconds = min(2 * pause_seconds, LONGEST_RETRY_SECONDS) if failed else RETRY_SECONDS
        self._tries[name] = now, pause_seconds

    def _count(self, source: LiveSource, headcount: Headcount) -> None:
        is_played = source.kind is LiveKind.FILE and headcount.has_begun
        # A counter that has lost its lease must not pass for the next one.
        token = token_hex(8)
        with self._database.write() as session:
            if headcount.is_stopping or is_played:
                # Who was left to count is lost; a file would be counted again from its start.
                stop_headcount(session, source.name)
                return
            writes = claim_headcount(session, source.name, token)
            zones = read_source_zones(session, source.name)
        if writes is None:
            return
        self._note_try(source.name)
        claim = Claim(token, writes)
        counter = Headcounter(self._database, self._settings, headcount.asked, claim, zones)
        self._feeds.count(source, counter)
