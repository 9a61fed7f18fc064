"""Step 7b: totals become the rows of an audience table: counts, shares, and how sure they are."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.audience.bands import Band
from db.audience.disclosure import Disclosure
from db.audience.evaluations import Evaluation
from db.audience.slices import SliceKey, SliceQuery
from db.audience.totals import Totals, cells_of, faces_of, measure_of
from models.errors import FacetallyError
from models.statistics.calibration import correct_shares
from models.statistics.clusters import PictureSums, correlate_within, design_effect_of
from models.statistics.confusion import OLDEST, OUTSIDE, PREDICTED_GENDERS, Group, band_of
from models.statistics.mass import spread_over_bands
from models.statistics.shares import Share, wilson_share

AGES = np.arange(OLDEST + 1)
WHOLE_AGES: tuple[Band, ...] = (Band("all", 0, 120),)
# Redrawing an evaluation takes some tens of milliseconds for each slice.
MOST_CORRECTED = 24
MOST_ROWS = 10_000
# A share is told to a hundredth of a percent.
DIGITS = 4
# Less than any share of a face.
TINY = 1e-6


EVERYBODY = SliceQuery()


class AudienceTooLarge(FacetallyError):
    """More rows than one answer holds: ask by less, for less time, or for longer periods."""


@dataclass(frozen=True, slots=True)
class AudienceQuery:
    """Whose faces, how they are grouped, and what may be shown of few."""

    bands: tuple[Band, ...]
    by_gender: bool = True
    by_age_band: bool = True
    slices: SliceQuery = EVERYBODY
    counts_people: bool = False
    min_cell: int = 1
    calibration: Evaluation | None = None


@dataclass(frozen=True, slots=True)
class AudienceGroup:
    """One row of the table; a key that was not asked for is None, and so is what is withheld."""

    dimensions: dict[str, str | None]
    period: str | None
    gender: str | None
    age_band: str | None
    faces: int | None
    share: Share | None  # of all that were counted
    share_within: Share | None  # of those with the same dimensions and period
    soft_share: float | None  # within these, by the nets' own probabilities
    corrected: Share | None  # within these, for what the nets mix up


class Grouping:
    """Makes the rows of one table; `everything` are its totals over all slices."""

    def __init__(self, query: AudienceQuery, everything: Totals) -> None:
        self._query = query
        self._disclosure = Disclosure(query.min_cell)
        self._everything = everything
        self._count = int(faces_of(everything).sum())
        self._correlation = {
            "gender": correlate_within(_sum_females(everything)),
            "age": correlate_within(_sum_ages(everything)),
        }
        genders = PREDICTED_GENDERS if query.by_gender else (None,)
        labels = _list_labels(query, everything)
        self._members = np.array([_ages_of(label, query) for label in labels]).T  # (ages, labels)
        self._groups: list[Group] = [(gender, label) for label in labels for gender in genders]
        asked = {"gender": query.by_gender, "age": query.by_age_band}
        told = (self._correlation[kind] for kind in asked if asked[kind])
        self._correlation_of_groups = max(told, default=1.0)
        # Of a row's share of all: the faces of a picture have the same dimensions and day.
        is_cut = bool(query.slices.by_dimensions or query.slices.by_period)
        self.design_effect = self._effect(
            everything, self._count, 1.0 if is_cut else self._correlation_of_groups
        )
        self.faces = self._disclosure.publish_faces(self._count)

    def list_groups(self, counted: Mapping[SliceKey, Totals]) -> Iterator[AudienceGroup]:
        """Every band and gender asked for has its row in every slice, with or without faces."""
        self._refuse_large(len(counted))
        hard = self._count_hard(counted.values())
        for (key, totals), counts in zip(counted.items(), hard, strict=True):
            yield from self._list_slice(key, totals, counts)

    def _refuse_large(self, slices: int) -> None:
        rows = slices * len(self._groups)
        if rows > MOST_ROWS:
            raise AudienceTooLarge(
                f"That is a table of {rows:,} rows, over {MOST_ROWS:,}: ask by fewer dimensions or "
                "longer periods, or for a part of them."
            )
        if self._query.calibration and slices > MOST_CORRECTED:
            raise AudienceTooLarge(
                f"Shares are corrected for at most {MOST_CORRECTED} slices at a time, this asks "
                f"for {slices:,}: ask by fewer dimensions or longer periods, or for a part of them."
            )

    def _list_slice(
        self, key: SliceKey, totals: Totals, counts: Sequence[int]
    ) -> Iterator[AudienceGroup]:
        values, period = key
        published = {
            group: self._disclosure.publish_faces(count)
            for group, count in zip(self._groups, counts, strict=True)
        }
        count = sum(counts)
        within = self._disclosure.publish_faces(count)
        effect_within = self._effect(totals, count, self._correlation_of_groups)
        soft = self._share_soft(totals)
        corrected = self._correct(effect_within, published)
        for group in self._groups:
            faces = published[group]
            yield AudienceGroup(
                dimensions=dict(zip(self._query.slices.by_dimensions, values, strict=True)),
                period=period,
                gender=group[0],
                age_band=group[1],
                faces=faces,
                share=self._share_published(faces, self.faces, self.design_effect),
                share_within=self._share_published(faces, within, effect_within),
                soft_share=soft.get(group),
                corrected=corrected.get(group),
            )

    def _count_hard(self, slices: Iterable[Totals]) -> list[list[int]]:
        """Of each slice in the order of the groups: by label, then by gender."""
        faces = np.array([faces_of(totals) for totals in slices], dtype=np.int64)
        counts = faces.reshape(-1, *faces_of(self._everything).shape) @ self._members
        counts = counts.swapaxes(1, 2)  # (slices, labels, genders)
        if not self._query.by_gender:
            counts = counts.sum(axis=2)
        listed: list[list[int]] = counts.reshape(-1, len(self._groups)).tolist()
        return listed

    def _share_soft(self, totals: Totals) -> dict[Group, float | None]:
        """Only of the two genders: nobody is of the gender `unknown`."""
        if not (self._query.by_gender or self._query.by_age_band):
            return {}
        bands = self._query.bands if self._query.by_age_band else WHOLE_AGES
        mass = spread_over_bands(cells_of(totals), bands)
        whole = self._disclosure.publish(int(faces_of(totals).sum()))
        shares: dict[Group, float | None] = {}
        for place, band in enumerate(bands):
            label = band.label if self._query.by_age_band else None
            female, male = mass[:, place].tolist()
            parts = (
                {"female": female, "male": male} if self._query.by_gender else {None: female + male}
            )
            for gender, part in parts.items():
                told = self._disclosure.publish(part)
                shares[gender, label] = (
                    None if told is None or not whole else round(told / whole, DIGITS)
                )
        return shares

    def _correct(
        self, effect: float, published: Mapping[Group, int | None]
    ) -> Mapping[Group, Share]:
        """What is withheld is taken for half of what it may be."""
        query = self._query
        if query.calibration is None or not (query.by_gender or query.by_age_band):
            return {}
        bands = query.bands if query.by_age_band else None
        confusion = query.calibration.confusion(by_gender=query.by_gender, bands=bands)
        half = query.min_cell // 2
        observed = {group: half if n is None else n for group, n in published.items()}
        found = correct_shares(confusion, observed, design_effect=effect)
        return {group: _round(share) for group, share in found.items()}

    def share(self, count: int, kind: str) -> Share | None:
        """A share of all that were counted, of a kind (gender or age) that faces cluster by."""
        effect = self._effect(self._everything, self._count, self._correlation[kind])
        return self._share_published(self._disclosure.publish_faces(count), self.faces, effect)

    def _share_published(self, faces: int | None, of: int | None, effect: float) -> Share | None:
        if faces is None or of is None:
            return None
        # Rounded, a part may be more than its whole.
        return _round(wilson_share(min(faces, of), of, effect))

    def _effect(self, totals: Totals, count: int, correlation: float) -> float:
        effect = design_effect_of(count, measure_of(totals, "faces_squared"), correlation)
        return self._disclosure.publish_effect(effect)

    def average(self, find: Callable[[NDArray[np.int64]], float]) -> float | None:
        """An average age of all that were counted, None where there are too few."""
        if not self._count:
            return None
        years = find(faces_of(self._everything).sum(axis=0))
        return self._disclosure.publish_average(years, self.faces)


def _round(share: Share) -> Share:
    return Share(round(share.value, DIGITS), round(share.low, DIGITS), round(share.high, DIGITS))


def find_mean_age(faces: NDArray[np.int64]) -> float:
    """`faces` (ages,) by whole years."""
    return float(faces @ AGES / faces.sum())


def find_median_age(faces: NDArray[np.int64]) -> float:
    """Within the year that holds the middle face, faces are taken to be spread evenly; between two
    years the middle of them."""
    half, below, ages = faces.sum() / 2, [0, *np.cumsum(faces)], np.arange(OLDEST + 2) - 0.5
    return float(np.interp([half - TINY, half + TINY], below, ages).mean())


def _list_labels(query: AudienceQuery, everything: Totals) -> list[str | None]:
    if not query.by_age_band:
        return [None]
    labels: list[str | None] = [band.label for band in query.bands]
    outside = [band_of(int(age), query.bands) == OUTSIDE for age in AGES]
    has_outside = bool(faces_of(everything)[:, outside].any())
    return [*labels, OUTSIDE] if has_outside else labels


def _ages_of(label: str | None, query: AudienceQuery) -> list[int]:
    """1 for each age that the label stands for."""
    return [int(label is None or band_of(int(age), query.bands) == label) for age in AGES]


def _sum_females(totals: Totals) -> PictureSums:
    faces = faces_of(totals)
    females = int(faces[PREDICTED_GENDERS.index("female")].sum())
    return PictureSums(
        pictures=measure_of(totals, "pictures"),
        faces=int(faces.sum()),
        faces_squared=measure_of(totals, "faces_squared"),
        values=females,
        values_squared=females,
        sums_squared=measure_of(totals, "females_squared"),
        faces_times_sums=measure_of(totals, "faces_times_females"),
    )


def _sum_ages(totals: Totals) -> PictureSums:
    faces = faces_of(totals).sum(axis=0)
    return PictureSums(
        pictures=measure_of(totals, "pictures"),
        faces=int(faces.sum()),
        faces_squared=measure_of(totals, "faces_squared"),
        values=int(faces @ AGES),
        values_squared=int(faces @ AGES**2),
        sums_squared=measure_of(totals, "ages_squared"),
        faces_times_sums=measure_of(totals, "faces_times_ages"),
    )
