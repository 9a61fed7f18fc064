"""A real web server on this machine, with a certificate that only the test trusts."""

import ssl
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Self

import trustme


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "WebServer"

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        self.server.pages[self.path.partition("?")[0]](self)

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


Page = Callable[[_Handler], None]


class WebServer(ThreadingHTTPServer):
    """Answers with functions of the request from `pages`, and keeps the requests in `asked`."""

    daemon_threads = True

    def __init__(self, authority: trustme.CA | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.over = Event()
        self.scheme = "http"
        if authority is not None:
            self.scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert("localhost").configure_cert(context)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self._thread = Thread(target=self.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client may hang up at any time."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


def answer(status: int = 200, body: bytes = b"", **headers: str) -> Page:
    """Make a page that is always the same."""

    def page(request: _Handler) -> None:
        request.send_response(status)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Length": str(len(body)), **named}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return page


def in_turn(*pages: Page) -> Page:
    """Make a page that answers with each of these once, and then always with the last."""
    left = list(pages)
    return lambda request: (left.pop(0) if len(left) > 1 else left[0])(request)


def without_end(request: _Handler) -> None:
    """Send bytes for as long as the client reads, without a Content-Length."""
    request.send_response(200)
    request.send_header("Connection", "close")
    request.end_headers()
    while not request.server.over.is_set():
        request.wfile.write(b"x" * 65536)


def trickle(request: _Handler) -> None:
    """Send a byte every 10 ms for as long as the client waits."""
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    while not request.server.over.wait(0.01):
        request.wfile.write(b"x")
