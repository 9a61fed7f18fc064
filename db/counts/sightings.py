"""When the people of a live source were seen, to the second, where its headcount keeps that."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from db.bulk import insert_rows
from db.counts.tally import TENTHS_PER_SECOND
from db.counts.totals import CountedFace
from db.tables.playlists import SightingRow

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Nobody is followed for longer; what a clock that was set adds is left out.
MOST_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Sighting:
    """A person, and for each second from `first_second` on the tenths in which they were visible
    and in which they faced the camera, a byte each."""

    face: CountedFace
    first_second: datetime
    seconds: bytes


class SeenSeconds:
    """Adds up the frames that show a person."""

    def __init__(self) -> None:
        self._tenths: defaultdict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])

    def add(self, at: datetime, shown_seconds: float, *, faces_camera: bool) -> None:
        tenths = self._tenths[int((at - EPOCH).total_seconds())]
        tenths[0] += shown_seconds * TENTHS_PER_SECOND
        tenths[1] += shown_seconds * TENTHS_PER_SECOND * faces_camera

    def close(self, face: CountedFace) -> Sighting:
        first = min(self._tenths)
        last = min(max(self._tenths), first + MOST_SECONDS - 1)
        seconds = bytearray(2 * (last - first + 1))
        for second, tenths in self._tenths.items():
            if second <= last:
                at = 2 * (second - first)
                seconds[at : at + 2] = (min(TENTHS_PER_SECOND, round(one)) for one in tenths)
        return Sighting(face, EPOCH + timedelta(seconds=first), bytes(seconds))


def record_sightings(
    session: Session, job_id: int, dimensions: Mapping[str, str], sightings: Sequence[Sighting]
) -> None:
    rows = [
        {
            "job_id": job_id,
            "dimensions": dict(dimensions),
            "first_second": one.first_second,
            "seconds": one.seconds,
            "judged": one.face.judged,
            "gender": one.face.gender,
            "age": one.face.age,
            "female_milli": one.face.female_milli,
            "width_years": one.face.width_years,
        }
        for one in sightings
    ]
    insert_rows(session, SightingRow, rows)


def erase_sightings(session: Session, job_id: int) -> None:
    session.execute(delete(SightingRow).where(SightingRow.job_id == job_id))
