"""Shares from a random part of the items, and when they are known."""

import pytest

from models.statistics.sampling import FEWEST_RUNS, RunCounts, estimate_share, is_known
from models.statistics.shares import Share

HALF = RunCounts([4, 2] * 100, [2, 1] * 100)


def test_all_runs_give_the_share_without_doubt() -> None:
    assert estimate_share(HALF, 200) == Share(0.5, 0.5, 0.5)


@pytest.mark.parametrize(
    "counts",
    [RunCounts([], []), RunCounts([0] * 500, [0] * 500), RunCounts([4] * 79, [2] * 79)],
    ids=["nothing", "no faces", "few runs"],
)
def test_too_little_says_nothing(counts: RunCounts) -> None:
    share = estimate_share(counts, 1000)
    assert (share.low, share.high) == (0.0, 1.0)


def test_the_interval_narrows_as_the_population_is_used_up() -> None:
    counts = RunCounts([4] * 500, [0, 4] * 250)
    widths = [
        share.high - share.low
        for share in (estimate_share(counts, runs) for runs in (10**6, 1000, 600, 501))
    ]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == pytest.approx(2 * 1.965 * (0.25 / 500) ** 0.5, rel=0.01)


def test_faces_that_are_alike_in_a_run_count_less() -> None:
    mixed = estimate_share(RunCounts([4] * 400, [2] * 400), 10**6)
    alike = estimate_share(RunCounts([4] * 400, [0, 4] * 200), 10**6)
    assert alike.high - alike.low > 1.8 * (mixed.high - mixed.low)


def test_a_rare_share_is_not_known_after_a_few_runs() -> None:
    nobody = estimate_share(RunCounts([4] * FEWEST_RUNS, [0] * FEWEST_RUNS), 10**6)
    assert (nobody.value, nobody.low) == (0.0, 0.0)
    assert not is_known(nobody, 0.02)
    assert is_known(nobody, 0.05)


def test_a_share_is_known_if_both_sides_are_within_the_margin() -> None:
    assert is_known(Share(0.5, 0.48, 0.52), 0.0201)
    assert not is_known(Share(0.04, 0.03, 0.07), 0.02)
