"""Items as they are submitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from pydantic import BaseModel, Field

from api.schemas.dimensions import Dimensions
from api.schemas.fields import CaptureMoment, Name, Number, Strict, Uri
from db.item_values import STORE_SCHEME, Failure, NewItem, clean_name
from db.states import ErrorCode
from models.folder_names import FolderNames

FORBIDDEN = Failure(
    ErrorCode.FORBIDDEN_SOURCE,
    "An item cannot refer to a file in the store of this server. Upload the file instead.",
)


def in_utc(time: datetime | None, zone: tzinfo) -> datetime | None:
    """A time, which without an offset is one of `zone`."""
    if time is None:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class ItemRules:
    """What the options of a job make of its items: `zone` is that of times without an offset, and
    `folders` says which dimensions folders are."""

    zone: tzinfo
    folders: FolderNames | None = None

    def dimensions_of(self, name: str, given: Mapping[str, str]) -> dict[str, str]:
        """Those that were given, and those of the folders; raises ValueError if they clash, or if
        the folders are not like that."""
        return dict(given) if self.folders is None else self.folders.add_to(given, name)


class ItemBody(Strict):
    """An item by its address. Results show it under `name`, which defaults to the address.

    `captured_at` is a time such as 2026-07-01T12:30:00+02:00. Without an offset it is one of the
    job's `time_zone`.
    """

    uri: Uri
    name: Name | None = None
    captured_at: CaptureMoment | None = None
    dimensions: Dimensions = Field(default={})

    def to_item(self, rules: ItemRules) -> NewItem:
        """Raises ValueError if its folders are not as the job says."""
        name = clean_name(self.name or self.uri)
        # Only the server itself uses addresses in its store: they also lead to uploads of others.
        refusal = FORBIDDEN if self.uri.startswith(STORE_SCHEME) else None
        # A retry would read the address, so a refused item does not keep it.
        uri = "" if refusal else self.uri
        dimensions = rules.dimensions_of(name, self.dimensions)
        return NewItem(name, uri, in_utc(self.captured_at, rules.zone), dimensions, refusal)


class ItemPath(BaseModel):
    """An item by its number."""

    item_id: Number
