"""The client of a server: submits jobs, finds them again, and asks for the audience."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Self, Unpack

from facetally.answers.audience import Audience, AudienceQuery
from facetally.answers.audit import Entry
from facetally.answers.compared_audiences import ComparedAudiences, GroupDifference
from facetally.answers.comparison import Comparison
from facetally.answers.faces import Analysis
from facetally.answers.keys import Key, MadeKey
from facetally.answers.packs import Pack
from facetally.answers.vocabulary import Dimension, TagUse
from facetally.answers.webhooks import MadeWebhook, Message, Webhook
from facetally.connection import Connection, Parameters
from facetally.items import Item, Source, sort_sources
from facetally.job import Job, make_job
from facetally.local_files.files import SizedFile
from facetally.options import Options, Submission
from facetally.sending.drafts import Draft, open_draft
from facetally.sending.parts import Limits, read_limits
from facetally.sending.submissions import submit_files, submit_items, submit_sources
from facetally.sending.uploads import Progress

if TYPE_CHECKING:
    import httpx

DEFAULT_URL = "http://127.0.0.1:8000"
JOBS_PER_PAGE = 100
ENTRIES_PER_PAGE = 100
JSON = {"Content-Type": "application/json"}
ANY_PICTURE = {"Content-Type": "application/octet-stream"}


@dataclass(frozen=True, slots=True)
class Health:
    """Whether jobs can be submitted (`ok` or `degraded`), and the state of each component."""

    status: str
    checks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobPage:
    """Some jobs, newest first; `next_cursor` leads to the next page."""

    jobs: tuple[Job, ...]
    next_cursor: int | None
    raw: object = field(repr=False, compare=False)


class Client:
    """A Facetally server. Usable as a context manager, and from several threads."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        key: str | None = None,
        *,
        transport: "httpx.BaseTransport | None" = None,
    ) -> None:
        self._connection = Connection(url, key, transport)

    @property
    def url(self) -> str:
        return self._connection.url

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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

    def _make_job(self, data: object) -> Job:
        return make_job(self._connection, data)

    def tags(self) -> tuple[TagUse, ...]:
        """The tags of jobs, those of the newest jobs first."""
        return self._connection.parse(_TagList, self._connection.get("/v1/tags")).tags

    def dimensions(self, job: int | None = None, tag: str | None = None) -> tuple[Dimension, ...]:
        """The dimensions of items with their values: of one job, of a tag, or of all jobs."""
        data = self._connection.get("/v1/dimensions", {"job": job, "tag": tag})
        return self._connection.parse(_DimensionList, data).dimensions

    def compare(self, first: int, second: int, *, bands: str = "marketing") -> Comparison:
        """Two jobs with the same items: the faces that both found, and how their shares differ."""
        path = f"/v1/jobs/{first}/compare/{second}"
        data = self._connection.get(path, {"bands": bands})
        return self._connection.parse(Comparison, data, raw=data)

    def audience(self, **query: Unpack[AudienceQuery]) -> Audience:
        """The audience by age and gender, or by what `by` says, with 95% intervals."""
        data = self._connection.get("/v1/audience", _make_parameters(query))
        return self._connection.parse(Audience, data, raw=data)

    def compare_audiences(
        self, versus: Mapping[str, str], **query: Unpack[AudienceQuery]
    ) -> ComparedAudiences:
        """An audience, and the one that differs from it in these parameters of the API, such as
        {"tag": "autumn"}; an empty one leaves the parameter out."""
        differing = {f"versus.{name}": value for name, value in versus.items()}
        parameters = {**_make_parameters(query), **differing}
        data = self._connection.get("/v1/audience/compare", parameters)
        found = self._connection.parse(_ComparedAudiences, data)
        first, second = (
            self._connection.parse(Audience, one, raw=one) for one in (found.first, found.second)
        )
        return ComparedAudiences(first, second, found.groups, data)

    def export_audience(self, format: str, **query: Unpack[AudienceQuery]) -> Iterator[bytes]:
        """The groups as a file in blocks: csv or parquet."""
        parameters = {**_make_parameters(query), "format": format}
        return self._connection.stream_bytes("/v1/audience", parameters)

    def analyze(
        self,
        picture: bytes | str | PathLike[str],
        *,
        pack: str | None = None,
        detection: str | None = None,
    ) -> Analysis:
        """The faces of one picture, at once, by the models of a pack; nothing is stored. With the
        detection `crowd`, small faces are searched for, too."""
        content = picture if isinstance(picture, bytes) else Path(picture).read_bytes()
        given = (("pack", pack), ("detection", detection))
        query = [(name, value) for name, value in given if value]
        data = self._connection.send("/v1/analyze", content, ANY_PICTURE, query)
        return self._connection.parse(Analysis, data)

    def thumbnail(self, item_id: int) -> bytes:
        """The thumbnail of an item, a JPEG."""
        return self._connection.read_bytes(f"/v1/items/{item_id}/thumbnail")

    def annotated_video(self, item_id: int) -> Iterator[bytes]:
        """The annotated video of an item in blocks, an MP4."""
        return self._connection.stream_bytes(f"/v1/items/{item_id}/video")

    def subtitles(self, item_id: int) -> str:
        """The people of a video as WebVTT, which players show as subtitles."""
        return self._connection.read_bytes(f"/v1/items/{item_id}/people.vtt").decode()

    def packs(self) -> tuple[Pack, ...]:
        """The models that jobs may ask for, the default first."""
        return self._connection.parse(_PackList, self._connection.get("/v1/packs")).packs

    def api_keys(self) -> tuple[Key, ...]:
        """The API keys that were made, the newest first; needs a key with the scope admin."""
        return self._connection.parse(_KeyList, self._connection.get("/v1/keys")).keys

    def create_key(
        self,
        name: str,
        scopes: Sequence[str],
        *,
        tenant: str | None = None,
        expires_at: datetime | None = None,
    ) -> MadeKey:
        """Make an API key for a tenant, without one for the caller's; it is returned this once."""
        body = {"name": name, "scopes": list(scopes), "tenant": tenant}
        expiry = {} if expires_at is None else {"expires_at": expires_at.isoformat()}
        content = json.dumps({**body, **expiry}).encode()
        return self._connection.parse(MadeKey, self._connection.send("/v1/keys", content, JSON))

    def revoke_key(self, key_id: int) -> Key:
        """End an API key, and the sessions of browsers that it opened."""
        return self._connection.parse(Key, self._connection.call("DELETE", f"/v1/keys/{key_id}"))

    def webhooks(self) -> tuple[Webhook, ...]:
        """The webhooks, the newest first; needs a key with the scope admin."""
        return self._connection.parse(_WebhookList, self._connection.get("/v1/webhooks")).webhooks

    def create_webhook(self, url: str, events: Sequence[str] = ()) -> MadeWebhook:
        """Have an address told what happens to jobs; without `events`, everything."""
        content = json.dumps({"url": url, "events": list(events)}).encode()
        made = self._connection.send("/v1/webhooks", content, JSON)
        return self._connection.parse(MadeWebhook, made)

    def remove_webhook(self, webhook_id: int) -> Webhook:
        """Remove a webhook with its messages."""
        removed = self._connection.call("DELETE", f"/v1/webhooks/{webhook_id}")
        return self._connection.parse(Webhook, removed)

    def test_webhook(self, webhook_id: int) -> int:
        """Send a test message; returns its number."""
        sent = self._connection.call("POST", f"/v1/webhooks/{webhook_id}/test")
        return self._connection.parse(_QueuedMessage, sent).message_id

    def webhook_messages(self, webhook_id: int) -> Iterator[Message]:
        """The messages of a webhook with all attempts, the newest first."""
        cursor: int | None = None
        while True:
            of_page: Parameters = {"limit": ENTRIES_PER_PAGE, "cursor": cursor}
            data = self._connection.get(f"/v1/webhooks/{webhook_id}/messages", of_page)
            page = self._connection.parse(_MessagePage, data)
            yield from page.messages
            cursor = page.next_cursor
            if cursor is None:
                return

    def resend_message(self, message_id: int) -> int:
        """Send a message again; returns its number."""
        sent = self._connection.call("POST", f"/v1/messages/{message_id}/resend")
        return self._connection.parse(_QueuedMessage, sent).message_id

    def audit(
        self,
        *,
        action: str | None = None,
        subject: str | None = None,
        since: datetime | None = None,
    ) -> Iterator[Entry]:
        """Who did what, the newest first; needs a key with the scope admin.

        `subject` is a word and a number, such as `job 7`.
        """
        start = None if since is None else since.isoformat()
        wanted: Parameters = {"action": action, "subject": subject, "since": start}
        cursor: int | None = None
        while True:
            of_page = {**wanted, "limit": ENTRIES_PER_PAGE, "cursor": cursor}
            data = self._connection.get("/v1/audit", of_page)
            page = self._connection.parse(_AuditPage, data)
            yield from page.entries
            cursor = page.next_cursor
            if cursor is None:
                return

    def health(self) -> Health:
        """Raises ServerUnavailable where no job can be submitted."""
        return self._connection.parse(Health, self._connection.get("/readyz"))


