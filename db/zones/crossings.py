"""Who came into a zone and left it, of people who are followed from frame to frame.

Boxes tremble: a person counts as inside or outside once two frames in a row say so, and a frame
that differs from both of its neighbors changes nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.presence.people import Whole

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Steadied:
    """For each frame of each person whether they are inside, without trembling; and how often
    anyone came in, and left. Someone who is first or last seen inside did neither."""

    inside: Flags
    entered: int
    left: int


def steady(person: Whole, inside: Flags) -> Steadied:
    """Of frames in the order of people and times."""
    if not len(person):
        return Steadied(inside, 0, 0)
    is_same = person[1:] == person[:-1]
    agrees = is_same & (inside[1:] == inside[:-1])
    is_sure = np.r_[False, agrees] | np.r_[agrees, False]
    # Someone who is seen in a single frame is where that frame says.
    is_sure |= ~(np.r_[False, is_same] | np.r_[is_same, False])
    sure = np.flatnonzero(is_sure)
    last = np.maximum.accumulate(np.where(is_sure, np.arange(len(person)), -1))
    is_known = (last >= 0) & (person[last] == person)
    steadied = np.where(is_known, inside[last], False)
    changes = (person[sure][1:] == person[sure][:-1]) & (inside[sure][1:] != inside[sure][:-1])
    comes_in = inside[sure][1:] & changes
    return Steadied(steadied, int(comes_in.sum()), int(changes.sum() - comes_in.sum()))
