"""Boxes and labels stay inside the picture and are readable on any background."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from db.engine import Database
from db.item_values import NewItem
from db.job_values import DetectionMode, JobOptions, NewJob, ThumbnailKind
from db.results.pictures import read_thumbnail
from db.results.reading import read_item
from db.submissions.drafts import accept_job
from models.face import Box, Face
from models.pictures.picture import decode_picture
from models.pictures.pyramid import Pyramid
from tests.support.work.jobs import make_face
from tests.support.work.worker import open_analyzer, work_until_done
from worker.pictures.thumbnails import COLORS, blur_faces, draw_thumbnail, shrink
from worker.settings import WORKING_SIZES, Settings


def flat(height: int, width: int, gray: int) -> NDArray[np.uint8]:
    return np.full((height, width, 3), gray, np.uint8)


def decode(content: bytes) -> NDArray[np.int16]:
    return np.asarray(Image.open(BytesIO(content)).convert("RGB")).astype(np.int16)


def face_at(*box: int) -> Face:
    return replace(make_face(female=0.9), box=Box(*box))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((1000, 500), (320, 160)),
        ((500, 1000), (160, 320)),
        ((320, 200), (320, 200)),
        ((10, 10), (10, 10)),
        ((5000, 1), (320, 1)),
    ],
)
def test_the_longer_side_is_shrunk_and_never_enlarged(
    shape: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert shrink(Pyramid(flat(*shape, 128)), 320).shape[:2] == expected


@pytest.mark.parametrize("gray", [0, 128, 255], ids=["dark", "middle", "light"])
def test_box_and_label_stand_out_on_any_picture(gray: int) -> None:
    rgb = flat(240, 320, gray)
    drawn = decode(draw_thumbnail(rgb, [face_at(100, 80, 60, 80)], 320, 0.6).content)
    box = drawn[80 : 80 + 80, 98:104]
    contrast = np.abs(box.mean(axis=2) - gray).max()
    assert contrast > 80
    label = drawn[60:79, 100:140]
    assert label.min() < 60
    assert np.abs(label - np.array(COLORS["female"])).sum(axis=2).min() < 120


def test_boxes_are_scaled_from_the_full_size_picture() -> None:
    drawn = decode(
        draw_thumbnail(flat(100, 100, 0), [face_at(400, 400, 400, 400)], 1000, 0.6).content
    )
    assert drawn[70, 40].max() > 100
    assert drawn[60, 60].max() < 60


@pytest.mark.parametrize(
    "box",
    [(0, 0, 20, 20), (300, 0, 20, 20), (0, 220, 20, 20), (300, 220, 20, 20), (0, 0, 320, 240)],
)
def test_faces_at_the_edge_are_drawn(box: tuple[int, int, int, int]) -> None:
    thumbnail = draw_thumbnail(flat(240, 320, 128), [face_at(*box)], 320, 0.6)
    assert decode(thumbnail.content).shape == (240, 320, 3)


def test_labels_in_words_take_more_room() -> None:
    def label_width(*, in_words: bool) -> int:
        face = face_at(20, 120, 60, 80)
        thumbnail = draw_thumbnail(flat(240, 640, 128), [face], 640, 0.6, in_words=in_words)
        # The dark ground of the label, in a line above the box.
        return int((decode(thumbnail.content)[108].max(axis=1) < 60).sum())

    assert label_width(in_words=True) > label_width(in_words=False) > 0


@pytest.mark.parametrize("size", [1, 2, 5, 30])
def test_tiny_pictures_are_drawn(size: int) -> None:
    thumbnail = draw_thumbnail(flat(size, size, 128), [face_at(0, 0, size, size)], size, 0.6)
    assert decode(thumbnail.content).shape == (size, size, 3)


def test_drawing_does_not_change_the_given_picture() -> None:
    rgb = flat(100, 100, 128)
    draw_thumbnail(rgb, [face_at(10, 10, 50, 50)], 100, 0.6)
    assert (rgb == 128).all()


def noise(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_a_blurred_face_is_nine_even_blocks() -> None:
    rgb = noise(240, 320)
    blurred = blur_faces(rgb, [face_at(400, 320, 240, 240)], 1280)
    left, top, right, bottom = 81, 61, 179, 159
    region = blurred[top:bottom, left:right]
    assert len(np.unique(region.reshape(-1, 3), axis=0)) == 9
    kept = np.ones(rgb.shape[:2], bool)
    kept[top:bottom, left:right] = False
    assert (blurred[kept] == rgb[kept]).all()


@pytest.mark.parametrize(
    "box",
    [(0, 0, 20, 20), (300, 220, 20, 20), (0, 0, 320, 240), (310, 230, 900, 900), (5, 5, 1, 1),
     (400, 400, 20, 20)],
)  # fmt: skip
def test_faces_at_and_past_the_edge_are_blurred(box: tuple[int, int, int, int]) -> None:
    rgb = noise(240, 320)
    x, y, width, height = box
    blurred = blur_faces(rgb, [face_at(*box)], 320)
    inside = blurred[y : y + height, x : x + width]
    assert len(np.unique(inside.reshape(-1, 3), axis=0)) <= 9
    assert inside.size == 0 or (inside != rgb[y : y + height, x : x + width]).any()


def test_overlapping_faces_are_both_blurred() -> None:
    rgb = noise(240, 320)
    blurred = blur_faces(rgb, [face_at(50, 50, 60, 60), face_at(80, 80, 60, 60)], 320)
    both = np.concatenate([blurred[50:110, 50:110], blurred[80:140, 80:140]])
    assert len(np.unique(both.reshape(-1, 3), axis=0)) <= 18


def test_blurring_does_not_change_the_given_picture() -> None:
    rgb = noise(100, 100)
    blur_faces(rgb, [face_at(10, 10, 50, 50)], 100)
    assert (rgb == noise(100, 100)).all()


@pytest.mark.parametrize(
    ("name", "faces"),
    [("face_detection_input.jpg", 5), ("astronaut.png", 1)],
)
def test_no_face_is_found_in_a_photo_whose_faces_are_blurred(
    settings: Settings, name: str, faces: int
) -> None:
    content = (settings.weights_dir / "samples" / name).read_bytes()
    analyzer = open_analyzer(settings.weights_dir)
    picture = decode_picture(
        content, max_pixels=10**8, working_size=WORKING_SIZES[DetectionMode.NORMAL]
    )
    found = analyzer.estimate(analyzer.detect([picture])[0].faces)
    small = shrink(picture.pyramid, 320)
    assert len(found) == faces
    # The same detector finds faces in the picture without blur, at this size and enlarged again.
    assert count_faces(settings, small)
    assert count_faces(settings, blur_faces(small, found, picture.width_pixels)) == 0


def test_a_blurred_thumbnail_has_nothing_of_the_faces_or_of_the_file(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    photo = Image.open(settings.weights_dir / "samples" / "astronaut.png").convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "a description"
    photo.save(tmp_path / "a.jpg", exif=exif, comment=b"a comment")
    job = NewJob(options=JobOptions(thumbnails=ThumbnailKind.BLURRED))
    with database.write() as session:
        accept_job(session, job, [NewItem("a.jpg", (tmp_path / "a.jpg").as_uri())], 1)
    work_until_done(settings, database)
    with database.read() as session:
        item, thumbnail = read_item(session, 1), read_thumbnail(session, 1)
    assert item is not None
    assert thumbnail is not None
    drawn = Image.open(BytesIO(thumbnail.content))
    assert drawn.size == (320, 320)
    assert not drawn.getexif()
    assert not {"exif", "comment", "xmp", "photoshop", "icc_profile"} & drawn.info.keys()
    [face] = item.faces
    # Inside the lines of the box, blocks are larger than eyes are; within one, all is even.
    box, scale = face.face.box, 320 / 512
    middle = round((box.x + box.width / 2) * scale), round((box.y + box.height / 2) * scale)
    pixels = np.asarray(drawn.convert("L")).astype(int)[middle[1] - 10 : middle[1] + 10]
    assert np.ptp(pixels[:, middle[0] - 10 : middle[0] + 10]) < 12
    sharp = np.asarray(photo.resize((320, 320)).convert("L")).astype(int)
    sharp = sharp[middle[1] - 10 : middle[1] + 10, middle[0] - 10 : middle[0] + 10]
    assert np.ptp(sharp) > 60


def count_faces(settings: Settings, rgb: NDArray[np.uint8]) -> int:
    """Faces in the picture enlarged four times, which is larger than any of the samples."""
    stream = BytesIO()
    image = Image.fromarray(rgb)
    image.resize((rgb.shape[1] * 4, rgb.shape[0] * 4)).save(stream, "PNG")
    picture = decode_picture(
        stream.getvalue(), max_pixels=10**8, working_size=WORKING_SIZES[DetectionMode.NORMAL]
    )
    return len(open_analyzer(settings.weights_dir).detect([picture])[0].faces)
