"""What an audience reads after every case: the cube, told of each change a little later."""

from db.engine import Database
from db.slices import SliceQuery, Slices, read_slices
from db.tables import JobRow


def check_cube(database: Database, job_id: int) -> list[str]:
    """I5: what an audience reads of a tag that only this job has is what it reads of the job."""
    with database.read() as session:
        job = session.get(JobRow, job_id)
        assert job is not None
        of_job = _describe_slices(read_slices(session, SliceQuery(job_id=job_id)))
        return [
            f"I5: the cube differs for the tag {tag} of job {job_id}"
            for tag in job.tags
            if _describe_slices(read_slices(session, SliceQuery(tag=tag))) != of_job
        ]


def _describe_slices(slices: Slices) -> dict[object, list[int]]:
    return {
        (key, unit): totals.tolist()
        for key, units in slices.items()
        for unit, totals in units.items()
        if totals.any()
    }
