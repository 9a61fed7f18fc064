"""A job's progress as it happens: server-sent events, until the job is over."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from time import monotonic

from flask import Response, stream_with_context
from flask_openapi3 import APIBlueprint, Tag

from api.errors import ApiError
from api.schemas.errors import ERRORS, answers
from api.schemas.jobs import EventsQuery, JobOut, JobPath
from api.schemas.replies import PLAIN
from api.services import services
from api.views.jobs import find_job
from db.jobs.status import read_chosen_jobs

blueprint = APIBlueprint(
    "events", __name__, url_prefix="/v1", abp_tags=[Tag(name="jobs")], abp_responses=ERRORS
)
POLL_SECONDS = 0.5
# A comment this often shows a proxy that the connection lives, and us that the reader has gone.
SILENCE_SECONDS = 15.0
STREAM = {"content": {"text/event-stream": PLAIN}}


@blueprint.get("/jobs/<int:job_id>/events", responses=answers(STREAM, 200))
def follow_job(path: JobPath) -> Response:
    """The job, as `GET /v1/jobs/{id}` gives it, each time it changes: an event `job` with JSON."""
    find_job(path.job_id)
    return _stream([path.job_id])


@blueprint.get("/jobs/events", responses={200: STREAM})
def follow_jobs(query: EventsQuery) -> Response:
    """Several jobs on one stream: an event `job` each time one of them changes, until all are
    over; `/v1/jobs/events?job=1&job=2`."""
    return _stream(query.job)


def _stream(job_ids: Sequence[int]) -> Response:
    places = services().streams
    if not places.acquire(blocking=False):
        raise ApiError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Too many streams are open; poll the job instead.",
            "too_many_streams",
        )
    events = stream_with_context(_events(job_ids))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = Response(events, mimetype="text/event-stream", headers=headers)
    # Even where nothing was ever read of it, as for a HEAD.
    response.call_on_close(places.release)
    return response


def _events(job_ids: Sequence[int]) -> Iterator[str]:
    last: dict[int, str] = {}
    spoken = monotonic()
    while True:
        jobs = _read(job_ids)
        for job in jobs:
            text = job.model_dump_json()
            if text != last.get(job.id):
                yield f"event: job\ndata: {text}\n\n"
                last[job.id], spoken = text, monotonic()
        if monotonic() - spoken > SILENCE_SECONDS:
            yield ": still here\n\n"
            spoken = monotonic()
        over = all(job.timestamps.finished is not None for job in jobs)
        # A reader connects again, to the API that comes after this one.
        if over or services().ending.wait(POLL_SECONDS):
            return


def _read(job_ids: Sequence[int]) -> list[JobOut]:
    with services().database.read() as session:
        return [JobOut.of(job) for job in read_chosen_jobs(session, job_ids)]
