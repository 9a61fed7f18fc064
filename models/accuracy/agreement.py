"""Two analyses of the same pictures: what each found, and how far they agree."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.accuracy.accuracy import ConfusionTable
from models.accuracy.bootstrap import Estimate, Ratio, estimate_difference
from models.accuracy.pairing import pair_boxes
from models.face import Box
from models.statistics.confusion import PREDICTED_GENDERS, AgeRange, band_of, list_labels

# Pictures are added up in this many blocks, which are drawn again as wholes: enough for intervals,
# whatever the number of pictures.
BLOCKS = 1000

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A face of a picture as one of the two analyses sees it; `age` is in whole years."""

    box: Box
    gender: str
    age: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of each analysis, and the second less the first."""

    first: float
    second: float
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class ComparedShare:
    """How many faces each analysis assigns to a class, and their shares of all of its faces; no
    difference where one of the two found no face."""

    name: str
    first_faces: int
    second_faces: int
    difference: Difference | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Rows of the tables are the first analysis, columns the second: of the faces of both.

    `age_change` has the mean ages of the faces of both; `years_apart` is the mean distance.
    """

    pictures: int
    first_faces: int
    second_faces: int
    both_faces: int
    faces_per_picture: Difference | None
    genders: tuple[ComparedShare, ...]
    bands: tuple[ComparedShare, ...]
    gender_table: ConfusionTable
    band_table: ConfusionTable
    age_change: Difference | None
    years_apart: float | None


class AgreementTally:
    """Adds up pictures one by one, in memory that does not grow with their number."""

    def __init__(self, bands: Sequence[AgeRange]) -> None:
        self._bands = bands
        self._labels = list_labels(bands)
        self._classes = (*PREDICTED_GENDERS, *self._labels)
        self._pictures: Counts = np.zeros(BLOCKS, dtype=np.int64)
        # By analysis, block and class; the last class is any face.
        self._faces: Counts = np.zeros((2, BLOCKS, len(self._classes) + 1), dtype=np.int64)
        # Of the faces of both, by block: their number, and the sums of their ages.
        self._both: Counts = np.zeros(BLOCKS, dtype=np.int64)
        self._ages: Counts = np.zeros((2, BLOCKS), dtype=np.int64)
        self._years_apart = 0
        self._pairs: Counter[tuple[str, str]] = Counter()

    def add(self, number: int, first: Sequence[SeenFace], second: Sequence[SeenFace]) -> None:
        """Add picture `number`, which says only in which block it counts."""
        block = number % BLOCKS
        self._pictures[block] += 1
        for faces, counts in zip((first, second), self._faces[:, block], strict=True):
            for face in faces:
                counts[self._classes.index(face.gender)] += 1
                counts[self._classes.index(band_of(face.age, self._bands))] += 1
                counts[-1] += 1
        boxes = [[face.box for face in faces] for faces in (first, second)]
        for one, other in pair_boxes(*boxes):
            self._add_pair(block, first[one], second[other])

    def _add_pair(self, block: int, one: SeenFace, other: SeenFace) -> None:
        self._both[block] += 1
        self._ages[:, block] += (one.age, other.age)
        self._years_apart += abs(one.age - other.age)
        self._pairs[one.gender, other.gender] += 1
        self._pairs[band_of(one.age, self._bands), band_of(other.age, self._bands)] += 1

    def measure(self) -> Agreement:
        """The figures of all pictures that were added."""
        differences = self._estimate()
        shares = self._list_shares(differences[2:])
        found = self._faces[:, :, -1].sum(axis=1)
        both = int(self._both.sum())
        return Agreement(
            pictures=int(self._pictures.sum()),
            first_faces=int(found[0]),
            second_faces=int(found[1]),
            both_faces=both,
            faces_per_picture=differences[0],
            genders=tuple(shares[: len(PREDICTED_GENDERS)]),
            bands=tuple(shares[len(PREDICTED_GENDERS) :]),
            gender_table=self._tabulate(PREDICTED_GENDERS),
            band_table=self._tabulate(self._labels),
            age_change=differences[1],
            years_apart=self._years_apart / both if both else None,
        )

    def _estimate(self) -> list[Difference | None]:
        """Of faces per picture, of mean ages, and of each class' share."""
        total = self._faces[:, :, -1]
        everywhere = np.broadcast_to(self._pictures, total.shape)
        both = np.broadcast_to(self._both, total.shape)
        return [
            self._differ(total, everywhere),
            self._differ(self._ages, both),
            *(self._differ(self._faces[:, :, one], total) for one in range(len(self._classes))),
        ]

    def _differ(self, tops: Counts, bottoms: Counts) -> Difference | None:
        """Of two ratios, (2, blocks) each; None where one of them has nothing below."""
        # A block without pictures is no subject.
        used = self._pictures > 0
        first, second = (
            Ratio(top[used].astype(float), bottom[used].astype(float))
            for top, bottom in zip(tops, bottoms, strict=True)
        )
        if not (first.weights.any() and second.weights.any()):
            return None
        return Difference(
            _value_of(first),
            _value_of(second),
            estimate_difference(first, second, np.arange(used.sum())),
        )

    def _list_shares(self, differences: Sequence[Difference | None]) -> list[ComparedShare]:
        sums = self._faces.sum(axis=1)
        return [
            ComparedShare(name, int(sums[0, number]), int(sums[1, number]), difference)
            for number, (name, difference) in enumerate(
                zip(self._classes, differences, strict=True)
            )
        ]

    def _tabulate(self, classes: tuple[str, ...]) -> ConfusionTable:
        rows = (tuple(self._pairs[one, other] for other in classes) for one in classes)
        return ConfusionTable(classes, classes, tuple(rows))


def _value_of(ratio: Ratio) -> float:
    return float(ratio.values.sum() / ratio.weights.sum())
