"""A job as it was when it was read, and the calls that are about it."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic, sleep
from typing import TYPE_CHECKING, Unpack

from facetally.answers.packs import UsedPack
from facetally.answers.progress import (
    Counts,
    Delivered,
    Pause,
    People,
    Receipt,
    Sample,
    Timestamps,
    VideoProgress,
)
from facetally.answers.results import Filters, Person, Result
from facetally.connection import Connection, Parameters
from facetally.errors import ServerUnavailable, WaitTimeout
from facetally.local_files.litter import Skipped
from facetally.options import Options
from facetally.tables import convert_to_pandas, read_parquet

if TYPE_CHECKING:
    import pandas
    import pyarrow

POLL_SECONDS = 0.5
# A server that restarts is back within this time.
PATIENCE_SECONDS = 60.0
LIVE_STATES = ("draft", "queued", "running", "paused", "cancelling")


@dataclass(frozen=True, slots=True)
class Job:
    """A job and its progress; calls that change it return it as it is then."""

    id: int
    state: str  # one of LIVE_STATES, or completed, completed_with_errors, failed, cancelled
    name: str
    notes: str
    tags: tuple[str, ...]
    options: Options
    packs: tuple[UsedPack, ...]  # none before its first items
    counts: Counts
    videos: VideoProgress | None
    items_per_second: float | None
    eta_seconds: float | None
    priority: str
    timestamps: Timestamps
    expires_at: datetime | None
    paused: Pause | None
    erased: Receipt | None
    rerun_of: int | None  # the first job of the same items
    headcount: str | None  # the live source whose people it counts
    sample: Sample | None  # of a job that stops once a share is known
    linked_people: People | None  # of a job that links people, once it has
    skipped: Skipped  # files that were left out of archives
    listing: str | None  # the folder whose files are still being added
    delivered: Delivered | None  # None where results are written nowhere
    # The answer as it came, with what this version of the client doesn't know.
    raw: object = field(repr=False, compare=False)
    connection: Connection = field(repr=False, compare=False)

    @property
    def is_live(self) -> bool:
        """Whether it has not ended; a paused job has not."""
        return self.state in LIVE_STATES

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing more happens by itself: it has ended, or is paused."""
        return self.paused is not None or not self.is_live

    @property
    def is_known(self) -> bool:
        """Whether it is paused because the share that it was to find out is known."""
        return self.paused is not None and self.paused.code == "known"

    def refresh(self) -> "Job":
        """The job as it is now."""
        return make_job(self.connection, self.connection.get(self._path()))

    def wait(
        self,
        progress: Callable[["Job"], None] = lambda _: None,
        *,
        check: Callable[[], None] = lambda: None,
        timeout_seconds: float | None = None,
        poll_seconds: float = POLL_SECONDS,
    ) -> "Job":
        """Poll the job until it has ended or is paused, through restarts of the server.

        `progress` is called with each state that is read; `check` before each reading, to end the
        wait by an exception. Raises WaitTimeout when the time is up.
        """
        deadline = None if timeout_seconds is None else monotonic() + timeout_seconds
        job = self.refresh()
        while True:
            progress(job)
            if job.is_at_rest:
                return job
            if deadline is not None and monotonic() > deadline:
                raise WaitTimeout(f"Job {self.id} is still {job.state}.")
            sleep(poll_seconds)
            job = self._refresh_patiently(check, poll_seconds)

    def _refresh_patiently(self, check: Callable[[], None], poll_seconds: float) -> "Job":
        deadline = monotonic() + PATIENCE_SECONDS
        while True:
            check()
            try:
                return self.refresh()
            except ServerUnavailable:
                if monotonic() > deadline:
                    raise
            sleep(poll_seconds)

    def cancel(self) -> "Job":
        """Cancel waiting items; finished ones are kept."""
        return self._change("POST", "/cancel")

    def change(
        self, *, name: str | None = None, notes: str | None = None, priority: str | None = None
    ) -> "Job":
        """Change what is given; the priority is low, normal or high."""
        given = {"name": name, "notes": notes, "priority": priority}
        fields = {field: value for field, value in given.items() if value is not None}
        data = self.connection.call("PATCH", self._path(), fields)
        return make_job(self.connection, data)

    def pause(self) -> "Job":
        """Stop work on it until it is resumed."""
        return self._change("POST", "/pause")

    def resume(self) -> "Job":
        """Resume it after a pause."""
        return self._change("POST", "/resume")

    def retry(self) -> "Job":
        """Retry the failed items of a job that has ended."""
        return self._change("POST", "/retry")

    def rerun(self, pack: str | None = None, *, tags: Sequence[str] = ()) -> "Job":
        """Analyze its items again with another pack, as a new job that shares its uploads."""
        body = json.dumps({"pack": pack, "tags": list(tags)}).encode()
        headers = {"Content-Type": "application/json"}
        data = self.connection.send(self._path() + "/rerun", body, headers)
        return make_job(self.connection, data)

    def erase(self) -> "Job":
        """Permanently delete its uploads, thumbnails, faces and counts."""
        return self._change("DELETE", "")

    def _change(self, method: str, call: str) -> "Job":
        return make_job(self.connection, self.connection.call(method, self._path() + call))

    def results(self, **filters: Unpack[Filters]) -> Iterator[Result]:
        """The items with their faces, in the order they were submitted, as they arrive."""
        for line in self.stream_lines("faces", **filters):
            yield self.connection.parse_line(Result, line)

    def people(self, **filters: Unpack[Filters]) -> Iterator[Person]:
        """The people of videos: one for each shot that they are in."""
        for line in self.stream_lines("tracks", **filters):
            yield self.connection.parse_line(Person, line)

    def stream_lines(self, view: str = "faces", **filters: Unpack[Filters]) -> Iterator[bytes]:
        """The JSON of each result or, with the view `tracks`, of each person."""
        parameters = make_parameters("ndjson", view, filters)
        return self.connection.stream_lines(self._path() + "/results", parameters)

    def export(
        self, format: str, view: str = "faces", **filters: Unpack[Filters]
    ) -> Iterator[bytes]:
        """The results as a file in blocks: ndjson, csv, parquet, coco, label-studio or cvat."""
        parameters = make_parameters(format, view, filters)
        return self.connection.stream_bytes(self._path() + "/results", parameters)

    def to_arrow(self, view: str = "faces", **filters: Unpack[Filters]) -> "pyarrow.Table":
        """A row for each face, or for each person with the view `tracks`; needs pyarrow."""
        return read_parquet(self.export("parquet", view, **filters))

    def to_pandas(self, view: str = "faces", **filters: Unpack[Filters]) -> "pandas.DataFrame":
        """The same; needs pyarrow and pandas."""
        return convert_to_pandas(self.to_arrow(view, **filters))

    def report(
        self, *, title: str | None = None, client: str | None = None, pictures: bool = False
    ) -> bytes:
        """The job as one HTML page, with a title and the name of a client at its head; with
        `pictures`, some of them are in it."""
        parameters: Parameters = {
            "title": title,
            "client": client,
            "pictures": "true" if pictures else None,
        }
        return b"".join(self.connection.stream_bytes(self._path() + "/report", parameters))

    def _path(self) -> str:
        return f"/v1/jobs/{self.id}"


def make_job(connection: Connection, data: object) -> Job:
    """The job of an answer."""
    return connection.parse(Job, data, raw=data, connection=connection)


def make_parameters(format: str, view: str, filters: Filters) -> Parameters:
    """What an export is asked with."""
    dimensions = filters.get("dimensions", {})
    return {
        "format": format,
        "view": view,
        "state": filters.get("state"),
        "gender": filters.get("gender"),
        "age_min": filters.get("age_min"),
        "age_max": filters.get("age_max"),
        "score_min": filters.get("score_min"),
        "quality_min": filters.get("quality_min"),
        "pose": filters.get("pose"),
        "name": filters.get("name"),
        **{f"dimension.{name}": value for name, value in dimensions.items()},
    }
