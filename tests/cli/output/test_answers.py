"""Who was found, and what failed, at the end of a run."""

from types import SimpleNamespace

import pytest

from cli.output.answers import MOST_NAMED, describe_answer, list_failures


def make_audience(groups: list[tuple[str, str, int | None]], median: float | None):
    rows = [SimpleNamespace(gender=one, age_band=band, faces=faces) for one, band, faces in groups]
    faces = sum(row.faces or 0 for row in rows)
    return SimpleNamespace(groups=rows, faces=faces, median_age=median)


@pytest.mark.parametrize(
    ("groups", "median", "line"),
    [
        (
            [("female", "25-34", 6), ("male", "25-34", 1), ("male", "35-44", 2)],
            27.4,
            "Female 67%, male 33%. Median age 27. Most often aged 25-34.",
        ),
        (
            [("female", "65+", 1), ("unknown", "65+", 1)],
            None,
            "Female 50%, male 0%. Most often aged 65+.",
        ),
        ([("female", "25-34", 0)], None, ""),
        ([("female", "25-34", None)], None, ""),
    ],
    ids=["people", "too few for a median", "nobody", "withheld"],
)
def test_the_answer_is_one_line(groups, median, line):
    assert describe_answer(make_audience(groups, median)) == line


def test_failed_files_are_named_with_their_reasons_up_to_a_number():
    error = SimpleNamespace(message="The JPEG picture is damaged.")
    results = [SimpleNamespace(name="fine.jpg", error=None)]
    results += [SimpleNamespace(name=f"{number}.jpg", error=error) for number in range(12)]
    lines = list(list_failures(results, 12))
    assert lines[0] == "0.jpg: The JPEG picture is damaged."
    assert len(lines) == MOST_NAMED + 1
    assert lines[-1] == "and 2 more that failed"
