"""Links to the same page with another query: each adds, changes or removes a filter."""

from collections.abc import Mapping
from urllib.parse import urlencode


class Link:
    """A path with its query; fields without a value are left out."""

    def __init__(self, path: str, query: Mapping[str, str]) -> None:
        self._path = path
        self._query = {name: text for name, text in query.items() if text}

    def change(self, changes: Mapping[str, str | None]) -> str:
        """The address with these fields changed; None removes one."""
        merged = {**self._query, **changes}
        return self._spell({name: text for name, text in merged.items() if text})

    def _spell(self, query: Mapping[str, str]) -> str:
        return f"{self._path}?{urlencode(query)}" if query else self._path

    def __str__(self) -> str:
        return self._spell(self._query)
