"""Totals become the rows of an audience table: counts, shares and their intervals."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from db.audience.clusters import sum_ages, sum_females
from db.audience.people_range import PeopleRange
from db.audience.screen_time import (
    NOTHING,
    ROUNDED_DIGITS,
    ScreenTime,
    measure_screen_time,
)
from db.counts.tally import Unit
from db.counts.totals import AGES, Totals, cells_of, faces_of, measure_of
from db.slices.bands import Band
from db.slices.disclosure import Disclosure
from db.slices.queries import AudienceQuery, AudienceTooLarge
from db.slices.slices import SliceKey
from models.age_groups import LAST_AGE
from models.statistics.calibration import correct_shares
from models.statistics.clusters import correlate_within, design_effect_of
from models.statistics.confusion import OUTSIDE, PREDICTED_GENDERS, Group, band_of
from models.statistics.mass import spread_over_bands
from models.statistics.shares import Share, wilson_share

WHOLE_AGES: tuple[Band, ...] = (Band("all", 0, LAST_AGE),)
# Each correction resamples the evaluation, which takes some tens of milliseconds a slice.
MOST_CORRECTED = 24
MOST_ROWS = 10_000
# A share is given to a hundredth of a percent.
DIGITS = 4


@dataclass(frozen=True, slots=True)
class AudienceGroup:
    """One row of the table; None for what it is not grouped by, and for what is withheld."""

    dimensions: dict[str, str | None]
    period: str | None
    gender: str | None
    age_band: str | None
    faces: int | None
    share: Share | None  # of all counted faces
    share_within: Share | None  # of the faces with the same dimensions and period
    soft_share: float | None  # within these, by the model's own probabilities
    corrected: Share | None  # within these, corrected for the errors of the models
    screen_time: ScreenTime | None = None  # where seconds are counted
    people: PeopleRange | None = None  # where people are linked


class Grouping:
    """Makes the rows of one table; `everything` is the sum of all its slices.

    It has the bands that `like`, by default the same, has people in.
    """

    def __init__(
        self, query: AudienceQuery, everything: Totals, like: Totals | None = None
    ) -> None:
        self._query = query
        self._disclosure = Disclosure(query.min_cell)
        self._everything = everything
        self._count = int(faces_of(everything).sum())
        self._correlation = {
            "gender": correlate_within(sum_females(everything)),
            "age": correlate_within(sum_ages(everything)),
        }
        genders = PREDICTED_GENDERS if query.by_gender else (None,)
        labels = _list_labels(query, everything if like is None else like)
        self._members = np.array([_ages_of(label, query) for label in labels]).T  # (ages, labels)
        self._groups: list[Group] = [(gender, label) for label in labels for gender in genders]
        grouped = {"gender": query.by_gender, "age": query.by_age_band}
        correlations = (self._correlation[kind] for kind in grouped if grouped[kind])
        self._correlation_of_groups = max(correlations, default=1.0)
        # All faces of a picture are in one slice, so in shares of all faces they cluster fully.
        is_cut = bool(query.slices.by_dimensions or query.slices.by_period)
        self.design_effect = self._effect(
            everything, self._count, 1.0 if is_cut else self._correlation_of_groups
        )
        self.faces = self._disclosure.publish_faces(self._count)

    def list_groups(self, counted: Mapping[SliceKey, Totals]) -> Iterator[AudienceGroup]:
        """A row for every band and gender in every slice, with or without faces."""
        self._refuse_large(len(counted))
        hard = self.count_groups(counted.values())
        published = [list(map(self._disclosure.publish_faces, counts)) for counts in hard]
        whole = self.faces
        if sum(map(sum, hard)) == self._count:
            whole = find_whole([faces for row in published for faces in row], whole)
        rows = zip(counted.items(), hard, published, strict=True)
        for (slice_key, totals), counts, shown in rows:
            yield from self._list_slice(slice_key, totals, counts, shown, whole)

    def _refuse_large(self, slices: int) -> None:
        rows = slices * len(self._groups)
        if rows > MOST_ROWS:
            raise AudienceTooLarge(
                f"This table would have {rows:,} rows; the limit is {MOST_ROWS:,}. Use fewer "
                "dimensions, longer periods, or a filter."
            )
        if self._query.calibration and slices > MOST_CORRECTED:
            raise AudienceTooLarge(
                f"Shares can be corrected for up to {MOST_CORRECTED} slices, but this query has "
                f"{slices:,}. Use fewer dimensions, longer periods, or a filter."
            )

    def _list_slice(
        self,
        slice_key: SliceKey,
        totals: Totals,
        counts: Sequence[int],
        shown: Sequence[int | None],
        whole: int | None,
    ) -> Iterator[AudienceGroup]:
        values, period = slice_key
        published = dict(zip(self._groups, shown, strict=True))
        count = sum(counts)
        within = find_whole(shown, self._disclosure.publish_faces(count))
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
                share=self._share_published(faces, whole, self.design_effect),
                share_within=self._share_published(faces, within, effect_within),
                soft_share=soft.get(group),
                corrected=corrected.get(group),
            )

    def count_groups(self, slices: Iterable[Totals]) -> list[list[int]]:
        """For each slice, its counts in the order of the groups: by label, then by gender."""
        faces = np.array([faces_of(totals) for totals in slices], dtype=np.int64)
        counts = faces.reshape(-1, *faces_of(self._everything).shape) @ self._members
        counts = counts.swapaxes(1, 2)  # (slices, labels, genders)
        if not self._query.by_gender:
            counts = counts.sum(axis=2)
        listed: list[list[int]] = counts.reshape(-1, len(self._groups)).tolist()
        return listed

    def _share_soft(self, totals: Totals) -> dict[Group, float | None]:
        """Shares of the two genders only: nobody has the gender `unknown`."""
        if not (self._query.by_gender or self._query.by_age_band):
            return {}
        bands = self._query.bands if self._query.by_age_band else WHOLE_AGES
        mass = spread_over_bands(cells_of(totals), bands)
        whole = self._disclosure.publish(int(faces_of(totals).sum()))
        shares: dict[Group, float | None] = {}
        for index, band in enumerate(bands):
            label = band.label if self._query.by_age_band else None
            female, male = mass[:, index].tolist()
            parts = (
                {"female": female, "male": male} if self._query.by_gender else {None: female + male}
            )
            for gender, part in parts.items():
                published = self._disclosure.publish(part)
                shares[gender, label] = (
                    None if published is None or not whole else round(published / whole, DIGITS)
                )
        return shares

    def _correct(
        self, effect: float, published: Mapping[Group, int | None]
    ) -> Mapping[Group, Share]:
        """A withheld count is assumed to be half of the smallest count that is shown."""
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
        """A share of all counted faces; `kind` is what they cluster by, gender or age."""
        effect = self._effect(self._everything, self._count, self._correlation[kind])
        return self._share_published(self._disclosure.publish_faces(count), self.faces, effect)

    def _share_published(self, faces: int | None, of: int | None, effect: float) -> Share | None:
        if faces is None or of is None:
            return None
        # After rounding, a part may exceed its whole.
        return _round(wilson_share(min(faces, of), of, effect))

    def _effect(self, totals: Totals, count: int, correlation: float) -> float:
        effect = design_effect_of(count, measure_of(totals, "faces_squared"), correlation)
        return self._disclosure.publish_effect(effect)

    def average(self, find: Callable[[NDArray[np.int64]], float]) -> float | None:
        """An average age of all counted faces; None for too few."""
        if not self._count:
            return None
        years = find(faces_of(self._everything).sum(axis=0))
        return self._disclosure.publish_average(years, self.faces)


def add_screen_time(
    people: AudienceGroup,
    seconds: AudienceGroup,
    counts: Mapping[Unit, int],
    disclosure: Disclosure,
) -> AudienceGroup:
    """A row of people with their time, and with the shares of a row of seconds instead of their
    own; where counts are rounded these are whole percents, of enough people."""
    time = measure_screen_time(counts, disclosure)
    names = ("share", "share_within", "corrected")
    shares: dict[str, Share | None] = {name: getattr(seconds, name) for name in names}
    soft = seconds.soft_share
    if not disclosure.is_exact:
        is_shown = time != NOTHING
        shares = {
            name: _round(share, ROUNDED_DIGITS) if share and is_shown else None
            for name, share in shares.items()
        }
        soft = round(soft, ROUNDED_DIGITS) if soft is not None and is_shown else None
    return replace(
        people,
        screen_time=time,
        share=shares["share"],
        share_within=shares["share_within"],
        corrected=shares["corrected"],
        soft_share=soft,
    )


def find_whole(parts: Sequence[int | None], total: int | None) -> int | None:
    """What shares of these published parts are of: their sum, so that they add up, or the published
    total where some are withheld, or it is more."""
    known = sum(part for part in parts if part is not None)
    return known if None not in parts else total and max(total, known)


def _round(share: Share, digits: int = DIGITS) -> Share:
    return Share(round(share.value, digits), round(share.low, digits), round(share.high, digits))


def _list_labels(query: AudienceQuery, everything: Totals) -> list[str | None]:
    if not query.by_age_band:
        return [None]
    labels: list[str | None] = [band.label for band in query.bands]
    outside = [band_of(int(age), query.bands) == OUTSIDE for age in AGES]
    has_outside = bool(faces_of(everything)[:, outside].any())
    return [*labels, OUTSIDE] if has_outside else labels


def _ages_of(label: str | None, query: AudienceQuery) -> list[int]:
    """1 for each age that belongs to the label, 0 for the others."""
    return [int(label is None or band_of(int(age), query.bands) == label) for age in AGES]
