"""Zones: who was in which part of the pictures of a job."""

from flask import Response
from flask_openapi3 import Tag

from api.access.callers import current_caller
from api.access.limiter import count_more_audiences
from api.audience_schemas.zones import ZonesBody, ZonesOut
from api.call_groups import CallGroup
from api.errors import InvalidRequest, invalid_if
from api.schemas.errors import ERRORS, answers
from api.schemas.jobs import JobPath
from api.schemas.replies import reply
from api.services import services
from api.views.job_replies import find_job
from db.slices.queries import AudienceTooLarge
from db.zones.audience import read_zone_audience

blueprint = CallGroup(
    "zones", __name__, url_prefix="/v1", abp_tags=[Tag(name="audience")], abp_responses=ERRORS
)


@blueprint.post("/jobs/<int:job_id>/zones", responses=answers(ZonesOut, 200))
def count_zones(path: JobPath, body: ZonesBody) -> Response:
    """Count who was in which part of the pictures and videos of a job, and who came in and left.

    Nothing is kept of the zones. With keys, an answer counts as one audience for each of them.
    """
    job = find_job(path.job_id)
    with invalid_if(ValueError):
        query = body.to_query(services().min_cell)
    if job.headcount is not None:
        raise InvalidRequest(f"Job {job.id} is a headcount, of which no boxes are kept.")
    count_more_audiences(services().limiter, current_caller(), len(body.zones) - 1)
    zones = [zone.to_zone() for zone in body.zones]
    with invalid_if(AudienceTooLarge), services().database.read() as session:
        found = read_zone_audience(session, job.id, zones, query)
    return reply(ZonesOut.of(job.id, found, query))
