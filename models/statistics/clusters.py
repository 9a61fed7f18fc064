"""How much less faces tell that come many to a picture: they are alike more than others are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PictureSums:
    """Sums over the faces of all pictures of a value, such as an age, and over the pictures."""

    pictures: int  # with at least one face
    faces: int
    faces_squared: int  # sum over the pictures of faces * faces
    values: int
    values_squared: int
    sums_squared: int  # sum over the pictures of their sum of values, squared
    faces_times_sums: int  # sum over the pictures of faces * their sum of values


def correlate_within(sums: PictureSums) -> float:
    """The correlation of two faces of one picture, from 0 to 1 (pairs: Fisher 1925, section 38).

    Few pictures make pairs look less alike than they are, by one over the pictures at most, as the
    mean is theirs; that is added. Where all values are the same nothing can be told of it, and it
    is taken for 1.
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
    """How many faces tell as much as one drawn by itself (Kish 1965, 5.4)."""
    return 1.0 + max(0.0, faces_squared / faces - 1.0) * correlation if faces else 1.0
