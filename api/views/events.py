"""The progress of jobs as server-sent events."""

from collections.abc import Iterator, Sequence
from time import monotonic

from flask import Response, stream_with_context
from flask_openapi3 import APIBlueprint, Tag

from api.schemas.errors import ERRORS, answers
from api.schemas.jobs import EventsQuery, JobOut, JobPath
from api.schemas.replies import PLAIN
from api.services import services, take_permit
from api.views.job_replies import find_job
from db.jobs.status import read_chosen_jobs

blueprint = APIBlueprint(
    "events", __name__, url_prefix="/v1", abp_tags=[Tag(name="jobs")], abp_responses=ERRORS
)
POLL_SECONDS = 0.5
# A comment this often keeps proxies from closing the connection, and shows us a client that left.
SILENCE_SECONDS = 15.0
STREAM = {"content": {"text/event-stream": PLAIN}}


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
    permits = services().streams
    take_permit(permits, "Too many streams are open. Poll the job instead, or try again later.")
    events = stream_with_context(_events(job_ids))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = Response(events, mimetype="text/event-stream", headers=headers)
    # Called even if no event was read, as for a HEAD.
    response.call_on_close(permits.release)
    return response


def _events(job_ids: Sequence[int]) -> Iterator[str]:
    last: dict[int, str] = {}
    written_at = monotonic()
    while True:
        jobs = _read(job_ids)
        for job in jobs:
            text = job.model_dump_json()
            if text != last.get(job.id):
                yield f"event: job\ndata: {text}\n\n"
                last[job.id], written_at = text, monotonic()
        if monotonic() - written_at > SILENCE_SECONDS:
            yield ": still here\n\n"
            written_at = monotonic()
        over = all(job.timestamps.finished is not None for job in jobs)
        # If the API ends, clients reconnect to the one that replaces it.
        if over or services().ending.wait(POLL_SECONDS):
            return


def _read(job_ids: Sequence[int]) -> list[JobOut]:
    with services().database.read() as session:
        return [JobOut.of(job) for job in read_chosen_jobs(session, job_ids)]
