"""Step 7: who was there, counted from cells, with what the counts cannot say beside them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from db.bands import Band
from db.engine import is_postgresql
from db.states import ChunkState
from db.tables import CellRow, ChunkRow, ItemRow, JobRow
from models.confusion import OUTSIDE, PREDICTED_GENDERS, band_of
from models.shares import Share, wilson_share


@dataclass(frozen=True, slots=True)
class AudienceQuery:
    """Whose faces, and how they are grouped: by gender, by age band, by both or by neither."""

    bands: tuple[Band, ...]
    by_gender: bool = True
    by_age_band: bool = True
    job_id: int | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class AudienceGroup:
    """One row of the table; a key that was not asked for is None."""

    gender: str | None
    age_band: str | None
    faces: int
    share: Share


@dataclass(frozen=True, slots=True)
class Audience:
    """The table, and how much of what was submitted it rests on."""

    items: int
    items_done: int
    items_waiting: int
    items_cancelled: int
    items_failed: dict[str, int]
    items_without_faces: int
    faces: int
    unknown_gender_share: Share
    groups: tuple[AudienceGroup, ...]


def read_audience(session: Session, query: AudienceQuery) -> Audience:
    """Count the faces of the jobs asked for into the groups asked for."""
    jobs = _job_conditions(session, query)
    counts = _count_cells(session, jobs)
    faces = sum(counts.values())
    unknown = sum(count for (gender, _), count in counts.items() if gender == "unknown")
    totals = _count_items(session, jobs)
    return Audience(
        items=totals["items"],
        items_done=totals["done"],
        items_waiting=totals["items"] - totals["done"] - totals["failed"] - totals["cancelled"],
        items_cancelled=totals["cancelled"],
        items_failed=_count_failures(session, jobs) if totals["failed"] else {},
        items_without_faces=totals["without_faces"],
        faces=faces,
        unknown_gender_share=wilson_share(unknown, faces),
        groups=_group(counts, query),
    )


def _job_conditions(session: Session, query: AudienceQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.job_id is not None:
        conditions.append(JobRow.id == query.job_id)
    if query.tag is not None:
        conditions.append(_has_tag(session, query.tag))
    return conditions


def _has_tag(session: Session, tag: str) -> ColumnElement[bool]:
    if is_postgresql(session):
        return JobRow.tags.op("@>")(literal([tag], JSONB))
    tags = func.json_each(JobRow.tags).table_valued("value")
    return select(tags.c.value).where(tags.c.value == tag).correlate(JobRow).exists()


def _count_cells(session: Session, jobs: Sequence[ColumnElement[bool]]) -> Counter[tuple[str, int]]:
    """Faces by (gender, whole years)."""
    query = (
        select(CellRow.gender, CellRow.age, func.sum(CellRow.faces))
        .join(JobRow)
        .where(*jobs)
        .group_by(CellRow.gender, CellRow.age)
    )
    return Counter({(gender, age): faces for gender, age, faces in session.execute(query)})


def _count_items(session: Session, jobs: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    columns = {
        "items": ChunkRow.stop - ChunkRow.start,
        "done": ChunkRow.done,
        "failed": ChunkRow.failed,
        "cancelled": ChunkRow.cancelled,
        "without_faces": ChunkRow.without_faces,
    }
    query = (
        select(*(func.coalesce(func.sum(column), 0) for column in columns.values()))
        .select_from(ChunkRow)
        .join(JobRow)
        .where(ChunkRow.state != ChunkState.SPLIT, *jobs)
    )
    return dict(zip(columns, session.execute(query).one(), strict=True))


def _count_failures(session: Session, jobs: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    query = (
        select(ItemRow.error_code, func.count())
        .join(JobRow)
        .where(ItemRow.error_code.is_not(None), *jobs)
        .group_by(ItemRow.error_code)
        .order_by(ItemRow.error_code)
    )
    return {code: count for code, count in session.execute(query) if code is not None}


def _group(counts: Counter[tuple[str, int]], query: AudienceQuery) -> tuple[AudienceGroup, ...]:
    """Every band and gender asked for has its row, with or without faces."""
    genders: Sequence[str | None] = PREDICTED_GENDERS if query.by_gender else (None,)
    labels: list[str | None] = [band.label for band in query.bands] if query.by_age_band else [None]
    grouped: Counter[tuple[str | None, str | None]] = Counter()
    for (gender, age), faces in counts.items():
        label = band_of(age, query.bands) if query.by_age_band else None
        grouped[gender if query.by_gender else None, label] += faces
    if any(label == OUTSIDE for _, label in grouped):
        labels.append(OUTSIDE)
    return tuple(
        AudienceGroup(
            gender=gender,
            age_band=label,
            faces=grouped[gender, label],
            share=wilson_share(grouped[gender, label], counts.total()),
        )
        for label in labels
        for gender in genders
    )
