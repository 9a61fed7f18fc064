"""Values of packs: the models that analyzed a job, as they were then."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

# Stands for the embedder among the packs of a worker: jobs that ask for people need it, too.
PEOPLE_PACK = "people"


@dataclass(frozen=True, slots=True)
class PackFile:
    """A file of a pack: which part of the pack it is, its hash, and where it comes from."""

    part: str
    file: str
    sha256: str
    license: str
    source: str
    training_data: str


@dataclass(frozen=True, slots=True)
class PackVersion:
    """A pack as it was when it analyzed something.

    `sha256` is that of its description, which names the hashes of its files: two packs that share
    it are the same.
    """

    name: str
    version: str
    title: str
    description: str
    sha256: str
    files: tuple[PackFile, ...]

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """The version that `to_json` wrote."""
        files = tuple(PackFile(**file) for file in stored["files"])
        return cls(**{**stored, "files": files})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
