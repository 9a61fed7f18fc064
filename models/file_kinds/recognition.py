"""The kind of a file, recognized by its first bytes, never by its name."""

from collections.abc import Iterable

from models.errors import ItemError, UnreadableItem, UnsupportedItem
from models.file_kinds.kinds import (
    AVI,
    AVIF,
    HEIC,
    MP4,
    PICTURES,
    TAR,
    TRANSPORT_STREAM,
    VIDEOS,
    ZIP,
    FileKind,
)
from models.file_kinds.refused_kinds import (
    JPEG_2000,
    JPEG_XL,
    RAW,
    REFUSED_ARCHIVES,
    REFUSED_PICTURES,
    REFUSED_VIDEOS,
    SOUND,
)

# Refused kinds that people take for pictures or videos.
MEDIA = (*PICTURES, RAW, JPEG_2000, JPEG_XL, *REFUSED_VIDEOS)

# The bytes of a file that are compared: the packets of a transport stream need the most.
HEAD_BYTES = 1024

# Each packet of an MPEG transport stream begins with G; in an .m2ts a time precedes each.
PACKET_MARK = b"G"
PACKETS = ((0, 188), (4, 192))  # where the first mark is, bytes from one to the next
FEWEST_PACKETS = 3

# The first name in the ZIP archives that documents and programs are.
NAME_AT = 30
DOCUMENTS = (
    b"[Content_Types].xml", b"_rels/.rels", b"mimetype", b"META-INF/", b"AndroidManifest.xml",
    b"docProps/", b"word/", b"xl/", b"ppt/",
)  # fmt: skip

# Brands of ISO/IEC 14496-12 files, the family of MP4, HEIC and AVIF.
BRANDED = b"ftyp"
AVIF_BRANDS = frozenset({b"avif", b"avis"})
HEIF_BRANDS = frozenset(
    {
        b"heic",
        b"heix",
        b"heim",
        b"heis",
        b"hevc",
        b"hevx",
        b"hevm",
        b"hevs",
        b"mif1",
        b"msf1",
        b"mif2",
        b"msf2",
    }
)
SOUND_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P "})
OTHER_BRANDS = {b"crx ": RAW, b"jp2 ": JPEG_2000, b"jpx ": JPEG_2000, b"jxl ": JPEG_XL}


def recognize_picture(data: bytes) -> FileKind:
    """The kind of the picture in `data`.

    Raises UnsupportedItem for a known kind that is not read, UnreadableItem for anything else.
    """
    if not data:
        raise UnreadableItem("The file is empty. Send the picture again.")
    head = data[:HEAD_BYTES]
    if is_video(head):
        raise _refuse_video(head)
    if head[4:8] == BRANDED:
        return _recognize_brand(head)
    _refuse_known(head)
    picture = _find_kind(head, PICTURES)
    if picture:
        return picture
    raise UnreadableItem(_describe_unknown(head))


def find_media_type(head: bytes) -> str | None:
    """The media type of a picture that browsers show; None for any other file."""
    try:
        return recognize_picture(head).media_type
    except ItemError:
        return None


def is_video(head: bytes) -> bool:
    """Whether a file with these first bytes is a video of a kind in VIDEOS."""
    return find_video_kind(head) is not None


def find_video_kind(head: bytes) -> FileKind | None:
    """The kind in VIDEOS of a file with these first bytes."""
    if head[4:8] == BRANDED:
        return MP4 if _read_brand(head) == MP4 else None
    if _find_kind(head, PICTURES) is not None:
        return None
    if _is_transport_stream(head[:HEAD_BYTES]):
        return TRANSPORT_STREAM
    kind = _find_kind(head, VIDEOS)
    return None if kind == AVI and not head.startswith(b"RIFF") else kind


def is_media(head: bytes) -> bool:
    """Whether a file with these first bytes is a picture or a video, read or refused."""
    if head[4:8] == BRANDED:
        return _read_brand(head) != SOUND
    return is_video(head) or _find_kind(head, MEDIA) is not None


def is_zip(head: bytes) -> bool:
    """Whether a file with these first bytes is a ZIP archive, and no document that is one."""
    return _find_kind(head, (ZIP,)) is not None and not head.startswith(DOCUMENTS, NAME_AT)


def is_tar(head: bytes) -> bool:
    """Whether a file with these first bytes is an uncompressed tar archive."""
    return _find_kind(head, (TAR,)) is not None


def _refuse_video(head: bytes) -> UnsupportedItem:
    kind = find_video_kind(head) or MP4
    return UnsupportedItem(
        f"This is {kind.name}, not a picture. Submit it as a job (POST /v1/jobs)."
    )


def _recognize_brand(head: bytes) -> FileKind:
    kind = _read_brand(head)
    if kind == SOUND:
        raise _unsupported_sound()
    if kind not in (AVIF, HEIC):
        raise _unsupported_picture(kind.name)
    return kind


def _read_brand(head: bytes) -> FileKind:
    end = int.from_bytes(head[:4], "big")
    # Bytes 12 to 16 are the minor version, between the brands.
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, min(end, len(head)), 4))]
    if brands[0] in SOUND_BRANDS:
        return SOUND
    if AVIF_BRANDS.intersection(brands):
        return AVIF
    if HEIF_BRANDS.intersection(brands):
        return HEIC
    return OTHER_BRANDS.get(brands[0], MP4)


def _refuse_known(head: bytes) -> None:
    if archive := _find_kind(head, REFUSED_ARCHIVES):
        raise UnsupportedItem(f"This is {archive.name}, not a picture. Send what is in it.")
    if picture := _find_kind(head, REFUSED_PICTURES):
        raise _unsupported_picture(picture.name)
    if markup := _name_markup(head):
        raise _unsupported_picture(markup)
    if _find_kind(head, (SOUND,)):
        raise _unsupported_sound()
    if video := _find_kind(head, REFUSED_VIDEOS):
        raise _unsupported_video(video)


def _is_transport_stream(head: bytes) -> bool:
    return any(
        len(head) > first + (FEWEST_PACKETS - 1) * length
        and not head[first::length].strip(PACKET_MARK)
        and not _is_text(head)
        for first, length in PACKETS
    )


def _find_kind(head: bytes, kinds: Iterable[FileKind]) -> FileKind | None:
    return next(
        (kind for kind in kinds for at, mark in kind.marks if head.startswith(mark, at)), None
    )


def _name_markup(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml")) and b"<svg" in text:
        return "an SVG drawing"
    if text.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return ""


def _unsupported_picture(name: str) -> UnsupportedItem:
    return UnsupportedItem(
        f"This is {name}, a format that Facetally does not read. Convert it to JPEG or PNG."
    )


def _unsupported_video(kind: FileKind) -> UnsupportedItem:
    return UnsupportedItem(
        f"This is {kind.name}, a format that Facetally does not read. Convert it to MP4."
    )


def _unsupported_sound() -> UnsupportedItem:
    return UnsupportedItem(
        f"This is {SOUND.name}: it has no faces to detect. Send a picture or a video."
    )


def _describe_unknown(head: bytes) -> str:
    if _is_text(head):
        return "This file is text, not a picture. Send the picture itself."
    return "This is not a picture that Facetally can read. Send the original JPEG or PNG."


def _is_text(head: bytes) -> bool:
    if any(byte < 32 and byte not in b"\t\r\n\f" for byte in head):
        return False
    # The last character may be cut off: up to three of its bytes are no character.
    undecoded = len(head) - len(head.decode("utf-8", "ignore").encode())
    return undecoded <= min(3, len(head) - 1)
