"""A job as one HTML file that loads nothing from elsewhere."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from flask import Response
from flask_openapi3 import Tag
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.call_groups import CallGroup
from api.headers import FILE_POLICY
from api.media.thumbnails import find_thumbnail
from api.reports.accuracy_card import make_card
from api.reports.headline import make_headline
from api.reports.job_report import Report, render_report
from api.schemas.errors import ERRORS, answers
from api.schemas.jobs import JobPath
from api.schemas.replies import PLAIN
from api.schemas.reports import ReportQuery
from api.services import services
from api.validation import refuse_repeated_parameters
from api.views.job_replies import find_job
from db.audience.breakdown import has_tracks, read_dimensions, read_timeline
from db.audience.table import read_audiences
from db.item_values import StoredItem, Thumbnail
from db.job_values import JobStatus
from db.results.filters import ResultFilter
from db.results.reading import read_results, read_warnings
from db.slices.bands import PRESETS
from db.slices.evaluations import read_evaluations
from db.slices.queries import AudienceQuery, SliceQuery
from db.states import Count, ItemState
from db.videos.tracks import has_videos

blueprint = CallGroup(
    "report", __name__, url_prefix="/v1", abp_tags=[Tag(name="results")], abp_responses=ERRORS
)
PAGE = {"content": {"text/html": PLAIN}}
MOST_PICTURES = 48
MOST_FAILURES = 200


@blueprint.get("/jobs/<int:job_id>/report", responses=answers(PAGE, 200))
def show_report(path: JobPath, query: ReportQuery) -> Response:
    """Report a job as one HTML file to keep, print or send.

    It shows the audience by age, gender, dimensions and time, what became of the items, failures,
    and how accurate the estimates are; with `pictures=true` also some pictures, which show people.
    """
    refuse_repeated_parameters()
    job = find_job(path.job_id)
    with services().database.read() as session:
        report = _read_report(session, job, query, services().min_cell)
    headers = {"Content-Security-Policy": FILE_POLICY}
    return Response(render_report(report), mimetype="text/html", headers=headers)


def _read_report(session: Session, job: JobStatus, asked: ReportQuery, min_cell: int) -> Report:
    people = has_tracks(session, job.id)
    query = AudienceQuery(
        PRESETS["marketing"],
        slices=SliceQuery(job.id),
        count=Count.PEOPLE if people else Count.FACES,
        min_cell=min_cell,
    )
    by_gender, by_band = replace(query, by_age_band=False), replace(query, by_gender=False)
    audience, genders, bands = read_audiences(session, [query, by_gender, by_band])
    dimensions, in_all = read_dimensions(session, job.id, min_cell, counts_people=people)
    return Report(
        job=job,
        title=asked.title,
        client=asked.client,
        audience=audience,
        headline=make_headline(audience.faces, genders.groups, bands.groups),
        dimensions=dimensions,
        dimensions_in_all=in_all,
        timeline=read_timeline(session, job.id, min_cell, counts_people=people),
        pictures=list(_read_pictures(session, job.id)) if asked.pictures else [],
        failures=_read_items(session, job.id, ItemState.FAILED, MOST_FAILURES),
        warnings=read_warnings(session, job.id, limit=MOST_FAILURES)
        if has_videos(session, job.id)
        else [],
        card=make_card(job.packs, read_evaluations(session, current_caller().reach)),
        counts_people=people,
        min_cell=min_cell,
        made_at=datetime.now(UTC),
    )


def _read_pictures(session: Session, job_id: int) -> Iterator[tuple[StoredItem, Thumbnail]]:
    for item in _read_items(session, job_id, ItemState.DONE, MOST_PICTURES):
        thumbnail = find_thumbnail(session, item.id)
        if thumbnail is not None:
            yield item, thumbnail


def _read_items(session: Session, job_id: int, state: ItemState, limit: int) -> list[StoredItem]:
    return read_results(session, job_id, ResultFilter(state=state), after=-1, limit=limit)
