"""The results of a job: a page as JSON, or all of them streamed as a file."""

from typing import Any

from flask import Response
from flask_openapi3 import Tag

from api.access.callers import current_caller
from api.call_groups import CallGroup
from api.errors import InvalidRequest, invalid_if
from api.exports.coco import CocoOut, reply_coco
from api.exports.cvat import reply_cvat
from api.exports.export import Export
from api.exports.label_studio import reply_label_studio
from api.exports.results import RESULTS
from api.exports.several import SeveralJobs
from api.exports.tracks import TRACKS
from api.media_types import CSV, JSON, NDJSON, PARQUET, XML
from api.schemas.errors import ERRORS, answers
from api.schemas.jobs import JobPath
from api.schemas.replies import BINARY, PLAIN, inline_schema
from api.schemas.results import ResultsOut, ResultsQuery, SeveralResultsQuery
from api.schemas.tracks import TracksOut
from api.services import services
from api.validation import refuse_repeated_parameters
from api.views.job_replies import find_job
from db.counts.tags import read_tagged_jobs
from db.job_values import JobStatus
from db.jobs.status import read_chosen_jobs

blueprint = CallGroup(
    "results", __name__, url_prefix="/v1", abp_tags=[Tag(name="results")], abp_responses=ERRORS
)
STREAMS = {
    "content": {
        JSON: {
            "schema": {
                "oneOf": [
                    {"$ref": "#/components/schemas/ResultsOut"},
                    inline_schema(TracksOut),
                    inline_schema(CocoOut),
                    {"type": "array", "items": {"type": "object"}, "title": "LabelStudioTasks"},
                ]
            }
        },
        NDJSON: {"schema": {"$ref": "#/components/schemas/ResultOut"}},
        CSV: PLAIN,
        PARQUET: BINARY,
        XML: PLAIN,
    }
}
SEVERAL = {"content": {NDJSON: PLAIN, CSV: PLAIN, PARQUET: BINARY}}
ANNOTATIONS = {"coco": reply_coco, "label-studio": reply_label_studio, "cvat": reply_cvat}
ResultsOut.model_config["openapi_extra"] = STREAMS  # type: ignore[typeddict-unknown-key]


@blueprint.get("/jobs/<int:job_id>/results", responses=answers(ResultsOut, 200))
def list_results(path: JobPath, query: ResultsQuery) -> Response:
    """List the results of a job, in the order its items were submitted.

    While the job runs, more results appear. JSON comes in pages: pass `next_cursor` as `cursor` to
    read the next one. The other formats contain everything unless `limit` is given: NDJSON has a
    line for each item, CSV and Parquet a row for each face and one for each item without faces, and
    COCO, `label-studio` and `cvat` the analyzed pictures with their faces, for these tools.

    With `view=tracks` each line or row is one person in one shot of a video.
    """
    refuse_repeated_parameters()
    database, job = services().database, find_job(path.job_id)
    if query.view == "tracks":
        return TRACKS.reply(database, job, query)
    if query.format in ANNOTATIONS:
        return ANNOTATIONS[query.format](database, job, query)
    return RESULTS.reply(database, job, query)


@blueprint.get("/results", responses=answers(SEVERAL, 200))
def export_results(query: SeveralResultsQuery) -> Response:
    """Export the results of several jobs as one file, one job after the other.

    They are chosen by their numbers, `jobs=7,8`, or by a tag. NDJSON, CSV and Parquet are as of a
    single job, with the number of the job first.
    """
    refuse_repeated_parameters()
    jobs = _find_jobs(query)
    export: Export[Any, Any] = TRACKS if query.view == "tracks" else RESULTS
    return SeveralJobs(services().database, jobs, query, export).reply()


def _find_jobs(query: SeveralResultsQuery) -> list[JobStatus]:
    if query.tag is None:
        with invalid_if(ValueError):
            return [find_job(number) for number in query.list_numbers()]
    with services().database.read() as session:
        numbers = read_tagged_jobs(session, current_caller().reach, query.tag)
        if not numbers:
            raise InvalidRequest(
                f"No job has the tag {query.tag!r}. GET /v1/tags lists those that there are."
            )
        return read_chosen_jobs(session, numbers)
