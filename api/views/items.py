"""One item: its result, its picture or video, its thumbnails, and its annotated video."""

from contextlib import ExitStack
from hashlib import blake2b
from io import SEEK_END
from typing import BinaryIO

from flask import Response, abort, request
from flask_openapi3 import Tag
from werkzeug.wsgi import wrap_file

from api.call_groups import CallGroup
from api.exports.subtitles import write_subtitles
from api.media.thumbnails import find_thumbnail, find_track_thumbnail
from api.media_types import BYTES, JPEG, MP4, VTT
from api.schemas.errors import ERRORS, answers, ranges
from api.schemas.items import ItemPath
from api.schemas.replies import BINARY, PLAIN, reply
from api.schemas.results import ResultOut
from api.schemas.tracks import TrackPath
from api.services import services, take_permit
from db.item_values import Thumbnail
from db.results.pictures import read_upload
from db.results.reading import read_item
from db.videos.tracks import read_all_tracks
from models.blocks import BLOCK_BYTES
from models.errors import ItemError
from models.file_kinds.kinds import PICTURES, VIDEOS
from models.file_kinds.recognition import HEAD_BYTES, find_media_type
from models.pictures.files import strip_metadata
from worker.sources.store import Store

blueprint = CallGroup(
    "items", __name__, url_prefix="/v1", abp_tags=[Tag(name="items")], abp_responses=ERRORS
)
TAG_BYTES = 16
# A picture is read as a whole to take its metadata out. Few photos are larger.
MOST_SHOWN_BYTES = 48 << 20
VIDEO = {"content": {MP4: BINARY}}
PICTURE = {"content": {JPEG: BINARY}}
SHOWN = {"content": {kind.media_type: BINARY for kind in PICTURES if kind.media_type}}
PLAYED = {
    "content": {**{kind.media_type: BINARY for kind in VIDEOS if kind.media_type}, BYTES: BINARY}
}
SUBTITLES = {"content": {VTT: PLAIN}}


@blueprint.get("/items/<int:item_id>", responses=answers(ResultOut, 200))
def show_item(path: ItemPath) -> Response:
    """Show one item with all its faces."""
    with services().database.read() as session:
        item = read_item(session, path.item_id)
    if item is None:
        abort(404, f"There is no item {path.item_id}.")
    return reply(ResultOut.of(item))


@blueprint.get("/items/<int:item_id>/picture", responses=answers(SHOWN, 200))
def show_picture(path: ItemPath) -> Response:
    """Show the uploaded picture, without metadata other than its orientation and color profile.

    404 if the item was not uploaded, its upload is no longer kept, browsers cannot show its format,
    it is very large, or its job blurs faces or keeps no thumbnails.
    """
    with services().database.read() as session:
        uri = read_upload(session, path.item_id)
    shown = None if uri is None else _read_shown(services().store, uri)
    if shown is None:
        abort(404, f"There is no picture of item {path.item_id} to show.")
    return Response(shown[1], mimetype=shown[0])


def _read_shown(store: Store, uri: str) -> tuple[str, bytes] | None:
    """The media type by an upload's content, as the type its sender claimed is never trusted; and
    what is shown of it. None for what browsers do not show."""
    try:
        with store.open(uri) as source:
            data = source.read(MOST_SHOWN_BYTES + 1)
    except FileNotFoundError:
        return None
    media_type = find_media_type(data[:HEAD_BYTES])
    if media_type is None or len(data) > MOST_SHOWN_BYTES:
        return None
    try:
        return media_type, strip_metadata(data)
    except ItemError:
        return None


@blueprint.get("/items/<int:item_id>/thumbnail", responses=answers(PICTURE, 200))
def show_thumbnail(path: ItemPath) -> Response:
    """Show a small picture of the item, with its faces drawn in or blurred as its job asks.

    Without the scope `pictures` they are blurred, and of a video only colors are left.
    """
    with services().database.read() as session:
        thumbnail = find_thumbnail(session, path.item_id)
    return _reply_thumbnail(thumbnail, f"item {path.item_id}")


