"""One item, its thumbnail, the picture itself where it was uploaded, and of a video its people and
its annotated copy."""

from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import blake2b
from io import SEEK_END
from typing import BinaryIO

from flask import Response, abort, request
from flask_openapi3 import APIBlueprint, Tag
from werkzeug.wsgi import wrap_file

from api.media_types import JPEG, MP4
from api.schemas.errors import ERRORS, answers
from api.schemas.items import ItemPath
from api.schemas.replies import BINARY, reply
from api.schemas.results import ResultOut
from api.schemas.tracks import TrackPath
from api.services import services
from db.results.pictures import read_thumbnail, read_upload
from db.results.reading import read_item
from db.videos.tracks import read_track_thumbnail
from models.blocks import BLOCK_BYTES, read_blocks
from models.pictures.recognition import HEAD_BYTES, find_media_type
from worker.sources.store import Store

blueprint = APIBlueprint(
    "items", __name__, url_prefix="/v1", abp_tags=[Tag(name="items")], abp_responses=ERRORS
)
TAG_BYTES = 16
VIDEO = {"content": {MP4: BINARY}}
PICTURE = {"content": {JPEG: BINARY}}


@blueprint.get("/items/<int:item_id>", responses=answers(ResultOut, 200))
def show_item(path: ItemPath) -> Response:
    """One item with all its faces."""
    with services().database.read() as session:
        item = read_item(session, path.item_id)
    if item is None:
        abort(404, "There is no such item.")
    return reply(ResultOut.of(item))


@blueprint.get("/items/<int:item_id>/picture", responses=answers(PICTURE, 200))
def show_picture(path: ItemPath) -> Response:
    """The picture itself, where it was uploaded, is still kept, and is one that browsers show.

    There is none where the options of its job hide faces or keep no thumbnails.
    """
    with services().database.read() as session:
        uri = read_upload(session, path.item_id)
    media_type = None if uri is None else _tell_type(services().store, uri)
    if uri is None or media_type is None:
        abort(404, "There is no picture of this item to show.")
    response = Response(_read_upload(services().store, uri), mimetype=media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _tell_type(store: Store, uri: str) -> str | None:
    """What a browser is told that an upload is: never what its sender said."""
    try:
        with store.open(uri) as source:
            head = source.read(HEAD_BYTES)
    except FileNotFoundError:
        return None
    return find_media_type(head)


def _read_upload(store: Store, uri: str) -> Iterator[bytes]:
    with store.open(uri) as source:
        yield from read_blocks(source)


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
    if item is None or item.annotated_video_uri is None:
        abort(404, "There is no annotated copy of this item.")
    with ExitStack() as stored:
        try:
            file = stored.enter_context(services().store.open(item.annotated_video_uri))
        except FileNotFoundError:
            abort(404, "The annotated copy of this item is gone.")
        response = _send_file(file, item.annotated_video_uri)
        response.call_on_close(stored.pop_all().close)
    return response


def _send_file(file: BinaryIO, uri: str) -> Response:
    """All of a stored video, or the part that is asked for."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    response = Response(wrap_file(request.environ, file, BLOCK_BYTES), mimetype=MP4)
    response.content_length = size
    # What is stored at an address never changes; the address itself is the store's own secret.
    response.set_etag(blake2b(uri.encode(), digest_size=TAG_BYTES).hexdigest())
    asked = request.environ
    if not _wants_one_part(size):
        asked = {name: value for name, value in asked.items() if name != "HTTP_RANGE"}
    response.make_conditional(asked, accept_ranges=True, complete_length=size)
    return response


def _wants_one_part(size: int) -> bool:
    """Whether the Range is one to heed: RFC 9110 lets one be ignored that is not valid, or several.
    So is one for more last bytes than there are: all are meant."""
    wanted = request.range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return False
    return wanted.ranges[0][0] >= -size
