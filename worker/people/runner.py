"""Links the faces of a job to people: its last chunk, once all others have ended."""

from db.chunks.release import release_chunk
from db.people.faces import MOST_LINKED, count_linkable, read_linkable
from db.people.recording import record_people, record_unlinked
from models.errors import FacetallyError
from models.people.linking import choose_thresholds, link_faces
from worker.lease import HeldChunk
from worker.settings import Settings

TOO_MANY = (
    "The job has {faces:,} faces; people are linked among up to {most:,}. Submit it in several "
    "jobs, such as one for each day: each then counts its own people."
)
TOO_SLOW = (
    "Linking the faces took longer than a worker may spend on one chunk, so people are unknown. "
    "Submit the items in several jobs."
)


class LinkingStopped(FacetallyError):
    """This process ends, the job is being cancelled, or time is up: linking starts again later, or
    never."""


class PeopleRunner:
    """Runs the chunk that links; what it reads is gone once it has recorded the outcome."""

    def __init__(self, settings: Settings) -> None:
        self._gender_min_probability = settings.gender_min_probability

    def run(self, held: HeldChunk) -> None:
        """Raises LeaseLost."""
        try:
            self._link(held)
        except LinkingStopped:
            if held.has_used(1.0):
                held.record(lambda session: record_unlinked(session, held.chunk, TOO_SLOW))
            else:
                held.record(lambda session: release_chunk(session, held.chunk))

    def _link(self, held: HeldChunk) -> None:
        with held.database.read() as session:
            faces = count_linkable(session, held.chunk.job_id)
        if faces > MOST_LINKED:
            reason = TOO_MANY.format(faces=faces, most=MOST_LINKED)
            held.record(lambda session: record_unlinked(session, held.chunk, reason))
            return
        linkable = read_linkable(held.database, held.chunk.job_id, lambda: _require_time(held))
        people = link_faces(
            linkable.embeddings,
            linkable.pictures,
            choose_thresholds(faces),
            lambda: _require_time(held),
        )
        held.record(
            lambda session: record_people(
                session,
                held.chunk,
                linkable,
                people,
                gender_min_probability=self._gender_min_probability,
            )
        )


def _require_time(held: HeldChunk) -> None:
    if held.should_stop():
        raise LinkingStopped
