"""Every route that the application has, pages included, and how to ask for it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.access.owners import NUMBERED
from api.app import create_app
from api.services import EXTENSION
from worker.settings import Settings

# The parts of addresses that are no numbers of something, and what is asked for in their place.
WORDS = {"action": "cancel", "digest": "0", "name": "door", "track": 1}
READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Route:
    """A method of an address; `endpoint` is the name of its view."""

    endpoint: str
    method: str
    path: str
    parts: frozenset[str]

    def fill(self, numbers: Mapping[str, int]) -> str:
        """The address of what has these numbers, by the parts of the address."""
        return self.path.format_map({**WORDS, **numbers})

    @property
    def names_something(self) -> bool:
        return bool(self.parts & NUMBERED.keys())


def list_routes(*, with_automatic: bool = False) -> list[Route]:
    """All of them; with those, too, that Flask adds by itself."""
    automatic = {"HEAD", "OPTIONS"} if not with_automatic else set()
    return [route for route in _read_routes() if route.method not in automatic]


def _read_routes() -> Iterator[Route]:
    app = create_app(Settings(redis_url="redis://127.0.0.1:1").complete())
    app.extensions[EXTENSION].close()
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^<>:]*:)?(\w+)>", r"{\1}", rule.rule)
        for method in sorted(rule.methods or ()):
            yield Route(rule.endpoint, method, path, frozenset(rule.arguments))
