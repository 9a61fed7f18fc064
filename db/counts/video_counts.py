"""The counts of a video: its outcome, its faces and its people."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.counts.cells import record_tally
from db.counts.tally import Tally, Unit
from db.counts.totals import (
    DONE,
    DUPLICATES,
    WITHOUT_FACES,
    CountedFace,
    add_dropped,
    add_outcome,
    add_picture,
)
from db.item_values import ClaimedItem
from db.tables import FaceRow
from db.video_tables import TrackRow
from models.face import Dropped
from models.statistics.confusion import OLDEST

FACES_AT_ONCE = 1000


def count_video(
    session: Session,
    job_id: int,
    item: ClaimedItem,
    dropped: Dropped,
    *,
    counts: bool,
    is_duplicate: bool,
) -> None:
    """Count a video, its faces and its people, in the transaction that records it.

    A whole video counts as one picture, because its frames show the same people.
    """
    tally = Tally()
    totals = tally.at(item.dimensions, item.captured_at)
    add_outcome(totals, DONE)
    add_outcome(totals, DUPLICATES, int(is_duplicate))
    add_dropped(tally.at(item.dimensions, item.captured_at, Unit.FRAME), dropped)
    faces, people = (_read_faces(session, table, item.id) for table in (FaceRow, TrackRow))
    add_picture(tally.at(item.dimensions, item.captured_at, Unit.FRAME), faces)
    counted = add_picture(tally.at(item.dimensions, item.captured_at, Unit.TRACK), people)
    add_outcome(totals, WITHOUT_FACES, int(counts and not counted))
    record_tally(session, job_id, tally)


def _read_faces(
    session: Session, table: type[FaceRow | TrackRow], item_id: int
) -> Iterator[CountedFace]:
    """In batches: a video may have hundreds of thousands."""
    columns = (table.judged, table.gender, table.age, table.female, table.age_low, table.age_high)
    query = select(*columns)
    of_video = query.where(table.item_id == item_id).execution_options(yield_per=FACES_AT_ONCE)
    for judged, gender, age, female, low, high in session.execute(of_video):
        yield CountedFace(judged, gender, min(age, OLDEST), round(female * 1000), high - low)
