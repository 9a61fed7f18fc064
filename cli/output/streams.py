"""Bytes to a file or to the standard output, as they come."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click

from cli.output.downloads import write_whole


def refuse_terminal(form: str | None, out: Path | None) -> None:
    if form == "parquet" and out is None and sys.stdout.isatty():
        raise click.UsageError("Parquet can't be shown on a terminal: give --out FILE.")


def join_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """All lines as one JSON array."""
    start = b"[\n"
    for line in lines:
        yield start + line
        start = b",\n"
    yield b"[]\n" if start == b"[\n" else b"\n]\n"


def write_out(read: Callable[[], Iterator[bytes]], out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.writelines(read())
        sys.stdout.flush()
    elif out.exists() and not out.is_file():
        # A pipe or a device can only be written to, not replaced.
        with out.open("wb") as file:
            file.writelines(read())
    else:
        write_whole(out.resolve(), read)
