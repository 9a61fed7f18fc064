"""Large files that arrive piece by piece."""

from pydantic import BaseModel, Field

from api.schemas.dimensions import Dimensions
from api.schemas.fields import CaptureMoment, Name, Number, Strict
from api.schemas.submissions import FileFields


class PiecesPath(BaseModel):
    """A file that is arriving, by a name that its sender chooses."""

    job_id: Number
    name: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,200}$")


class PieceQuery(Strict):
    """Where a piece begins: what has arrived of the file ends there."""

    offset: int = Field(ge=0, le=2**63 - 1)


class ReceivedOut(BaseModel):
    """How many bytes of a file have arrived."""

    received_bytes: int


class WholeFileBody(Strict):
    """A file whose pieces have all arrived: how large it is, what it is called, and what is said of
    it. `shared` are dimensions of the whole upload."""

    size_bytes: int = Field(ge=1, le=2**63 - 1)
    name: Name
    captured_at: CaptureMoment | None = None
    dimensions: Dimensions = Field(default={})
    shared: Dimensions = Field(default={})

    def to_fields(self) -> FileFields:
        return FileFields(name=self.name, captured_at=self.captured_at, dimensions=self.dimensions)
