"""Follows a job until it ends: a bar on a terminal, elsewhere a line every few seconds."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic
from typing import Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from cli.output.counting import count_noun
from cli.terminal import clean, open_stderr, tell
from facetally import Job

LINE_EVERY_SECONDS = 5.0


def watch_job(job: Job, check: Callable[[], None] = lambda: None) -> Job:
    """Show the progress of a job until it ends or is paused; `check` may end the wait."""
    with _choose_display() as display:
        return job.wait(display.show, check=check)


def describe_job(job: Job) -> str:
    """`job 7 running: 312 of 1000 done, 5 failed, 18.2/s, 0:37 left`."""
    if job.erased is not None:
        return (
            f"job {job.id} is erased: it had {count_noun(job.erased.items, 'items')}, "
            f"{count_noun(job.erased.faces, 'faces')}"
        )
    if job.state == "draft" and job.listing is not None:
        items = count_noun(job.counts.items, "items")
        return f"job {job.id} is open: {items} so far; the server lists {job.listing}"
    if job.state == "draft":
        return (
            f"job {job.id} is open: {count_noun(job.counts.items, 'items')} so far; it starts once "
            "it has all of them"
        )
    counts = job.counts
    parts = [f"{counts.done} of {counts.items} done"]
    if counts.failed:
        parts.append(f"{counts.failed} failed")
    if counts.cancelled:
        parts.append(f"{counts.cancelled} cancelled")
    parts += [*_describe_videos(job), *_describe_pace(job)]
    progress = f"job {job.id} {job.state}: " + ", ".join(parts)
    if job.paused is None:
        return progress
    return f"{progress}. {job.paused.message} To resume it: facetally resume {job.id}"


def describe_delivered(job: Job) -> str | None:
    """`3 deliveries with 52 faces written to s3://results`; None where results go nowhere."""
    done = job.delivered
    if done is None:
        return None
    written = f"{count_noun(done.deliveries, 'deliveries')} with {count_noun(done.faces, 'faces')}"
    line = f"{written} written to {clean(done.uri)}{', all of them' if done.is_complete else ''}"
    return line if done.error is None else f"{line}. {clean(done.error)} It is tried again."


def _describe_videos(job: Job) -> list[str]:
    """`2 videos 61% analyzed`, `annotated videos 20%`."""
    videos = job.videos
    if videos is None:
        return []
    parts = [f"{count_noun(videos.running, 'videos')} {videos.analyzed:.0%} analyzed"]
    return (
        parts if videos.annotated is None else [*parts, f"annotated videos {videos.annotated:.0%}"]
    )


def _describe_pace(job: Job) -> list[str]:
    pace = [_describe_rate(job.items_per_second)] if job.items_per_second else []
    if job.eta_seconds is not None:
        minutes, seconds = divmod(round(job.eta_seconds), 60)
        hours, minutes = divmod(minutes, 60)
        pace.append(
            f"{hours}:{minutes:02}:{seconds:02} left" if hours else f"{minutes}:{seconds:02} left"
        )
    return pace


def _describe_rate(per_second: float) -> str:
    """`18.2/s`, or `12/min` where there is less than one a second."""
    return f"{per_second:.1f}/s" if per_second >= 1 else f"{60 * per_second:.1f}/min"


def _choose_display() -> "_Bar | _Lines":
    return _Bar() if open_stderr().is_terminal else _Lines()


class _Bar(AbstractContextManager["_Bar"]):
    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("job {task.fields[number]} {task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[counts]}", style="green"),
            TextColumn("{task.fields[failed]}", style="red"),
            TextColumn("{task.fields[pace]}"),
            TimeElapsedColumn(),
            console=open_stderr(),
            expand=True,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, job: Job) -> None:
        if job.paused is not None:
            self._progress.stop()
            tell(describe_job(job))
            return
        if self._task is None:
            self._task = self._progress.add_task("", number=job.id, counts="", failed="", pace="")
        counts = job.counts
        self._progress.update(
            self._task,
            description="open" if job.state == "draft" else job.state,
            # Of a draft, nobody knows how many items it will have.
            total=None if job.state == "draft" else counts.items,
            completed=counts.done + counts.failed + counts.cancelled,
            counts=f"{counts.done}/{counts.items}",
            failed=f"{counts.failed} failed" if counts.failed else "",
            pace=", ".join([*_describe_videos(job), *_describe_pace(job)]),
        )


class _Lines(AbstractContextManager["_Lines"]):
    def __init__(self) -> None:
        self._shown: Job | None = None
        self._next = 0.0

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def show(self, job: Job) -> None:
        if job != self._shown and (job.is_at_rest or monotonic() >= self._next):
            tell(describe_job(job))
            self._shown, self._next = job, monotonic() + LINE_EVERY_SECONDS
