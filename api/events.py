"""A job's progress as it happens: server-sent events, until the job is over."""

from collections.abc import Iterator
from http import HTTPStatus
from time import monotonic

from flask import Response, stream_with_context
from flask_openapi3 import APIBlueprint, Tag

from api.errors import ERRORS, ApiError, answers
from api.jobs import find_job
from api.requests import JobPath
from api.schemas import JobOut
from api.services import services

blueprint = APIBlueprint(
    "events", __name__, url_prefix="/v1", abp_tags=[Tag(name="jobs")], abp_responses=ERRORS
)
POLL_SECONDS = 0.5
# A comment this often shows a proxy that the connection lives, and us that the reader has gone.
SILENCE_SECONDS = 15.0
STREAM = {"content": {"text/event-stream": {"schema": {"type": "string"}}}}


@blueprint.get("/jobs/<int:job_id>/events", responses=answers(STREAM, 200))
def follow_job(path: JobPath) -> Response:
    """The job, as `GET /v1/jobs/{id}` gives it, each time it changes: an event `job` with JSON."""
    find_job(path.job_id)
    places = services().streams
    if not places.acquire(blocking=False):
        raise ApiError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Too many streams are open; poll the job instead.",
            "too_many_streams",
        )
    events = stream_with_context(_events(path.job_id))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = Response(events, mimetype="text/event-stream", headers=headers)
    # Even where nothing was ever read of it, as for a HEAD.
    response.call_on_close(places.release)
    return response


def _events(job_id: int) -> Iterator[str]:
    last, spoken = "", monotonic()
    while True:
        job = JobOut.of(find_job(job_id))
        text = job.model_dump_json()
        if text != last:
            yield f"event: job\ndata: {text}\n\n"
            last, spoken = text, monotonic()
        elif monotonic() - spoken > SILENCE_SECONDS:
            yield ": still here\n\n"
            spoken = monotonic()
        # A reader connects again, to the API that comes after this one.
        if job.timestamps.finished is not None or services().ending.wait(POLL_SECONDS):
            return
