"""A receiver of webhooks that checks signatures by itself, and answers as it is told."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.servers.web import Page, WebServer, answer

PATH = "/hook"


@dataclass
class Receiver:
    """What has come so far, in order; only what has a valid signature."""

    web: WebServer
    pages: list[Page]
    secret: str = ""
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refused: int = 0

    @property
    def url(self) -> str:
        return self.web.url + PATH

    def types(self) -> list[str]:
        return [body["type"] for _, body in self.taken]

    def __call__(self, request: Any) -> None:
        if self._is_genuine(request.headers, request.body):
            self.taken.append((request.headers["webhook-id"], json.loads(request.body)))
        else:
            self.refused += 1
        page = self.pages.pop(0) if len(self.pages) > 1 else self.pages[0]
        page(request)

    def _is_genuine(self, headers: Any, body: bytes) -> bool:
        """By the text of the specification, without our own code."""
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(self.secret.partition("_")[2])
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return hmac.compare_digest(headers["webhook-signature"], f"v1,{expected}")


@contextmanager
def receiving(*pages: Page) -> Iterator[Receiver]:
    """A receiver that answers with each of these once, and then always with the last."""
    with WebServer() as web:
        receiver = Receiver(web, list(pages) or [answer()])
        web.pages[PATH] = receiver
        yield receiver


def hang(request: Any) -> None:
    """Answer nothing until the test ends, and hang up then."""
    request.server.over.wait()
    request.close_connection = True


def break_off(request: Any) -> None:
    """Begin an answer, and close the connection."""
    request.wfile.write(b"HTTP/1.1 2")
    request.close_connection = True
    request.connection.close()
