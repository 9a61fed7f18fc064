"""Spots: what ran when, and on which screen, as columns of numbers.

A playlist may have a million of them, and is always read as a whole, so they are one packed value
rather than rows.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Self

import numpy as np

from db.presence.people import Whole

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
# More than all milliseconds of the years 1 to 9999, and those before 1970.
SPAN, BEFORE_EPOCH = 1 << 49, 1 << 46


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return (moment - EPOCH) // MILLISECOND


def from_ms(ms: int) -> datetime:
    return EPOCH + ms * MILLISECOND


@dataclass(frozen=True, slots=True)
class Spots:
    """In the order of their screens and times, of which no two overlap on a screen. Contents and
    screens are indexes of lists of names; a spot ends just before `stop_ms`."""

    screen: Whole
    start_ms: Whole
    stop_ms: Whole
    content: Whole

    @classmethod
    def of(
        cls,
        screen: Sequence[int],
        start_ms: Sequence[int],
        stop_ms: Sequence[int],
        content: Sequence[int],
    ) -> Self:
        """In any order; `find_overlaps` has found none."""
        columns = [
            np.array(column, dtype=np.int64) for column in (screen, start_ms, stop_ms, content)
        ]
        order = np.lexsort((columns[1], columns[0]))
        return cls(*(column[order] for column in columns))

    def __len__(self) -> int:
        return len(self.content)

    def find(self, screen: Whole, at_ms: Whole) -> Whole:
        """The spot that was on a screen at a time, -1 where there was none."""
        starts = _on_line(self.screen, self.start_ms)
        at = _on_line(screen, at_ms)
        found: Whole = np.searchsorted(starts, at, side="right") - 1
        is_shown = (found >= 0) & (at < _on_line(self.screen, self.stop_ms)[found])
        return np.where(is_shown, found, -1)

    def pack(self) -> bytes:
        return zlib.compress(np.stack([getattr(self, one.name) for one in fields(self)]).tobytes())

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        columns = np.frombuffer(zlib.decompress(packed), dtype=np.int64)
        return cls(*columns.reshape(len(fields(cls)), -1))


def find_overlaps(
    screen: Sequence[int], start_ms: Sequence[int], stop_ms: Sequence[int]
) -> list[tuple[int, int]]:
    """The spots that begin before an earlier one on their screen ends, each with that one."""
    screens = np.array(screen, dtype=np.int64)
    starts = _on_line(screens, np.array(start_ms, dtype=np.int64))
    stops = _on_line(screens, np.array(stop_ms, dtype=np.int64))
    order = np.argsort(starts, kind="stable")
    latest = np.maximum.accumulate(stops[order])
    # The place of the spot that ends latest of all that began before.
    is_latest = stops[order] == latest
    places = np.maximum.accumulate(np.where(is_latest, np.arange(len(order)), 0))
    overlapping = np.flatnonzero(starts[order][1:] < latest[:-1]) + 1
    return [(int(order[one]), int(order[places[one - 1]])) for one in overlapping]


def _on_line(screen: Whole, at_ms: Whole) -> Whole:
    """The times of all screens on one line, one screen after the other."""
    return screen * SPAN + at_ms + BEFORE_EPOCH
