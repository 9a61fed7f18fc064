"""Items as they are submitted."""

import re

from pydantic import BaseModel, Field

from api.schemas.dimensions import Dimensions
from api.schemas.fields import LONGEST_NAME, Moment, Name, Number, Strict, Uri
from db.item_values import STORE_SCHEME, Failure, NewItem
from db.states import ErrorCode

FORBIDDEN = Failure(
    ErrorCode.FORBIDDEN_SOURCE, "An item cannot be named by an address in the store; upload it."
)


def clean_name(name: str) -> str:
    """An item's name as results may show it: forward slashes, nothing that steers a terminal."""
    visible = re.sub(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "", name)
    # A name that is not UTF-8 reaches us in pieces that no database takes.
    sound = visible.encode(errors="replace").decode()
    return sound.replace("\\", "/")[-LONGEST_NAME:] or "unnamed"


class ItemBody(Strict):
    """An item by its address; `name` is how results call it, its address where none is given."""

    uri: Uri
    name: Name | None = None
    captured_at: Moment | None = None
    dimensions: Dimensions = Field(default={})

    def to_item(self) -> NewItem:
        name = clean_name(self.name or self.uri)
        # Only the server itself gives out addresses in its store: they lead to others' uploads,
        # too.
        refusal = FORBIDDEN if self.uri.startswith(STORE_SCHEME) else None
        # Without its address it stays refused: a retry would follow it.
        uri = "" if refusal else self.uri
        return NewItem(name, uri, self.captured_at, self.dimensions, refusal)


class ItemPath(BaseModel):
    """The number of an item."""

    item_id: Number
