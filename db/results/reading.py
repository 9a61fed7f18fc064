"""Results are read a page at a time, in the order in which the items were submitted."""

from collections.abc import Collection
from enum import StrEnum
from typing import TypeAlias

from sqlalchemy import ColumnElement, Row, Select, exists, func, select
from sqlalchemy.orm import Session

from db.item_values import Failure, StoredFace, StoredItem
from db.results.faces import read_dropped, read_face
from db.results.filters import NOT_ERASED, ResultFilter
from db.states import ErrorCode, ItemState
from db.tables.faces import FaceRow
from db.tables.items import ItemRow, ThumbnailRow


class ItemOrder(StrEnum):
    """In which order items are shown."""

    POSITION = "position"  # as they were submitted
    NAME = "name"
    FACES = "faces"  # those with most faces first


_ItemQuery: TypeAlias = Select[ItemRow, bool]


def read_results(
    session: Session,
    job_id: int,
    wanted: ResultFilter,
    *,
    after: int,
    limit: int,
    until: int | None = None,
) -> list[StoredItem]:
    """A page of a job's items after the position `after` (-1 for the first page).

    `until` is the last position to search: it bounds the time where few items match.
    """
    searched = [] if until is None else [ItemRow.position <= until]
    query = (
        _select_items()
        .where(
            ItemRow.job_id == job_id,
            ItemRow.position > after,
            NOT_ERASED,
            *wanted.match_items(),
            *searched,
        )
        .order_by(ItemRow.position)
        .limit(limit)
    )
    return _read_items(session, query, wanted.match_faces())


def read_sorted(
    session: Session,
    job_id: int,
    wanted: ResultFilter,
    order: ItemOrder,
    *,
    offset: int,
    limit: int,
) -> list[StoredItem]:
    """Some of a job's items in another order; counts and sorts all of them, so only for few."""
    faces = select(func.count()).where(FaceRow.item_id == ItemRow.id, *wanted.match_faces())
    first = ItemRow.name if order is ItemOrder.NAME else faces.scalar_subquery().desc()
    query = (
        _select_items()
        .where(ItemRow.job_id == job_id, NOT_ERASED, *wanted.match_items())
        .order_by(first, ItemRow.position)
        .offset(offset)
        .limit(limit)
    )
    return _read_items(session, query, wanted.match_faces())


def count_faces(session: Session, item_ids: Collection[int]) -> dict[int, int]:
    """All faces of these items, whether they match a filter or not."""
    query = (
        select(FaceRow.item_id, func.count())
        .where(FaceRow.item_id.in_(item_ids))
        .group_by(FaceRow.item_id)
    )
    return {item_id: faces for item_id, faces in session.execute(query)}


def has_pictures(session: Session, job_id: int, *, until: int) -> bool:
    """Whether an item up to this position is a picture, or may turn out to be one."""
    query = select(ItemRow.id).where(
        ItemRow.job_id == job_id,
        ItemRow.position <= until,
        ItemRow.frames.is_(None),
        ItemRow.state != ItemState.FAILED,
    )
    return session.execute(query.limit(1)).first() is not None


def read_warnings(session: Session, job_id: int, *, limit: int) -> list[tuple[str, str]]:
    """(name, warning) of the first videos of a job of which something is missing."""
    query = (
        select(ItemRow.name, ItemRow.warning)
        .where(ItemRow.job_id == job_id, ItemRow.warning.is_not(None), NOT_ERASED)
        .order_by(ItemRow.position)
        .limit(limit)
    )
    return [(name, warning or "") for name, warning in session.execute(query)]


def read_item(session: Session, item_id: int, *, faces_of_videos: bool = True) -> StoredItem | None:
    """One item with all its faces, if it exists; a video may have very many faces."""
    query = _select_items().where(ItemRow.id == item_id, NOT_ERASED)
    items = _read_items(session, query, [], faces_of_videos=faces_of_videos)
    return items[0] if items else None


def read_items(session: Session, item_ids: Collection[int]) -> list[StoredItem]:
    """Those of these items that exist, with all their faces, in any order."""
    return _read_items(session, _select_items().where(ItemRow.id.in_(item_ids), NOT_ERASED), [])


def _select_items() -> _ItemQuery:
    has_thumbnail = exists().where(ThumbnailRow.item_id == ItemRow.id)
    return select(ItemRow, has_thumbnail.label("has_thumbnail"))


def _read_items(
    session: Session,
    query: _ItemQuery,
    face_conditions: list[ColumnElement[bool]],
    *,
    faces_of_videos: bool = True,
) -> list[StoredItem]:
    rows = session.execute(query).all()
    # Faces of a video are shown once all of them are there.
    done = [row[0] for row in rows if row[0].state == ItemState.DONE]
    wanted = [item.id for item in done if faces_of_videos or item.frames is None]
    faces = _read_faces(session, wanted, face_conditions)
    return [_stored_item(row, tuple(faces.get(row[0].id, ()))) for row in rows]


def _read_faces(
    session: Session, item_ids: list[int], conditions: list[ColumnElement[bool]]
) -> dict[int, list[StoredFace]]:
    query = (
        select(FaceRow)
        .where(FaceRow.item_id.in_(item_ids), *conditions)
        .order_by(FaceRow.item_id, FaceRow.ordinal)
    )
    faces: dict[int, list[StoredFace]] = {}
    for row in session.scalars(query):
        faces.setdefault(row.item_id, []).append(_stored_face(row))
    return faces


def _stored_face(row: FaceRow) -> StoredFace:
    return StoredFace(
        read_face(row), row.gender, row.frame, row.time_seconds, row.track, row.person
    )


def _stored_item(row: Row[ItemRow, bool], faces: tuple[StoredFace, ...]) -> StoredItem:
    item, has_thumbnail = row
    error = None
    if item.error_code is not None:
        error = Failure(ErrorCode(item.error_code), item.error_message or "")
    return StoredItem(
        id=item.id,
        job_id=item.job_id,
        position=item.position,
        name=item.name,
        state=ItemState(item.state),
        error=error,
        width_pixels=item.width_pixels,
        height_pixels=item.height_pixels,
        captured_at=item.captured_at,
        dimensions=item.dimensions,
        duplicate_of=item.duplicate_of,
        has_thumbnail=has_thumbnail,
        faces=faces,
        duration_seconds=item.duration_seconds,
        frames=item.frames,
        warning=item.warning,
        annotated_video_uri=item.annotated_video_uri,
        dropped=read_dropped(item),
    )
