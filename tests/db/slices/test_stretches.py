"""The time of a query is read from the fewest periods."""

from dataclasses import replace
from datetime import date

from db.counts.periods import Period
from db.slices.queries import SliceQuery
from db.slices.stretches import list_stretches


def test_a_query_reads_the_fewest_periods() -> None:
    query = SliceQuery(first_day=date(2025, 12, 30), last_day=date(2026, 3, 2))
    stretches = [(one.grain, one.first, one.stop) for one in list_stretches(query)]
    assert stretches == [
        ("month", "2026-01", "2026-03"),
        ("day", "2025-12-30", "2026-01-01"),
        ("day", "2026-03-01", "2026-03-03"),
    ]
    hours = [one.grain for one in list_stretches(replace(query, by_period=Period.HOUR_OF_DAY))]
    assert hours == ["hour_of_day_of_month", "hour", "hour"]
