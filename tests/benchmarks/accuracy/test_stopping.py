"""What the benchmark of stopping measures."""

from benchmarks.accuracy.stopping import measure


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    found = list(measure(trials=20, runs=1000))
    covered = sum(one.covered for one in found) / len(found)
    assert 0.9 < covered <= 1.0
    assert all(0.0 < one.analyzed <= 1.0 for one in found)
