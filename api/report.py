"""A job as one page that can be kept, sent and opened anywhere: nothing in it is loaded from
elsewhere.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response, render_template
from flask_openapi3 import APIBlueprint, Tag
from sqlalchemy.orm import Session

from api.errors import ERRORS, answers
from api.jobs import find_job
from api.requests import JobPath
from api.services import services
from db.audience import read_audience
from db.bands import PRESETS
from db.grouping import AudienceQuery
from db.results import ResultFilter, read_results, read_thumbnail
from db.slices import SliceQuery
from db.states import ItemState
from db.values import StoredItem

blueprint = APIBlueprint(
    "report", __name__, url_prefix="/v1", abp_tags=[Tag(name="results")], abp_responses=ERRORS
)
PAGE = {"content": {"text/html": {"schema": {"type": "string"}}}}
MOST_PICTURES = 48
MOST_FAILURES = 200


@dataclass(frozen=True, slots=True)
class ReportPicture:
    """A thumbnail written into the page."""

    item: StoredItem
    source: str


@blueprint.get("/jobs/<int:job_id>/report", responses=answers(PAGE, 200))
def show_report(path: JobPath) -> Response:
    """The job as one HTML page: its audience, samples of its pictures, and what failed."""
    job = find_job(path.job_id)
    with services().database.read() as session:
        query = AudienceQuery(
            bands=PRESETS["marketing"],
            slices=SliceQuery(job_id=job.id),
            min_cell=services().settings.min_cell,
        )
        page = render_template(
            "report.html",
            job=job,
            audience=read_audience(session, query),
            pictures=_read_pictures(session, job.id),
            failures=_read_items(session, job.id, ItemState.FAILED, MOST_FAILURES),
            made_at=datetime.now(UTC),
        )
    return Response(page, mimetype="text/html")


def _read_pictures(session: Session, job_id: int) -> list[ReportPicture]:
    pictures = []
    for item in _read_items(session, job_id, ItemState.DONE, MOST_PICTURES):
        thumbnail = read_thumbnail(session, item.id)
        if thumbnail is not None:
            encoded = b64encode(thumbnail.content).decode()
            source = f"data:{thumbnail.media_type};base64,{encoded}"
            pictures.append(ReportPicture(item, source))
    return pictures


def _read_items(session: Session, job_id: int, state: ItemState, limit: int) -> list[StoredItem]:
    return read_results(session, job_id, ResultFilter(state=state), after=-1, limit=limit)
