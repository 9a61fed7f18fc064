"""Run the items of a job again, and compare two runs."""

from http import HTTPStatus

from flask import Response
from flask_openapi3 import Tag

from api.call_groups import CallGroup
from api.errors import ApiError, invalid_if
from api.exports.export import describe_packs
from api.schemas.errors import ERRORS, answers, problem
from api.schemas.jobs import JobOut, JobPath
from api.schemas.replies import reply
from api.schemas.reruns import ComparePath, CompareQuery, ComparisonOut, RerunBody
from api.schemas.submissions import IdempotencyHeader
from api.services import services
from api.submissions.reruns import submit_rerun
from api.validation import refuse_repeated_parameters
from api.views.job_replies import find_job, reply_job
from db.jobs.reruns import read_runs
from db.results.comparing import compare_jobs
from db.slices.bands import Band, parse_bands

blueprint = CallGroup(
    "reruns", __name__, url_prefix="/v1", abp_tags=[Tag(name="jobs")], abp_responses=ERRORS
)


@blueprint.post("/jobs/<int:job_id>/rerun", responses={**answers(JobOut, 202), 409: problem(409)})
def rerun(path: JobPath, header: IdempotencyHeader, body: RerunBody) -> Response:
    """Analyze the items of a job again, with another pack, as a new job.

    It has the same options and expiry, but no tags. The two share their uploads, which are kept
    until the last of them is erased.
    """
    job_id = submit_rerun(find_job(path.job_id), body, header.idempotency_key)
    services().hints.send_soon()
    return reply_job(job_id, HTTPStatus.ACCEPTED)


@blueprint.get(
    "/jobs/<int:job_id>/compare/<int:other_id>",
    responses={**answers(ComparisonOut, 200), 409: problem(409)},
)
def compare(path: ComparePath, query: CompareQuery) -> Response:
    """Compare two runs of the same items: the faces that both found, and how their shares differ.

    Differences are of the second job less the first, with 95% intervals from drawing the same
    pictures again.
    """
    refuse_repeated_parameters()
    with invalid_if(ValueError):
        bands = parse_bands(query.bands)
    return reply(find_comparison(path.job_id, path.other_id, bands))


def find_comparison(first_id: int, second_id: int, bands: tuple[Band, ...]) -> ComparisonOut:
    """Raises ApiError if the jobs do not have the same items."""
    first, second = find_job(first_id), find_job(second_id)
    with services().database.read() as session:
        if second_id not in (runs := read_runs(session, first_id)) or first_id not in runs:
            raise ApiError(
                HTTPStatus.CONFLICT,
                f"Jobs {first_id} and {second_id} are not runs of the same items. Run a job again "
                "with another pack to compare the two.",
            )
        found = compare_jobs(session, first_id, second_id, first.counts.items, bands)
    packs = describe_packs(first), describe_packs(second)
    least = services().min_cell
    return ComparisonOut.of((first_id, second_id), packs, found, least)
