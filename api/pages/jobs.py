"""Jobs: the list, and what may be done with each."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, request

from api.pages.rendering import asks_for_part, show
from api.schemas.queries import JobsQuery
from api.schemas.requests import JobPath
from api.services import services
from api.validation import validate
from api.views.drafts import finalize_draft
from api.views.jobs import cancel, erase, find_job, resume, retry
from db.jobs.status import read_jobs
from db.processes import count_slots
from db.states import JobState, ProcessRole
from db.videos.tracks import count_people

blueprint = Blueprint("jobs_page", __name__)
# The calls of the API that the buttons of a job make.
ACTIONS: dict[str, Callable[[JobPath], Response]] = {
    "start": finalize_draft,
    "cancel": cancel,
    "resume": resume,
    "retry": retry,
    "erase": erase,
}


@blueprint.get("/jobs")
def show_page() -> Response:
    """Jobs from the newest, a page at a time; where only more are asked for, those alone."""
    query = validate(JobsQuery, {name: text for name, text in request.args.items() if text})
    with services().database.read() as session:
        jobs = read_jobs(session, limit=query.limit, before=query.cursor, state=query.state)
        idle = count_slots(session, ProcessRole.BULK) == 0
        people = count_people(session, [job.id for job in jobs])
    more = asks_for_part() and query.cursor is not None
    return show(
        "more_jobs.html" if more else "jobs.html",
        jobs=jobs,
        people=people,
        next_cursor=jobs[-1].id if len(jobs) == query.limit else None,
        state=query.state,
        states=list(JobState),
        idle=idle,
    )


@blueprint.get("/jobs/<number:job_id>/card")
def show_card(job_id: int) -> Response:
    """One job of the list, as it stands."""
    job = find_job(job_id)
    with services().database.read() as session:
        people = count_people(session, [job_id])
    return show("job_card.html", job=job, people=people)


@blueprint.get("/jobs/<number:job_id>/erase")
def ask_to_erase(job_id: int) -> Response:
    """Whether it is really to be erased."""
    return show("erase.html", job=find_job(job_id))


@blueprint.post("/jobs/<number:job_id>/<any(start, cancel, resume, retry, erase):action>")
def act(job_id: int, action: str) -> Response:
    """Do what a button says, and show what became of the job."""
    ACTIONS[action](JobPath(job_id=job_id))
    if asks_for_part():
        return show_card(job_id)
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": f"/jobs/{job_id}"})
