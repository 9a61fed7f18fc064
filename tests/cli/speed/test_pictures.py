"""The pictures that throughput is measured with."""

from pathlib import Path

import pytest
from PIL import Image

from cli.speed.pictures import choose_pictures, make_pictures, require_different
from tests.support.media.sample_pictures import encode_scene


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    folder = tmp_path / "samples"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(encode_scene("JPEG", width=120 if name == "a.jpg" else 90))
    return folder


def test_no_two_pictures_are_the_same(samples: Path, tmp_path: Path) -> None:
    paths = make_pictures(samples, tmp_path, 15)
    assert len({path.read_bytes() for path in paths}) == 15
    # Cut differently, too: they would not become the same by being decoded.
    assert len({Image.open(path).tobytes() for path in paths}) == 15


def test_the_pictures_are_the_same_every_time(samples: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        make_pictures(samples, folder, 5)
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()


def test_of_a_folder_only_readable_photos_are_taken_and_none_twice(
    samples: Path, tmp_path: Path
) -> None:
    (samples / "same.jpg").write_bytes((samples / "a.jpg").read_bytes())
    (samples / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    (samples / "clip.mp4").write_bytes(b"nothing")
    names = {path.name for path in choose_pictures(samples, 10, 10**8)}
    assert names in ({"a.jpg", "b.jpg"}, {"b.jpg", "same.jpg"})
    assert len(choose_pictures(samples, 1, 10**8)) == 1


def test_a_duplicate_is_refused(tmp_path: Path) -> None:
    paths = [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    for path in paths:
        path.write_bytes(b"the same")
    with pytest.raises(ValueError, match="2 pictures expected, 1 of them are different"):
        require_different(paths)
