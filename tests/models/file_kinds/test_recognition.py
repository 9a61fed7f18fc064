"""Files are recognized by their first bytes, and refused with advice for their kind."""

import io
import tarfile
import zipfile

import pytest

from models.errors import UnreadableItem, UnsupportedItem
from models.file_kinds.recognition import is_video
from tests.support.media.sample_pictures import decode


def make_zip():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "hello")
    return stream.getvalue()


def make_tar():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (make_zip(), "ZIP"),
        (make_tar(), "tar"),
        (b"\x1f\x8b\x08\x00" + bytes(20), "gzip"),
        (b"%PDF-1.7\n", "PDF"),
        (b"8BPS\x00\x01" + bytes(20), "Photoshop"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42", "MP4"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", "QuickTime"),
        (b"\x1a\x45\xdf\xa3" + bytes(20), "Matroska"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "AVI"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"\n<!DOCTYPE html><html></html>", "web page"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00", "camera raw"),
        (b"IIU\x00\x18\x00\x00\x00" + bytes(20), "camera raw"),
        (b"IIRO\x08\x00\x00\x00" + bytes(20), "camera raw"),
        (b"FUJIFILMCCD-RAW 0201", "camera raw"),
        (b"II\xbc\x01" + bytes(20), "JPEG XR"),
        (
            b"\xff\xd8\xff\xf7\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00",
            "JPEG-LS",
        ),
        (b"P6\n2 1\n255\n" + bytes(6), "Netpbm"),
        (b"DDS \x7c" + bytes(20), "DDS"),
        (bytes(128) + b"DICM" + bytes(20), "DICOM"),
        (b"gimp xcf v011\x00" + bytes(20), "GIMP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(20), "Office"),
        (b"\xff\xfb\x90\x64" + bytes(20), "a sound file"),
        (b"\xff\xf1\x50\x80" + bytes(20), "a sound file"),
        (b"#!AMR\n\x3c" + bytes(20), "a sound file"),
        (b"FORM\x00\x00\x00\x00AIFFCOMM", "a sound file"),
        (b".RMF\x00\x00" + bytes(20), "RealMedia"),
        (b"DHAV\xfd\x00" + bytes(20), "DAV"),
        (b"\x00\x00\x00\x01\x67\x64\x00" + bytes(20), "bare H.264"),
        (b"\x00\x00\x00\x01\x40\x01\x0c" + bytes(20), "bare HEVC"),
        (b"YUV4MPEG2 W64 H48 F25:1\n", "YUV4MPEG2"),
        (b"DKIF\x00\x00\x20\x00VP80" + bytes(20), "IVF"),
        (b"nut/multimedia container\x00" + bytes(20), "NUT"),
        (b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", "camera raw"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_known_kind_of_file_that_is_not_read_is_named(data, name):
    with pytest.raises(UnsupportedItem, match=name):
        decode(data)


PACKET = b"\x47\x40\x00\x10" + bytes(184)


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (PACKET * 20, r"an MPEG transport stream, .*\. Submit it as a job"),
        ((bytes(4) + PACKET) * 20, r"an MPEG transport stream, .*\. Submit it as a job"),
        (PACKET * 2 + PACKET[:1], r"an MPEG transport stream, .*\. Submit it as a job"),
        (b"FLV\x01\x05" + bytes(20), r"a Flash video, .*\. Submit it as a job"),
        (b"\x00\x00\x01\xba" + bytes(20), r"an MPEG video, .*\. Submit it as a job"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(20), r"Media file, .*\. Submit it as a job"),
        (b"OggS" + bytes(24) + b"\x80theora", r"an Ogg file, .*\. Convert it to MP4"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42", "Submit it as a job .POST /v1/jobs"),
        (b"\x1a\x45\xdf\xa3" + bytes(20), "Submit it as a job .POST /v1/jobs"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "Submit it as a job .POST /v1/jobs"),
        (make_zip(), r"a ZIP archive, .*\. Send what is in it"),
        (b"%PDF-1.7\n", r"a PDF document, .*\. Convert it to JPEG or PNG"),
    ],
    ids=[
        "ts", "m2ts", "three packets", "flv", "mpg", "wmv", "ogv", "mp4", "mkv", "avi", "zip",
        "pdf",
    ],
)  # fmt: skip
def test_a_refused_kind_comes_with_its_advice(data, advice):
    with pytest.raises(UnsupportedItem, match=advice):
        decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00isommp42",
        b"\x00\x00\x00\x18ftypM4B \x00\x00\x02\x00isommp42",
        b"\x00\x00\x00\x18ftypM4P \x00\x00\x02\x00isommp42",
        b"ID3\x04" + bytes(20),
        b"fLaC" + bytes(20),
        b"OggS" + bytes(24) + b"OpusHead",
    ],
    ids=["m4a", "m4b", "m4p", "mp3", "flac", "opus"],
)
def test_sound_is_not_a_video_even_with_a_cover_picture(data):
    assert not is_video(data)
    with pytest.raises(UnsupportedItem, match=r"a sound file: .*\. Send a picture or a video"):
        decode(data)


@pytest.mark.parametrize(
    "data", [PACKET * 2, PACKET * 3 + bytes(188), b"G" * 2000], ids=["two", "lost", "text"]
)
def test_a_few_bytes_that_resemble_packets_are_not_a_transport_stream(data):
    with pytest.raises(UnreadableItem):
        decode(data)
