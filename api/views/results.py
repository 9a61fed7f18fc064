"""The results of a job: a page as JSON, or all of them streamed as a file."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from api.exports.coco import CocoOut, reply_coco
from api.exports.results import RESULTS
from api.exports.tracks import TRACKS
from api.media_types import CSV, JSON, NDJSON, PARQUET
from api.schemas.errors import ERRORS, answers
from api.schemas.jobs import JobPath
from api.schemas.replies import BINARY, PLAIN, inline_schema
from api.schemas.results import ResultsOut, ResultsQuery
from api.schemas.tracks import TracksOut
from api.services import services
from api.validation import refuse_repeated_parameters
from api.views.job_replies import find_job

blueprint = APIBlueprint(
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
                ]
            }
        },
        NDJSON: {"schema": {"$ref": "#/components/schemas/ResultOut"}},
        CSV: PLAIN,
        PARQUET: BINARY,
    }
}
ResultsOut.model_config["openapi_extra"] = STREAMS  # type: ignore[typeddict-unknown-key]


@blueprint.get("/jobs/<int:job_id>/results", responses=answers(ResultsOut, 200))
def list_results(path: JobPath, query: ResultsQuery) -> Response:
    """List the results of a job, in the order its items were submitted.

    While the job runs, more results appear. JSON comes in pages: pass `next_cursor` as `cursor` to
    read the next one. The other formats contain everything unless `limit` is given: NDJSON has a
    line for each item, CSV and Parquet a row for each face and one for each item without faces, and
    COCO the analyzed pictures with their faces.

    With `view=tracks` each line or row is one person in one shot of a video.
    """
    refuse_repeated_parameters()
    database, job = services().database, find_job(path.job_id)
    if query.view == "tracks":
        return TRACKS.reply(database, job, query)
    if query.format == "coco":
        return reply_coco(database, job, query)
    return RESULTS.reply(database, job, query)