@dataclass(frozen=True, slots=True)
class _JobList:
    jobs: tuple[object, ...]
    next_cursor: int | None


@dataclass(frozen=True, slots=True)
class _ComparedAudiences:
    first: object
    second: object
    groups: tuple[GroupDifference, ...]


@dataclass(frozen=True, slots=True)
class _AuditPage:
    entries: tuple[Entry, ...]
    next_cursor: int | None


@dataclass(frozen=True, slots=True)
class _WebhookList:
    webhooks: tuple[Webhook, ...]


@dataclass(frozen=True, slots=True)
class _MessagePage:
    messages: tuple[Message, ...]
    next_cursor: int | None


@dataclass(frozen=True, slots=True)
class _QueuedMessage:
    message_id: int


@dataclass(frozen=True, slots=True)
class _KeyList:
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class _PackList:
    packs: tuple[Pack, ...]


@dataclass(frozen=True, slots=True)
class _TagList:
    tags: tuple[TagUse, ...]


@dataclass(frozen=True, slots=True)
class _DimensionList:
    dimensions: tuple[Dimension, ...]


def _make_parameters(query: AudienceQuery) -> dict[str, str | int | float | None]:
    first_day, last_day = query.get("first_day"), query.get("last_day")
    dimensions = query.get("dimensions", {})
    return {
        "job": query.get("job"),
        "tag": query.get("tag"),
        "from": first_day.isoformat() if first_day else None,
        "to": last_day.isoformat() if last_day else None,
        "time_zone": query.get("time_zone"),
        "by": query.get("by"),
        "bands": query.get("bands"),
        "count": query.get("count"),
        "calibration": query.get("calibration"),
        "quality_min": query.get("quality_min"),
        "pose": query.get("pose"),
        **{f"dimension.{name}": value for name, value in dimensions.items()},
    }
