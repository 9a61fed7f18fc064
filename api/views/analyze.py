"""Analyze one picture and store nothing."""

from http import HTTPStatus

from flask import Response, request
from flask_openapi3 import Tag

from api.call_groups import CallGroup
from api.errors import ApiError
from api.media_types import FORM, JPEG, JSON
from api.schemas.errors import ERRORS
from api.schemas.faces import AnalysisOut, FaceOut
from api.schemas.fields import Name, Strict
from api.schemas.replies import BINARY, reply
from api.services import services
from api.submissions.forms import read_body
from api.submissions.packs import choose_pack
from api.validation import refuse_repeated_parameters
from db.item_values import StoredFace
from db.job_values import DetectionMode

blueprint = CallGroup(
    "analyze", __name__, url_prefix="/v1", abp_tags=[Tag(name="analyze")], abp_responses=ERRORS
)
# The broker disconnects a subscriber whose backlog exceeds its limit. No real picture comes close.
MOST_BYTES = 24 << 20
UPLOAD = {"schema": {"type": "object", "properties": {"file": BINARY["schema"]}}}
BODY = {
    "requestBody": {
        "required": True,
        "content": {"image/*": BINARY, FORM: UPLOAD},
    }
}
ANSWER = {
    "content": {
        JSON: {"schema": {"$ref": "#/components/schemas/AnalysisOut"}},
        JPEG: BINARY,
    }
}
AnalysisOut.model_config["openapi_extra"] = ANSWER  # type: ignore[typeddict-unknown-key]


class AnalyzeQuery(Strict):
    """`pack` analyzes the picture, one of `GET /v1/packs`; without one, the default. `detection` is
    as in the options of a job: with `crowd`, small faces are searched for in tiles."""

    pack: Name | None = None
    detection: DetectionMode = DetectionMode.NORMAL


@blueprint.post("/analyze", responses={200: AnalysisOut}, openapi_extensions=BODY)
def analyze_picture(query: AnalyzeQuery) -> Response:
    """Find the faces in one picture, without storing anything.

    Send the picture as the body or as a file of a form. With `Accept: image/jpeg` the answer is the
    picture with its faces drawn in.
    """
    refuse_repeated_parameters()
    pack, picture = choose_pack(query.pack), read_picture()
    if request.accept_mimetypes.best_match([JSON, JPEG]) == JPEG:
        drawn = services().lane.draw_faces(picture, pack, query.detection)
        return Response(drawn, mimetype=JPEG)
    return reply(find_faces(picture, pack, query.detection))


def find_faces(
    picture: bytes, pack: str, detection: DetectionMode = DetectionMode.NORMAL
) -> AnalysisOut:
    """Have a worker analyze a picture, and wait for the answer."""
    analysis = services().lane.find_faces(picture, pack, detection)
    least = services().settings.gender_min_probability
    faces = [StoredFace(face, face.gender_value(least)) for face in analysis.faces]
    return AnalysisOut(
        width=analysis.width_pixels,
        height=analysis.height_pixels,
        faces=[FaceOut.of(face) for face in faces],
    )


def read_picture() -> bytes:
    """The picture in this request; raises ApiError if there is none."""
    request.max_content_length = MOST_BYTES
    if request.mimetype == FORM:
        picture = next((file.read() for file in request.files.values()), b"")
    else:
        # Whatever the media type: curl labels every body as a form.
        picture = read_body(request, MOST_BYTES)
    if not picture:
        problem = "Send a picture as the body, for example with curl --data-binary @photo.jpg."
        raise ApiError(HTTPStatus.BAD_REQUEST, problem)
    return picture
