"""The audience broken down by one dimension, or by two against each other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from api.reports.headline import choose_share, lay_out
from db.audience.grouping import AudienceGroup
from models.statistics.shares import Share

MOST_ROWS = 60
MOST_COLUMNS = 8
SORTS = ("faces", "female", "name")


@dataclass(slots=True)
class Row:
    """One value with its faces, genders and most frequent age band; None is withheld."""

    value: str | None
    faces: int | None
    genders: dict[str, Share | None] = field(default_factory=dict)
    band: str | None = None
    band_share: float = 0.0

    @property
    def split(self) -> list[tuple[str, float, float]]:
        return lay_out(self.genders)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The rows that are shown, and how many there are."""

    rows: tuple[Row, ...]
    in_all: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of one dimension, columns of another; a cell is missing where there are no faces."""

    columns: tuple[str | None, ...]
    rows: tuple[tuple[str | None, tuple[Row | None, ...]], ...]
    left_out: int  # columns


def make_breakdown(
    everybody: Sequence[AudienceGroup],
    by_gender: Sequence[AudienceGroup],
    by_band: Sequence[AudienceGroup],
    sort: str,
) -> Breakdown:
    """From three groupings of the same slices, each by one dimension."""
    rows = _fill_rows(everybody, by_gender)
    for group in by_band:
        row, share = rows.get(_key(group)), choose_share(group)
        if row is not None and share is not None and share.value > row.band_share:
            row.band, row.band_share = group.age_band, share.value
    ordered = sorted(rows.values(), key=_ORDERS.get(sort, _by_faces))
    return Breakdown(tuple(ordered[:MOST_ROWS]), len(ordered))


def make_matrix(everybody: Sequence[AudienceGroup], by_gender: Sequence[AudienceGroup]) -> Matrix:
    """From two groupings of the same slices, both by two dimensions."""
    cells = _fill_rows(everybody, by_gender)
    columns, rows = _rank(cells, 1), _rank(cells, 0)[:MOST_ROWS]
    shown = columns[:MOST_COLUMNS]
    return Matrix(
        columns=tuple(shown),
        rows=tuple((row, tuple(cells.get((row, column)) for column in shown)) for row in rows),
        left_out=len(columns) - len(shown),
    )


def _fill_rows(
    everybody: Sequence[AudienceGroup], by_gender: Sequence[AudienceGroup]
) -> dict[tuple[str | None, ...], Row]:
    rows = {
        _key(group): Row(_key(group)[0], group.faces) for group in everybody if group.faces != 0
    }
    for group in by_gender:
        row = rows.get(_key(group))
        if row is not None:
            row.genders[group.gender or ""] = choose_share(group)
    return rows


def _key(group: AudienceGroup) -> tuple[str | None, ...]:
    return tuple(group.dimensions.values())


def _rank(cells: Mapping[tuple[str | None, ...], Row], at: int) -> list[str | None]:
    """The values of one dimension, those with most faces first."""
    sums: dict[str | None, int] = {}
    for values, row in cells.items():
        sums[values[at]] = sums.get(values[at], 0) + (row.faces or 0)
    return sorted(sums, key=lambda value: (value is None, -sums[value], value or ""))


def _by_faces(row: Row) -> tuple[object, ...]:
    return row.value is None, -(row.faces or 0), row.value or ""


def _by_female(row: Row) -> tuple[object, ...]:
    share = row.genders.get("female")
    return row.value is None, -(share.value if share else -1.0), row.value or ""


def _by_name(row: Row) -> tuple[object, ...]:
    return row.value is None, row.value or ""


_ORDERS: dict[str, Callable[[Row], tuple[object, ...]]] = {
    "faces": _by_faces,
    "female": _by_female,
    "name": _by_name,
}
