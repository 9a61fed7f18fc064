"""Types of fields that several bodies and queries share."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LONGEST_NAME = 1024
# PostgreSQL stores no NUL, and neither database stores half of a surrogate pair.
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


Moment = Annotated[datetime, AfterValidator(_assume_utc)]
Text = Annotated[str, AfterValidator(_refuse_unstorable)]
Name = Annotated[Text, Field(min_length=1, max_length=LONGEST_NAME)]
Uri = Annotated[Text, Field(min_length=1, max_length=4096)]
Tag = Annotated[Text, Field(min_length=1, max_length=100)]
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Strict(BaseModel):
    """Refuses unknown fields, so that a misspelled one is never silently ignored."""

    model_config = ConfigDict(extra="forbid")


def rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
