"""The client: every call of a server, by methods of one object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from facetally.calls.audiences import AudienceCalls
from facetally.calls.headcounts import HeadcountCalls
from facetally.calls.jobs import JobCalls
from facetally.calls.keys import KeyCalls
from facetally.calls.pictures import PictureCalls
from facetally.calls.playlists import PlaylistCalls
from facetally.calls.webhooks import WebhookCalls
from facetally.calls.zones import ZoneCalls
from facetally.connection import Connection

if TYPE_CHECKING:
    import httpx

DEFAULT_URL = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Health:
    """Whether jobs can be submitted (`ok` or `degraded`), and the state of each component."""

    status: str
    checks: Mapping[str, str] = field(default_factory=dict)


class Client(
    JobCalls,
    AudienceCalls,
    PlaylistCalls,
    ZoneCalls,
    PictureCalls,
    KeyCalls,
    HeadcountCalls,
    WebhookCalls,
):
    """A Facetally server. Usable as a context manager, and from several threads."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        key: str | None = None,
        *,
        transport: "httpx.BaseTransport | None" = None,
    ) -> None:
        self._connection = Connection(url, key, transport)

    @property
    def url(self) -> str:
        return self._connection.url

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def health(self) -> Health:
        """Raises ServerUnavailable where no job can be submitted."""
        return self._connection.parse(Health, self._connection.get("/readyz"))
