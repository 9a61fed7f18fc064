"""One job: progress, items, failures and downloads.

A page reads a bounded number of items, whatever the size of the job, and links to the next ones.
"""

from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.exports.export import FILE_FORMATS
from api.layout.rendering import asks_for_part, show
from api.operator_views.packs import read_packs
from api.pages.audience import PYRAMID, find_groupings
from api.pages.item import format_time
from api.reports.headline import make_headline
from api.reports.pyramid import make_pyramid
from api.schemas.dimensions import DIMENSION_PREFIX
from api.schemas.quality import LEVELS
from api.schemas.results import ANNOTATION_FORMATS, ResultsQuery
from api.services import services
from api.validation import validate
from api.views.job_replies import find_job
from db.audience.dimensions import read_values
from db.item_values import StoredItem
from db.job_values import JobStatus
from db.jobs.reruns import read_runs
from db.jobs.status import read_chosen_jobs
from db.results.filters import ResultFilter
from db.results.reading import (
    ItemOrder,
    count_faces,
    has_pictures,
    read_items,
    read_results,
    read_sorted,
)
from db.states import ErrorCode, ItemState
from db.videos.tracks import count_people, has_videos

blueprint = Blueprint("job_page", __name__)
ITEMS_PER_PAGE = 48
FAILURES_PER_PAGE = 20
# A filter that few items match must not make one page read the whole job.
MAX_SEARCHED = 2000
FILTERS = ("name", "gender", "age_min", "age_max", "score_min", "quality_min", "pose", "state")
PAGE_FIELDS = ("show", "sort", "item")
MOST_DIMENSIONS = 4
# What the page shows instead of the items.
FAILED = "failed"
# A failure with one of these codes may not happen again.
RETRYABLE = (
    ErrorCode.NOT_FOUND,
    ErrorCode.FORBIDDEN_SOURCE,
    ErrorCode.FETCH_FAILED,
    ErrorCode.TIMEOUT,
    ErrorCode.WORKER_CRASHED,
    ErrorCode.INTERNAL,
)
PEOPLE_FORMATS = tuple(FILE_FORMATS)
FORMATS = (*PEOPLE_FORMATS, *ANNOTATION_FORMATS)


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """Some of a job's items."""

    items: list[StoredItem]
    next_cursor: int | None  # position of the last item searched; None if no more follow
    searched: int = 0  # items of the job up to that position


@blueprint.get("/jobs/<number:job_id>")
def show_page(job_id: int) -> Response:
    """The job: its answer, and the first of its items that match the filters in the address, or
    what failed."""
    job, query = find_job(job_id), _read_query()
    with services().database.read() as session:
        # Where nothing else is there, what failed comes first.
        first = FAILED if job.counts.failed == job.counts.items else ""
        shows_failures = job.counts.failed and request.args.get("show", first) == FAILED
        failures = _read_failures(session, job, -1) if shows_failures else None
        shown = ItemsPage([], None) if failures else _read_page(session, job, query)
        people = count_people(session, [job_id])
        with_videos = has_videos(session, job_id)
        formats = _choose_formats(session, job) if with_videos else FORMATS
        runs = read_chosen_jobs(
            session, [run for run in read_runs(session, job_id) if run != job_id]
        )
        dimensions = read_values(session, current_caller().reach, job_id, None)
    return show(
        "job.html",
        job=job,
        failures=failures,
        formats=formats,
        people=people,
        people_formats=PEOPLE_FORMATS,
        has_videos=with_videos,
        runs=runs,
        packs=read_packs(),
        quality_levels=LEVELS,
        dimensions=dict(islice(dimensions.items(), MOST_DIMENSIONS)),
        sorts=list(ItemOrder),
        **_find_answer(job, counts_people=bool(people)),
        **_describe(job, shown, query),
    )


@blueprint.get("/jobs/<number:job_id>/items")
def show_items(job_id: int) -> Response:
    """The first items that match these filters or, with a cursor, the next ones."""
    job, query = find_job(job_id), _read_query()
    with services().database.read() as session:
        shown = _read_page(session, job, query)
    first, described = query.cursor < 0, _describe(job, shown, query)
    response = show("items.html" if first else "more_items.html", job=job, **described)
    if first and asks_for_part():
        response.headers["HX-Push-Url"] = f"/jobs/{job_id}?{described['question']}".rstrip("?")
    return response


@blueprint.get("/jobs/<number:job_id>/tiles")
def show_tiles(job_id: int) -> Response:
    """These items as they are now: the page asks for what was still waiting."""
    job = find_job(job_id)
    wanted = [int(item) for item in request.args.getlist("item")[:ITEMS_PER_PAGE] if item.isdigit()]
    with services().database.read() as session:
        items = [item for item in read_items(session, wanted) if item.job_id == job_id]
    return show("more_items.html", job=job, **_describe(job, ItemsPage(items, None), _read_query()))


