"""How much less information faces of the same picture carry, as they resemble each other."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PictureSums:
    """Sums of a value of faces, such as an age, over all faces and over their pictures."""

    pictures: int  # with at least one face
    faces: int
    faces_squared: int  # sum over the pictures of faces * faces
    values: int
    values_squared: int
    sums_squared: int  # sum over the pictures of their sum of values, squared
    faces_times_sums: int  # sum over the pictures of faces * their sum of values


def correlate_within(sums: PictureSums) -> float:
    """The correlation of two faces of one picture, from 0 to 1 (pairs: Fisher 1925, section 38).

    With few pictures it is underestimated, as the mean is theirs, by at most 1 / pictures, which is
    added. If all values are equal it cannot be estimated, and is taken to be 1.
    """
    pairs = sums.faces_squared - sums.faces
    if pairs == 0:
        return 1.0
    mean = sums.values / sums.faces
    variance = sums.values_squared / sums.faces - mean**2
    if variance <= 0:
        return 1.0
    products = (
        sums.sums_squared
        - sums.values_squared
        - 2 * mean * (sums.faces_times_sums - sums.values)
        + mean**2 * pairs
    )
    return min(1.0, max(0.0, products / pairs / variance) + 1 / sums.pictures)


def design_effect_of(faces: int, faces_squared: int, correlation: float) -> float:
    """The number of faces with the information of one independent face (Kish 1965, 5.4)."""
    return 1.0 + max(0.0, faces_squared / faces - 1.0) * correlation if faces else 1.0
