"""The progress of jobs as server-sent events."""

from collections.abc import Sequence

from flask import Response
from flask_openapi3 import Tag

from api.call_groups import CallGroup
from api.schemas.errors import ERRORS, answers
from api.schemas.jobs import EventsQuery, JobPath
from api.services import services
from api.views.job_replies import find_job

blueprint = CallGroup(
    "events", __name__, url_prefix="/v1", abp_tags=[Tag(name="jobs")], abp_responses=ERRORS
)
# Not a string: programs that know streams compare each event of it with its schema.
STREAM = {"content": {"text/event-stream": {"example": 'event: job\ndata: {"id": 7, ...}\n\n'}}}


@blueprint.get("/jobs/<int:job_id>/events", responses=answers(STREAM, 200))
def follow_job(path: JobPath) -> Response:
    """Follow a job until it ends.

    Each change is an event `job`; its data is the JSON of `GET /v1/jobs/{id}`.
    """
    find_job(path.job_id)
    return _stream([path.job_id])


@blueprint.get("/jobs/events", responses={200: STREAM})
def follow_jobs(query: EventsQuery) -> Response:
    """Follow several jobs on one stream until all of them end.

    Each change of one of them is an event `job`, as for a single job. Name them as in
    `/v1/jobs/events?job=1&job=2`.
    """
    return _stream(query.job)


def _stream(job_ids: Sequence[int]) -> Response:
    headers = {"X-Accel-Buffering": "no"}
    followed = [one for one in job_ids if services().owners.is_within_reach(one)]
    # Passed through, so that the server finds the stream itself, and needs no thread for it.
    return Response(
        services().events.follow(followed),
        mimetype="text/event-stream",
        headers=headers,
        direct_passthrough=True,
    )
