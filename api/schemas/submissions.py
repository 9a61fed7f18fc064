"""Submissions: as JSON, as a form with files, or as a manifest with a query."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import BaseModel, FailFast, Field, model_validator

from api.errors import InvalidRequest
from api.request_log import find_request_id
from api.schemas.dimensions import Dimensions
from api.schemas.fields import CaptureMoment, JobName, Moment, Name, Notes, Strict, Tag, Uri
from api.schemas.items import ItemBody
from api.schemas.options import OptionsBody
from api.tracing import find_trace_parent
from db.job_values import JobOptions, NewJob, Priority

# What is said of files is held in memory.
MOST_FILES = 10_000


class JobFields(Strict):
    """What a submission says of its job. A `draft` takes more items until it is finalized."""

    name: JobName = ""
    notes: Notes = ""
    priority: Priority = Priority.NORMAL
    expires_at: Moment | None = None
    draft: bool = False


class SubmissionFields(JobFields):
    """Fields of a submission that is an object, with options of its own."""

    options: OptionsBody = OptionsBody()
    tags: Annotated[list[Tag], Field(max_length=20)] = Field(default=[])

    def to_job(self, pack: str, time_zone: str, tenant: str) -> NewJob:
        return _make_job(self, self.tags, self.options.to_options(pack, time_zone), tenant)


class FolderBody(Strict):
    """A folder whose files the server lists: `file:///data/photos/`, `s3://photos/2026/`, or a
    pattern such as `s3://photos/2026/**/*.jpg`. Items are called by their path in it."""

    uri: Uri
    dimensions: Dimensions = Field(default={})


class JobBody(SubmissionFields):
    """A submission of items by their addresses: in `items`, in a manifest, or in a folder.

    A `manifest` is the address of a .csv, .ndjson or .jsonl file that the server reads, such as
    s3://campaign-photos/2026/list.csv. A `path` in it is relative to the manifest.
    """

    # The first fault ends the check: the next thousands would be of the same kind.
    items: Annotated[list[ItemBody], FailFast()] = Field(default=[])
    manifest: Uri | None = None
    folder: FolderBody | None = None

    @model_validator(mode="after")
    def _require_items(self) -> Self:
        given = [bool(one) for one in (self.items, self.manifest, self.folder)].count(True)
        if given > 1:
            raise ValueError("give only one of items, a manifest and a folder")
        if not (given or self.draft):
            raise ValueError("items must not be empty unless the job is a draft")
        if self.folder and self.draft:
            raise ValueError("a job of a folder starts by itself, and can't be a draft")
        return self


class SubmissionQuery(OptionsBody, JobFields):
    """The options of a submission whose body is a manifest."""

    tag: Annotated[list[Tag], Field(max_length=20)] = Field(default=[])

    def to_job(self, pack: str, time_zone: str, tenant: str) -> NewJob:
        return _make_job(self, self.tag, self.to_options(pack, time_zone), tenant)


def _make_job(
    fields: JobFields,
    tags: Sequence[str],
    options: JobOptions,
    tenant: str,
) -> NewJob:
    """What both kinds of submission say of a job, whose tags and options they spell differently."""
    return NewJob(
        tuple(tags),
        options,
        fields.priority,
        fields.expires_at,
        tenant=tenant,
        request_id=find_request_id(),
        trace_parent=find_trace_parent(),
        name=fields.name,
        notes=fields.notes,
    )


class FileFields(Strict):
    """What is said of one file; of an archive, of each picture and video in it."""

    name: Name | None = None
    captured_at: CaptureMoment | None = None
    dimensions: Dimensions = Field(default={})


class FilesForm(Strict):
    """Files, with `dimensions` for all of them; `items` has an entry for each, in their order.

    Every part of the form that has a file name is a file, whatever the part is called.
    """

    files: list[Annotated[str, Field(json_schema_extra={"format": "binary"})]] = Field(default=[])
    dimensions: Dimensions = Field(default={})
    items: Annotated[list[FileFields], Field(max_length=MOST_FILES)] = Field(default=[])

    def fields_of(self, files: int) -> list[FileFields]:
        """An entry for each file; raises InvalidRequest for too few or too many."""
        if self.items and len(self.items) != files:
            raise InvalidRequest(
                f"The field 'items' has {len(self.items)} entries for {files} files. Give one for "
                "each file, or none."
            )
        return self.items or [FileFields()] * files


class UploadForm(FilesForm, SubmissionFields):
    """A submission of files: pictures, videos, and archives of them (.zip, .tar, and .tar.gz and
    the like)."""


class AppendForm(FilesForm):
    """Files to append to a draft."""


class AcceptedOut(BaseModel):
    """The Idempotency-Keys of the requests that were accepted for a job."""

    idempotency_keys: list[str]


class IdempotencyHeader(BaseModel):
    """A request that is sent again with the same Idempotency-Key changes nothing."""

    idempotency_key: str | None = Field(None, alias="Idempotency-Key", min_length=1, max_length=200)