@blueprint.get("/jobs/<number:job_id>/answer")
def show_answer(job_id: int) -> Response:
    """Who was found so far."""
    job = find_job(job_id)
    with services().database.read() as session:
        people = count_people(session, [job_id])
    found = _find_answer(job, counts_people=bool(people))
    return show("job_answer.html", job=job, **found)


def _find_answer(job: JobStatus, *, counts_people: bool) -> dict[str, Any]:
    """The audience of the job with its headline and pyramid, and how many failures a retry may
    help."""
    if job.erased is not None:
        return {"audience": None, "retryable": 0}
    question = {"job": str(job.id), "count": "people" if counts_people else "faces"}
    everybody, by_gender, by_band = find_groupings(question, [PYRAMID, ["gender"], ["age_band"]])
    return {
        "audience": everybody,
        "headline": make_headline(everybody.faces, by_gender.groups, by_band.groups),
        "pyramid": make_pyramid(everybody.groups),
        "retryable": sum(everybody.items_failed.get(code, 0) for code in RETRYABLE),
    }


@blueprint.get("/jobs/<number:job_id>/failures")
def show_failures(job_id: int) -> Response:
    """The next failed items."""
    job, query = find_job(job_id), _read_query()
    with services().database.read() as session:
        failures = _read_failures(session, job, query.cursor)
    return show("failures.html", job=job, failures=failures)


def _choose_formats(session: Session, job: JobStatus) -> tuple[str, ...]:
    """Leave out annotations for a job of videos only: they are of pictures, and would be empty."""
    if job.counts.items > MAX_SEARCHED or has_pictures(session, job.id, until=MAX_SEARCHED):
        return FORMATS
    return PEOPLE_FORMATS


def _read_query() -> ResultsQuery:
    # Browsers send empty form fields, too: they are no filters.
    given = {name: text for name, text in request.args.items() if text and name not in PAGE_FIELDS}
    return validate(ResultsQuery, given)


def _describe(job: JobStatus, shown: ItemsPage, query: ResultsQuery) -> dict[str, Any]:
    """The items with what was chosen to see them, and all faces of those that show only some."""
    chosen = query.model_dump(include=set(FILTERS), exclude_defaults=True, mode="json")
    chosen |= {DIMENSION_PREFIX + name: value for name, value in query.dimensions().items()}
    order = _read_order(job)
    kept = {**chosen, "sort": order.value} if order is not ItemOrder.POSITION else chosen
    totals: dict[int, int] = {}
    if chosen and shown.items:
        with services().database.read() as session:
            totals = count_faces(session, [item.id for item in shown.items])
    return {
        "shown": shown,
        "chosen": chosen,
        "question": urlencode(kept),
        "totals": totals,
        "sort": order,
        "sortable": job.counts.items <= MAX_SEARCHED,
        "clock": format_time,
    }


def _read_order(job: JobStatus) -> ItemOrder:
    """Only few items can be sorted: a page must not read a million."""
    asked = request.args.get("sort", "")
    few = job.counts.items <= MAX_SEARCHED
    return ItemOrder(asked) if few and asked in list(ItemOrder) else ItemOrder.POSITION


def _read_page(session: Session, job: JobStatus, query: ResultsQuery) -> ItemsPage:
    wanted, after = query.to_filter(), query.cursor
    if job.erased is not None:
        return ItemsPage([], None)
    order = _read_order(job)
    if order is not ItemOrder.POSITION:
        return _read_sorted_page(session, job, wanted, order, max(after, 0))
    until = after + (ITEMS_PER_PAGE if wanted == ResultFilter() else MAX_SEARCHED)
    items = read_results(session, job.id, wanted, after=after, limit=ITEMS_PER_PAGE, until=until)
    reached = items[-1].position if len(items) == ITEMS_PER_PAGE else until
    over = reached + 1 >= job.counts.items
    return ItemsPage(items, None if over else reached, min(reached + 1, job.counts.items))


def _read_sorted_page(
    session: Session, job: JobStatus, wanted: ResultFilter, order: ItemOrder, offset: int
) -> ItemsPage:
    """The cursor of a sorted page is how many items are before it."""
    limit = ITEMS_PER_PAGE + 1
    items = read_sorted(session, job.id, wanted, order, offset=offset, limit=limit)
    more = len(items) > ITEMS_PER_PAGE
    end = offset + ITEMS_PER_PAGE
    return ItemsPage(items[:ITEMS_PER_PAGE], end if more else None, job.counts.items)


def _read_failures(session: Session, job: JobStatus, after: int) -> ItemsPage:
    failed = ResultFilter(state=ItemState.FAILED)
    items = read_results(session, job.id, failed, after=after, limit=FAILURES_PER_PAGE + 1)
    shown = ItemsPage(items[:FAILURES_PER_PAGE], None)
    return (
        replace(shown, next_cursor=shown.items[-1].position)
        if len(items) > FAILURES_PER_PAGE
        else shown
    )
