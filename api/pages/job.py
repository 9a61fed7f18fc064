"""A job: how far it is, what was found, what failed, and its files.

However many items it has, a page looks at a bounded number of them and says where to go on.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from api.pages.rendering import asks_for_part, show
from api.schemas.queries import ResultsQuery
from api.services import services
from api.validation import validate
from api.views.jobs import find_job
from db.item_values import StoredItem
from db.job_values import JobStatus
from db.results.filters import ResultFilter
from db.results.reading import has_pictures, read_results
from db.states import ItemState
from db.videos.tracks import count_people

blueprint = Blueprint("gallery_page", __name__)
TILES = 48
FAILURES = 20
# Of the items that a filter leaves out, one page looks at no more than so many.
LOOKED_AT = 2000
FILTERS = ("gender", "age_min", "age_max", "score_min", "state")
PEOPLE_FORMATS = ("csv", "ndjson", "parquet")
FORMATS = (*PEOPLE_FORMATS, "coco")


@dataclass(frozen=True, slots=True)
class Tiles:
    """Some of a job's items, and where the next begin: None where these are the last."""

    items: list[StoredItem]
    next_cursor: int | None
    looked_at: int


@blueprint.get("/jobs/<number:job_id>")
def show_page(job_id: int) -> Response:
    """The job with the first of its pictures that pass the filters of the address."""
    job, query = find_job(job_id), _read_query()
    with services().database.read() as session:
        tiles = _read_tiles(session, job, query)
        failures = _read_failures(session, job, -1) if job.counts.failed else None
        people = count_people(session, [job_id])
        formats = _choose_formats(session, job) if people else FORMATS
    return show(
        "job.html",
        job=job,
        tiles=tiles,
        failures=failures,
        formats=formats,
        people=people,
        people_formats=PEOPLE_FORMATS,
        **_describe(query),
    )


@blueprint.get("/jobs/<number:job_id>/gallery")
def show_gallery(job_id: int) -> Response:
    """The pictures that pass these filters: the first, or more of them."""
    job, query = find_job(job_id), _read_query()
    with services().database.read() as session:
        tiles = _read_tiles(session, job, query)
    first, described = query.cursor < 0, _describe(query)
    response = show(
        "gallery.html" if first else "more_tiles.html", job=job, tiles=tiles, **described
    )
    if first and asks_for_part():
        response.headers["HX-Push-Url"] = f"/jobs/{job_id}?{described['question']}".rstrip("?")
    return response


@blueprint.get("/jobs/<number:job_id>/failures")
def show_failures(job_id: int) -> Response:
    """More of what failed."""
    job, query = find_job(job_id), _read_query()
    with services().database.read() as session:
        failures = _read_failures(session, job, query.cursor)
    return show("failures.html", job=job, failures=failures)


def _choose_formats(session: Session, job: JobStatus) -> tuple[str, ...]:
    """COCO has pictures alone: of a job of videos it would be empty."""
    if job.counts.items > LOOKED_AT or has_pictures(session, job.id, until=LOOKED_AT):
        return FORMATS
    return PEOPLE_FORMATS


def _read_query() -> ResultsQuery:
    # A field that was left empty asks for nothing.
    return validate(ResultsQuery, {name: text for name, text in request.args.items() if text})


def _describe(query: ResultsQuery) -> dict[str, Any]:
    chosen = query.model_dump(include=set(FILTERS), exclude_none=True, mode="json")
    return {"chosen": chosen, "question": urlencode(chosen)}


def _read_tiles(session: Session, job: JobStatus, query: ResultsQuery) -> Tiles:
    wanted, after = query.to_filter(), query.cursor
    if job.erased is not None:
        return Tiles([], None, 0)
    until = after + (TILES if wanted == ResultFilter() else LOOKED_AT)
    items = read_results(session, job.id, wanted, after=after, limit=TILES, until=until)
    reached = items[-1].position if len(items) == TILES else until
    over = reached + 1 >= job.counts.items
    return Tiles(items, None if over else reached, min(reached + 1, job.counts.items))


def _read_failures(session: Session, job: JobStatus, after: int) -> Tiles:
    failed = ResultFilter(state=ItemState.FAILED)
    items = read_results(session, job.id, failed, after=after, limit=FAILURES + 1)
    shown = Tiles(items[:FAILURES], None, 0)
    return replace(shown, next_cursor=shown.items[-1].position) if len(items) > FAILURES else shown
