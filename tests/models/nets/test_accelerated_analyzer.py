"""What an accelerator is given differs in shape and in digits: its faces are those of the CPU."""

import os
from itertools import chain

import pytest

from models.pictures.picture import decode_picture
from models.pictures.working_size import WorkingSize
from models.weights.catalog import SAMPLES
from models.weights.folder import default_weights_dir, require_file
from tests.support.models.devices import open_fake_device
from tests.support.work.worker import open_analyzer

WEIGHTS_DIR = default_weights_dir(os.environ)
MOST_PIXELS, MOST_YEARS, MOST_PROBABILITY = 1, 0.5, 0.02


@pytest.fixture(scope="module")
def pictures():
    return [
        decode_picture(
            require_file(WEIGHTS_DIR, file).read_bytes(),
            max_pixels=200_000_000,
            working_size=WorkingSize(1920),
        )
        for file in SAMPLES
    ]


def analyze(analyzer, pictures):
    """The faces of each picture, from left to right."""
    found = [
        analyzer.estimate(one.faces)
        for start in range(0, len(pictures), analyzer.batch_pictures)
        for one in analyzer.detect(pictures[start : start + analyzer.batch_pictures])
    ]
    return [sorted(faces, key=lambda face: face.box.x) for faces in found]


@pytest.mark.parametrize("is_half", [False, True], ids=["float32", "float16"])
def test_an_accelerator_finds_the_faces_of_the_cpu(pictures, is_half):
    on_cpu = analyze(open_analyzer(WEIGHTS_DIR), pictures)
    accelerated = analyze(open_fake_device(WEIGHTS_DIR, is_half=is_half), pictures)
    assert [len(faces) for faces in accelerated] == [len(faces) for faces in on_cpu]
    for one, other in zip(chain(*accelerated), chain(*on_cpu), strict=True):
        for side in ("x", "y", "width", "height"):
            assert abs(getattr(one.box, side) - getattr(other.box, side)) <= MOST_PIXELS
        assert abs(one.age.years - other.age.years) <= MOST_YEARS
        assert abs(one.gender.female - other.gender.female) <= MOST_PROBABILITY
