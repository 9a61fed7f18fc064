"""What is linked to people: the judged faces of pictures, and the judged tracks of videos."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, Select, and_, func, literal, select, true
from sqlalchemy.orm import Session

from db.engine import Database
from db.states import ItemState
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.people import EmbeddingRow
from db.tables.videos import TrackRow
from models.people.linking import normalize

# Linking this many takes a worker one to two minutes.
MOST_LINKED = 100_000
IN_BATCHES = {"yield_per": 2000}


@dataclass(frozen=True, slots=True)
class Seen:
    """Someone in a picture, or in a shot of a video. `number` is the id of the face, or the number
    of the track; `captured_at` and `seconds` say when."""

    item_id: int
    is_track: bool
    number: int
    dimensions: dict[str, str]
    captured_at: datetime | None
    seconds: float
    quality: float
    female: float
    years: float
    low: int
    high: int


# By item and number of a track.
Embeddings = dict[tuple[int, int], NDArray[np.float32]]
# With what it is sorted by, and with the embedding of a face in a picture as it is stored.
Found = tuple[tuple[object, ...], Seen, bytes | None]


@dataclass(frozen=True, slots=True)
class Linkable:
    """All that is linked, in the order in which it was seen, and its embeddings (N, 128), each of
    length 1, or 0 where there is none: that is like nobody."""

    seen: list[Seen]
    embeddings: NDArray[np.float32]

    @property
    def pictures(self) -> list[int]:
        """What each was seen in: two faces in one picture are two people."""
        return [-index - 1 if one.is_track else one.item_id for index, one in enumerate(self.seen)]


def count_linkable(session: Session, job_id: int) -> int:
    """How many faces and tracks of a job can be linked."""
    counts = (
        select(func.count()).select_from(_select_seen(table, job_id).subquery())
        for table in (FaceRow, TrackRow)
    )
    return sum(session.scalars(query).one() for query in counts)


def read_linkable(database: Database, job_id: int, renew: Callable[[], object]) -> Linkable:
    """To be called for at most MOST_LINKED. Each video is read in a transaction of its own, and
    `renew` called in between: on SQLite, nothing can be written while something is read."""
    with database.read() as session:
        found = [*_read_pictures(session, job_id), *_read_tracks(session, job_id)]
    means: Embeddings = {}
    for item_id in sorted({one.item_id for _, one, _ in found if one.is_track}):
        renew()
        with database.read() as session:
            means.update(_average_tracks(session, job_id, item_id))
    found.sort(key=itemgetter(0))
    nothing = np.zeros(128, np.float32)
    embeddings = [
        means.get((one.item_id, one.number), nothing) if one.is_track else _read(own, nothing)
        for _, one, own in found
    ]
    return Linkable(
        [one for _, one, _ in found], np.array(embeddings, np.float32).reshape(-1, len(nothing))
    )


def _read_pictures(session: Session, job_id: int) -> Iterator[Found]:
    for row in session.execute(_select_pictures(job_id)):
        yield _order(row), _read_seen(row, is_track=False), row.embedding


def _read_tracks(session: Session, job_id: int) -> Iterator[Found]:
    for row in session.execute(_select_seen(TrackRow, job_id).execution_options(**IN_BATCHES)):
        yield _order(row), _read_seen(row, is_track=True), None


def _order(row: Row[Any]) -> tuple[object, ...]:
    """Those seen first come first; then those without a time, in the order of their items."""
    captured_at: datetime | None = row.captured_at
    moment = captured_at.timestamp() + row.seconds if captured_at else 0.0
    return captured_at is None, moment, row.position, row.seconds, row.ordinal


def _read_seen(row: Row[Any], *, is_track: bool) -> Seen:
    return Seen(
        row.item_id,
        is_track,
        row.number,
        row.dimensions,
        row.captured_at,
        row.seconds,
        *(row.quality, row.female, row.age_years, row.age_low, row.age_high),
    )


def _read(embedding: bytes | None, nothing: NDArray[np.float32]) -> NDArray[np.float32]:
    if embedding is None:
        return nothing
    one: NDArray[np.float32] = normalize(np.frombuffer(embedding, np.int8)[None])[0]
    return one


def _select_seen(table: type[FaceRow | TrackRow], job_id: int) -> Select[*tuple[Any, ...]]:
    number = FaceRow.id if table is FaceRow else TrackRow.number
    ordinal = FaceRow.ordinal if table is FaceRow else TrackRow.number
    seconds = literal(0.0) if table is FaceRow else TrackRow.first_seconds
    in_pictures = FaceRow.frame.is_(None) if table is FaceRow else true()
    query: Select[*tuple[Any, ...]] = (
        select(
            ItemRow.id.label("item_id"),
            ItemRow.position,
            ItemRow.dimensions,
            ItemRow.captured_at,
            number.label("number"),
            ordinal.label("ordinal"),
            seconds.label("seconds"),
            *(table.quality, table.female, table.age_years, table.age_low, table.age_high),
        )
        .join(table, table.item_id == ItemRow.id)
        .where(
            ItemRow.job_id == job_id,
            ItemRow.state == ItemState.DONE,
            table.judged == true(),
            in_pictures,
        )
    )
    return query


def _select_pictures(job_id: int) -> Select[*tuple[Any, ...]]:
    of_face = and_(
        EmbeddingRow.job_id == job_id,
        EmbeddingRow.item_id == FaceRow.item_id,
        EmbeddingRow.ordinal == FaceRow.ordinal,
    )
    query = _select_seen(FaceRow, job_id).add_columns(EmbeddingRow.embedding)
    return query.outerjoin(EmbeddingRow, of_face).execution_options(**IN_BATCHES)


def _average_tracks(
    session: Session, job_id: int, item_id: int
) -> Iterator[tuple[tuple[int, int], NDArray[np.float32]]]:
    """The mean embedding of each track of a video, in which clear faces count more."""
    query = (
        select(FaceRow.track, FaceRow.quality, EmbeddingRow.embedding)
        .join(
            EmbeddingRow,
            and_(EmbeddingRow.item_id == FaceRow.item_id, EmbeddingRow.ordinal == FaceRow.ordinal),
        )
        .where(
            EmbeddingRow.job_id == job_id,
            EmbeddingRow.item_id == item_id,
            FaceRow.track.is_not(None),
        )
        .order_by(FaceRow.track, FaceRow.ordinal)
        .execution_options(**IN_BATCHES)
    )
    for track, rows in groupby(session.execute(query), lambda row: row.track):
        faces = [(row.quality, row.embedding) for row in rows]
        weights = np.array([quality**2 for quality, _ in faces])
        embeddings = normalize(np.array([np.frombuffer(one, np.int8) for _, one in faces]))
        mean = weights @ embeddings
        yield (item_id, track), (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
