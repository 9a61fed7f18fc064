"""How fast a job is, in readable units."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from api.layout.paces import describe_pace
from api.layout.texts import load_texts

START = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rate", "pace"),
    [
        (None, ""),
        (18.24, "18.2 per second"),
        (0.2, "12 per minute"),
        (0.004, "14.4 per hour"),
        (0.0001, "0.4 per hour"),
    ],
)
def test_a_rate_is_shown_in_the_first_unit_with_at_least_one(rate, pace):
    running = SimpleNamespace(finished_at=None, items_per_second=rate)
    assert describe_pace(running, load_texts("en")) == pace


@pytest.mark.parametrize(
    ("seconds", "took"),
    [(0.2, "took 1 s"), (42, "took 42 s"), (600, "took 10 min"), (7200, "took 2 h")],
)
def test_a_job_that_ended_shows_how_long_it_took(seconds, took):
    ended = SimpleNamespace(
        running_at=START, finished_at=START + timedelta(seconds=seconds), items_per_second=1.0
    )
    assert describe_pace(ended, load_texts("en")) == took
