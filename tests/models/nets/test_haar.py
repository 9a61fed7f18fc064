"""A cascade's boxes become detections."""

import numpy as np
import pytest

from models.errors import ModelUnavailable
from models.nets.detections import Bounds
from models.nets.haar import HaarDetector, load_cascade, read
from models.pictures.picture import Picture


class FakeCascade:
    """Finds the same boxes in every picture, and remembers the size of the last."""

    def __init__(self, boxes, hits):
        self.found = boxes, hits
        self.shape = None

    def detectMultiScale2(self, gray, **options):
        self.shape = gray.shape
        return self.found


def test_a_face_that_more_windows_agree_on_is_surer_and_comes_first():
    candidates = read([[0, 0, 40, 40], [50, 50, 60, 60]], [6, 18])
    assert candidates.scores.tolist() == pytest.approx([0.9, 0.75])
    assert candidates.boxes.tolist() == [[50, 50, 110, 110], [0, 0, 40, 40]]


def test_no_boxes_are_no_faces():
    assert len(read((), ())) == 0


def test_pictures_are_searched_at_the_side_and_boxes_scaled_back():
    cascade = FakeCascade([[10, 20, 30, 40]], [8])
    picture = Picture(np.zeros((640, 1280, 3), np.uint8), 2560, 1280)
    [found] = HaarDetector(cascade, 640, Bounds(0.7, 24)).detect([picture])
    assert cascade.shape == (320, 640)
    [face] = found.faces
    assert (face.box.x, face.box.y, face.box.width, face.box.height) == (40, 80, 120, 160)


def test_faces_of_four_windows_are_counted_as_unsure():
    cascade = FakeCascade([[10, 20, 30, 40]], [4])
    picture = Picture(np.zeros((100, 100, 3), np.uint8), 100, 100)
    [found] = HaarDetector(cascade, 100, Bounds(0.7, 24)).detect([picture])
    assert found.faces == []
    assert found.dropped.too_unsure == 1


@pytest.mark.parametrize("content", [b"", b"<xml/>", b"\xff"], ids=["empty", "xml", "binary"])
def test_a_file_that_is_no_cascade_is_refused(tmp_path, content):
    path = tmp_path / "cascade.xml"
    path.write_bytes(content)
    with pytest.raises(ModelUnavailable, match=r"cascade.xml cannot be opened"):
        load_cascade(path)
