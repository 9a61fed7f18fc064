"""The pictures of an item: what was uploaded, and its thumbnail."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.item_values import STORE_SCHEME, Thumbnail
from db.job_values import JobOptions, ThumbnailKind
from db.results.filters import NOT_ERASED
from db.tables.items import ItemRow, ThumbnailRow
from db.tables.jobs import JobRow


def read_upload(session: Session, item_id: int) -> str | None:
    """Where the store keeps an uploaded picture; None where its job blurs faces or keeps none."""
    alive = JobRow.erasing_at.is_(None)
    query = (
        select(ItemRow.uri, JobRow.options)
        .join(JobRow, JobRow.id == ItemRow.job_id)
        .where(ItemRow.id == item_id, ItemRow.uri.startswith(STORE_SCHEME), alive)
    )
    found = session.execute(query).first()
    if found is None or JobOptions.of(found.options).thumbnails is not ThumbnailKind.ANNOTATED:
        return None
    return str(found.uri)


def shows_faces(session: Session, item_id: int) -> bool:
    """Whether the thumbnails of an item's job show faces as they are."""
    query = select(JobRow.options).join(ItemRow, ItemRow.job_id == JobRow.id)
    options = session.scalar(query.where(ItemRow.id == item_id))
    return options is not None and JobOptions.of(options).thumbnails is ThumbnailKind.ANNOTATED


def read_thumbnail(session: Session, item_id: int) -> Thumbnail | None:
    """The annotated picture of an item, if it has one."""
    query = select(ThumbnailRow).join(ItemRow).where(ItemRow.id == item_id, NOT_ERASED)
    row = session.scalars(query).first()
    return None if row is None else Thumbnail(row.media_type, row.content)


def read_thumbnails(session: Session, item_ids: Collection[int]) -> dict[int, Thumbnail]:
    """The annotated pictures of those items that have one."""
    query = select(ThumbnailRow).where(ThumbnailRow.item_id.in_(item_ids))
    return {row.item_id: Thumbnail(row.media_type, row.content) for row in session.scalars(query)}
