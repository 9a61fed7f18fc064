"""Faces are linked to people as SciPy's UPGMA links them, and never two of one picture."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage

from models.people.linking import (
    MOST_NEAR,
    Thresholds,
    choose_thresholds,
    find_near,
    link_faces,
    normalize,
)

THRESHOLDS = Thresholds(0.30, 0.36, 0.42)


def make_faces(people: int, faces: int, noise: float, seed: int = 1):
    rng = np.random.default_rng(seed)
    centers = normalize(rng.normal(size=(people, 128)))
    spread = noise * rng.normal(size=(people * faces, 128)) / np.sqrt(128)
    return normalize(np.repeat(centers, faces, axis=0) + spread)


def partition(labels):
    """The groups, whatever their numbers."""
    return {frozenset(np.flatnonzero(labels == one).tolist()) for one in set(labels.tolist())}


@pytest.mark.parametrize("noise", [0.5, 1.2, 1.8], ids=["clear", "doubtful", "hardly alike"])
def test_groups_are_those_of_scipy(noise):
    faces = make_faces(30, 6, noise)
    tree = linkage(faces.astype(np.float64), "average", metric="cosine")
    found = link_faces(faces, range(len(faces)), THRESHOLDS)
    for labels, least in ((found.loose, 0.30), (found.likely, 0.36), (found.strict, 0.42)):
        assert partition(labels) == partition(fcluster(tree, 1 - least, "distance"))


def test_people_are_numbered_in_the_order_of_their_first_faces():
    faces = make_faces(3, 2, 0.1)[[4, 0, 5, 2, 1, 3]]
    assert link_faces(faces, range(6), THRESHOLDS).likely.tolist() == [0, 1, 0, 2, 1, 2]


def test_two_faces_of_one_picture_are_two_people():
    twins = normalize(np.ones((3, 128)))
    assert link_faces(twins, [7, 7, 8], THRESHOLDS).likely.tolist() == [0, 1, 0]


@pytest.mark.parametrize("count", [0, 1], ids=["no face", "one face"])
def test_few_faces_are_as_many_people(count):
    found = link_faces(make_faces(count, 1, 0.1), range(count), THRESHOLDS)
    assert found.likely.tolist() == list(range(count))


def test_a_face_that_was_not_embedded_is_like_nobody():
    faces = np.vstack([make_faces(1, 2, 0.1), np.zeros((2, 128), np.float32)])
    assert link_faces(faces, range(4), THRESHOLDS).loose.tolist() == [0, 0, 1, 2]


def test_one_person_in_very_many_pictures_is_one_person():
    faces = make_faces(1, 5 * MOST_NEAR, 0.8)
    assert len(find_near(faces, range(len(faces)), 0.3, lambda: None)) < MOST_NEAR * len(faces)
    assert set(link_faces(faces, range(len(faces)), THRESHOLDS).likely.tolist()) == {0}


def test_the_order_of_blocks_does_not_matter(monkeypatch):
    faces = make_faces(40, 5, 1.5)
    whole = link_faces(faces, range(len(faces)), THRESHOLDS)
    monkeypatch.setattr("models.people.linking.BLOCK", 7)
    renewed = []
    parts = link_faces(faces, range(len(faces)), THRESHOLDS, lambda: renewed.append(1))
    assert np.array_equal(whole.likely, parts.likely)
    assert len(renewed) >= len(faces) / 7


def test_among_more_faces_they_have_to_be_more_alike():
    few, many = choose_thresholds(100), choose_thresholds(100_000)
    assert few.loose < few.likely < few.strict
    assert few.likely < many.likely
    assert choose_thresholds(0).likely == choose_thresholds(1).likely
