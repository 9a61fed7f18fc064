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


def read_linkable(
    session: Session, job_id: int, renew: Callable[[], object] = lambda: None
) -> Linkable:
    """To be called for at most MOST_LINKED; `renew` is called now and then."""
    found: list[tuple[tuple[object, ...], Seen, NDArray[np.float32]]] = []
    tracks = dict(_average_tracks(session, job_id, renew))
    nothing = np.zeros(128, np.float32)
    for row in session.execute(_select_pictures(job_id)):
        embedding = nothing if row.embedding is None else _read(row.embedding)
        found.append((_order(row), _read_seen(row, is_track=False), embedding))
    renew()
    for row in session.execute(_select_seen(TrackRow, job_id).execution_options(**IN_BATCHES)):
        embedding = tracks.get((row.item_id, row.number), nothing)
        found.append((_order(row), _read_seen(row, is_track=True), embedding))
    found.sort(key=itemgetter(0))
    embeddings = np.array([one[2] for one in found], np.float32).reshape(-1, len(nothing))
    return Linkable([one[1] for one in found], embeddings)


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


def _read(embedding: bytes) -> NDArray[np.float32]:
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
    session: Session, job_id: int, renew: Callable[[], object]
) -> Iterator[tuple[tuple[int, int], NDArray[np.float32]]]:
    """The mean embedding of each track, in which clear faces count more."""
    query = (
        select(FaceRow.item_id, FaceRow.track, FaceRow.quality, EmbeddingRow.embedding)
        .join(
            EmbeddingRow,
            and_(EmbeddingRow.item_id == FaceRow.item_id, EmbeddingRow.ordinal == FaceRow.ordinal),
        )
        .where(EmbeddingRow.job_id == job_id, FaceRow.track.is_not(None))
        .order_by(FaceRow.item_id, FaceRow.track, FaceRow.ordinal)
        .execution_options(**IN_BATCHES)
    )
    for key, rows in groupby(session.execute(query), lambda row: (row.item_id, row.track)):
        faces = [(row.quality, row.embedding) for row in rows]
        weights = np.array([quality**2 for quality, _ in faces])
        embeddings = normalize(np.array([np.frombuffer(one, np.int8) for _, one in faces]))
        mean = weights @ embeddings
        yield key, (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
        renew()
