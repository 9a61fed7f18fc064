"""The texts of the pages, in one file per language: `languages/<code>.toml`.

A text that depends on a number takes it as `count`, and has one form for each plural category that
CLDR defines for the language: `one` and `other` in English.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from babel import Locale
from flask import request

FOLDER = Path(__file__).parent.parent / "languages"
DEFAULT = "en"
# Every language has this category: it also stands in for a form that a translation lacks.
OTHER = "other"


class Texts:
    """The texts of one language by name: `text("jobs.title")`."""

    def __init__(self, language: str, entries: Mapping[str, str]) -> None:
        self.language = language
        self._entries = entries
        self._choose_plural = Locale.parse(language, sep="-").plural_form

    def __call__(self, name: str, /, **values: object) -> str:
        count = values.get("count")
        if isinstance(count, int) and name not in self._entries:
            name = self._choose_form(name, count)
        return self._entries[name].format(**values)

    def _choose_form(self, name: str, count: int) -> str:
        form = f"{name}.{self._choose_plural(count)}"
        return form if form in self._entries else f"{name}.{OTHER}"

    def part(self, prefix: str) -> dict[str, str]:
        """The texts below a name, not filled in: for scripts."""
        start = prefix + "."
        return {
            name.removeprefix(start): entry
            for name, entry in self._entries.items()
            if name.startswith(start)
        }


def choose_texts() -> Texts:
    """The texts of the language that the reader of this request prefers."""
    languages = [path.stem for path in FOLDER.glob("*.toml")]
    return load_texts(request.accept_languages.best_match(languages, DEFAULT) or DEFAULT)


@cache
def load_texts(language: str) -> Texts:
    """Read the texts of a language; those it lacks are in English."""
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
