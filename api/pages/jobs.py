"""Jobs: the list, and the buttons of each job."""

from collections.abc import Callable, Collection, Sequence
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.access.rights import READ
from api.layout.rendering import asks_for_part, show
from api.schemas.jobs import ChangesBody, JobPath, JobsQuery
from api.schemas.reruns import RerunBody
from api.services import services
from api.submissions.reruns import submit_rerun
from api.validation import validate
from api.views.drafts import finalize_draft
from api.views.job_replies import find_job
from api.views.jobs import cancel, change, erase, pause, resume, retry
from db.audience.splits import GenderSplit, read_splits
from db.counts.tags import read_tags
from db.job_values import JobStatus, Priority
from db.jobs.reruns import read_runs
from db.jobs.status import read_jobs
from db.processes import count_slots
from db.states import JobState, ProcessRole
from db.videos.tracks import count_people

blueprint = Blueprint("jobs_page", __name__)
# The API view behind each button of a job.
ACTIONS: dict[str, Callable[[JobPath], Response]] = {
    "start": finalize_draft,
    "cancel": cancel,
    "pause": pause,
    "resume": resume,
    "retry": retry,
}


@blueprint.get("/jobs")
def show_page() -> Response:
    """Jobs, newest first, a page at a time. Without the layout if htmx asks for the next ones."""
    query = validate(JobsQuery, {name: text for name, text in request.args.items() if text})
    reach = current_caller().reach
    with services().database.read() as session:
        jobs = read_jobs(
            session,
            reach,
            limit=query.limit,
            before=query.cursor,
            state=query.state,
            tag=query.tag,
            find=query.find,
        )
        tags = [one.tag for one in read_tags(session, reach)]
        idle = count_slots(session, ProcessRole.BULK) == 0
        people = count_people(session, [job.id for job in jobs])
        splits = _read_splits(session, jobs, people)
    return show(
        "more_jobs.html" if asks_for_part() and query.cursor is not None else "jobs.html",
        jobs=jobs,
        people=people,
        splits=splits,
        find=query.find,
        state=query.state,
        states=list(JobState),
        tag=query.tag,
        tags=tags,
        more=_link_more(query, jobs),
        idle=idle,
    )


def _read_splits(
    session: Session, jobs: Sequence[JobStatus], people: Collection[int]
) -> dict[int, GenderSplit]:
    """The genders of each job, for those who may read results."""
    if not current_caller().may(READ):
        return {}
    numbers = [job.id for job in jobs if job.erased is None]
    return read_splits(session, numbers, people, services().min_cell)


def _link_more(query: JobsQuery, jobs: Sequence[JobStatus]) -> str | None:
    """The address of the next page, if there may be one."""
    if len(jobs) < query.limit:
        return None
    parameters = query.model_dump(mode="json", exclude_defaults=True)
    return "/jobs?" + urlencode({**parameters, "cursor": jobs[-1].id})


@blueprint.get("/jobs/<number:job_id>/card")
def show_card(job_id: int) -> Response:
    """The progress of a job on its page."""
    return _show_part(job_id, "card")


@blueprint.get("/jobs/<number:job_id>/row")
def show_row(job_id: int) -> Response:
    """A job of the list in its current state."""
    return _show_part(job_id, "row")


def _show_part(job_id: int, part: str) -> Response:
    job = find_job(job_id)
    with services().database.read() as session:
        people = count_people(session, [job_id])
        splits = _read_splits(session, [job], people)
    template = "job_row.html" if part == "row" else "job_card.html"
    return show(template, job=job, people=people, splits=splits)


@blueprint.get("/jobs/<number:job_id>/erase")
def confirm_erase(job_id: int) -> Response:
    """Ask for confirmation before erasing; `part` is what shows the job then."""
    job = find_job(job_id)
    with services().database.read() as session:
        runs = [run for run in read_runs(session, job_id) if run != job_id]
    part = request.args.get("part", "card")
    return show("erase.html", job=job, runs=runs, part=part)


@blueprint.get("/jobs/<number:job_id>/edit")
def show_form(job_id: int) -> Response:
    """Ask for the name, notes and priority of a job."""
    return show("edit.html", job=find_job(job_id), priorities=list(Priority))


@blueprint.post("/jobs/<number:job_id>/edit")
def edit(job_id: int) -> Response:
    """Change them, and show the job."""
    given = {name: request.form.get(name) for name in ChangesBody.model_fields}
    change(JobPath(job_id=job_id), validate(ChangesBody, given))
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": f"/jobs/{job_id}"})


@blueprint.post("/jobs/<number:job_id>/rerun")
def run_again(job_id: int) -> Response:
    """Run the items again with the chosen pack, and show the new job."""
    body = RerunBody(pack=request.form.get("pack"))
    again = submit_rerun(find_job(job_id), body, idempotency_key=None)
    services().hints.send_soon()
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": f"/jobs/{again}"})


@blueprint.post("/jobs/<number:job_id>/<any(start, cancel, pause, resume, retry):action>")
def act(job_id: int, action: str) -> Response:
    """Run the action of a button, and show the job's new state."""
    ACTIONS[action](JobPath(job_id=job_id))
    return _show_changed(job_id)


@blueprint.post("/jobs/<number:job_id>/erase")
def erase_now(job_id: int) -> Response:
    """Erase a job, and show its receipt."""
    erase(JobPath(job_id=job_id))
    return _show_changed(job_id)


def _show_changed(job_id: int) -> Response:
    if asks_for_part():
        return _show_part(job_id, request.form.get("part", "card"))
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": f"/jobs/{job_id}"})
