"""The kinds of files that are read: what they are called, how their names end, how they begin."""

from dataclasses import dataclass
from typing import TypeAlias

# The offset of bytes in a file, and the bytes.
Mark: TypeAlias = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file, recognized by any of its marks; endings of names are hints only."""

    name: str
    endings: tuple[str, ...]
    marks: tuple[Mark, ...]
    media_type: str | None = None  # set where browsers show or play such files
    demuxer: str = ""  # of a video: what FFmpeg reads such files with


JPEG = FileKind(
    "JPEG",
    (".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".mpo"),
    ((0, b"\xff\xd8\xff"),),
    media_type="image/jpeg",
)
PNG = FileKind("PNG", (".png",), ((0, b"\x89PNG\r\n\x1a\n"),), media_type="image/png")
WEBP = FileKind("WebP", (".webp",), ((8, b"WEBP"),), media_type="image/webp")
BMP = FileKind("BMP", (".bmp",), ((0, b"BM"),), media_type="image/bmp")
TIFF = FileKind(
    "TIFF",
    (".tif", ".tiff"),
    ((0, b"II*\x00"), (0, b"MM\x00*"), (0, b"II+\x00"), (0, b"MM\x00+")),
)
GIF = FileKind("GIF", (".gif",), ((0, b"GIF87a"), (0, b"GIF89a")), media_type="image/gif")
# Recognized by its brands.
AVIF = FileKind("AVIF", (".avif",), (), media_type="image/avif")
HEIC = FileKind("HEIC", (".heic", ".heif", ".hif"), ())
PICTURES = (JPEG, PNG, WEBP, BMP, TIFF, GIF, AVIF, HEIC)

EBML = b"\x1a\x45\xdf\xa3"
AVI = FileKind("an AVI video", (".avi",), ((8, b"AVI "),), demuxer="avi")
MATROSKA = FileKind(
    "a Matroska or WebM video",
    (".mkv", ".webm"),
    ((0, EBML),),
    media_type="video/webm",
    demuxer="matroska",
)
# The oldest files have no brands, and begin with any of these boxes.
QUICKTIME = FileKind(
    "a QuickTime video",
    (".mov",),
    tuple((4, box) for box in (b"moov", b"mdat", b"wide", b"skip", b"free")),
    media_type="video/mp4",
    demuxer="mov",
)
# Recognized by its brands, as are current QuickTime files.
MP4 = FileKind(
    "an MP4 or QuickTime video",
    (".mp4", ".m4v", ".3gp", ".3g2"),
    (),
    media_type="video/mp4",
    demuxer="mov",
)
MPEG = FileKind(
    "an MPEG video", (".mpg", ".mpeg", ".vob"), ((0, b"\x00\x00\x01\xba"),), demuxer="mpeg"
)
MPEG_STREAM = FileKind("an MPEG video stream", (), ((0, b"\x00\x00\x01\xb3"),), demuxer="mpegvideo")
# Recognized by its packets. Files that end with .ts are mostly programs.
TRANSPORT_STREAM = FileKind("an MPEG transport stream", (".mts", ".m2ts"), (), demuxer="mpegts")
WINDOWS_MEDIA = FileKind(
    "a Windows Media file",
    (".wmv", ".asf"),
    ((0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),),
    demuxer="asf",
)
FLASH = FileKind("a Flash video", (".flv",), ((0, b"FLV\x01"),), demuxer="flv")
DV = FileKind(
    "a DV video", (".dv",), ((0, b"\x1f\x07\x00\x3f"), (0, b"\x1f\x07\x00\xbf")), demuxer="dv"
)
MXF = FileKind(
    "an MXF video",
    (".mxf",),
    ((0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01"),),
    demuxer="mxf",
)
VIDEOS = (
    *(AVI, MATROSKA, QUICKTIME, MP4, MPEG, MPEG_STREAM, TRANSPORT_STREAM),
    *(WINDOWS_MEDIA, FLASH, DV, MXF),
)
# What people call them.
VIDEO_FORMATS = "MP4, MOV, 3GP, MKV, WebM, AVI, MPG, MTS, WMV, FLV, MXF or DV"

ZIP = FileKind("a ZIP archive", (".zip",), ((0, b"PK\x03\x04"), (0, b"PK\x05\x06")))
TAR = FileKind(
    "a tar archive",
    (
        ".tar",
        ".tar.gz",
        ".tgz",
        ".tar.bz2",
        ".tbz2",
        ".tar.xz",
        ".txz",
        ".tar.zst",
        ".tzst",
    ),
    ((257, b"ustar"),),
)
ARCHIVES = (ZIP, TAR)
