"""Loops in processes of their own: what they count is summed, and one that fails is no hang."""

import pytest

from cli.exits import CommandFailed
from cli.speed.loops import Start, run_loops


def count(start: Start, pictures: int, faces: int) -> None:
    start.wait()
    start.counts.put((pictures, faces))


def fail(start: Start) -> None:
    raise SystemExit(3)


def test_what_loops_count_is_summed() -> None:
    seconds, counted = run_loops(count, [(3, 5), (4, 0)])
    assert counted == (7, 5)
    assert seconds >= 0


def test_a_loop_that_fails_ends_the_measure() -> None:
    with pytest.raises(CommandFailed, match="has failed"):
        run_loops(fail, [()])
