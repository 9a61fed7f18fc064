"""`/video_feed`: a live source with its faces drawn in, as a stream of pictures."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from http import HTTPStatus

from flask import Response, request
from flask_openapi3 import Tag
from pydantic import Field

from api.access.callers import current_caller
from api.call_groups import CallGroup
from api.errors import ApiError
from api.live.cameras import SourceUnavailable
from api.live.feed import Watcher
from api.media_types import JPEG, PROBLEM
from api.schemas.errors import ERRORS, ErrorBody, answers
from api.schemas.fields import Described
from api.schemas.replies import PLAIN
from api.services import services, take_permit
from db.job_values import DetectionMode
from worker.addresses.live_sources import LONGEST_NAME, LiveSource, find_source

blueprint = CallGroup("live", __name__, abp_tags=[Tag(name="live")], abp_responses=ERRORS)
BOUNDARY = "picture"
STREAM_TYPE = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
STREAM = {"content": {"multipart/x-mixed-replace": PLAIN}}


class FeedQuery(Described):
    """`source` is a name in FACETALLY_LIVE_SOURCES, `detection` is as in the options of a job."""

    source: str = Field(min_length=1, max_length=LONGEST_NAME)
    detection: DetectionMode = DetectionMode.NORMAL


@blueprint.get("/video_feed", responses=answers(STREAM, 200))
def watch_source(query: FeedQuery) -> Response:
    """Watch a live source: JPEG pictures with boxes and labels drawn in.

    The stream ends with its file, or when the source stays silent; in that case the last part is an
    error as JSON.
    """
    source = find_live_source(query.source)
    with ExitStack() as stack:
        _take_permits(stack)
        watcher = services().feeds.watch(source, query.detection, _make_hang_up())
        stack.callback(watcher.leave)
        # Until the first picture has arrived, an error can still be the whole answer.
        first = watcher.next_picture()
        headers = {"X-Accel-Buffering": "no"}
        response = Response(_parts(first, watcher), headers=headers, content_type=STREAM_TYPE)
        response.call_on_close(stack.pop_all().close)
    return response


def find_live_source(name: str) -> LiveSource:
    """A source of the caller's tenant, or the request ends with 404."""
    source = find_source(services().settings.live_sources, name)
    if source is None or not current_caller().reach.includes(source.tenant):
        raise ApiError(
            HTTPStatus.NOT_FOUND,
            f"There is no live source named {name!r}. The operator sets up live sources in "
            "FACETALLY_LIVE_SOURCES.",
            "unknown_source",
        )
    return source


def _take_permits(stack: ExitStack) -> None:
    """Take a permit for a feed and one for a stream of any kind; 503 if none is left."""
    for permits in (services().feeds.permits, services().waiting):
        take_permit(permits, "Too many feeds are being watched. Try again later.")
        stack.callback(permits.release)


def _make_hang_up() -> Callable[[], None]:
    """A function that closes this client's connection from another thread."""
    connection = request.environ.get("gunicorn.socket")

    def hang_up() -> None:
        if isinstance(connection, socket.socket):
            # The client may just have disconnected.
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
        status = HTTPStatus.SERVICE_UNAVAILABLE
        body = ErrorBody.of(status, "source_unavailable", str(error))
        yield _part(PROBLEM, body.model_dump_json().encode())
    yield f"--{BOUNDARY}--\r\n".encode()


def _part(content_type: str, content: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Type: {content_type}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content + b"\r\n"
