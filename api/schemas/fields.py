"""Types of fields that several bodies and queries share."""

import re
from datetime import UTC, date, datetime, timezone
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from db.item_values import LONGEST_NAME
from db.stop_rules import StopRule
from models.folder_names import FolderNames
from models.pictures.metadata import parse_time
from models.time_zones import find_zone

# PostgreSQL stores no NUL, and neither database stores half of a surrogate pair.
NUMBER = re.compile(r"\s*[+-]?\d*[.,]?\d+\s*")
FIRST_DAY, LAST_DAY = date(1, 1, 3), date(9999, 12, 29)
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _refuse_unstorable(text: str) -> str:
    if UNSTORABLE.search(text):
        raise ValueError("the text contains a NUL or an incomplete character")
    return text


def _assume_utc(moment: datetime) -> datetime:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise ValueError("the date must be within the years 1 to 9999") from None


def _is_number(value: object) -> bool:
    """Of a time or day: a number may count anything since any day."""
    return isinstance(value, int | float) or (
        isinstance(value, str) and NUMBER.fullmatch(value) is not None
    )


def _refuse_number(value: object) -> object:
    if _is_number(value):
        raise ValueError(f"{value} is a number: write a date like 2026-07-01")
    return value


def read_capture(value: object) -> object:
    """A time in EXIF's own form, too."""
    if _is_number(value):
        raise ValueError(
            f"{value} is a number, not a time: write 2026-07-01T12:30:00. A spreadsheet shows "
            "such numbers where a column of dates is not formatted as one"
        )
    time = parse_time(value) if isinstance(value, str) else None
    if time is None:
        return value
    return time.local if time.offset is None else time.local.replace(tzinfo=timezone(time.offset))


def _require_room(moment: datetime) -> datetime:
    """A time that stays a time in any time zone."""
    if not FIRST_DAY <= moment.date() <= LAST_DAY:
        raise ValueError("the date must be within the years 1 to 9999")
    return moment


def _check_zone(name: str) -> str:
    return find_zone(name).key


def _check_folders(written: str) -> str:
    return FolderNames.parse(written).written


def _check_stop_rule(written: str) -> str:
    return str(StopRule.parse(written))


Day = Annotated[date, BeforeValidator(_refuse_number)]
Moment = Annotated[datetime, BeforeValidator(_refuse_number), AfterValidator(_assume_utc)]
# Naive where it has no offset: then the job's time zone counts.
CaptureMoment = Annotated[datetime, BeforeValidator(read_capture), AfterValidator(_require_room)]
TimeZone = Annotated[str, AfterValidator(_check_zone)]
FoldersAs = Annotated[
    str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(_check_folders)
]
StopWhen = Annotated[str, Field(max_length=40), AfterValidator(_check_stop_rule)]
Text = Annotated[str, AfterValidator(_refuse_unstorable)]
Name = Annotated[Text, Field(min_length=1, max_length=LONGEST_NAME)]
Uri = Annotated[Text, Field(min_length=1, max_length=4096)]
JobName = Annotated[Text, Field(max_length=200)]
Notes = Annotated[Text, Field(max_length=4000)]
Tag = Annotated[Text, Field(min_length=1, max_length=100)]
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Described(BaseModel):
    """Makes the schema of itself once: Flask-OpenAPI3 reads it for each request with a query, and
    making it takes longer than many answers."""

    @classmethod
    def model_json_schema(cls, *words: Any, **options: Any) -> dict[str, Any]:
        if words or options:
            return super().model_json_schema(*words, **options)
        return _make_schema(cls)


@cache
def _make_schema(model: type[Described]) -> dict[str, Any]:
    return super(Described, model).model_json_schema()


class Strict(Described):
    """Refuses unknown fields, so that a misspelled one is never silently ignored."""

    model_config = ConfigDict(extra="forbid")


def rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
