"""Hashes of how pictures look."""

import cv2
import numpy as np
import pytest

from tests.support.media.drawn_faces import draw_face
from training.faces.resemblance import SIMILAR_BITS, hash_picture, list_similar


@pytest.fixture
def face():
    return draw_face(40, "male", subject=1, picture=1)


def save_again(rgb):
    _, data = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 60])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


CHANGES = {
    "scaled": lambda rgb: cv2.resize(rgb, (61, 67), interpolation=cv2.INTER_AREA),
    "saved again": save_again,
    "brighter": lambda rgb: np.clip(rgb.astype(int) + 20, 0, 255).astype(np.uint8),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_picture_resembles_itself_after_a_change(face, change):
    hashes = np.array([hash_picture(face), hash_picture(change(face))], dtype=np.uint64)

    assert list(list_similar(hashes)) == [(0, 1)]


def test_other_pictures_of_a_person_do_not_resemble_it():
    hashes = [hash_picture(draw_face(40, "male", 1, picture)) for picture in range(40)]

    assert list(list_similar(np.array(hashes, dtype=np.uint64))) == []


def test_each_pair_is_listed_once_the_lower_first():
    near = (1 << SIMILAR_BITS) - 1
    hashes = np.array([0, (1 << 64) - 1, near, 0], dtype=np.uint64)

    assert list(list_similar(hashes)) == [(0, 2), (0, 3), (2, 3)]


def test_no_pictures_have_no_pairs():
    assert list(list_similar(np.array([], dtype=np.uint64))) == []
