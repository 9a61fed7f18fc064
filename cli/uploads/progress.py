"""Uploads as they happen: a bar on a terminal, elsewhere a line every few seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from cli.terminal import open_stderr, tell
from facetally import Uploaded
from facetally.sending.uploads import Progress as Watch

LINE_EVERY_SECONDS = 5.0


@contextmanager
def watch_upload() -> Iterator[Watch]:
    """A function that shows how far an upload is; its bar ends with the block."""
    if open_stderr().is_terminal:
        with _make_bar() as bar:
            yield _Bar(bar).show
    else:
        yield _Lines().show


def _make_bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[files]}", style="green"),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=open_stderr(),
        expand=True,
    )


class _Bar:
    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("uploading", total=None, files="")
        self._tell_once = _tell_continued()

    def show(self, uploaded: Uploaded) -> None:
        self._tell_once(uploaded)
        self._bar.update(
            self._task,
            description="waiting for the server" if uploaded.is_waiting else "uploading",
            total=uploaded.size_bytes,
            completed=uploaded.sent_bytes,
            files=f"{uploaded.sent_files}/{uploaded.files} files",
        )


class _Lines:
    """Short uploads end before their first line."""

    def __init__(self) -> None:
        self._next = monotonic() + LINE_EVERY_SECONDS
        self._tell_once = _tell_continued()

    def show(self, uploaded: Uploaded) -> None:
        self._tell_once(uploaded)
        if monotonic() >= self._next:
            tell(describe_upload(uploaded))
            self._next = monotonic() + LINE_EVERY_SECONDS


def _tell_continued() -> Watch:
    """Says where an upload continues, when it begins."""
    begun = False

    def look(uploaded: Uploaded) -> None:
        nonlocal begun
        if not begun and uploaded.sent_files:
            tell(f"Continuing: {describe_upload(uploaded)}.")
        begun = begun or uploaded.files > 0

    return look


def describe_upload(uploaded: Uploaded) -> str:
    """`job 7: 3,200 of 10,000 files uploaded, 1.2 GB of 4.0 GB`."""
    sent, size = decimal(uploaded.sent_bytes), decimal(uploaded.size_bytes)
    waiting = "; waiting for the server" if uploaded.is_waiting else ""
    return (
        f"job {uploaded.job}: {uploaded.sent_files:,} of {uploaded.files:,} files uploaded, "
        f"{sent} of {size}{waiting}"
    )
