"""The time at which a picture was taken is read, wherever its file has it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.containers.parts import EXIF_MARK
from models.containers.png import write_chunk
from models.pictures.files import find_capture_time
from models.pictures.metadata import CaptureTime, parse_time
from tests.support.media.heif_files import make_heic
from tests.support.media.sample_pictures import encode, encode_scene, make_scene
from tests.support.media.tiff_files import make_exif

TAKEN = "2024:07:01 00:30:00"
LOCAL = datetime(2024, 7, 1, 0, 30)  # noqa: DTZ001
PARIS = ZoneInfo("Europe/Paris")
XMP = b'<x:xmpmeta><rdf:Description exif:DateTimeOriginal="2024-07-01T00:30:00+02:00"/></x:xmpmeta>'


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WebP", "AVIF"])
def test_the_time_of_exif_is_read(file_format):
    exif = EXIF_MARK + make_exif(taken=TAKEN)
    assert find_capture_time(encode_scene(file_format, exif=exif)) == CaptureTime(LOCAL, None)


def test_the_time_of_a_heic_is_read():
    assert find_capture_time(make_heic(exif=make_exif(taken=TAKEN))) == CaptureTime(LOCAL, None)


def test_the_time_of_a_tiff_is_read():
    exif = make_exif(taken=TAKEN, orientation=1)
    saved = encode(make_scene(), "TIFF", exif=exif)
    assert find_capture_time(saved) == CaptureTime(LOCAL, None)


@pytest.mark.parametrize(
    ("exif", "local", "offset"),
    [
        ({"taken": TAKEN, "offset": "+02:00"}, LOCAL, timedelta(hours=2)),
        ({"taken": TAKEN, "offset": "-09:30"}, LOCAL, -timedelta(hours=9, minutes=30)),
        ({"taken": TAKEN, "offset": "   :  "}, LOCAL, None),
        ({"changed": TAKEN, "maker": "Canon"}, LOCAL, None),
        ({"taken": TAKEN, "changed": "2025:01:01 00:00:00", "maker": "Canon"}, LOCAL, None),
    ],
    ids=["offset", "negative", "blank-offset", "camera", "changed-later"],
)
def test_the_best_of_several_times_is_taken(exif, local, offset):
    data = encode_scene("JPEG", exif=EXIF_MARK + make_exif(**exif))
    assert find_capture_time(data) == CaptureTime(local, offset)


@pytest.mark.parametrize(
    "exif",
    [
        {"taken": "0000:00:00 00:00:00"},
        {"taken": "    :  :     :  :  "},
        {"taken": "1904:01:01 00:00:00"},
        {"taken": "2999:01:01 00:00:00"},
        {"taken": "2024:02:30 00:00:00"},
        {"taken": "yesterday"},
        {"changed": TAKEN},
        {},
    ],
    ids=["zeros", "blank", "unset", "future", "no-day", "word", "editor", "none"],
)
def test_a_time_that_cannot_be_is_none(exif):
    assert find_capture_time(encode_scene("JPEG", exif=EXIF_MARK + make_exif(**exif))) is None


def test_without_exif_the_time_of_xmp_is_read():
    jpeg = encode_scene("JPEG", xmp=XMP)
    text = b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + XMP
    png = encode_scene("PNG")
    png = png[:33] + write_chunk(b"iTXt", text) + png[33:]
    for data in (jpeg, png, encode_scene("WebP", xmp=XMP), make_heic(xmp=XMP)):
        assert find_capture_time(data) == CaptureTime(LOCAL, timedelta(hours=2))


@pytest.mark.parametrize("data", [b"", b"text", encode_scene("JPEG")[:40], encode_scene("GIF")])
def test_a_file_that_does_not_tell_has_no_time(data):
    assert find_capture_time(data) is None


def test_an_offset_counts_more_than_the_zone():
    in_utc = datetime(2024, 6, 30, 22, 30, tzinfo=UTC)
    assert CaptureTime(LOCAL, None).at(PARIS) == in_utc
    assert CaptureTime(LOCAL, timedelta(hours=2)).at(ZoneInfo("Asia/Tokyo")) == in_utc


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("2024:07:01 00:30:00", None),
        ("2024-07-01T00:30", None),
        ("2024-07-01 00:30:00.25", None),
        ("2024-07-01T00:30:00Z", timedelta(0)),
        (" 2024-07-01T00:30:00+0200 ", timedelta(hours=2)),
    ],
)
def test_times_are_read_as_exif_and_iso_8601_write_them(text, offset):
    assert parse_time(text) == CaptureTime(LOCAL, offset)
