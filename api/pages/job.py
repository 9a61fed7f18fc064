"""One job: progress, items, failures and downloads.

A page reads a bounded number of items, whatever the size of the job, and links to the next ones.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from api.exports.export import FILE_FORMATS
from api.pages.rendering import asks_for_part, show
from api.schemas.quality import LEVELS
from api.schemas.results import ResultsQuery
from api.services import services
from api.validation import validate
from api.views.job_replies import find_job
from api.views.packs import read_packs
from db.item_values import StoredItem
from db.job_values import JobStatus
from db.jobs.reruns import read_runs
from db.jobs.status import read_chosen_jobs
from db.results.filters import ResultFilter
from db.results.reading import has_pictures, read_results
from db.states import ItemState
from db.videos.tracks import count_people

blueprint = Blueprint("job_page", __name__)
ITEMS_PER_PAGE = 48
FAILURES_PER_PAGE = 20
# A filter that few items match must not make one page read the whole job.
MAX_SEARCHED = 2000
FILTERS = ("gender", "age_min", "age_max", "score_min", "quality_min", "pose", "state")
PEOPLE_FORMATS = tuple(FILE_FORMATS)
FORMATS = (*PEOPLE_FORMATS, "coco")


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """Some of a job's items."""

    items: list[StoredItem]
    next_cursor: int | None  # position of the last item searched; None if no more follow
    searched: int = 0  # items of the job up to that position


@blueprint.get("/jobs/<number:job_id>")
def show_page(job_id: int) -> Response:
    """The job with the first of its items that match the filters in the address."""
    job, query = find_job(job_id), _read_query()
    with services().database.read() as session:
        shown = _read_page(session, job, query)
        failures = _read_failures(session, job, -1) if job.counts.failed else None
        people = count_people(session, [job_id])
        formats = _choose_formats(session, job) if people else FORMATS
        runs = read_chosen_jobs(
            session, [run for run in read_runs(session, job_id) if run != job_id]
        )
    return show(
        "job.html",
        job=job,
        shown=shown,
        failures=failures,
        formats=formats,
        people=people,
        people_formats=PEOPLE_FORMATS,
        runs=runs,
        packs=read_packs(),
        quality_levels=LEVELS,
        **_describe(query),
    )


@blueprint.get("/jobs/<number:job_id>/items")
def show_items(job_id: int) -> Response:
    """The first items that match these filters or, with a cursor, the next ones."""
    job, query = find_job(job_id), _read_query()
    with services().database.read() as session:
        shown = _read_page(session, job, query)
    first, described = query.cursor < 0, _describe(query)
    response = show("items.html" if first else "more_items.html", job=job, shown=shown, **described)
    if first and asks_for_part():
        response.headers["HX-Push-Url"] = f"/jobs/{job_id}?{described['question']}".rstrip("?")
    return response


@blueprint.get("/jobs/<number:job_id>/failures")
def show_failures(job_id: int) -> Response:
    """The next failed items."""
    job, query = find_job(job_id), _read_query()
    with services().database.read() as session:
        failures = _read_failures(session, job, query.cursor)
    return show("failures.html", job=job, failures=failures)


def _choose_formats(session: Session, job: JobStatus) -> tuple[str, ...]:
    """Leave out COCO for a job of videos only: it covers pictures, and would be empty."""
    if job.counts.items > MAX_SEARCHED or has_pictures(session, job.id, until=MAX_SEARCHED):
        return FORMATS
    return PEOPLE_FORMATS


def _read_query() -> ResultsQuery:
    # Browsers send empty form fields, too: they are no filters.
    return validate(ResultsQuery, {name: text for name, text in request.args.items() if text})


def _describe(query: ResultsQuery) -> dict[str, Any]:
    chosen = query.model_dump(include=set(FILTERS), exclude_defaults=True, mode="json")
    return {"chosen": chosen, "question": urlencode(chosen)}


def _read_page(session: Session, job: JobStatus, query: ResultsQuery) -> ItemsPage:
    wanted, after = query.to_filter(), query.cursor
    if job.erased is not None:
        return ItemsPage([], None)
    until = after + (ITEMS_PER_PAGE if wanted == ResultFilter() else MAX_SEARCHED)
    items = read_results(session, job.id, wanted, after=after, limit=ITEMS_PER_PAGE, until=until)
    reached = items[-1].position if len(items) == ITEMS_PER_PAGE else until
    over = reached + 1 >= job.counts.items
    return ItemsPage(items, None if over else reached, min(reached + 1, job.counts.items))


def _read_failures(session: Session, job: JobStatus, after: int) -> ItemsPage:
    failed = ResultFilter(state=ItemState.FAILED)
    items = read_results(session, job.id, failed, after=after, limit=FAILURES_PER_PAGE + 1)
    shown = ItemsPage(items[:FAILURES_PER_PAGE], None)
    return (
        replace(shown, next_cursor=shown.items[-1].position)
        if len(items) > FAILURES_PER_PAGE
        else shown
    )
