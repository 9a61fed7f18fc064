"""Counts the people of one live source, from the faces of its frames."""

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from threading import Event
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.live.zone_visits import Place, ZoneVisits
from db.clock import read_time
from db.counts.dimension_sets import spell_dimensions
from db.counts.live_counts import LiveCounts
from db.counts.sightings import SeenSeconds, Sighting
from db.counts.totals import CountedFace, count_face
from db.counts.tracks import CountedPerson
from db.engine import Database
from db.job_values import JobOptions, NewJob, ThumbnailKind
from db.jobs.headcounts import (
    SOURCE_DIMENSION,
    NewHeadcount,
    Write,
    Written,
    release_headcount,
    write_headcount,
)
from db.zones.kept import read_source_zones
from db.zones.polygons import Zone
from models.face import FRONTAL_YAW_DEGREES, Face, whole_years
from models.statistics.confusion import OLDEST
from models.time_zones import find_zone
from models.tracks.linker import Linker
from models.tracks.tracks import SeenFace, ShownFrame, Track
from worker.queue.messages import Answer
from worker.settings import Settings

logger = logging.getLogger(__name__)

# As many as a job analyzes of a video, twice over: nobody reviews a live source later.
FRAMES_PER_SECOND = 4
DUE_SECONDS = 0.8 / FRAMES_PER_SECOND
WRITE_SECONDS = 5.0
SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to count: its token, and how often was written before."""

    token: str
    writes: int


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """The faces of a frame, when it came, that by a clock that nobody sets, and its size."""

    faces: Sequence[Face]
    at: datetime
    seconds: float
    width_pixels: int
    height_pixels: int

    def place(self, face: Face) -> Place:
        box = face.box
        return Place(
            self.at,
            (box.x + box.width / 2) / self.width_pixels,
            (box.y + box.height / 2) / self.height_pixels,
            is_frontal(face),
        )


class Headcounter:
    """Links faces to people, and writes who has left every few seconds. Nothing else is kept, but
    for when each of them was seen, where that is asked for."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        asked: NewHeadcount,
        claim: Claim,
        zones: Sequence[Zone] = (),
    ) -> None:
        """`zones` are those of its source when it was claimed."""
        self._database = database
        self._settings = settings
        self.asked = asked
        self._token = claim.token
        self._writes = claim.writes
        self._zone: tzinfo = find_zone(settings.time_zone)
        self._linker = Linker(1 / FRAMES_PER_SECOND)
        self._first_seen: dict[int, datetime] = {}
        self._frontal: Counter[int] = Counter()
        self._seen: defaultdict[int, SeenSeconds] = defaultdict(SeenSeconds)
        self._sightings: list[Sighting] = []
        self._waiting: LiveFrame | None = None
        self._day = ""
        self._counts = self._begin_counts()
        self._visits = ZoneVisits(zones, self._begin_counts)
        # What is being written, until it is known to be.
        self._write: Write | None = None
        self._written_at = monotonic()
        self._frames = 0
        self._is_over = Event()

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be counted."""
        return self._is_over.is_set()

    def is_due(self) -> bool:
        """Whether it is time for another frame; where it is watched, there are more."""
        waiting = self._waiting
        return waiting is None or monotonic() - waiting.seconds >= DUE_SECONDS

    def add(self, frame: LiveFrame) -> None:
        """Count the frame before this one, as it is now known how long it was shown, and write if
        it is time."""
        self._link_waiting(frame.seconds)
        day = frame.at.astimezone(self._zone).date().isoformat()
        if day != self._day and self._write is None:
            self._begin_day(day)
        self._waiting = frame
        if monotonic() - self._written_at >= WRITE_SECONDS:
            self._write_counts()

    def end(self, *, is_last: bool) -> None:
        """Count who is still there; with `is_last` the headcount is over."""
        self._end_tracks()
        if self._write is not None:
            self._write_counts()
        if self._day and self._write is None and not self.is_over:
            self._write_counts(is_last=is_last)

    def release(self, problem: str | None) -> None:
        """Let another process count, or this one later; with why it cannot now."""
        try:
            with self._database.write() as session:
                release_headcount(session, self.asked.source, self._token, problem)
        except SQLAlchemyError:
            # The lease ends by itself.
            logger.warning("headcount not released", extra={"source": self.asked.source})

    def _begin_counts(self) -> LiveCounts:
        dimensions = {**dict(self.asked.dimensions), SOURCE_DIMENSION: self.asked.source}
        return LiveCounts(spell_dimensions(dimensions), self._zone)

    def _begin_day(self, day: str) -> None:
        """Who is there at midnight is counted on both days."""
        if self._day:
            self._end_tracks()
            self._write_counts()
        if self._write is None:
            self._day, self._counts = day, self._begin_counts()
            self._visits.begin_day()

    def _link_waiting(self, until: float) -> None:
        frame = self._waiting
        if frame is None:
            return
        self._waiting = None
        shown = until - frame.seconds
        if shown > self._linker.longest_gap_seconds:
            shown = 1 / FRAMES_PER_SECOND
        for track in self._linker.close_old(frame.seconds):
            self._count(track)
        self._frames += 1
        position = ShownFrame(self._frames, self._frames, frame.seconds, shown)
        numbers = self._linker.add_frame([SeenFace(0, face) for face in frame.faces], position)
        for number, face in zip(numbers, frame.faces, strict=True):
            self._first_seen.setdefault(number, frame.at)
            place = frame.place(face)
            self._frontal[number] += place.faces_camera
            self._visits.note(number, place)
            if self.asked.keeps_times:
                self._seen[number].add(frame.at, shown, faces_camera=place.faces_camera)
        least = self._settings.gender_min_probability
        self._counts.add_frame([count_face(face, least) for face in frame.faces], frame.at)

    def _end_tracks(self) -> None:
        if self._waiting is not None:
            self._link_waiting(self._waiting.seconds + 1 / FRAMES_PER_SECOND)
        for track in self._linker.close_all():
            self._count(track)

    def _count(self, track: Track) -> None:
        face = CountedFace(
            judged=track.judged,
            gender=track.gender_value(self._settings.gender_min_probability),
            age=min(whole_years(track.age.years), OLDEST),
            female_milli=round(track.gender.female * 1000),
            width_years=track.age.high - track.age.low,
        )
        facing = self._frontal.pop(track.number) / track.faces
        person = CountedPerson(face, track.seconds_visible, facing)
        self._counts.add_person(person, self._first_seen.pop(track.number))
        self._visits.count(track, face)
        if self.asked.keeps_times:
            self._sightings.append(self._seen.pop(track.number).close(face))

    def _write_counts(self, *, is_last: bool = False) -> None:
        """What cannot be written now is written later, once: writes have numbers."""
        self._written_at = monotonic()
        if self._write is None:
            self._write = Write(
                self._writes + 1,
                self._day,
                self._counts.take(),
                is_last,
                tuple(self._sightings),
                self._visits.take(),
            )
            self._sightings.clear()
        try:
            with self._database.write() as session:
                source = self.asked.source
                written = write_headcount(session, source, self._token, self._write, self._make_job)
                zones = read_source_zones(session, source)
        except SQLAlchemyError as error:
            logger.warning("headcount not written", extra={"problem": type(error).__name__})
            return
        self._write, self._writes = None, self._writes + 1
        self._visits.zones = zones
        if written is Written.STOPPING:
            self.end(is_last=True)
        if written in (Written.ENDED, Written.LOST):
            self._is_over.set()

    def _make_job(self, session: Session) -> NewJob:
        settings, asked = self._settings, self.asked
        days = settings.retention_days
        return NewJob(
            tags=asked.tags,
            options=JobOptions(
                thumbnails=ThumbnailKind.NONE,
                pack=settings.pack,
                detection=asked.detection,
                time_zone=settings.time_zone,
                frames_per_second=FRAMES_PER_SECOND,
            ),
            expires_at=read_time(session, days * SECONDS_PER_DAY) if days else None,
            tenant=asked.tenant,
            name=f"{asked.source}, {self._day}",
            headcount=asked.source,
        )


def is_frontal(face: Face) -> bool:
    return abs(face.quality.pose.yaw) <= FRONTAL_YAW_DEGREES


def make_frame(found: Answer) -> LiveFrame:
    """A frame that came now."""
    now = datetime.now(UTC), monotonic()
    return LiveFrame(found.faces, *now, found.width_pixels, found.height_pixels)
