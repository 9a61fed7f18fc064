"""Audience queries after every case: the cube, which gets each change a little later."""

from collections import Counter

from sqlalchemy import func, select

from db.counts.totals import (
    DONE,
    DUPLICATES,
    FAILED,
    TOO_SMALL,
    TOO_UNCLEAR,
    TOO_UNSURE,
    empty_totals,
    measure_of,
)
from db.engine import Database
from db.slices.queries import SliceQuery
from db.slices.slices import Slices, read_slices
from db.states import ItemState
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow
from db.tables.videos import TrackRow


def check_cube(database: Database, job_id: int) -> list[str]:
    """I5: an audience by a tag that only this job has is the audience of the job."""
    with database.read() as session:
        job = session.get(JobRow, job_id)
        assert job is not None
        of_job = _describe_slices(read_slices(session, SliceQuery(job_id=job_id)))
        return [
            f"I5: the cube differs for the tag {tag} of job {job_id}"
            for tag in job.tags
            if _describe_slices(read_slices(session, SliceQuery(tag=tag))) != of_job
        ]


def check_measures(database: Database, job_id: int) -> list[str]:
    """I5: the counts of items, and of faces too unclear to be judged, match their rows."""
    wanted: Counter[str] = Counter()
    with database.read() as session:
        for item in session.scalars(select(ItemRow).where(ItemRow.job_id == job_id)):
            wanted[DONE] += item.state == ItemState.DONE
            wanted[DUPLICATES] += item.duplicate_of is not None
            wanted[TOO_SMALL] += item.too_small or 0
            wanted[TOO_UNSURE] += item.too_unsure or 0
            if item.error_code is not None:
                wanted[f"{FAILED}{item.error_code}"] += 1
        for table in (FaceRow, TrackRow):
            of_job = select(func.count()).select_from(table).join(ItemRow)
            unclear = of_job.where(ItemRow.job_id == job_id, ~table.judged)
            wanted[TOO_UNCLEAR] += session.scalars(unclear).one()
        slices = read_slices(session, SliceQuery(job_id=job_id))
    totals = sum((one for units in slices.values() for one in units.values()), empty_totals())
    counted = {measure: measure_of(totals, measure) for measure in wanted}
    return [] if counted == wanted else [f"I5: measures are {counted}, rows say {wanted}"]


def _describe_slices(slices: Slices) -> dict[object, list[int]]:
    return {
        (key, unit): totals.tolist()
        for key, units in slices.items()
        for unit, totals in units.items()
        if totals.any()
    }
