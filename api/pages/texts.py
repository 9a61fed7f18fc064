"""What the pages say, in one place for each language: `languages/<code>.toml`.

A text that depends on a number has the parts `one` and `other`, and takes the number as `count`.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from flask import request

FOLDER = Path(__file__).parent.parent / "languages"
DEFAULT = "en"


class Texts:
    """The texts of one language, by their names: `text("jobs.title")`."""

    def __init__(self, language: str, entries: Mapping[str, str]) -> None:
        self.language = language
        self._entries = entries

    def __call__(self, name: str, /, **values: object) -> str:
        if "count" in values and name not in self._entries:
            name += ".one" if values["count"] == 1 else ".other"
        return self._entries[name].format(**values)

    def part(self, prefix: str) -> dict[str, str]:
        """The texts under a name, as they are written: for scripts."""
        start = prefix + "."
        return {
            name.removeprefix(start): entry
            for name, entry in self._entries.items()
            if name.startswith(start)
        }


def choose_texts() -> Texts:
    """Those of the language that the reader of this request likes best."""
    languages = [path.stem for path in FOLDER.glob("*.toml")]
    return load_texts(request.accept_languages.best_match(languages, DEFAULT) or DEFAULT)


@cache
def load_texts(language: str) -> Texts:
    """A language's texts; what it does not have yet is said in English."""
    return Texts(language, {**_read(DEFAULT), **_read(language)})


def _read(language: str) -> dict[str, str]:
    table = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return dict(_flatten(table, ""))


def _flatten(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, entry in table.items():
        if isinstance(entry, dict):
            yield from _flatten(entry, f"{prefix}{name}.")
        else:
            yield prefix + name, str(entry)
