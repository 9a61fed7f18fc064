"""An item that is given up: marked as failed, and counted for the audience."""

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from db.counters import Counter, count
from db.counts.cells import record_tally
from db.counts.tally import Tally
from db.counts.time_zones import read_zone
from db.item_values import Failure
from db.states import ItemState
from db.tables.items import ItemRow


def fail_item(session: Session, failure: Failure, *which: ColumnElement[bool]) -> None:
    """Fail the item that meets the conditions; does nothing if it no longer waits."""
    failed = session.execute(
        update(ItemRow)
        .where(*which, ItemRow.state == ItemState.WAITING)
        .values(state=ItemState.FAILED, error_code=failure.code, error_message=failure.message)
        .returning(ItemRow.job_id, ItemRow.dimensions, ItemRow.captured_at)
    ).first()
    if failed is not None:
        tally = Tally(read_zone(session, failed.job_id))
        tally.add_failure(failed.dimensions, failed.captured_at, failure.code)
        record_tally(session, failed.job_id, tally)
        count(session, Counter.ITEMS_ENDED, ItemState.FAILED)
        count(session, Counter.ITEM_ERRORS, failure.code)
