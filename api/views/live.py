"""`/video_feed`: an allowed live source with its faces drawn in, picture after picture."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from http import HTTPStatus

from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from api.errors import ApiError
from api.live.cameras import SourceUnavailable
from api.live.feeds import Watcher
from api.media_types import JPEG, JSON
from api.schemas.errors import ERRORS, ErrorBody, ErrorDetail, answers
from api.schemas.replies import PLAIN
from api.services import services
from worker.live_sources import LiveSource, find_source

blueprint = APIBlueprint("live", __name__, abp_tags=[Tag(name="live")], abp_responses=ERRORS)
BOUNDARY = "picture"
STREAM_TYPE = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
STREAM = {"content": {"multipart/x-mixed-replace": PLAIN}}


class FeedQuery(BaseModel):
    """Which source: by its name in FACETALLY_LIVE_SOURCES, never by its address."""

    source: str = Field(min_length=1, max_length=64)


@blueprint.get("/video_feed", responses=answers(STREAM, 200))
def watch_source(query: FeedQuery) -> Response:
    """JPEG pictures of a source that the operator allows, with boxes and labels drawn in.

    A file ends the stream, and so does a source that stays silent: then with a last part of JSON.
    """
    source = _find(query.source)
    with ExitStack() as stack:
        _take_place(stack)
        watcher = services().feeds.watch(source, _find_hang_up())
        stack.callback(watcher.leave)
        # Before there is a picture, an error is still an answer of its own.
        first = watcher.next_picture()
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        response = Response(_parts(first, watcher), headers=headers, content_type=STREAM_TYPE)
        response.call_on_close(stack.pop_all().close)
    return response


def _find(name: str) -> LiveSource:
    source = find_source(services().settings.live_sources, name)
    if source is None:
        raise ApiError(
            HTTPStatus.NOT_FOUND,
            "There is no live source of that name; the operator allows them in "
            "FACETALLY_LIVE_SOURCES.",
            "unknown_source",
        )
    return source


def _take_place(stack: ExitStack) -> None:
    """One of those for feeds, and one of those for streams of any kind, or 503."""
    for places in (services().feeds.places, services().streams):
        if not places.acquire(blocking=False):
            raise ApiError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "As many feeds are watched as may be at once; try again later.",
                "too_many_streams",
            )
        stack.callback(places.release)


def _find_hang_up() -> Callable[[], None]:
    """What ends this client's connection from another thread."""
    connection = request.environ.get("gunicorn.socket")

    def hang_up() -> None:
        if isinstance(connection, socket.socket):
            # The client may have gone in this very moment.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    return hang_up


def _parts(first: bytes | None, watcher: Watcher) -> Iterator[bytes]:
    try:
        picture = first
        while picture is not None:
            yield _part(JPEG, picture)
            picture = watcher.next_picture()
    except SourceUnavailable as error:
        body = ErrorBody(error=ErrorDetail(code="source_unavailable", message=str(error)))
        yield _part(JSON, body.model_dump_json().encode())
    yield f"--{BOUNDARY}--\r\n".encode()


def _part(content_type: str, content: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Type: {content_type}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content + b"\r\n"
