"""The figures that say how right the nets are; `measurement` fills them in."""

from dataclasses import dataclass

from models.statistics.bootstrap import Estimate


@dataclass(frozen=True, slots=True)
class ConfusionTable:
    """`counts[i][j]` faces labeled `truths[i]` were predicted as `predictions[j]`."""

    truths: tuple[str, ...]
    predictions: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class ClassAccuracy:
    """How right the nets are about one class; None where no face was labeled or predicted so."""

    name: str
    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate | None


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Faces of about the same probability of female: how many of them are."""

    low: float
    high: float
    predicted: float
    observed: Estimate


@dataclass(frozen=True, slots=True)
class GenderAccuracy:
    """An `unknown` is right about nobody; `decided` leaves those faces out."""

    accuracy: Estimate
    decided: Estimate | None
    unknown: Estimate
    classes: tuple[ClassAccuracy, ...]
    confusion: ConfusionTable
    brier: Estimate
    calibration_error: float
    reliability: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, slots=True)
class GroupAccuracy:
    """Age as a choice among groups; `one_off` takes the group or a neighbor of it for right."""

    error: Estimate
    one_off: Estimate
    classes: tuple[ClassAccuracy, ...]
    confusion: ConfusionTable


@dataclass(frozen=True, slots=True)
class AgeAccuracy:
    """Ages in years: `bias` is predicted less true, `mean_error` its mean without sign."""

    mean_error: Estimate
    bias: Estimate
    interval_holds: Estimate
    groups: dict[str, GroupAccuracy]


@dataclass(frozen=True, slots=True)
class BandAccuracy:
    """The faces labeled with ages of one band; gender is that of the decided faces."""

    band: str
    faces: int
    bias: Estimate
    mean_error: Estimate
    gender_decided: Estimate | None


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Every figure of an evaluation; None for what no face was labeled with."""

    detection: Estimate
    gender: GenderAccuracy | None
    age: AgeAccuracy | None
    bands: tuple[BandAccuracy, ...]
