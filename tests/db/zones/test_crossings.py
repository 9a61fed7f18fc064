"""Crossings are counted of people who are followed, and trembling boxes cross nothing."""

import numpy as np
import pytest

from db.zones.crossings import steady


@pytest.mark.parametrize(
    ("frames", "steadied", "entered", "left"),
    [
        ("", "", 0, 0),
        ("1", "1", 0, 0),
        ("0", "0", 0, 0),
        ("0011", "0011", 1, 0),
        ("1100", "1100", 0, 1),
        ("00110011", "00110011", 2, 1),
        ("000100", "000000", 0, 0),
        ("111011", "111111", 0, 0),
        ("0001011", "0000011", 1, 0),
        ("010101", "000000", 0, 0),
        ("11 00 11", "110011", 0, 0),
        ("00 1 00", "00100", 0, 0),
        ("0 1 0011", "010011", 1, 0),
    ],
)
def test_two_frames_in_a_row_decide(frames: str, steadied: str, entered: int, left: int) -> None:
    """People are separated by spaces."""
    lengths = [len(one) for one in frames.split()]
    person = np.repeat(np.arange(len(lengths)), lengths)
    inside = np.array([one == "1" for one in frames.replace(" ", "")], dtype=bool)
    found = steady(person, inside)
    assert "".join(str(int(one)) for one in found.inside) == steadied
    assert (found.entered, found.left) == (entered, left)
