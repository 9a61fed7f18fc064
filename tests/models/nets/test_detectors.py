"""The detectors of all shipped packs, on the sample photos."""

import os

import pytest

from models.packs.shipped_packs import list_shipped, read_shipped
from models.validation.faces import make_picture, read_samples
from models.weights.folder import default_weights_dir
from tests.support.models.whole_packs import load_whole_pack

WEIGHTS_DIR = default_weights_dir(os.environ)

# In pictures of 5, 2, 0 and 1 faces, halved; the cascade takes an emblem for a face.
FOUND = {"yunet": [5, 2, 0, 1], "ssd": [5, 2, 0, 1], "haar": [5, 2, 0, 2]}


@pytest.mark.parametrize("name", list_shipped())
def test_a_shipped_pack_finds_faces_and_says_how_old_they_are(name):
    kind = read_shipped(name).detector.kind
    analyzer = load_whole_pack(name)
    found = analyzer.detect([make_picture(), *read_samples(WEIGHTS_DIR)])
    assert [len(one.faces) for one in found] == [0, *FOUND[kind]]
    for face in analyzer.estimate([face for one in found for face in one.faces]):
        assert 15 <= face.age.years <= 80
        assert face.age.low < face.age.high
