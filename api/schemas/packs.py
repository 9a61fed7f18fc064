"""Packs: the models that jobs may ask for, and those that analyzed a job."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Self

from pydantic import BaseModel

from db.pack_values import PackVersion


class UsedPackOut(BaseModel):
    """A version of a pack that analyzed a job; `files` are the SHA-256 of each model file."""

    name: str
    version: str
    sha256: str
    files: dict[str, str]

    @classmethod
    def of(cls, pack: PackVersion) -> Self:
        return cls(
            name=pack.name,
            version=pack.version,
            sha256=pack.sha256,
            files={file.file: file.sha256 for file in pack.files},
        )


class PackFileOut(BaseModel):
    """A model file of a pack: its part, license, origin, and what it was trained on."""

    part: str
    file: str
    sha256: str
    license: str
    source: str
    training_data: str


class PackVersionOut(BaseModel):
    """A version of a pack, and how many live workers have it."""

    version: str
    sha256: str
    workers: int
    files: list[PackFileOut]

    @classmethod
    def of(cls, pack: PackVersion, workers: int) -> Self:
        return cls(
            version=pack.version,
            sha256=pack.sha256,
            workers=workers,
            files=[PackFileOut(**asdict(file)) for file in pack.files],
        )


class PackOut(BaseModel):
    """A pack that jobs may ask for.

    `versions` are those that live workers have, or that this server would use if none is live. A
    job is analyzed by one version.
    """

    name: str
    default: bool
    title: str
    description: str
    versions: list[PackVersionOut]

    @classmethod
    def of(
        cls,
        name: str,
        versions: Sequence[PackVersion],
        workers: Mapping[str, int],
        *,
        default: bool,
    ) -> Self:
        """`workers` counts by the SHA-256 of a version."""
        return cls(
            name=name,
            default=default,
            title=versions[0].title if versions else "",
            description=versions[0].description if versions else "",
            versions=[PackVersionOut.of(one, workers.get(one.sha256, 0)) for one in versions],
        )


class PacksOut(BaseModel):
    """The packs that jobs may ask for, the default first."""

    packs: list[PackOut]
