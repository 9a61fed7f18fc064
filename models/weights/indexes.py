"""The package indexes that this machine uses, read from the settings of pip and uv."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from configparser import Error, RawConfigParser
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PYPI = "https://pypi.org/simple"
# The first one that is set replaces PyPI; all of the others are asked after it.
MAIN_VARIABLES = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")
EXTRA_VARIABLES = ("PIP_EXTRA_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL")
# The sections of pip.conf that count for a download.
SECTIONS = ("download", "install", "global")
WEB_SCHEMES = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Indexes:
    """The addresses of the indexes, in the order they are asked.

    `certificates` is a file of authorities to trust besides those of this machine.
    """

    urls: tuple[str, ...]
    certificates: str | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Variables count before files, as they do for pip; folders are not searched."""
        environ = os.environ if environ is None else environ
        options = [options for path in _list_files(environ) for options in _read_sections(path)]
        main = _find_first(environ, MAIN_VARIABLES) or _find_each(options, "index-url") or [PYPI]
        extra = [environ.get(name, "") for name in EXTRA_VARIABLES]
        extra += _find_each(options, "extra-index-url")
        certificates = environ.get("PIP_CERT") or next(iter(_find_each(options, "cert")), None)
        return cls(tuple(_split([main[0], *extra])), certificates)


def _list_files(environ: Mapping[str, str]) -> Iterator[Path]:
    """pip's configuration files, the strongest first."""
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return
    if named:
        yield Path(named)
    home = Path(environ.get("HOME", "~")).expanduser()
    yield Path(sys.prefix, "pip.conf")
    yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip/pip.conf"
    yield home / "Library/Application Support/pip/pip.conf"
    yield home / ".pip/pip.conf"
    yield Path("/etc/pip.conf")


def _read_sections(path: Path) -> Iterator[Mapping[str, str]]:
    parser = RawConfigParser()
    # A file that pip would not read either says nothing.
    with suppress(Error, OSError, UnicodeDecodeError):
        parser.read_string(path.read_text(encoding="utf-8"))
    yield from (parser[name] for name in SECTIONS if parser.has_section(name))


def _find_first(environ: Mapping[str, str], names: Iterable[str]) -> list[str]:
    return [environ[name] for name in names if environ.get(name)]


def _find_each(sections: Iterable[Mapping[str, str]], option: str) -> list[str]:
    return [section[option] for section in sections if option in section]


def _split(values: Iterable[str]) -> Iterator[str]:
    """Each address once; uv may give one a name before it."""
    words = [word for value in values for word in value.split()]
    for url in dict.fromkeys(word.partition("=")[2] if _is_named(word) else word for word in words):
        if url.startswith(WEB_SCHEMES):
            yield url


def _is_named(word: str) -> bool:
    return word.partition("=")[2].startswith(WEB_SCHEMES) and not word.startswith(WEB_SCHEMES)
