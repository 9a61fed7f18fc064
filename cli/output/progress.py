"""Follows a job to its end: a bar on a terminal, a line now and then elsewhere."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic, sleep
from typing import Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from api.schemas.jobs import JobOut
from cli.client import Client, ServerAway
from cli.terminal import open_stderr, tell
from db.states import LIVE_JOB_STATES

POLL_SECONDS = 0.5
LINE_EVERY_SECONDS = 5.0
# A server that is started anew is back within this time.
PATIENCE_SECONDS = 60.0


def watch_job(client: Client, job_id: int, check: Callable[[], None] = lambda: None) -> JobOut:
    """Show how far a job is until it has ended, or waits for a person; `check` raises where waiting
    has become useless."""
    job = client.read_job(job_id)
    with _choose_display() as display:
        while True:
            display.show(job)
            if _rests(job):
                return job
            sleep(POLL_SECONDS)
            job = _read_patiently(client, job_id, check)


def _rests(job: JobOut) -> bool:
    """Nothing more happens to it by itself."""
    return job.paused is not None or job.state not in LIVE_JOB_STATES


def _read_patiently(client: Client, job_id: int, check: Callable[[], None]) -> JobOut:
    deadline = monotonic() + PATIENCE_SECONDS
    while True:
        check()
        try:
            return client.read_job(job_id)
        except ServerAway:
            if monotonic() > deadline:
                raise
        sleep(POLL_SECONDS)


def describe_job(job: JobOut) -> str:
    """`job 7 running: 312 of 1000 done, 5 failed, 18.2/s, 0:37 left`."""
    if job.erased is not None:
        return f"job {job.id} is erased: it held {job.erased.items} items, {job.erased.faces} faces"
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
    return f"{progress}. {job.paused.message} Go on with: facetally resume {job.id}"


def _describe_videos(job: JobOut) -> list[str]:
    """`2 videos 61% looked at`, `copy 20% drawn`."""
    videos = job.videos
    if videos is None:
        return []
    noun = "video" if videos.running == 1 else "videos"
    parts = [f"{videos.running} {noun} {videos.looked_at:.0%} looked at"]
    return parts if videos.copied is None else [*parts, f"copy {videos.copied:.0%} drawn"]


def _describe_pace(job: JobOut) -> list[str]:
    pace = [f"{job.items_per_second:.1f}/s"] if job.items_per_second else []
    if job.eta_seconds is not None:
        minutes, seconds = divmod(round(job.eta_seconds), 60)
        hours, minutes = divmod(minutes, 60)
        pace.append(
            f"{hours}:{minutes:02}:{seconds:02} left" if hours else f"{minutes}:{seconds:02} left"
        )
    return pace


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

    def show(self, job: JobOut) -> None:
        if job.paused is not None:
            self._progress.stop()
            tell(describe_job(job))
            return
        if self._task is None:
            self._task = self._progress.add_task("", number=job.id, counts="", failed="", pace="")
        counts = job.counts
        self._progress.update(
            self._task,
            description=job.state,
            total=counts.items,
            completed=counts.done + counts.failed + counts.cancelled,
            counts=f"{counts.done}/{counts.items}",
            failed=f"{counts.failed} failed" if counts.failed else "",
            pace=", ".join([*_describe_videos(job), *_describe_pace(job)]),
        )


class _Lines(AbstractContextManager["_Lines"]):
    def __init__(self) -> None:
        self._shown: JobOut | None = None
        self._next = 0.0

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def show(self, job: JobOut) -> None:
        if job != self._shown and (_rests(job) or monotonic() >= self._next):
            tell(describe_job(job))
            self._shown, self._next = job, monotonic() + LINE_EVERY_SECONDS
