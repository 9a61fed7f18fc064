"""What a line says of the pictures behind an audience."""

from dataclasses import replace

import pytest

from cli.output.tables import describe_basis, describe_errors
from facetally import Audience

ONE = Audience(
    items=1, items_done=1, items_waiting=0, items_cancelled=0, items_failed={},
    items_without_faces=0, items_duplicates=0, faces_too_small=1, faces_too_unsure=2,
    count="faces", faces=1, faces_too_unclear=0, screen_time=None, unknown_gender_share=None,
    under_18_share=None,
    median_age=None, mean_age=None, design_effect=None, min_cell=1, groups_withheld=0,
    calibration=None, groups=(),
    raw=None,
)  # fmt: skip
EXCLUDED = "1 face excluded: too small; 2 faces excluded: low confidence"


@pytest.mark.parametrize(
    ("audience", "people", "line"),
    [
        (ONE, None, f"1 face in 1 of 1 picture; 0 without faces; {EXCLUDED}"),
        (ONE, 1, f"1 face, 1 person in 1 of 1 video; 0 without faces; {EXCLUDED}"),
        (
            replace(ONE, count="people", faces=1, items=2, items_failed={"unreadable": 1}),
            None,
            f"1 person in 1 of 2 pictures and videos; 0 without faces; {EXCLUDED}; 1 unreadable",
        ),
        (
            replace(ONE, count="seconds", items=2),
            None,
            f"1 person in 1 of 2 pictures and videos; 0 without faces; {EXCLUDED}",
        ),
        (
            replace(ONE, faces=None, min_cell=5, faces_too_small=None, faces_too_unsure=0, items=2),
            3,
            "under 5 faces, 3 people in 1 of 2 pictures and videos; 0 without faces; "
            "under 5 faces excluded: too small",
        ),
        (
            replace(ONE, faces_too_unclear=3, faces_too_small=0, faces_too_unsure=0),
            None,
            "1 face in 1 of 1 picture; 0 without faces; 3 faces too unclear to judge",
        ),
        (
            replace(ONE, faces_too_unclear=None, faces_too_small=0, faces_too_unsure=0, min_cell=5),
            None,
            "≈1 face in 1 of 1 picture; 0 without faces; under 5 faces too unclear to judge",
        ),
    ],
    ids=[
        "one picture",
        "one video",
        "people",
        "seconds",
        "withheld counts",
        "unclear",
        "withheld unclear",
    ],
)
def test_the_basis_of_an_audience_is_one_line(audience, people, line):
    assert describe_basis(audience, people) == line


def test_rounded_counts_are_marked_and_the_errors_of_intervals_named():
    rounded = replace(ONE, faces=845, min_cell=5, faces_too_small=0, faces_too_unsure=0)
    assert describe_basis(rounded).startswith("≈845 faces in 1 of 1 picture")
    assert describe_errors(ONE).startswith("Intervals cover the sampling error")
    corrected = describe_errors(replace(ONE, calibration="spring-2026"))
    assert "also the errors of the models, by spring-2026" in corrected
