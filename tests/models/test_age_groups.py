"""Every age is in one of the eight groups."""

import pytest

from models.age_groups import nearest_group


@pytest.mark.parametrize(
    ("years", "group"),
    [
        (0.25, "0-2"),
        (2.9, "0-2"),
        (3.1, "4-6"),
        (7.0, "4-6"),
        (7.1, "8-12"),
        (13.4, "8-12"),
        (13.6, "15-20"),
        (22.5, "15-20"),
        (28.0, "25-32"),
        (35.1, "38-43"),
        (45.6, "48-53"),
        (56.4, "48-53"),
        (56.6, "60-100"),
        (80.0, "60-100"),
    ],
)
def test_the_group_is_the_nearest_of_the_eight(years, group):
    assert nearest_group(years) == group
