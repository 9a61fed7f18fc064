"""Packs: the models that jobs may ask for, and those that analyzed a job."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UsedPack:
    """A version of a pack that analyzed a job; `files` are the SHA-256 of each model file."""

    name: str
    version: str
    sha256: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PackFile:
    """A model file of a pack, its license and origin."""

    part: str  # detector, or the name of an estimator
    file: str
    sha256: str
    license: str
    source: str
    training_data: str


@dataclass(frozen=True, slots=True)
class PackVersion:
    """A version of a pack, and how many live workers have it."""

    version: str
    sha256: str
    workers: int
    files: tuple[PackFile, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that jobs may ask for; more than one version means that workers differ."""

    name: str
    default: bool
    title: str
    description: str
    versions: tuple[PackVersion, ...]
