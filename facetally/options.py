"""The options and other fields of a submission, apart from its items."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Options:
    """How the items of a job are analyzed; None leaves an option to the server."""

    thumbnails: str | None = None  # annotated, blurred or none
    duplicates: str | None = None  # count, once, similar or report
    pack: str | None = None  # the models that analyze them, by the name of their pack
    detection: str | None = None  # normal; crowd: also the small faces of panoramas and crowds
    captured_at: str | None = None  # exif: where none is given, as the picture says; given: only so
    # Of days, hours and times without an offset, such as Europe/Paris.
    time_zone: str | None = None
    folders_as: str | None = (
        None  # dimensions that folders are: store,camera or {store}/cam{camera}
    )
    frames_per_second: float | None = None  # of a video that are analyzed
    start_seconds: float | None = None
    end_seconds: float | None = None
    max_frames: int | None = None
    annotated_video: bool | None = None
    # Whether faces are linked to people across photos and shots, where the operator allows it.
    people: bool | None = None
    # Whose share has to be known, and how well, for the job to stop: female:0.02, 25-34:0.03.
    stop_when: str | None = None
    results_to: str | None = None  # where results are written as they come, such as s3://results

    def to_json(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Submission:
    """The job to make of some items; `dimensions` are added to each of them."""

    tags: tuple[str, ...] = ()
    options: Options = field(default_factory=Options)
    dimensions: Mapping[str, str] = field(default_factory=dict)
    priority: str | None = None  # low, normal or high
    expires_at: datetime | None = None
    idempotency_key: str | None = None  # sent again under the same key, nothing is submitted twice
    name: str = ""
    notes: str = ""

    def to_json(self) -> dict[str, object]:
        """The fields as the API takes them; dimensions belong to the items."""
        fields: dict[str, object] = {"tags": list(self.tags), "options": self.options.to_json()}
        fields |= {key: said for key, said in (("name", self.name), ("notes", self.notes)) if said}
        if self.priority is not None:
            fields["priority"] = self.priority
        if self.expires_at is not None:
            fields["expires_at"] = self.expires_at.isoformat()
        return fields

    def to_headers(self) -> dict[str, str]:
        return {"Idempotency-Key": self.idempotency_key} if self.idempotency_key else {}
