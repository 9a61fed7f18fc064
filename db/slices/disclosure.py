"""Disclosure control: small counts are withheld, and all others rounded.

A count below the smallest cell is withheld; every other count, totals too, is rounded to a multiple
of it. So sums and differences of two answers do not reveal single people: answers that differ by a
few faces are published either as equal, or as a full multiple apart. Statistical offices round
tables that can be queried in any cut for the same reason; see docs/audience.md.
"""

from dataclasses import dataclass

# An average of few faces reveals more of each; it needs this many times the smallest cell.
CELLS_FOR_AVERAGE = 10


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The rule of a table; with a smallest cell of 1, everything is published as it is."""

    min_cell: int

    @property
    def is_exact(self) -> bool:
        return self.min_cell <= 1

    def publish(self, count: float) -> float | None:
        """A count as it may be shown; None if it is withheld."""
        if self.is_exact:
            return count
        if 0 < count < self.min_cell:
            return None
        return int(count / self.min_cell + 0.5) * self.min_cell

    def publish_faces(self, count: int) -> int | None:
        published = self.publish(count)
        return None if published is None else int(published)

    def publish_average(self, years: float, published: int | None) -> float | None:
        """An average age, in whole years unless counts are exact.

        Whether it is shown depends on the published count, to reveal no more of the exact one.
        """
        if self.is_exact:
            return round(years, 1)
        return float(round(years)) if self.has_enough(published) else None

    def has_enough(self, published: int | None) -> bool:
        """Whether a published count is enough for an average."""
        return self.is_exact or (published or 0) >= CELLS_FOR_AVERAGE * self.min_cell

    def publish_effect(self, effect: float) -> float:
        """A design effect, rounded because it is computed from exact counts."""
        return effect if self.is_exact else round(effect, 1)
