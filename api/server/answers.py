"""Answers, sent to clients that read them at a lowest rate."""

from collections.abc import Callable
from typing import Any

from gunicorn.http.body import LengthReader
from gunicorn.http.message import Request
from gunicorn.http.wsgi import Response

# Time for a client to take what is sent at once, and the rate for what is more.
PATIENCE_SECONDS = 30.0
LEAST_BYTES_PER_SECOND = 8192


class PatientResponse(Response):  # type: ignore[misc]  # gunicorn publishes no types
    """gunicorn's response. A client that does not read it is disconnected.

    If the view left a part of the body unread, as where it refuses a request, it says that the
    connection closes.
    """

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        write: Callable[[bytes], object] = super().start_response(status, headers, exc_info)
        if not has_arrived(self.req):
            self.force_close()
        return write

    def send_headers(self) -> None:
        self._wait_at_most(0)
        super().send_headers()

    def _emit_body(self, data: bytes) -> None:
        self._wait_at_most(len(data))
        super()._emit_body(data)

    def _wait_at_most(self, size: int) -> None:
        self.sock.settimeout(PATIENCE_SECONDS + size / LEAST_BYTES_PER_SECOND)


def has_arrived(request: Request) -> bool:
    """Whether the whole body of a request was read, or is at hand."""
    reader = request.body.reader
    if isinstance(reader, LengthReader):
        return bool(reader.length <= request.unreader.buffered_bytes)
    # Chunked: there is no parser any more once the last chunk was read.
    return getattr(reader, "parser", None) is None
