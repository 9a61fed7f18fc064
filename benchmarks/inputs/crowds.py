"""Invented crowds: the sums that recording keeps of faces, without the faces."""

import numpy as np

from db.counts.cube import fold_deltas
from db.counts.totals import CLUSTER_INDEXES, DONE, Totals, add_outcome, cells_of
from db.engine import Database
from models.statistics.confusion import OLDEST

# More than the dispatcher takes at a time, since nothing else waits for the database here.
FOLDED_AT_ONCE = 20_000


def add_faces(totals: Totals, faces: int, random: np.random.Generator) -> int:
    """Add invented faces to a cell's sums, in pictures of about three; returns their number."""
    ages = np.clip(random.gamma(5.0, 7.0, faces), 0, OLDEST).astype(np.int64)
    females = random.random(faces)
    genders = np.select([np.abs(females - 0.5) < 0.1, females >= 0.5], [2, 0], 1)
    ones = np.ones(faces, dtype=np.int64)
    for mass, amounts in enumerate((ones, np.rint(females * 1000).astype(np.int64), 14 * ones)):
        np.add.at(cells_of(totals)[:, :, mass], (genders, ages), amounts)
    ends = np.flatnonzero(random.random(faces) < 0.3) + 1
    starts = np.unique([0, *ends[ends < faces]])
    sizes = np.diff([*starts, faces])
    women = np.add.reduceat((genders == 0).astype(np.int64), starts)
    years = np.add.reduceat(ages, starts)
    sums = (sizes**2, women**2, sizes * women, years**2, sizes * years)
    totals[CLUSTER_INDEXES] += (len(sizes), *(int(one.sum()) for one in sums))
    add_outcome(totals, DONE, len(sizes))
    return len(sizes)


def fold_all(database: Database) -> None:
    """Add every delta to the cube, as the dispatcher does a few at a time."""

    def fold() -> int:
        with database.write() as session:
            return fold_deltas(session, FOLDED_AT_ONCE)

    while fold():
        pass
