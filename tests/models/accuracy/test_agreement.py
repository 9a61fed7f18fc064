"""Two analyses of the same pictures: what each found, and whether they differ beyond chance."""

import random
from collections.abc import Callable

import pytest

from models.accuracy.agreement import BLOCKS, Agreement, AgreementTally, SeenFace
from models.face import Box

BANDS = (("0-17", 0, 17), ("18-49", 18, 49), ("50+", 50, 120))
PLACE = Box(10, 10, 50, 50)


def see(gender: str = "female", age: int = 30, box: Box = PLACE) -> SeenFace:
    return SeenFace(box, gender, age)


def measure(*pictures: tuple[list[SeenFace], list[SeenFace]]) -> Agreement:
    tally = AgreementTally(BANDS)
    for number, (first, second) in enumerate(pictures):
        tally.add(number, first, second)
    return tally.measure()


def shares(found: Agreement) -> dict[str, tuple[int, int]]:
    return {
        share.name: (share.first_faces, share.second_faces)
        for share in (*found.genders, *found.bands)
    }


def test_nothing_was_compared() -> None:
    found = measure()

    assert (found.pictures, found.first_faces, found.both_faces) == (0, 0, 0)
    assert found.faces_per_picture is None
    assert found.age_change is None
    assert all(share.difference is None for share in (*found.genders, *found.bands))


def test_faces_of_each_and_of_both_are_counted() -> None:
    elsewhere = Box(300, 10, 50, 50)
    found = measure(
        ([see(), see("male", 60, elsewhere)], [see("male", 34)]),
        ([], [see("unknown", 12)]),
        ([see(age=20)], [see(age=22)]),
    )

    assert (found.pictures, found.first_faces, found.second_faces, found.both_faces) == (3, 3, 3, 2)
    assert shares(found) == {
        "female": (2, 1), "male": (1, 1), "unknown": (0, 1),
        "0-17": (0, 1), "18-49": (2, 2), "50+": (1, 0),
    }  # fmt: skip
    assert found.gender_table.counts == ((1, 1, 0), (0, 0, 0), (0, 0, 0))
    assert found.band_table.counts == ((0, 0, 0), (0, 2, 0), (0, 0, 0))
    assert found.years_apart == 3.0
    assert found.age_change is not None
    assert (found.age_change.first, found.age_change.second) == (25.0, 28.0)
    assert found.age_change.estimate.value == 3.0


def test_without_a_face_in_one_of_them_shares_do_not_differ() -> None:
    found = measure(([see()], []), ([see()], []))

    assert found.genders[0].first_faces == 2
    assert found.genders[0].difference is None
    assert found.faces_per_picture is not None
    assert found.faces_per_picture.estimate.value == -1.0


def draw(pictures: int, change: Callable[[random.Random, SeenFace], SeenFace]) -> Agreement:
    chance = random.Random(7)
    tally = AgreementTally(BANDS)
    for number in range(pictures):
        face = see(chance.choice(["female", "male"]), chance.randrange(1, 90))
        tally.add(number, [face], [change(chance, face)])
    return tally.measure()


def test_analyses_that_agree_do_not_differ_however_few_or_many_pictures_there_are() -> None:
    for pictures in (3, BLOCKS + 500):
        found = draw(pictures, lambda _, face: face)
        assert found.both_faces == pictures
        for share in (*found.genders, *found.bands):
            assert share.difference is not None
            estimate = share.difference.estimate
            assert (estimate.low, estimate.value, estimate.high) == (0.0, 0.0, 0.0)


def test_a_change_in_one_direction_is_beyond_chance_and_one_in_both_is_not() -> None:
    def some_more_women(chance: random.Random, face: SeenFace) -> SeenFace:
        return see("female" if chance.random() < 0.1 else face.gender, face.age)

    def mistakes(chance: random.Random, face: SeenFace) -> SeenFace:
        other = "male" if face.gender == "female" else "female"
        return see(other if chance.random() < 0.1 else face.gender, face.age)

    changed, mistaken = draw(1500, some_more_women), draw(1500, mistakes)
    women, others = changed.genders[0].difference, mistaken.genders[0].difference
    assert women is not None
    assert others is not None
    assert women.estimate.excludes_zero
    assert women.estimate.value == pytest.approx(0.05, abs=0.02)
    assert not others.estimate.excludes_zero
