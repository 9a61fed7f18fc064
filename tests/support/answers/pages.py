"""Pages, parsed: their words, and what they would load."""

import re
from html.parser import HTMLParser

from flask.testing import FlaskClient

# What a browser accepts.
PAGE = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
ALONE = {"meta", "br", "img", "link", "input"}


class Page(HTMLParser):
    """Checks that every element is closed; keeps words and the addresses to load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.open: list[str] = []
        self.tags: list[str] = []
        self.loaded: list[str] = []
        self._words: list[str] = []
        self.feed(text)
        assert self.open == []
        self.words = " ".join(" ".join(self._words).replace("\u00a0", " ").split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loaded += [value or "" for name, value in attrs if re.search("src|href", name)]
        if tag not in ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ALONE:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "svg"} & set(self.open):
            self._words.append(data)

    @property
    def plots(self) -> list[str]:
        return re.findall(r"<svg role=.*?</svg>", self.text, flags=re.DOTALL)


def read(client: FlaskClient, job_id: int = 1, query: str = "pictures=true") -> Page:
    answer = client.get(f"/v1/jobs/{job_id}/report?{query}")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    page = Page(answer.text)
    assert "script" not in page.tags
    assert all(address.startswith(("data:image/", "#")) for address in page.loaded)
    return page
