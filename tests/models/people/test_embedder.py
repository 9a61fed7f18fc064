"""Faces of one person are more alike than those of others, however many are embedded at once."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from models.graphs.device import Device
from models.people.embedder import SIDE, add_portraits, load_embedder, quantize
from models.people.linking import normalize
from models.pictures.picture import Picture
from models.weights.folder import default_weights_dir
from tests.support.work.worker import open_analyzer


@pytest.fixture(scope="module")
def weights_dir():
    return default_weights_dir({})


@pytest.fixture(scope="module")
def embedder(weights_dir):
    return load_embedder(weights_dir, Device("cpu"))


def find(weights_dir, name, *, turned=False, quality=95, quality_min=0.4):
    """The faces of a sample from left to right, with their portraits."""
    picture = Image.open(weights_dir / "samples" / name).convert("RGB")
    if turned:
        picture = picture.rotate(8, Image.Resampling.BICUBIC)
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    rgb = np.asarray(Image.open(stream))
    height, width = rgb.shape[:2]
    opened = Picture(np.ascontiguousarray(rgb), width, height)
    [found] = open_analyzer(weights_dir).detect([opened])
    faces = add_portraits(opened, found, quality_min).faces
    return sorted(faces, key=lambda face: face.detection.box.x)


def embed(embedder, faces):
    found = embedder.embed([face.portrait for face in faces])
    return normalize(np.array([np.frombuffer(one, np.int8) for one in found]))


def test_one_person_is_alike_and_others_are_not(weights_dir, embedder):
    name = "gender_detection_input.jpg"
    plain = embed(embedder, find(weights_dir, name))
    other = embed(embedder, find(weights_dir, name, turned=True, quality=60))
    assert plain.shape == other.shape == (2, 128)
    cosines = plain @ other.T
    assert np.diagonal(cosines).min() > 0.7
    assert max(cosines[0, 1], cosines[1, 0]) < 0.4


def test_faces_are_embedded_alike_alone_and_together(weights_dir, embedder):
    faces = find(weights_dir, "face_detection_input.jpg")
    together = embedder.embed([face.portrait for face in faces])
    alone = [embedder.embed([face.portrait])[0] for face in faces]
    assert together == alone
    assert {len(one) for one in together} == {128}


def test_a_portrait_is_upright(weights_dir):
    for face in find(weights_dir, "astronaut.png"):
        assert face.portrait.shape == (SIDE, SIDE, 3)
        assert face.portrait.dtype == np.uint8


def test_a_face_that_is_not_judged_gets_no_portrait(weights_dir):
    assert [face.portrait for face in find(weights_dir, "astronaut.png", quality_min=1.1)] == [None]


@pytest.mark.parametrize("value", [0.0, 1.0, -3.5], ids=str)
def test_an_embedding_is_kept_in_bytes(value):
    kept = quantize(np.full(128, value, np.float32))
    assert kept.tolist() == [0 if value == 0 else round(np.sign(value) * 127)] * 128
