"""A job as one page that can be kept, sent and opened anywhere: nothing in it is loaded from
elsewhere.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from sqlalchemy.orm import Session

from api.accuracy_card import make_card
from api.errors import ERRORS, answers
from api.jobs import find_job
from api.report_page import Report, render_report
from api.requests import JobPath
from api.services import services
from db.audience import read_audience
from db.bands import PRESETS
from db.breakdown import has_tracks, read_dimensions, read_timeline
from db.evaluations import read_evaluations
from db.grouping import AudienceQuery
from db.results import ResultFilter, read_results, read_thumbnail, read_warnings
from db.slices import SliceQuery
from db.states import ItemState
from db.tracks import count_people
from db.values import JobStatus, StoredItem, Thumbnail

blueprint = APIBlueprint(
    "report", __name__, url_prefix="/v1", abp_tags=[Tag(name="results")], abp_responses=ERRORS
)
PAGE = {"content": {"text/html": {"schema": {"type": "string"}}}}
MOST_PICTURES = 48
MOST_FAILURES = 200


@blueprint.get("/jobs/<int:job_id>/report", responses=answers(PAGE, 200))
def show_report(path: JobPath) -> Response:
    """The job as one HTML page: what became of its items, its audience by age, gender, dimensions
    and time, samples of its pictures, what failed, and how right all that is."""
    job = find_job(path.job_id)
    with services().database.read() as session:
        report = _read_report(session, job, services().settings.min_cell)
    return Response(render_report(report), mimetype="text/html")


def _read_report(session: Session, job: JobStatus, min_cell: int) -> Report:
    people = has_tracks(session, job.id)
    has_videos = bool(count_people(session, [job.id]))
    query = AudienceQuery(
        PRESETS["marketing"], slices=SliceQuery(job.id), counts_people=people, min_cell=min_cell
    )
    dimensions, in_all = read_dimensions(session, job.id, min_cell, counts_people=people)
    return Report(
        job=job,
        audience=read_audience(session, query),
        dimensions=dimensions,
        dimensions_in_all=in_all,
        timeline=read_timeline(session, job.id, min_cell, counts_people=people),
        pictures=list(_read_pictures(session, job.id)),
        failures=_read_items(session, job.id, ItemState.FAILED, MOST_FAILURES),
        warnings=read_warnings(session, job.id, limit=MOST_FAILURES) if has_videos else [],
        card=make_card(next(iter(read_evaluations(session)), None)),
        counts_people=people,
        min_cell=min_cell,
        made_at=datetime.now(UTC),
    )


def _read_pictures(session: Session, job_id: int) -> Iterator[tuple[StoredItem, Thumbnail]]:
    for item in _read_items(session, job_id, ItemState.DONE, MOST_PICTURES):
        thumbnail = read_thumbnail(session, item.id)
        if thumbnail is not None:
            yield item, thumbnail


def _read_items(session: Session, job_id: int, state: ItemState, limit: int) -> list[StoredItem]:
    return read_results(session, job_id, ResultFilter(state=state), after=-1, limit=limit)
