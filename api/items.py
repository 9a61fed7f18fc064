"""One item, its annotated thumbnail, and of a video those of its people and its annotated copy."""

from contextlib import ExitStack
from io import SEEK_END

from flask import Response, abort, request
from flask_openapi3 import APIBlueprint, Tag
from werkzeug.wsgi import wrap_file

from api.errors import ERRORS, answers
from api.replies import reply
from api.requests import ItemPath, TrackPath
from api.schemas import ResultOut
from api.services import services
from db.results import read_item, read_thumbnail
from db.tracks import read_track_thumbnail

blueprint = APIBlueprint(
    "items", __name__, url_prefix="/v1", abp_tags=[Tag(name="items")], abp_responses=ERRORS
)
COPY_BYTES = 256 * 1024
VIDEO = {"content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}}}
PICTURE = {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}


@blueprint.get("/items/<int:item_id>", responses=answers(ResultOut, 200))
def show_item(path: ItemPath) -> Response:
    """One item with all its faces."""
    with services().database.read() as session:
        item = read_item(session, path.item_id)
    if item is None:
        abort(404, "There is no such item.")
    return reply(ResultOut.of(item))


@blueprint.get("/items/<int:item_id>/thumbnail", responses=answers(PICTURE, 200))
def show_thumbnail(path: ItemPath) -> Response:
    """The item's picture, small, with its faces drawn in, as the options of its job say."""
    with services().database.read() as session:
        thumbnail = read_thumbnail(session, path.item_id)
    if thumbnail is None:
        abort(404, "There is no thumbnail of this item.")
    return Response(thumbnail.content, mimetype=thumbnail.media_type)


@blueprint.get("/items/<int:item_id>/tracks/<int:track>/thumbnail", responses=answers(PICTURE, 200))
def show_track(path: TrackPath) -> Response:
    """The frame of a video that shows this person best, small, with the face marked."""
    with services().database.read() as session:
        thumbnail = read_track_thumbnail(session, path.item_id, path.track)
    if thumbnail is None:
        abort(404, "There is no thumbnail of this track.")
    return Response(thumbnail.content, mimetype=thumbnail.media_type)


@blueprint.get("/items/<int:item_id>/video", responses=answers(VIDEO, 200))
def show_video(path: ItemPath) -> Response:
    """The video with boxes around all faces, where the options of its job asked for it; parts of it
    by a Range header."""
    with services().database.read() as session:
        item = read_item(session, path.item_id)
    if item is None or item.copy_uri is None:
        abort(404, "There is no annotated copy of this item.")
    stored = ExitStack()
    try:
        file = stored.enter_context(services().store.open(item.copy_uri))
    except FileNotFoundError:
        abort(404, "The annotated copy of this item is gone.")
    size = file.seek(0, SEEK_END)
    file.seek(0)
    response = Response(wrap_file(request.environ, file, COPY_BYTES), mimetype="video/mp4")
    response.call_on_close(stored.close)
    response.content_length = size
    response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    return response
