"""Calls about jobs: they are submitted, found again and listed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Unpack

from facetally.answers.results import Filters
from facetally.connection import Connection, Parameters
from facetally.items import Item, Source, sort_sources
from facetally.job import Job, make_job, make_parameters
from facetally.local_files.files import SizedFile
from facetally.options import Options, Submission
from facetally.sending.drafts import Draft, open_draft
from facetally.sending.parts import Limits, read_limits
from facetally.sending.submissions import submit_files, submit_items, submit_sources
from facetally.sending.uploads import Progress

JOBS_PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class JobPage:
    """Some jobs, newest first; `next_cursor` leads to the next page."""

    jobs: tuple[Job, ...]
    next_cursor: int | None
    raw: object = field(repr=False, compare=False)


class JobCalls:
    """Submits jobs and finds them again."""

    _connection: Connection

    def submit(
        self,
        sources: Source | Iterable[Source],
        *,
        tags: Sequence[str] = (),
        options: Options | None = None,
        dimensions: Mapping[str, str] | None = None,
        priority: str | None = None,
        expires_at: datetime | None = None,
        idempotency_key: str | None = None,
        name: str = "",
        notes: str = "",
    ) -> Job:
        """Submit files, folders and archives, or addresses, or one list of items.

        A folder on the server or in a bucket (`s3://photos/2026/`, `s3://photos/**/*.jpg`) is
        listed by the server. Paths are uploaded in parts; folders are searched for pictures, videos
        and archives. Where an upload was cut off, submit the same again, and it continues. A URI or
        an `Item` is read by the workers. A list is a .csv or .ndjson, of which a local one is sent
        and a remote one is read by the server.
        """
        submission = Submission(
            tuple(tags),
            options or Options(),
            dimensions or {},
            priority,
            expires_at,
            idempotency_key,
            name,
            notes,
        )
        return submit_sources(self._connection, sort_sources(sources), submission)

    def submit_items(self, items: Iterable[Item], submission: Submission) -> Job:
        """Submit any number of addresses, which are read from `items` as they are sent."""
        return submit_items(self._connection, items, submission)

    def submit_files(
        self,
        files: Sequence[SizedFile],
        submission: Submission,
        items: Iterable[Item] = (),
        progress: Progress = lambda _: None,
    ) -> Job:
        """Upload files that were found and opened before, with addresses, as one job.

        Parts are sent several at a time, again until they arrive; `progress` is called as they do.
        Where this is cut off, the same call continues with what is missing.
        """
        return submit_files(self._connection, files, submission, items, progress)

    def limits(self) -> Limits:
        """How large files and requests may be."""
        return read_limits(self._connection)

    def open_draft(self, submission: Submission) -> Draft:
        """A job to append items to, until it is finalized."""
        return open_draft(self._connection, submission)

    def job(self, job_id: int) -> Job:
        """A job by its number."""
        return self._make_job(self._connection.get(f"/v1/jobs/{job_id}"))

    def jobs(
        self, state: str | None = None, tag: str | None = None, find: str | None = None
    ) -> Iterator[Job]:
        """All jobs, newest first; those in a state, with a tag, or found by a part of one."""
        cursor = None
        while True:
            page = self.job_page(state, JOBS_PER_PAGE, cursor, tag, find)
            yield from page.jobs
            cursor = page.next_cursor
            if cursor is None:
                return

    def job_page(
        self,
        state: str | None,
        limit: int,
        cursor: int | None = None,
        tag: str | None = None,
        find: str | None = None,
    ) -> JobPage:
        """At most `limit` jobs, from the cursor of the page before."""
        parameters: Parameters = {
            "state": state,
            "tag": tag,
            "find": find,
            "limit": limit,
            "cursor": cursor,
        }
        data = self._connection.get("/v1/jobs", parameters)
        listed = self._connection.parse(_JobList, data)
        jobs = tuple(self._make_job(one) for one in listed.jobs)
        return JobPage(jobs, listed.next_cursor, data)

    def export_results(
        self,
        format: str,
        *,
        jobs: Sequence[int] = (),
        tag: str | None = None,
        view: str = "faces",
        **filters: Unpack[Filters],
    ) -> Iterator[bytes]:
        """The results of these jobs, or of those with a tag, as one file in blocks: ndjson, csv or
        parquet, with the number of the job first."""
        asked = make_parameters(format, view, filters)
        chosen: Parameters = {"jobs": ",".join(map(str, jobs)) or None, "tag": tag}
        return self._connection.stream_bytes("/v1/results", {**asked, **chosen})

    def _make_job(self, data: object) -> Job:
        return make_job(self._connection, data)


@dataclass(frozen=True, slots=True)
class _JobList:
    jobs: tuple[object, ...]
    next_cursor: int | None
