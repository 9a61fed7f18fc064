"""Zones: kept for live sources and jobs, and who was in which part of their pictures."""

from collections.abc import Sequence

from flask import Response
from flask_openapi3 import Tag
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.access.limiter import count_more_audiences
from api.audience_schemas.presence import PresenceParameters
from api.audience_schemas.zones import (
    JobZonesOut,
    KeptZonesBody,
    SourceZonesOut,
    SourceZonesPath,
    ZoneNamesOut,
    ZonesBody,
    ZonesOut,
)
from api.call_groups import CallGroup
from api.errors import InvalidRequest, invalid_if
from api.schemas.errors import ERRORS, answers
from api.schemas.jobs import JobPath
from api.schemas.replies import reply
from api.services import services
from api.validation import refuse_repeated_parameters
from api.views.job_replies import find_job
from api.views.live import find_live_source
from db.counts.zone_counts import read_zone_names, select_headcounts
from db.job_values import JobStatus
from db.presence.queries import PresenceQuery
from db.slices.queries import AudienceTooLarge
from db.zones.audience import ZoneAudience, read_zone_audience
from db.zones.counted import read_counted_zones
from db.zones.kept import (
    keep_job_zones,
    keep_source_zones,
    read_job_zones,
    read_source_zones,
    read_sources_with_zones,
)
from db.zones.polygons import Zone

blueprint = CallGroup(
    "zones", __name__, url_prefix="/v1", abp_tags=[Tag(name="audience")], abp_responses=ERRORS
)


@blueprint.get("/zones", responses={200: ZoneNamesOut})
def list_zones() -> Response:
    """List the zones that audiences can be filtered and grouped by, and those of live sources."""
    reach = current_caller().reach
    with services().database.read() as session:
        names = read_zone_names(session, select_headcounts(session, reach))
        sources = read_sources_with_zones(session, reach)
    kept = [SourceZonesOut.of(source, zones) for source, zones in sources.items()]
    return reply(ZoneNamesOut(zones=names, sources=kept))


@blueprint.get("/zones/<path:name>", responses=answers(SourceZonesOut, 200))
def show_source_zones(path: SourceZonesPath) -> Response:
    """Show the zones of a live source."""
    source = find_live_source(path.name)
    with services().database.read() as session:
        return reply(SourceZonesOut.of(source.name, read_source_zones(session, source.name)))


@blueprint.put("/zones/<path:name>", responses=answers(SourceZonesOut, 200))
def put_source_zones(path: SourceZonesPath, body: KeptZonesBody) -> Response:
    """Keep the zones of a live source, in place of those that it has.

    While its people are counted, who leaves from now on is counted in these. A zone goes by its
    name: with other corners, its count goes on.
    """
    source, zones = find_live_source(path.name), body.to_zones()
    with services().database.write() as session:
        keep_source_zones(session, source.name, source.tenant, zones)
    return reply(SourceZonesOut.of(source.name, zones))


@blueprint.put("/jobs/<int:job_id>/zones", responses=answers(JobZonesOut, 200))
def put_job_zones(path: JobPath, body: KeptZonesBody) -> Response:
    """Keep the zones of the pictures and videos of a job, in place of those that it has."""
    job, zones = find_job(path.job_id), body.to_zones()
    if job.headcount is not None:
        raise InvalidRequest(
            f"Job {job.id} is a headcount. Its zones are those of the live source "
            f"{job.headcount!r}: PUT /v1/zones/{job.headcount}."
        )
    with services().database.write() as session:
        if not keep_job_zones(session, job.id, zones):
            raise InvalidRequest(f"Job {job.id} is erased.")
    return reply(JobZonesOut.of(job.id, zones))


@blueprint.get("/jobs/<int:job_id>/zones", responses=answers(ZonesOut, 200))
def show_job_zones(path: JobPath, query: PresenceParameters) -> Response:
    """Count who was in the zones that are kept for a job, or were counted by its headcount.

    With keys, an answer counts as one audience for each zone.
    """
    refuse_repeated_parameters()
    job, asked = find_job(path.job_id), _make_query(query)
    with services().database.read() as session:
        zones, found = read_kept_zones(session, job, asked)
    return reply(ZonesOut.of(job.id, zones, found, asked))


@blueprint.post("/jobs/<int:job_id>/zones", responses=answers(ZonesOut, 200))
def count_zones(path: JobPath, body: ZonesBody) -> Response:
    """Count who was in which part of the pictures and videos of a job, and who came in and left.

    Nothing is kept of the zones. With keys, an answer counts as one audience for each of them.
    """
    job, asked, zones = find_job(path.job_id), _make_query(body), body.to_zones()
    if job.headcount is not None:
        raise InvalidRequest(
            f"Job {job.id} is a headcount, of which no boxes are kept. It counts in the zones of "
            f"its source: PUT /v1/zones/{job.headcount}, and GET /v1/jobs/{job.id}/zones."
        )
    with services().database.read() as session:
        found = _count(session, job.id, zones, asked)
    return reply(ZonesOut.of(job.id, zones, found, asked))


def read_kept_zones(
    session: Session, job: JobStatus, query: PresenceQuery
) -> tuple[Sequence[Zone], ZoneAudience]:
    """The zones that a job has now, and who was in them and in those that it has counted in."""
    if job.headcount is None:
        zones = read_job_zones(session, job.id)
        if not zones:
            raise InvalidRequest(
                f"Job {job.id} has no zones. Keep some with PUT /v1/jobs/{job.id}/zones, or try "
                "some with POST."
            )
        return zones, _count(session, job.id, zones, query)
    zones = read_source_zones(session, job.headcount)
    names = list(dict.fromkeys([*(one.name for one in zones), *read_zone_names(session, [job.id])]))
    if not names:
        raise InvalidRequest(
            f"The live source {job.headcount!r} has no zones. Keep some with "
            f"PUT /v1/zones/{job.headcount}."
        )
    count_more_audiences(services().limiter, current_caller(), len(names) - 1)
    return zones, read_counted_zones(session, job.id, names, query)


def _make_query(parameters: PresenceParameters) -> PresenceQuery:
    with invalid_if(ValueError):
        return parameters.to_query(services().min_cell, services().settings.gender_min_probability)


def _count(
    session: Session, job_id: int, zones: Sequence[Zone], query: PresenceQuery
) -> ZoneAudience:
    count_more_audiences(services().limiter, current_caller(), len(zones) - 1)
    with invalid_if(AudienceTooLarge):
        return read_zone_audience(session, job_id, zones, query)
