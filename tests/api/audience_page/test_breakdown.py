"""Tables of an audience by one dimension, and by two."""

import pytest

from api.audience_page.breakdown import make_breakdown, make_matrix
from db.audience.grouping import AudienceGroup
from models.statistics.shares import Share


def group(
    values: tuple[str | None, ...],
    faces: int | None = 1,
    gender: str | None = None,
    band: str | None = None,
    share: float | None = None,
) -> AudienceGroup:
    part = None if share is None else Share(share, share, share)
    dimensions = dict(zip(("store", "campaign"), values, strict=False))
    return AudienceGroup(dimensions, None, gender, band, faces, None, part, None, None)


FACES = [group(("Lyon",), 10), group(("Paris",), 30), group((None,), 50), group(("Nice",), 0)]
GENDERS = [group(("Lyon",), gender="female", share=0.9), group(("Paris",), gender="female")]
BANDS = [
    group(("Lyon",), band="18-24", share=0.3),
    group(("Lyon",), band="25-34", share=0.7),
    group(("Paris",), band="25-34"),
]


@pytest.mark.parametrize(
    ("sort", "values"),
    [
        ("faces", ["Paris", "Lyon", None]),
        ("female", ["Lyon", "Paris", None]),
        ("name", ["Lyon", "Paris", None]),
    ],
)
def test_rows_are_sorted_and_those_without_a_value_come_last(sort, values):
    breakdown = make_breakdown(FACES, GENDERS, BANDS, sort)
    assert [row.value for row in breakdown.rows] == values
    rows = {row.value: row for row in breakdown.rows}
    assert rows["Lyon"].band == "25-34"
    assert rows["Lyon"].split == [("female", 0.0, 100.0)]
    # What is withheld has no place in a bar.
    assert (rows["Paris"].band, rows["Paris"].split) == (None, [])


def test_a_matrix_has_a_cell_for_each_pair_that_occurs():
    faces = [group(("Lyon", "spring"), 3), group(("Paris", "spring"), 5)]
    faces += [group(("Paris", "summer"), None), group((None, "summer"), 9)]
    matrix = make_matrix(faces, [])
    assert matrix.columns == ("summer", "spring")
    assert [value for value, _ in matrix.rows] == ["Paris", "Lyon", None]
    lyon = matrix.rows[1][1]
    assert [cell and cell.faces for cell in lyon] == [None, 3]
