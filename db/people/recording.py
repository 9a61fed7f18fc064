"""What came of linking is recorded in one transaction, which also removes the embeddings."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.bulk import update_rows
from db.chunks.leases import lock_lease
from db.chunks.linking import give_up_linking, note_people
from db.clock import DatabaseTime
from db.counts.cells import record_tally
from db.item_values import ClaimedChunk
from db.people.faces import Linkable
from db.people.tally import tally_people
from db.states import ChunkState
from db.tables.faces import FaceRow
from db.tables.videos import TrackRow
from models.people.linking import People


def record_people(
    session: Session,
    chunk: ClaimedChunk,
    linkable: Linkable,
    people: People,
    *,
    gender_min_probability: float,
) -> bool:
    """Number and count the people of a job; False, changing nothing, where the lease was lost."""
    row = lock_lease(session, chunk)
    if row is None:
        return False
    _number(session, linkable, people)
    zone = chunk.options.zone
    tally = tally_people(session, chunk.job_id, zone, linkable, people, gender_min_probability)
    record_tally(session, chunk.job_id, tally)
    found = {"people": people.likely, "low": people.loose, "high": people.strict}
    counts = {name: int(labels.max(initial=-1)) + 1 for name, labels in found.items()}
    note_people(session, chunk.job_id, {**counts, "linked": len(linkable.seen)})
    row.state, row.finished_at = ChunkState.DONE, DatabaseTime()
    return True


def record_unlinked(session: Session, chunk: ClaimedChunk, reason: str) -> bool:
    """Do without people; False, changing nothing, where the lease was lost."""
    row = lock_lease(session, chunk)
    if row is None:
        return False
    give_up_linking(session, row, reason)
    return True


def _number(session: Session, linkable: Linkable, people: People) -> None:
    """From 1, in the order in which they were seen."""
    numbered = list(zip(linkable.seen, (people.likely + 1).tolist(), strict=True))
    faces = [
        {"id": seen.number, "person": person} for seen, person in numbered if not seen.is_track
    ]
    update_rows(session, FaceRow, faces)
    tracks = [
        {"item_id": seen.item_id, "number": seen.number, "person": person}
        for seen, person in numbered
        if seen.is_track
    ]
    if tracks:
        session.execute(update(TrackRow), tracks)
        _number_frames(session, {seen.item_id for seen, _ in numbered if seen.is_track})


def _number_frames(session: Session, videos: set[int]) -> None:
    """The faces of frames are of the person of their track."""
    person = select(TrackRow.person).where(
        TrackRow.item_id == FaceRow.item_id, TrackRow.number == FaceRow.track
    )
    for item_id in sorted(videos):
        faces = update(FaceRow).where(FaceRow.item_id == item_id, FaceRow.track.is_not(None))
        session.execute(
            faces.values(person=person.scalar_subquery()).execution_options(
                synchronize_session=False
            )
        )
