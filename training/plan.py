"""Which nets are trained, and on which faces."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from models.fitting.folds import divide_groups
from models.packs.parts import GENDERS
from models.statistics.confusion import AgeRange
from training.errors import TrainingError
from training.faces.faceset import FaceSet
from training.faces.splits import number_splits
from training.options import NetKind, TrainingOptions
from training.targets import NO_CLASS, Target, count_classes

Mask = NDArray[np.bool_]

# The word of a table for the faces that are trained on; any other names a part that is held out.
TRAIN = "train"
# One to train on, one to choose the best epoch, one to measure on.
FEWEST_GROUPS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """The nets trained on some faces, and measured on others; masks are (N,)."""

    name: str
    trained: Mask
    held_out: Mask


@dataclass(frozen=True, slots=True)
class Plan:
    """Every run; the nets of the last one become the pack."""

    targets: tuple[Target, ...]
    nets: tuple[NetKind, ...]
    runs: tuple[Run, ...]

    @property
    def final(self) -> Run:
        return self.runs[-1]

    @property
    def measured(self) -> tuple[Run, ...]:
        """The runs that hold faces out."""
        return tuple(run for run in self.runs if run.held_out.any())

    def list_estimators(self) -> list[tuple[Target, NetKind]]:
        """The nets of each run."""
        return list(product(self.targets, self.nets))

    def list_nets(self) -> list[tuple[Run, Target, NetKind]]:
        """Every net to train, in order."""
        return [(run, *each) for run in self.runs for each in self.list_estimators()]


def make_plan(faces: FaceSet, splits: Sequence[str], options: TrainingOptions) -> Plan:
    """The runs over `faces`; `splits` are those that the table names, whatever was left out.

    Raises TrainingError, with a sentence, if these faces do not allow a training.
    """
    _require_groups(faces, options)
    targets = _choose_targets(faces, options)
    runs = _split_as_named(faces, splits) if splits else _divide(faces, options)
    for run in runs:
        for target in targets:
            _require_classes(faces, run, target, options.ages)
    return Plan(targets, options.nets, tuple(runs))


def _require_groups(faces: FaceSet, options: TrainingOptions) -> None:
    if not len(faces):
        raise TrainingError(
            "No face is left to train on: the report of the cleaning says why each row was left "
            "out."
        )
    groups = len(np.unique(faces.groups))
    if groups == 1:
        raise TrainingError(
            f"All {len(faces)} faces are of one subject, {faces.rows[0].subject}: nets would "
            "learn that person. Add pictures of others, and name each in the column subject."
        )
    fewest = max(FEWEST_GROUPS, options.folds)
    if groups < fewest:
        raise TrainingError(
            f"The faces are of {groups} subjects, and {options.folds} folds need at least "
            f"{fewest}. Add pictures of others, or give fewer --folds."
        )


def _choose_targets(faces: FaceSet, options: TrainingOptions) -> tuple[Target, ...]:
    gendered = bool((faces.labels.genders != NO_CLASS).any())
    aged = bool((faces.labels.age_classes != NO_CLASS).any())
    if options.age_by_gender and not (gendered and aged):
        raise TrainingError("Nets of ages by gender need faces labeled with an age and a gender.")
    ages = (Target.AGE_OF_FEMALE, Target.AGE_OF_MALE) if options.age_by_gender else (Target.AGE,)
    return (*((Target.GENDER,) if gendered else ()), *(ages if aged else ()))


def _divide(faces: FaceSet, options: TrainingOptions) -> list[Run]:
    """A run for each fold, and one on all faces."""
    folds = divide_groups(faces.groups, faces.strata, options.folds, options.seed)
    runs = [
        Run(f"fold-{fold + 1}", trained=folds != fold, held_out=folds == fold)
        for fold in range(options.folds)
    ]
    return [*runs, _run_on_all(faces)]


def _run_on_all(faces: FaceSet) -> Run:
    return Run("all", np.ones(len(faces), dtype=bool), np.zeros(len(faces), dtype=bool))


def _split_as_named(faces: FaceSet, splits: Sequence[str]) -> list[Run]:
    """The runs that the table's column split asks for; a row without a split is trained on."""
    names = sorted({*splits, TRAIN})
    numbers = number_splits([row.split or TRAIN for row in faces.rows], names)
    _require_apart(faces, numbers, names)
    for number, name in enumerate(names):
        if name in splits and not (numbers == number).any():
            raise TrainingError(
                f"No face is left in the split {name}: see the report of the cleaning."
            )
    trained = numbers == names.index(TRAIN)
    if not trained.any():
        held = [(name, numbers == number) for number, name in enumerate(names) if name != TRAIN]
        runs = [Run(f"split-{name}", ~mask, mask) for name, mask in held]
        return [*runs, _run_on_all(faces)]
    if trained.all():
        raise TrainingError(
            f"The column split names no part to measure on: give some rows another than {TRAIN}, "
            "such as test, or remove the column."
        )
    return [Run(TRAIN, trained, ~trained)]


def _require_apart(faces: FaceSet, numbers: NDArray[np.int64], names: Sequence[str]) -> None:
    firsts: dict[int, int] = {}
    for face, group in enumerate(faces.groups.tolist()):
        first = firsts.setdefault(group, face)
        if numbers[first] != numbers[face]:
            raise TrainingError(
                f"Lines {faces.rows[first].line} and {faces.rows[face].line} show the same "
                f"subject, or the same picture, but are in the splits {names[numbers[first]]} and "
                f"{names[numbers[face]]}. Give both the same split."
            )


def _require_classes(faces: FaceSet, run: Run, target: Target, bands: Sequence[AgeRange]) -> None:
    classes = faces.labels.classes_for(target)
    found = Counter(classes[run.trained & (classes != NO_CLASS)].tolist())
    names = GENDERS if target is Target.GENDER else [label for label, _, _ in bands]
    for number in range(count_classes(target, bands)):
        if not found[number]:
            raise TrainingError(_describe_lack(run, target, names[number]))
    trained = faces.groups[run.trained & (classes != NO_CLASS)]
    if len(np.unique(trained)) < FEWEST_GROUPS - 1:
        raise TrainingError(f"The {target} net of {run.name} has faces of one subject only.")


def _describe_lack(run: Run, target: Target, name: str) -> str:
    """`No female face is labeled with an age of 65+ in what fold-2 trains on.`"""
    if target is Target.GENDER:
        return (
            f"No {name} face is left in what {run.name} trains on. Add such faces of several "
            "subjects, or leave the genders of all rows empty."
        )
    whose = f"{target.for_gender} face" if target.for_gender else "face"
    return (
        f"No {whose} with an age of {name} is left in what {run.name} trains on. Add such faces of "
        "several subjects, or give other --ages."
    )