@blueprint.get("/items/<int:item_id>/tracks/<int:track>/thumbnail", responses=answers(PICTURE, 200))
def show_track(path: TrackPath) -> Response:
    """Show the frame of a video in which this person is seen best, small, with the face marked.

    Without the scope `pictures` only its colors are left.
    """
    with services().database.read() as session:
        thumbnail = find_track_thumbnail(session, path.item_id, path.track)
    return _reply_thumbnail(thumbnail, f"track {path.track} of item {path.item_id}")


def _reply_thumbnail(thumbnail: Thumbnail | None, subject: str) -> Response:
    if thumbnail is None:
        abort(404, f"There is no thumbnail of {subject}.")
    return Response(thumbnail.content, mimetype=thumbnail.media_type)


@blueprint.get("/items/<int:item_id>/video", responses=ranges(VIDEO))
def show_video(path: ItemPath) -> Response:
    """Send the annotated video of an item, if its job asked for one.

    A Range header selects a part of the file.
    """
    with services().database.read() as session:
        item = read_item(session, path.item_id)
    if item is None or item.annotated_video_uri is None:
        abort(404, f"There is no annotated video of item {path.item_id}.")
    with ExitStack() as stored:
        try:
            file = stored.enter_context(services().store.open(item.annotated_video_uri))
        except FileNotFoundError:
            abort(404, f"The annotated video of item {path.item_id} is no longer stored.")
        response = _send_file(file, item.annotated_video_uri, MP4)
        response.call_on_close(stored.pop_all().close)
    return response


@blueprint.get("/items/<int:item_id>/people.vtt", responses=answers(SUBTITLES, 200))
def show_people(path: ItemPath) -> Response:
    """Send the people of a video as WebVTT: subtitles with the gender and age of whoever is seen.

    404 if the item is no video, or is not done.
    """
    with services().database.read() as session:
        item = read_item(session, path.item_id)
        if item is None or item.frames is None:
            abort(404, f"Item {path.item_id} is no video whose people are known.")
        tracks = read_all_tracks(session, path.item_id)
    return Response("".join(write_subtitles(tracks)), mimetype=VTT)


@blueprint.get("/items/<int:item_id>/original", responses=ranges(PLAYED))
def show_original(path: ItemPath) -> Response:
    """Send the uploaded video of an item, without its metadata.

    Its pictures and sound are as they were uploaded. A Range header selects a part of the file. 404
    if the item was not uploaded, is no video, is larger than 4 GiB, its upload is no longer kept,
    or its job blurs faces or keeps no thumbnails.
    """
    with services().database.read() as session:
        uri = read_upload(session, path.item_id)
    video = None if uri is None else _open_plain(uri)
    if uri is None or video is None:
        abort(404, f"There is no uploaded video of item {path.item_id} to play.")
    file, media_type = video
    response = _send_file(file, uri, media_type)
    response.call_on_close(file.close)
    return response


def _open_plain(uri: str) -> tuple[BinaryIO, str] | None:
    # Copying takes its time, and some threads must stay free.
    take_permit(services().waiting, "Too many videos are being opened. Try again later.")
    try:
        return services().plain_videos.open(uri)
    finally:
        services().waiting.release()


def _send_file(file: BinaryIO, uri: str, media_type: str) -> Response:
    """A stored video, or the part that the Range header selects."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    response = Response(wrap_file(request.environ, file, BLOCK_BYTES), mimetype=media_type)
    response.content_length = size
    # The file at a URI never changes. The URI itself is secret, so its digest is the ETag.
    response.set_etag(blake2b(uri.encode(), digest_size=TAG_BYTES).hexdigest())
    environ = request.environ
    if not _wants_one_part(size):
        environ = {name: value for name, value in environ.items() if name != "HTTP_RANGE"}
    response.make_conditional(environ, accept_ranges=True, complete_length=size)
    return response


def _wants_one_part(size: int) -> bool:
    """Whether the Range header selects one part.

    RFC 9110 allows ignoring a header that is invalid or has several ranges. A range of more last
    bytes than the file has means all of it, so it is ignored as well.
    """
    wanted = request.range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return False
    return wanted.ranges[0][0] >= -size
