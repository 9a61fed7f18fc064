"""Submissions: as JSON, as a form with files, or as a list with a query."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from api.schemas.dimensions import Dimensions
from api.schemas.fields import Moment, Strict, Tag, Uri
from api.schemas.items import ItemBody
from api.schemas.options import OptionsBody
from db.job_values import NewJob, Priority


class SubmissionFields(Strict):
    """What every submission may say. A draft stays open for appends until it is finalized."""

    options: OptionsBody = OptionsBody()
    tags: Annotated[list[Tag], Field(max_length=20)] = Field(default=[])
    priority: Priority = Priority.NORMAL
    expires_at: Moment | None = None
    draft: bool = False

    def to_job(self, batches: tuple[str, ...] = ()) -> NewJob:
        return NewJob(
            tuple(self.tags), self.options.to_options(), self.priority, self.expires_at, batches
        )


class JobBody(SubmissionFields):
    """A submission whose items are named by their addresses: here, or in a file at an address.

    A `manifest` is a .csv, .ndjson or .jsonl that the server reads, such as
    s3://campaign-photos/2026/list.csv; `path` in it is meant from where it lies.
    """

    items: list[ItemBody] = Field(default=[])
    manifest: Uri | None = None

    @model_validator(mode="after")
    def _require_items(self) -> Self:
        if self.items and self.manifest:
            raise ValueError("give either items or a manifest")
        if not (self.items or self.manifest or self.draft):
            raise ValueError("items must not be empty, unless the job is a draft")
        return self


class SubmissionQuery(OptionsBody):
    """What a submission says whose body is a list of items."""

    tag: Annotated[list[Tag], Field(max_length=20)] = Field(default=[])
    priority: Priority = Priority.NORMAL
    expires_at: Moment | None = None
    draft: bool = False

    def to_job(self) -> NewJob:
        return NewJob(tuple(self.tag), self.to_options(), self.priority, self.expires_at)


class UploadForm(SubmissionFields):
    """A submission of files: any number of parts with a file name, pictures or .zip and .tar
    archives."""

    files: list[Annotated[str, Field(json_schema_extra={"format": "binary"})]] = Field(default=[])
    dimensions: Dimensions = Field(default={})


class AppendForm(Strict):
    """More files for a draft."""

    files: list[Annotated[str, Field(json_schema_extra={"format": "binary"})]] = Field(default=[])
    dimensions: Dimensions = Field(default={})


class KeyHeader(BaseModel):
    """A request sent again under the same key and with the same content changes nothing."""

    idempotency_key: str | None = Field(None, alias="Idempotency-Key", min_length=1, max_length=200)
