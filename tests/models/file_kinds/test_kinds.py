"""The lists of kinds of files agree with each other."""

import pytest

from models.file_kinds.kinds import PICTURES, VIDEO_FORMATS, VIDEOS
from models.file_kinds.recognition import find_media_type
from models.pictures.files import SPLIT


def test_every_kind_of_picture_has_a_reader():
    assert SPLIT.keys() == set(PICTURES)


def test_every_format_of_videos_is_called_by_the_ending_of_a_kind():
    called = {f".{name.lower()}" for name in VIDEO_FORMATS.replace(" or ", ", ").split(", ")}
    assert called <= {ending for kind in VIDEOS for ending in kind.endings}
    assert all(called & set(kind.endings) for kind in VIDEOS if kind.endings)


def test_every_kind_of_video_has_a_demuxer():
    assert all(kind.demuxer for kind in VIDEOS)


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1", "image/avif"),
        (b"II*\x00\x08\x00\x00\x00", None),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1", None),
        (b"<html>", None),
        (b"", None),
    ],
    ids=["jpeg", "webp", "avif", "tiff", "heic", "page", "empty"],
)
def test_only_pictures_that_browsers_show_have_a_media_type(head, media_type):
    assert find_media_type(head) == media_type
