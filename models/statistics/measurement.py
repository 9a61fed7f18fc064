"""Labeled pictures to figures: all are ratios, drawn again together for their intervals."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.statistics.accuracy import (
    Accuracy,
    AgeAccuracy,
    BandAccuracy,
    ClassAccuracy,
    ConfusionTable,
    GenderAccuracy,
    GroupAccuracy,
    ReliabilityBin,
)
from models.statistics.bootstrap import Estimate, Ratio, estimate_ratios
from models.statistics.confusion import (
    PREDICTED_GENDERS,
    TRUE_GENDERS,
    AgeRange,
    band_of,
    list_labels,
)
from models.statistics.judged import JudgedPicture

Mask = NDArray[np.bool_]
Words = NDArray[np.object_]
Ratios = dict[str, Ratio]
Estimates = Mapping[str, Estimate]

RELIABILITY_EDGES = np.arange(11) / 10


def measure_accuracy(
    pictures: Sequence[JudgedPicture], band_sets: Mapping[str, Sequence[AgeRange]], told_by: str
) -> Accuracy:
    """Judge at least one picture; `told_by` names the bands that get a line each."""
    columns = _Columns(pictures)
    bands = band_sets[told_by]
    ratios = {
        "detection": _share(columns.found, np.ones_like(columns.found)),
        **_gender_ratios(columns),
        **_age_ratios(columns),
        **_band_ratios(columns, bands),
    }
    for name, ranges in band_sets.items():
        ratios |= _group_ratios(columns, name, ranges)
    estimates = estimate_ratios(ratios, columns.subjects)
    return Accuracy(
        detection=estimates["detection"],
        gender=_read_gender(columns, estimates) if columns.gendered.any() else None,
        age=_read_age(columns, estimates, band_sets) if columns.aged.any() else None,
        bands=_read_bands(estimates, bands),
    )


class _Columns:
    """The pictures as columns, one row a picture; where no face was found, rows hold zeros."""

    def __init__(self, pictures: Sequence[JudgedPicture]) -> None:
        numbers = {one.subject: 0 for one in pictures}
        numbers = {subject: number for number, subject in enumerate(numbers)}
        self.subjects = np.array([numbers[one.subject] for one in pictures], dtype=np.int64)
        faces = [one.face for one in pictures]
        self.found: Mask = np.array([face is not None for face in faces])
        self.gendered: Mask = self.found & [one.true_gender is not None for one in pictures]
        self.aged: Mask = self.found & [one.true_age is not None for one in pictures]
        self.true_gender: Words = np.array([one.true_gender for one in pictures], dtype=object)
        self.gender: Words = np.array([one.gender for one in pictures], dtype=object)
        self.female = np.array([face.gender.female if face else 0.0 for face in faces])
        self.true_age = np.array([one.true_age or 0.0 for one in pictures])
        self.age = np.array([face.age.years if face else 0.0 for face in faces])
        self.low = np.array([face.age.low if face else 0.0 for face in faces])
        self.high = np.array([face.age.high if face else 0.0 for face in faces])
        self._true_years = [one.true_years or 0 for one in pictures]
        self._years = [one.years or 0 for one in pictures]

    def band(self, bands: Sequence[AgeRange]) -> tuple[Words, Words]:
        """The bands of labels and of predictions."""
        true, predicted = (
            np.array([band_of(age, bands) for age in ages], dtype=object)
            for ages in (self._true_years, self._years)
        )
        return true, predicted


def _share(hits: Mask, among: Mask) -> Ratio:
    return Ratio((hits & among).astype(float), among.astype(float))


def _mean(values: NDArray[np.float64], among: Mask) -> Ratio:
    return Ratio(np.where(among, values, 0.0), among.astype(float))


def _gender_ratios(columns: _Columns) -> Ratios:
    among = columns.gendered
    right = columns.gender == columns.true_gender
    decided = among & (columns.gender != "unknown")
    female = columns.true_gender == "female"
    ratios = {
        "gender": _share(right, among),
        "gender decided": _share(right, decided),
        "gender unknown": _share(columns.gender == "unknown", among),
        "gender brier": _mean((columns.female - female) ** 2, among),
    }
    for number, inside in enumerate(_reliability_bins(columns)):
        ratios[f"gender said {number}"] = _mean(columns.female, inside)
        ratios[f"gender bin {number}"] = _share(female, inside)
    return ratios | _class_ratios(
        "gender", columns.true_gender, columns.gender, among, TRUE_GENDERS
    )


def _reliability_bins(columns: _Columns) -> list[Mask]:
    numbers = np.digitize(columns.female, RELIABILITY_EDGES[1:-1])
    return [columns.gendered & (numbers == n) for n in range(len(RELIABILITY_EDGES) - 1)]


def _class_ratios(
    prefix: str, true: Words, predicted: Words, among: Mask, names: Sequence[str]
) -> Ratios:
    ratios = {}
    for name in names:
        is_it, said = among & (true == name), among & (predicted == name)
        both = (is_it & said).astype(float)
        ratios[f"{prefix} precision {name}"] = Ratio(both, said.astype(float))
        ratios[f"{prefix} recall {name}"] = Ratio(both, is_it.astype(float))
        # The harmonic mean of the two, as one ratio.
        ratios[f"{prefix} f1 {name}"] = Ratio(2 * both, is_it.astype(float) + said)
    return ratios


def _age_ratios(columns: _Columns) -> Ratios:
    off = columns.age - columns.true_age
    inside = (columns.low <= columns.true_age) & (columns.true_age <= columns.high)
    return {
        "age error": _mean(np.abs(off), columns.aged),
        "age bias": _mean(off, columns.aged),
        "age interval": _share(inside, columns.aged),
    }


def _group_ratios(columns: _Columns, name: str, bands: Sequence[AgeRange]) -> Ratios:
    true, predicted = columns.band(bands)
    labels = list_labels(bands)
    apart = np.abs(_positions(true, labels) - _positions(predicted, labels))
    return {
        f"{name} error": _share(apart > 0, columns.aged),
        f"{name} one-off": _share(apart <= 1, columns.aged),
        **_class_ratios(name, true, predicted, columns.aged, labels),
    }


def _positions(words: Words, labels: Sequence[str]) -> NDArray[np.int64]:
    return np.array([labels.index(word) for word in words], dtype=np.int64)


def _band_ratios(columns: _Columns, bands: Sequence[AgeRange]) -> Ratios:
    true, _ = columns.band(bands)
    off = columns.age - columns.true_age
    decided = columns.gendered & (columns.gender != "unknown")
    ratios = {}
    for label in list_labels(bands):
        inside = columns.aged & (true == label)
        ratios[f"band {label} bias"] = _mean(off, inside)
        ratios[f"band {label} error"] = _mean(np.abs(off), inside)
        ratios[f"band {label} gender"] = _share(
            columns.gender == columns.true_gender, inside & decided
        )
    return ratios


def _read_gender(columns: _Columns, estimates: Estimates) -> GenderAccuracy:
    bins = _read_bins(estimates)
    faces = sum(one.observed.faces for one in bins)
    off = sum(abs(one.predicted - one.observed.value) * one.observed.faces for one in bins)
    return GenderAccuracy(
        accuracy=estimates["gender"],
        decided=estimates.get("gender decided"),
        unknown=estimates["gender unknown"],
        classes=_read_classes("gender", TRUE_GENDERS, estimates),
        confusion=_tabulate(
            columns.true_gender, columns.gender, columns.gendered, TRUE_GENDERS, PREDICTED_GENDERS
        ),
        brier=estimates["gender brier"],
        calibration_error=off / faces,
        reliability=bins,
    )


def _read_bins(estimates: Estimates) -> tuple[ReliabilityBin, ...]:
    edges = RELIABILITY_EDGES
    return tuple(
        ReliabilityBin(
            low=float(edges[number]),
            high=float(edges[number + 1]),
            predicted=estimates[f"gender said {number}"].value,
            observed=estimates[f"gender bin {number}"],
        )
        for number in range(len(edges) - 1)
        if f"gender bin {number}" in estimates
    )


def _read_classes(
    prefix: str, names: Sequence[str], estimates: Estimates
) -> tuple[ClassAccuracy, ...]:
    return tuple(
        ClassAccuracy(
            name,
            precision=estimates.get(f"{prefix} precision {name}"),
            recall=estimates.get(f"{prefix} recall {name}"),
            f1=estimates.get(f"{prefix} f1 {name}"),
        )
        for name in names
    )


def _tabulate(
    true: Words, predicted: Words, among: Mask, truths: Sequence[str], predictions: Sequence[str]
) -> ConfusionTable:
    counts = tuple(
        tuple(int(np.sum(among & (true == one) & (predicted == other))) for other in predictions)
        for one in truths
    )
    return ConfusionTable(tuple(truths), tuple(predictions), counts)


def _read_age(
    columns: _Columns, estimates: Estimates, band_sets: Mapping[str, Sequence[AgeRange]]
) -> AgeAccuracy:
    groups = {}
    for name, bands in band_sets.items():
        labels = list_labels(bands)
        groups[name] = GroupAccuracy(
            error=estimates[f"{name} error"],
            one_off=estimates[f"{name} one-off"],
            classes=_read_classes(name, labels, estimates),
            confusion=_tabulate(*columns.band(bands), columns.aged, labels, labels),
        )
    return AgeAccuracy(
        mean_error=estimates["age error"],
        bias=estimates["age bias"],
        interval_holds=estimates["age interval"],
        groups=groups,
    )


def _read_bands(estimates: Estimates, bands: Sequence[AgeRange]) -> tuple[BandAccuracy, ...]:
    return tuple(
        BandAccuracy(
            band=label,
            faces=estimates[f"band {label} bias"].faces,
            bias=estimates[f"band {label} bias"],
            mean_error=estimates[f"band {label} error"],
            gender_decided=estimates.get(f"band {label} gender"),
        )
        for label in list_labels(bands)
        if f"band {label} bias" in estimates
    )
