"""Where words go: data to stdout, everything else to stderr."""

import sys
from functools import cache

from rich.console import Console

# Into a file or a pipe a table goes unbroken, however wide it is.
UNBROKEN_COLUMNS = 1000


class NotesConsole(Console):
    """Stderr, which may be gone: whoever was told things has left, and the work goes on."""

    def __init__(self) -> None:
        # Brackets and colons in a name are part of it, no markup.
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


def tell(text: str) -> None:
    """A note for whoever watches."""
    open_stderr().print(clean(text), soft_wrap=True)


def clean(text: str) -> str:
    """Names come from anywhere: what would steer the terminal is shown as a question mark."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)
