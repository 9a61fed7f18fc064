"""Where words go: data to stdout, everything else to stderr."""

import sys
from functools import cache

from rich.console import Console

# Into a file or a pipe a table goes unbroken, however wide it is.
UNBROKEN_COLUMNS = 1000


@cache
def open_stderr() -> Console:
    """The console that a progress bar and the notes above it share."""
    # Brackets and colons in a name are part of it, no markup.
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


@cache
def open_stdout() -> Console:
    """The console for tables."""
    width = None if sys.stdout.isatty() else UNBROKEN_COLUMNS
    return Console(highlight=False, markup=False, emoji=False, width=width)


def tell(text: str) -> None:
    """A note for whoever watches."""
    open_stderr().print(clean(text), soft_wrap=True)


def clean(text: str) -> str:
    """Names come from anywhere: what would steer the terminal is shown as a question mark."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)
