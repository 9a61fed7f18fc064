"""Large files of drafts, which arrive piece by piece and continue where they were cut off."""

from http import HTTPStatus

from flask import Response
from flask_openapi3 import Tag

from api.call_groups import CallGroup
from api.media_types import BYTES
from api.schemas.errors import ERRORS, answers, problem
from api.schemas.jobs import JobOut
from api.schemas.pieces import PieceQuery, PiecesPath, ReceivedOut, WholeFileBody
from api.schemas.replies import BINARY, reply
from api.schemas.submissions import IdempotencyHeader
from api.services import services
from api.submissions.pieces import join_pieces, receive_piece
from api.views.job_replies import find_job, reply_job
from db.submissions.pieces import count_received

blueprint = CallGroup(
    "pieces", __name__, url_prefix="/v1", abp_tags=[Tag(name="jobs")], abp_responses=ERRORS
)
PIECE = {"requestBody": {"required": True, "content": {BYTES: BINARY}}}


@blueprint.get("/jobs/<int:job_id>/pieces/<name>", responses=answers(ReceivedOut, 200))
def show_received(path: PiecesPath) -> Response:
    """Show how many bytes of a large file have arrived: the next piece begins there."""
    find_job(path.job_id)
    with services().database.read() as session:
        received = count_received(session, path.job_id, path.name)
    return reply(ReceivedOut(received_bytes=received))


@blueprint.post(
    "/jobs/<int:job_id>/pieces/<name>",
    responses={**answers(ReceivedOut, 202), 409: problem(409)},
    openapi_extensions=PIECE,
)
def append_piece(path: PiecesPath, query: PieceQuery) -> Response:
    """Send the next piece of a large file to a draft, in any size, as the body.

    Where it is cut off, ask how much has arrived and continue there. Once all of it has, join it.
    """
    find_job(path.job_id)
    received = receive_piece(path.job_id, path.name, query.offset)
    return reply(ReceivedOut(received_bytes=received), HTTPStatus.ACCEPTED)


@blueprint.post(
    "/jobs/<int:job_id>/pieces/<name>/join",
    responses={**answers(JobOut, 202), 409: problem(409)},
)
def join_file(path: PiecesPath, header: IdempotencyHeader, body: WholeFileBody) -> Response:
    """Add a large file that has arrived to the draft, as if it had come in one request."""
    job = find_job(path.job_id)
    join_pieces(path.job_id, job.options, path.name, body, header.idempotency_key)
    return reply_job(path.job_id, HTTPStatus.ACCEPTED)
