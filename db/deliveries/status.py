"""What was written of the results of jobs."""

from collections.abc import Sequence

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from db.job_values import Delivered
from db.tables.deliveries import DeliveryRow, DestinationRow


def read_delivered(session: Session, job_ids: Sequence[int]) -> dict[int, Delivered]:
    """Of those of these jobs whose results are written somewhere."""
    if not job_ids:
        return {}
    is_written = and_(
        DeliveryRow.job_id == DestinationRow.job_id, DeliveryRow.written_at.is_not(None)
    )
    query = (
        select(
            DestinationRow,
            func.count(DeliveryRow.number),
            func.coalesce(func.sum(DeliveryRow.items), 0),
            func.coalesce(func.sum(DeliveryRow.faces), 0),
            func.coalesce(func.sum(DeliveryRow.size_bytes), 0),
        )
        .outerjoin(DeliveryRow, is_written)
        .where(DestinationRow.job_id.in_(job_ids))
        .group_by(DestinationRow.job_id)
    )
    return {
        row.job_id: Delivered(
            row.uri, deliveries, items, faces, int(size), row.is_complete, row.error
        )
        for row, deliveries, items, faces, size in session.execute(query)
    }
