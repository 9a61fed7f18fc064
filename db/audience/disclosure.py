"""What a table says of few faces: too few are withheld, and all others rounded.

A count under the smallest cell is withheld, and every other is rounded to a multiple of it, totals
too. So no sum or difference of two answers tells that somebody is there: two answers that differ by
a few faces either say the same, or differ by more than those few. (Rounding is how statistical
offices guard tables that may be asked for in any cut; see docs/audience.md.)
"""

from dataclasses import dataclass

# An average tells of a single face the more, the fewer there are: so many cells it takes.
CELLS_FOR_AVERAGE = 10


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The rule of a table; a smallest cell of 1 publishes everything as it is."""

    min_cell: int

    @property
    def is_exact(self) -> bool:
        return self.min_cell <= 1

    def publish(self, count: float) -> float | None:
        """A count as it may be shown, None where it is withheld."""
        if self.is_exact:
            return count
        if 0 < count < self.min_cell:
            return None
        return int(count / self.min_cell + 0.5) * self.min_cell

    def publish_faces(self, count: int) -> int | None:
        published = self.publish(count)
        return None if published is None else int(published)

    def publish_average(self, years: float, published: int | None) -> float | None:
        """An average age, in whole years unless everything is shown; of so many faces, as they are
        published, so that it tells no more of how many there are."""
        if self.is_exact:
            return round(years, 1)
        enough = CELLS_FOR_AVERAGE * self.min_cell
        return float(round(years)) if (published or 0) >= enough else None

    def publish_effect(self, effect: float) -> float:
        """A design effect, which is made of exact counts: told, and used, with fewer digits."""
        return effect if self.is_exact else round(effect, 1)
