"""What kind of file some bytes are, told from how they begin, never from a name."""

from models.errors import UnreadableItem, UnsupportedItem

# How many bytes are looked at: the tar mark, at 257, is the farthest one.
HEAD_BYTES = 1024

# Offset, bytes there, picture format read here.
READABLE = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"GIF87a", "GIF"),
    (0, b"GIF89a", "GIF"),
    (8, b"WEBP", "WebP"),
    (0, b"II*\x00", "TIFF"),
    (0, b"MM\x00*", "TIFF"),
    (0, b"II+\x00", "TIFF"),
    (0, b"MM\x00+", "TIFF"),
    (0, b"BM", "BMP"),
)

# Offset, bytes there, what it is; looked at before the readable ones, some of which they resemble.
ARCHIVES = (
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"PK\x05\x06", "a ZIP archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\x00", "an xz archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (257, b"ustar", "a tar archive"),
)
OTHER_PICTURES = (
    (8, b"CR\x02\x00", "a camera raw file"),
    (0, b"%PDF", "a PDF document"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"\x00\x00\x01\x00", "an icon file"),
    (0, b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (0, b"qoif", "a QOI picture"),
)
SOUND = "a sound file"
SOUNDS = (
    (8, b"WAVE", SOUND),
    (0, b"ID3", SOUND),
    (0, b"fLaC", SOUND),
    # What an Ogg file holds stands behind the header of its first page.
    (28, b"\x01vorbis", SOUND),
    (28, b"OpusHead", SOUND),
)
OTHER_VIDEOS = (
    (0, b"\x00\x00\x01\xba", "an MPEG video"),
    (0, b"\x00\x00\x01\xb3", "an MPEG video"),
    (0, b"FLV\x01", "a Flash video"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"),
    (0, b"OggS", "an Ogg file"),
)

AVI = b"AVI "
# Offset, bytes there, what kind of video; QuickTime's oldest files begin with any of its boxes.
VIDEOS = (
    (8, AVI, "an AVI video"),
    (0, b"\x1a\x45\xdf\xa3", "a Matroska or WebM video"),
    (4, b"moov", "a QuickTime video"),
    (4, b"mdat", "a QuickTime video"),
    (4, b"wide", "a QuickTime video"),
    (4, b"skip", "a QuickTime video"),
    (4, b"free", "a QuickTime video"),
)

# An MPEG transport stream is packets that each begin with G; in an .m2ts a time stands before each.
TRANSPORT_STREAM = "an MPEG transport stream"
PACKET_MARK = b"G"
PACKETS = ((0, 188), (4, 192))  # where the first one is marked, bytes from one to the next
FEWEST_PACKETS = 3

# Brands of ISO/IEC 14496-12 files, the family of MP4, HEIC and AVIF.
AVIF_BRANDS = frozenset({b"avif", b"avis"})
HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"mif2"}
)
OTHER_BRANDS = {
    b"crx ": "a camera raw file",
    b"jp2 ": "a JPEG 2000 picture",
    b"jpx ": "a JPEG 2000 picture",
    b"jxl ": "a JPEG XL picture",
}
SOUND_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P "})
MP4 = "an MP4 or QuickTime video"


def recognize_format(data: bytes) -> str:
    """Name the picture format of `data`: JPEG, PNG, WebP, BMP, TIFF, GIF or AVIF.

    Raises UnsupportedItem for a known kind that is not read, UnreadableItem for anything else.
    """
    if not data:
        raise UnreadableItem("The file is empty; send the picture again.")
    head = data[:HEAD_BYTES]
    if is_video(head):
        raise _refuse_video(head)
    if head[4:8] == b"ftyp":
        return _recognize_brand(head)
    _refuse_known(head)
    readable = _find_mark(head, READABLE)
    if readable:
        return readable
    if _is_transport_stream(head):
        raise _unsupported_video(TRANSPORT_STREAM)
    raise UnreadableItem(_describe_unknown(head))


def is_video(head: bytes) -> bool:
    """Whether a file that begins so is one of the videos read here: MP4, MOV, MKV, WebM, AVI."""
    if head[4:8] == b"ftyp":
        return _name_brand(head) == MP4
    return bool(_find_mark(head, VIDEOS)) and (head[8:12] != AVI or head.startswith(b"RIFF"))


def _refuse_video(head: bytes) -> UnsupportedItem:
    kind = _find_mark(head, VIDEOS) or MP4
    return UnsupportedItem(
        f"This is {kind}, and one picture is taken here; submit it as a job (POST /v1/jobs)."
    )


def _recognize_brand(head: bytes) -> str:
    kind = _name_brand(head)
    if kind == SOUND:
        raise _unsupported_sound()
    if kind != "AVIF":
        raise _unsupported_picture(kind)
    return kind


def _name_brand(head: bytes) -> str:
    end = int.from_bytes(head[:4], "big")
    # Bytes 12 to 16 are the minor version; the brands stand before and after it.
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, min(end, len(head)), 4))]
    if brands[0] in SOUND_BRANDS:
        return SOUND
    if AVIF_BRANDS.intersection(brands):
        return "AVIF"
    if HEIF_BRANDS.intersection(brands):
        return "a HEIC picture"
    return OTHER_BRANDS.get(brands[0], MP4)


def _refuse_known(head: bytes) -> None:
    if archive := _find_mark(head, ARCHIVES):
        raise UnsupportedItem(f"This is {archive}, not a picture; send what is in it.")
    if picture := _find_mark(head, OTHER_PICTURES) or _name_markup(head):
        raise _unsupported_picture(picture)
    if _find_mark(head, SOUNDS):
        raise _unsupported_sound()
    if video := _find_mark(head, OTHER_VIDEOS):
        raise _unsupported_video(video)


def _is_transport_stream(head: bytes) -> bool:
    return any(
        len(head) > first + (FEWEST_PACKETS - 1) * step
        and not head[first::step].strip(PACKET_MARK)
        and not _is_text(head)
        for first, step in PACKETS
    )


def _find_mark(head: bytes, marks: tuple[tuple[int, bytes, str], ...]) -> str:
    return next((name for at, mark, name in marks if head.startswith(mark, at)), "")


def _name_markup(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml")) and b"<svg" in text:
        return "an SVG drawing"
    if text.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return ""


def _unsupported_picture(kind: str) -> UnsupportedItem:
    return UnsupportedItem(f"This is {kind}, not a picture read here; convert it to JPEG or PNG.")


def _unsupported_video(kind: str) -> UnsupportedItem:
    return UnsupportedItem(f"This is {kind}, not a video read here; convert it to MP4.")


def _unsupported_sound() -> UnsupportedItem:
    return UnsupportedItem(f"This is {SOUND}, which shows nobody; send a picture or a video.")


def _describe_unknown(head: bytes) -> str:
    if _is_text(head):
        return "The file holds text, not a picture; send the picture itself."
    return "The file is no picture that can be recognized; send the original JPEG or PNG."


def _is_text(head: bytes) -> bool:
    if any(byte < 32 and byte not in b"\t\r\n\f" for byte in head):
        return False
    # The last character may be cut: up to three of its bytes are forgiven.
    undecoded = len(head) - len(head.decode("utf-8", "ignore").encode())
    return undecoded <= min(3, len(head) - 1)
