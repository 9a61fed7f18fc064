"""Data goes to stdout, everything else to stderr."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any

import click
from rich.console import Console
from rich.table import Table

# In a file or a pipe, lines of a table are never broken.
UNBROKEN_COLUMNS = 1000


class NotesConsole(Console):
    """Stderr, which may be closed while the work continues."""

    def __init__(self) -> None:
        # Brackets and colons in a name are not markup.
        super().__init__(stderr=True, highlight=False, markup=False, emoji=False)

    def on_broken_pipe(self) -> None:
        self.quiet = True


@cache
def open_stderr() -> Console:
    """The console that a progress bar and the notes above it share."""
    return NotesConsole()


@cache
def open_stdout() -> Console:
    """The console for tables."""
    width = None if sys.stdout.isatty() else UNBROKEN_COLUMNS
    return Console(highlight=False, markup=False, emoji=False, width=width)


def is_terminal() -> bool:
    """Whether a person reads stdout, rather than a program."""
    return sys.stdout.isatty()


def tell(text: str) -> None:
    """Print a note."""
    open_stderr().print(clean(text), soft_wrap=True)


def clean(text: str) -> str:
    """Replace what could control the terminal: names come from anywhere."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)


def print_json(data: object) -> None:
    """An answer of the server on one line, as it came."""
    click.echo(json.dumps(data, ensure_ascii=False, separators=(",", ":")))


def print_values(
    values: Sequence[Any], make_table: Callable[[Any], Table], *, as_json: bool
) -> None:
    """Values of the client as a table, or as the API has them."""
    if as_json:
        print_json([describe(one) for one in values])
    else:
        open_stdout().print(make_table(values))


def describe(value: Any) -> dict[str, Any]:
    """A value of the client, as the API has it."""
    described: dict[str, Any] = json.loads(json.dumps(asdict(value), default=datetime.isoformat))
    return described
