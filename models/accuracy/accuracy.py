"""The figures of how accurate the models are."""

from dataclasses import dataclass

from models.accuracy.bootstrap import Estimate


@dataclass(frozen=True, slots=True)
class ConfusionTable:
    """`counts[i][j]` faces labeled `truths[i]` were predicted as `predictions[j]`."""

    truths: tuple[str, ...]
    predictions: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class ClassAccuracy:
    """The accuracy for one class; None if no face was labeled or predicted as it."""

    name: str
    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate | None


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Faces with about the same probability of female, and the share of them that is female."""

    low: float
    high: float
    predicted: float
    observed: Estimate


@dataclass(frozen=True, slots=True)
class GenderAccuracy:
    """`unknown` counts as an error in `accuracy`; `decided` leaves those faces out."""

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
    """Age as a choice among groups; `one_off` also counts a neighboring group as correct."""

    error: Estimate
    one_off: Estimate
    classes: tuple[ClassAccuracy, ...]
    confusion: ConfusionTable


@dataclass(frozen=True, slots=True)
class AgeAccuracy:
    """Ages in years: `bias` is the mean of predicted minus true, `mean_error` of its absolute."""

    mean_error: Estimate
    bias: Estimate
    interval_holds: Estimate
    groups: dict[str, GroupAccuracy]


@dataclass(frozen=True, slots=True)
class BandAccuracy:
    """The faces labeled with ages of one band; `gender_decided` is over the decided faces."""

    band: str
    faces: int
    bias: Estimate
    mean_error: Estimate
    gender_decided: Estimate | None


@dataclass(frozen=True, slots=True)
class DetectionScore:
    """Figures over all labeled faces, each with its 95% interval; None where it has no meaning.

    Recall is the share of labeled faces that were found, precision the share of found boxes that
    are of labeled faces. Average precision sums up both over all thresholds of the score.
    """

    pictures: int
    recall: Estimate | None
    precision: Estimate | None
    false_per_picture: Estimate
    average_precision: Estimate | None


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Every figure of an evaluation; None if no face was labeled with a gender, an age or a box."""

    detection: Estimate
    gender: GenderAccuracy | None
    age: AgeAccuracy | None
    bands: tuple[BandAccuracy, ...]
    boxes: DetectionScore | None = None
