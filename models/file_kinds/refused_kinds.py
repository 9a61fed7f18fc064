"""The kinds of files that are recognized and refused, with the advice for their kind."""

from models.file_kinds.kinds import ARCHIVES, FileKind

# Refused as a picture; ZIP and tar archives are unpacked when they are uploaded.
REFUSED_ARCHIVES = (
    *ARCHIVES,
    FileKind("a gzip archive", (".gz",), ((0, b"\x1f\x8b"),)),
    FileKind("a bzip2 archive", (".bz2",), ((0, b"BZh"),)),
    FileKind("an xz archive", (".xz",), ((0, b"\xfd7zXZ\x00"),)),
    FileKind("a 7-Zip archive", (".7z",), ((0, b"7z\xbc\xaf\x27\x1c"),)),
    FileKind("a RAR archive", (".rar",), ((0, b"Rar!\x1a\x07"),)),
    FileKind("a Zstandard archive", (".zst",), ((0, b"\x28\xb5\x2f\xfd"),)),
)

# Kinds here and below have endings only where people take such files for pictures or videos.
# Most camera raw files are TIFF files, recognized by their tags: models/containers/tiff.py.
RAW = FileKind(
    "a camera raw file",
    (),
    (
        (8, b"CR\x02\x00"),
        (6, b"HEAPCCDR"),
        (0, b"IIRO"),
        (0, b"IIRS"),
        (0, b"MMOR"),
        (0, b"IIU\x00"),
        (0, b"FUJIFILMCCD-RAW"),
        (0, b"FOVb"),
        (0, b"\x00MRM"),
    ),
)
JPEG_2000 = FileKind(
    "a JPEG 2000 picture", (".jp2",), ((0, b"\x00\x00\x00\x0cjP  "), (0, b"\xff\x4f\xff\x51"))
)
JPEG_XL = FileKind("a JPEG XL picture", (".jxl",), ((0, b"\x00\x00\x00\x0cJXL "), (0, b"\xff\x0a")))
REFUSED_PICTURES = (
    RAW,
    FileKind("a PDF document", (), ((0, b"%PDF"),)),
    FileKind("a PostScript document", (), ((0, b"%!PS"),)),
    FileKind("an Office document", (), ((0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),)),
    FileKind("a Photoshop file", (), ((0, b"8BPS"),)),
    FileKind("a GIMP file", (), ((0, b"gimp xcf "),)),
    JPEG_2000,
    JPEG_XL,
    FileKind("an icon file", (), ((0, b"\x00\x00\x01\x00"),)),
    FileKind("an OpenEXR picture", (), ((0, b"\x76\x2f\x31\x01"),)),
    FileKind("a QOI picture", (), ((0, b"qoif"),)),
    FileKind("a JPEG XR picture", (), ((0, b"II\xbc\x01"),)),
    FileKind("a DDS picture", (), ((0, b"DDS "),)),
    FileKind(
        "a Netpbm picture",
        (),
        ((0, b"P4\n"), (0, b"P5\n"), (0, b"P6\n"), (0, b"P7\n"), (0, b"PF\n")),
    ),
    FileKind("a DICOM picture", (), ((128, b"DICM"),)),
)

SOUND = FileKind(
    "a sound file",
    (),
    (
        (8, b"WAVE"),
        (8, b"AIFF"),
        (8, b"AIFC"),
        (0, b"ID3"),
        # The first frame of an MP3 without tags, and of AAC (ADTS).
        (0, b"\xff\xfb"),
        (0, b"\xff\xfa"),
        (0, b"\xff\xf3"),
        (0, b"\xff\xf2"),
        (0, b"\xff\xf1"),
        (0, b"\xff\xf9"),
        (0, b"#!AMR"),
        (0, b"fLaC"),
        # The content of an Ogg file follows the header of its first page.
        (28, b"\x01vorbis"),
        (28, b"OpusHead"),
    ),
)

REFUSED_VIDEOS = (
    FileKind("an Ogg file", (), ((0, b"OggS"),)),
    FileKind("a RealMedia file", (), ((0, b".RMF"),)),
    FileKind("a DAV recording", (), ((0, b"DHAV"),)),
    # Without a container there are no times. They begin with a delimiter or their parameters.
    FileKind(
        "a bare H.264 stream",
        (),
        ((0, b"\x00\x00\x00\x01\x67"), (0, b"\x00\x00\x00\x01\x27"), (0, b"\x00\x00\x00\x01\x09")),
    ),
    FileKind(
        "a bare HEVC stream",
        (),
        ((0, b"\x00\x00\x00\x01\x40\x01"), (0, b"\x00\x00\x00\x01\x46\x01")),
    ),
    FileKind("a YUV4MPEG2 video", (), ((0, b"YUV4MPEG2 "),)),
    FileKind("an IVF video", (), ((0, b"DKIF"),)),
    FileKind("a NUT video", (), ((0, b"nut/multimedia container"),)),
)
