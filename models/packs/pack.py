"""A pack: the models that turn pictures into faces with ages and genders, and how they vote."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, with_config

from models.packs.names import NAME
from models.packs.parts import GENDERS, DetectorPart, EstimatorPart, PackFile
from models.packs.votes import Vote


# Keys that a pack.toml has and that no field is named after are faults: docs/models.md.
@with_config(ConfigDict(extra="forbid", allow_inf_nan=False))
@dataclass(frozen=True, slots=True)
class Pack:
    """A named choice of models. `folder` has the files of a pack that an operator added; those of
    a shipped pack lie in the weights folder."""

    name: str
    version: str
    title: str
    detector: DetectorPart
    estimators: tuple[EstimatorPart, ...]
    description: str = ""
    vote: Vote = field(default_factory=Vote)
    folder: Path | None = None

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"name must be lower case letters, digits, dashes; got {self.name!r}")
        names = Counter(one.name for one in self.estimators)
        if repeated := [name for name, times in names.items() if times > 1]:
            raise ValueError(f"each estimator needs a name of its own, got two named {repeated[0]}")
        _require_ages(self.estimators)
        if not any(one.gender for one in self.estimators):
            raise ValueError("no estimator gives a gender; add one")
        if unknown := self.vote.named() - names.keys():
            raise ValueError(f"vote has a weight for {min(unknown)}, which is not an estimator")

    @property
    def files(self) -> tuple[PackFile, ...]:
        """Every file that it is opened from, each once."""
        return tuple(dict.fromkeys(self._list_files()))

    def _list_files(self) -> Iterator[PackFile]:
        for part in (self.detector, *self.estimators):
            yield from part.files


def _require_ages(estimators: tuple[EstimatorPart, ...]) -> None:
    """A face of either gender has to get an age."""
    aged: set[Literal["female", "male"]] = set()
    for one in estimators:
        if one.age:
            aged.update([one.for_gender] if one.for_gender else GENDERS)
    if lacking := [gender for gender in GENDERS if gender not in aged]:
        raise ValueError(f"no estimator gives an age to {lacking[0]} faces; add one")
