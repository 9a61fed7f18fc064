"""An audience over time: periods, gaps, heights and labels."""

import pytest

from api.audience_page.timeline import draw_timeline
from api.layout.texts import load_texts
from db.audience.grouping import AudienceGroup
from db.counts.periods import Period
from models.statistics.shares import Share

ENGLISH = load_texts("en")


def count(period: str, faces: int | None, store: str | None = None) -> AudienceGroup:
    dimensions = {} if store is None else {"store": store}
    return AudienceGroup(dimensions, period, None, None, faces, None, None, None, None)


def share(period: str, gender: str, value: float | None) -> AudienceGroup:
    part = None if value is None else Share(value, value, value)
    return AudienceGroup({}, period, gender, None, None, None, part, None, None)


@pytest.mark.parametrize(
    ("period", "first", "last", "columns", "labels"),
    [
        (Period.DAY, "2026-05-01", "2026-05-04", 4, ("Friday, May 1, 2026", "May 1")),
        (Period.WEEK, "2025-W52", "2026-W02", 3, ("Dec 22 \u2013 28, 2025", "Dec 2025")),
        (Period.MONTH, "2026-01", "2026-12", 12, ("January 2026", "Jan 2026")),
        (
            Period.HOUR,
            "2026-05-01T22:00+02:00",
            "2026-05-02T01:00+02:00",
            4,
            ("Friday, May 1, 2026, 22:00", "May 1, 22:00"),
        ),
        (Period.WEEKDAY, "wednesday", "friday", 7, ("Monday", "Mon")),
        (Period.HOUR_OF_DAY, "09", "18", 24, ("00:00\u201300:59", "00:00")),
        (
            Period.HOUR_OF_WEEK,
            "monday 09",
            "friday 18",
            168,
            ("Monday, 00:00\u201300:59", "Mon"),
        ),
    ],
)
def test_periods_without_faces_have_a_place(period, first, last, columns, labels):
    empty = {Period.WEEK: "2019-W01", Period.MONTH: "2019-01"}.get(period, "2019-01-01")
    groups = [count(empty, 0), count(first, 3), count(last, 5)]
    timeline = draw_timeline(groups, [], period, ENGLISH)
    assert timeline is not None
    [series] = timeline.series
    assert [len(series.columns), series.columns[1].faces] == [columns, 0]
    label = series.columns[0].period.label.replace("\u2009", " ")
    assert (label, timeline.labels[0][1]) == labels
    assert not timeline.has_gaps


def test_the_parts_of_a_column_add_up_to_its_faces():
    genders = [share("2026-05", "female", 0.5), share("2026-05", "male", 0.25)]
    genders.append(share("2026-05", "unknown", None))
    timeline = draw_timeline([count("2026-05", 40)], genders, Period.MONTH, ENGLISH)
    assert timeline is not None
    [column] = timeline.series[0].columns
    assert timeline.lines[-1] == (0.0, "40")
    assert column.parts == [
        ("female", 50.0, 50.0),
        ("male", 25.0, 25.0),
        ("withheld", 0.0, 25.0),
    ]
    assert timeline.series[0].outlines["male"] == "M0.1 25h0.8v25h-0.8z"


def test_each_value_is_a_series_on_one_scale():
    groups = [count("2026-05", 10, "Lyon"), count("2026-06", None, "Lyon")]
    groups += [count("2026-06", 93, "Paris"), count("undated", 4, "Paris")]
    genders = [share("undated", "female", 0.5)]
    timeline = draw_timeline(groups, genders, Period.MONTH, ENGLISH)
    assert timeline is not None
    assert [one.value for one in timeline.series] == ["Paris", "Lyon"]
    assert [column.faces for column in timeline.series[1].columns] == [10, None]
    assert [label for _, label in timeline.lines] == ["0", "50", "100"]
    assert [one.dots for one in timeline.series] == ["", "M1.5 100h0"]
    assert timeline.undated == 4


def test_days_that_are_too_many_are_left_out_and_said():
    groups = [count(day, 1) for day in ("2001-01-01", "2026-01-01", "2026-01-02")]
    timeline = draw_timeline(groups, [], Period.DAY, ENGLISH)
    assert timeline is not None
    assert timeline.has_gaps
    assert [label for _, label, _ in timeline.labels] == ["Jan 2001", "Jan 2026"]


def test_nothing_is_drawn_of_photos_without_a_date():
    assert draw_timeline([count("undated", 9)], [], Period.DAY, ENGLISH) is None
