"""Totals: the counts of any part of an audience as one vector of whole numbers, which add up.

First come cells: for each gender and age, the number of faces and their mass, from which soft
shares are computed. Then come measures: outcomes of items, and how faces cluster in pictures.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.face import Dropped, Face, whole_years
from models.statistics.confusion import OLDEST, PREDICTED_GENDERS

# For the faces of a cell: their number, the sum of their probabilities of being female in
# thousandths, and the sum of the widths of their age intervals.
MASSES = ("faces", "female_milli", "width_years")
CELLS_SHAPE = (len(PREDICTED_GENDERS), OLDEST + 1, len(MASSES))
CELLS = len(PREDICTED_GENDERS) * (OLDEST + 1) * len(MASSES)
AGES = np.arange(OLDEST + 1)

DONE, WITHOUT_FACES, DUPLICATES = "done", "without_faces", "duplicates"
FAILED = "failed."
# Sums over pictures with faces: of products of their numbers of faces and females, and their ages.
# `_cluster` lists them in this order.
CLUSTERS = (
    "pictures",
    "faces_squared",
    "females_squared",
    "faces_times_females",
    "ages_squared",
    "faces_times_ages",
)
# Likely faces of pictures and frames that were left out.
TOO_SMALL, TOO_UNSURE = "too_small", "too_unsure"
# Faces or people that were found, but are too unclear to be judged, and are in no cell.
TOO_UNCLEAR = "too_unclear"
# People who are linked across pictures and shots.
LINKED_PEOPLE = "linked_people"
# How often people came into a zone and left it; and people who were in none.
ENTERED, LEFT, OUTSIDE = "zone_entered", "zone_left", "zone_outside"
# Stored totals identify a measure by its index here: only ever append to this tuple. It spells the
# error codes out, because a code that is added to ErrorCode belongs at its end.
MEASURES = (
    DONE,
    WITHOUT_FACES,
    DUPLICATES,
    "failed.unreadable",
    "failed.too_large",
    "failed.unsupported",
    "failed.not_found",
    "failed.forbidden_source",
    "failed.fetch_failed",
    "failed.worker_crashed",
    "failed.internal",
    *CLUSTERS,
    TOO_SMALL,
    TOO_UNSURE,
    "failed.timeout",
    TOO_UNCLEAR,
    LINKED_PEOPLE,
    ENTERED,
    LEFT,
    OUTSIDE,
)
MEASURE_INDEXES = {measure: CELLS + index for index, measure in enumerate(MEASURES)}
CLUSTER_INDEXES = slice(MEASURE_INDEXES[CLUSTERS[0]], MEASURE_INDEXES[CLUSTERS[-1]] + 1)
LENGTH = CELLS + len(MEASURES)
# The types that numbers are packed as, by the first byte of packed totals.
PACKED: dict[bytes, np.dtype[np.signedinteger[Any]]] = {
    b"4": np.dtype("<i4"),
    b"8": np.dtype("<i8"),
}
# The first bytes of totals with few numbers, which are listed with their indexes.
LISTED = {b"4": b"l", b"8": b"L"}
INDEX: np.dtype[np.unsignedinteger[Any]] = np.dtype("<u2")
# Beyond this many numbers, compressed totals are shorter.
MOST_LISTED = 100
COMPRESSION = 1

Totals: TypeAlias = NDArray[np.int64]  # (LENGTH,)


@dataclass(frozen=True, slots=True)
class CountedFace:
    """A face as it is counted: in a cell if it is judged, else as too unclear."""

    judged: bool
    gender: str
    age: int
    female_milli: int
    width_years: int
    # How many it counts as: a person in a video, for each tenth of a second.
    weight: int = 1


def count_face(face: Face, gender_min_probability: float) -> CountedFace:
    """The same numbers as counted from the row of the face."""
    return CountedFace(
        judged=face.judged,
        gender=face.gender_value(gender_min_probability),
        age=min(whole_years(face.age.years), OLDEST),
        female_milli=round(face.gender.female * 1000),
        width_years=face.age.high - face.age.low,
    )


def empty_totals() -> Totals:
    return np.zeros(LENGTH, dtype=np.int64)


def cells_of(totals: Totals) -> NDArray[np.int64]:
    """A view (genders, ages, masses)."""
    return totals[:CELLS].reshape(CELLS_SHAPE)


def faces_of(totals: Totals) -> NDArray[np.int64]:
    """A view (genders, ages): how many faces."""
    return cells_of(totals)[:, :, 0]


def measure_of(totals: Totals, measure: str) -> int:
    return int(totals[MEASURE_INDEXES[measure]])


def items_of(totals: Totals) -> int:
    """The number of items that ended, done or failed."""
    failed = sum(measure_of(totals, one) for one in MEASURES if one.startswith(FAILED))
    return measure_of(totals, DONE) + failed


def add_picture(totals: Totals, faces: Iterable[CountedFace]) -> int:
    """Add the faces of one picture, or the people of one video, as a cluster; returns how many it
    has, with those too unclear."""
    count = females = ages = unclear = 0
    for face in faces:
        if not face.judged:
            unclear += face.weight
            continue
        add_face(totals, face)
        count += face.weight
        females += face.weight * (face.gender == "female")
        ages += face.weight * face.age
    totals[CLUSTER_INDEXES] += _cluster(count, females, ages)
    totals[MEASURE_INDEXES[TOO_UNCLEAR]] += unclear
    return count + unclear


def cluster_as_one(totals: Totals) -> None:
    """Take all faces of its cells for those of one picture."""
    faces = faces_of(totals)
    females = int(faces[PREDICTED_GENDERS.index("female")].sum())
    totals[CLUSTER_INDEXES] = _cluster(int(faces.sum()), females, int(faces.sum(axis=0) @ AGES))


def _cluster(count: int, females: int, ages: int) -> tuple[int, ...]:
    """The sums of one picture, in the order of CLUSTERS."""
    return (
        min(1, count),
        count * count,
        females * females,
        count * females,
        ages * ages,
        count * ages,
    )


def add_face(totals: Totals, face: CountedFace) -> None:
    """Add a judged face to its cell."""
    masses = (1, face.female_milli, face.width_years)
    gender = PREDICTED_GENDERS.index(face.gender)
    cells_of(totals)[gender, face.age] += tuple(face.weight * mass for mass in masses)


def add_dropped(totals: Totals, dropped: Dropped) -> None:
    totals[MEASURE_INDEXES[TOO_SMALL]] += dropped.too_small
    totals[MEASURE_INDEXES[TOO_UNSURE]] += dropped.too_unsure


def add_outcome(totals: Totals, outcome: str, items: int = 1) -> None:
    """Count items with this outcome."""
    totals[MEASURE_INDEXES[outcome]] += items


def list_cells(totals: Totals) -> Iterable[tuple[str, int, int, int, int]]:
    """The cells that are not empty: gender, age, and the three masses."""
    cells = cells_of(totals)
    for gender, age in zip(*np.nonzero(cells.any(axis=2)), strict=True):
        faces, female_milli, width_years = cells[gender, age].tolist()
        yield PREDICTED_GENDERS[gender], int(age), faces, female_milli, width_years


def list_measures(totals: Totals) -> Iterable[tuple[str, int]]:
    """The measures that are not zero."""
    for measure, total in zip(MEASURES, totals[CELLS:].tolist(), strict=True):
        if total:
            yield measure, total


def pack(totals: Totals) -> bytes:
    """The numbers in the smaller of the two types that fits them all: few as they are, with their
    indexes, and many compressed."""
    kind = next(one for one in PACKED if np.abs(totals).max() <= np.iinfo(PACKED[one]).max)
    indexes = np.flatnonzero(totals)
    if len(indexes) <= MOST_LISTED:
        numbers = totals[indexes].astype(PACKED[kind])
        return LISTED[kind] + indexes.astype(INDEX).tobytes() + numbers.tobytes()
    return kind + zlib.compress(totals.astype(PACKED[kind]).tobytes(), COMPRESSION)


def unpack(packed: bytes) -> Totals:
    """The totals that were packed; measures that were added to the code since are 0."""
    totals = empty_totals()
    kind = packed[:1]
    if kind in PACKED:
        numbers = np.frombuffer(zlib.decompress(packed[1:]), dtype=PACKED[kind])
        totals[: len(numbers)] = numbers
        return totals
    number = next(PACKED[one] for one in PACKED if LISTED[one] == kind)
    count = (len(packed) - 1) // (INDEX.itemsize + number.itemsize)
    indexes = np.frombuffer(packed, INDEX, count, 1)
    totals[indexes] = np.frombuffer(packed, number, count, 1 + count * INDEX.itemsize)
    return totals
