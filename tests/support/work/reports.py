"""Jobs to report on."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.submissions.drafts import accept_job
from models.face import Face
from tests.support.work.jobs import close, make_face, work_all
from worker.settings import Settings

FACES = (make_face(years=30.4, female=0.9), make_face(years=52.6, female=0.55))
START = datetime(2026, 5, 1, 12, tzinfo=UTC)


def make_job(
    settings: Settings,
    dimensions: Sequence[Mapping[str, str]],
    faces: Sequence[Face] = FACES,
    days: Sequence[int | None] = (),
    fail: Sequence[str] = (),
) -> None:
    """Make a job with an item for each dimension set; all items have the same faces."""
    database = Database(settings.database_url)
    items = [
        NewItem(
            f"{number}.jpg",
            f"file:///{number}.jpg",
            START + timedelta(days=day) if day is not None else None,
            dict(values),
        )
        for number, (values, day) in enumerate(
            zip(dimensions, days or [None] * len(dimensions), strict=True)
        )
    ]
    with database.write() as session:
        accept_job(session, NewJob(), items, 20)
    work_all(database, faces=faces, fail=fail)
    close(database)
    database.close()
