"""Headcounts: start, follow and stop counting the people of live sources."""

from dataclasses import replace
from http import HTTPStatus

from flask import Response
from flask_openapi3 import Tag
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.audience_schemas.headcounts import (
    HeadcountBody,
    HeadcountOut,
    HeadcountPath,
    HeadcountsOut,
    ZoneTally,
)
from api.call_groups import CallGroup
from api.errors import ApiError
from api.schemas.errors import ERRORS, answers
from api.schemas.replies import reply
from api.services import services
from api.views.live import find_live_source
from db.audience.table import Audience, read_audiences
from db.jobs.headcounts import (
    Headcount,
    NewHeadcount,
    read_headcounts,
    start_headcount,
    stop_headcount,
)
from db.presence.queries import PresenceQuery
from db.slices.queries import AudienceQuery, SliceQuery
from db.states import Count
from db.zones.counted import read_counted_zones
from db.zones.kept import read_source_zones
from worker.addresses.live_sources import LiveSource

blueprint = CallGroup(
    "headcounts", __name__, url_prefix="/v1", abp_tags=[Tag(name="live")], abp_responses=ERRORS
)


@blueprint.get("/headcounts", responses={200: HeadcountsOut})
def list_headcounts() -> Response:
    """List the live sources, and who was counted in each of those that are counted."""
    reach = current_caller().reach
    sources = map(LiveSource.parse, services().settings.live_sources)
    with services().database.read() as session:
        found = [_describe(session, one) for one in read_headcounts(session, reach)]
    names = [source.name for source in sources if reach.includes(source.tenant)]
    return reply(HeadcountsOut(sources=names, headcounts=found))


@blueprint.post("/headcounts", responses={**answers(HeadcountOut, 201), 409: ERRORS["422"]})
def start(body: HeadcountBody) -> Response:
    """Count the people of a live source from now on, into one job for each day.

    No picture is kept, and only with `keeps_times` when each person was seen. It continues until it
    is stopped, even after a restart of the server.
    """
    source = find_live_source(body.source)
    asked = NewHeadcount(
        source.name,
        source.tenant,
        tuple(body.tags),
        tuple(body.dimensions.items()),
        body.detection,
        body.keeps_times,
    )
    with services().database.write() as session:
        if not start_headcount(session, asked):
            raise ApiError(
                HTTPStatus.CONFLICT,
                f"The people of {source.name!r} are counted already. Stop that headcount first.",
                "already_counted",
            )
    return reply(_find(source.name), HTTPStatus.CREATED)


@blueprint.delete("/headcounts/<path:name>", responses=answers(HeadcountOut, 200))
def stop(path: HeadcountPath) -> Response:
    """Stop counting the people of a live source. Who is there now is counted still."""
    found = _find(path.name)
    with services().database.write() as session:
        stop_headcount(session, path.name)
    return reply(found.model_copy(update={"is_stopping": True}))


def _find(name: str) -> HeadcountOut:
    with services().database.read() as session:
        for headcount in read_headcounts(session, current_caller().reach):
            if headcount.asked.source == name:
                return _describe(session, headcount)
    raise ApiError(
        HTTPStatus.NOT_FOUND, f"The people of {name!r} are not counted.", "unknown_headcount"
    )


def _describe(session: Session, headcount: Headcount) -> HeadcountOut:
    if headcount.job_id is None:
        return HeadcountOut.of(headcount, None, [])
    found = _read_people(session, headcount.job_id)
    return HeadcountOut.of(headcount, found, _read_zones(session, headcount, headcount.job_id))


def _read_zones(session: Session, headcount: Headcount, job_id: int) -> list[ZoneTally]:
    zones = read_source_zones(session, headcount.asked.source)
    if not zones:
        return []
    by_zone = PresenceQuery(
        (), by_gender=False, by_age_band=False, count=Count.SECONDS, min_cell=services().min_cell
    )
    names = [zone.name for zone in zones]
    return ZoneTally.list_of(read_counted_zones(session, job_id, names, by_zone))


def _read_people(session: Session, job_id: int) -> Audience:
    by_gender = AudienceQuery(
        (),
        by_age_band=False,
        slices=SliceQuery(job_id),
        count=Count.PEOPLE,
        min_cell=services().min_cell,
    )
    people, times = read_audiences(session, [by_gender, replace(by_gender, count=Count.SECONDS)])
    return replace(people, screen_time=times.screen_time)
