"""The segments of a JPEG (ITU-T T.81): tables and pixels are kept, metadata is set apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.containers.parts import (
    EXIF_MARK,
    MOST_METADATA_BYTES,
    PartCounter,
    Parts,
    damaged,
    strip_exif_mark,
)
from models.errors import UnsupportedItem

NAME = "JPEG"
SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
JFIF, METADATA, COLORS, ADOBE = 0xE0, 0xE1, 0xE2, 0xEE
APPLICATIONS = range(0xE0, 0xF0)
# Segments without a length.
BARE = frozenset({0x01, SOI})
PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
JPEG_LS = 0xF7
LOSSLESS = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF})
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {JPEG_LS}

# A marker may begin with any number of FF. FF 00 and the restart markers are among pixels.
MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")

XMP_MARK = b"http://ns.adobe.com/xap/1.0/\x00"
PROFILE_MARK = b"ICC_PROFILE\x00"
END = b"\xff\xd9"
# Follows a file that lacks its end: bits that no missing pixels would happen to have.
PADDING = bytes((at * 89 + 45) % 255 for at in range(256)) + END


@dataclass(frozen=True, slots=True)
class _Segment:
    """From its marker, FF included, to where the next may begin; a scan has its pixels in it."""

    marker: int
    start: int
    content: int
    stop: int


@dataclass(slots=True)
class _Found:
    """What the segments hold; `kept` are those that a decoder needs."""

    kept: list[bytes]
    frame: _Segment | None = None
    scans: int = 0
    is_closed: bool = False
    exif: bytes = b""
    xmp: bytes = b""
    profile_blocks: dict[int, bytes] | None = None


def split_jpeg(data: bytes) -> Parts:
    """Raises UnsupportedItem for a kind of JPEG that is not read, UnreadableItem for none."""
    found = _Found([b"\xff\xd8"])
    for segment in _walk(data):
        _sort(data, segment, found)
        if segment.marker == SOS and _is_complete(data, segment, found):
            break
    if found.frame is None or not found.scans:
        raise damaged(NAME)
    width, height, _ = _read_frame(data, found.frame)
    picture = b"".join(found.kept)
    return Parts(
        picture=picture + END,
        width_pixels=width,
        height_pixels=height,
        work_pixels=width * height * found.scans,
        exif=found.exif,
        xmp=found.xmp,
        profile=_join_profile(found.profile_blocks or {}),
        padded=None if found.is_closed else picture + PADDING,
    )


def _walk(data: bytes) -> Iterator[_Segment]:
    """The segments; bytes between them are skipped, as decoders do."""
    counter, at = PartCounter(NAME), 2
    while (found := MARKER.search(data, at)) is not None:
        counter.count()
        at = found.end()
        marker = data[at - 1]
        if marker == EOI:
            return
        if marker in BARE:
            continue
        stop = at + max(2, int.from_bytes(data[at : at + 2], "big"))
        if marker == SOS:
            following = MARKER.search(data, stop)
            stop = len(data) if following is None else following.start()
        yield _Segment(marker, at - 2, at + 2, stop)
        at = stop


def _sort(data: bytes, segment: _Segment, found: _Found) -> None:
    content = data[segment.content : min(segment.stop, segment.content + 0xFFFF)]
    if segment.marker == METADATA:
        _sort_metadata(content, found)
    elif segment.marker == COLORS and content.startswith(PROFILE_MARK):
        _add_profile_block(content, found)
    elif segment.marker == SOS:
        _add_scan(data, segment, found)
    elif _must_keep(segment.marker, content):
        if segment.stop > len(data):
            raise damaged(NAME)
        found.kept.append(data[segment.start : segment.stop])
        if segment.marker in FRAMES and found.frame is None:
            found.frame = segment


def _add_scan(data: bytes, segment: _Segment, found: _Found) -> None:
    found.scans += 1
    found.is_closed = segment.stop < len(data)
    scan = data[segment.start : segment.stop]
    # At the end of the file, a marker may have lost its second byte.
    found.kept.append(scan if found.is_closed else scan.rstrip(b"\xff"))


def _is_complete(data: bytes, scan: _Segment, found: _Found) -> bool:
    """Whether this scan has all there is to the picture, so that decoders stop after it."""
    if found.frame is None:
        raise damaged(NAME)
    _, _, components = _read_frame(data, found.frame)
    has_all = data[scan.content : scan.content + 1] == bytes([components])
    return has_all and found.frame.marker not in PROGRESSIVE


def _must_keep(marker: int, content: bytes) -> bool:
    if marker == JFIF:
        return content.startswith(b"JFIF\x00") and len(content) >= 14
    if marker == ADOBE:
        return content.startswith(b"Adobe") and len(content) >= 12
    return marker not in APPLICATIONS and marker != COM


def _sort_metadata(content: bytes, found: _Found) -> None:
    if content.startswith(EXIF_MARK) and not found.exif:
        found.exif = strip_exif_mark(content)
    elif content.startswith(XMP_MARK) and not found.xmp:
        found.xmp = content[len(XMP_MARK) :]


def _add_profile_block(content: bytes, found: _Found) -> None:
    head = len(PROFILE_MARK)
    if len(content) > head + 2:
        blocks = found.profile_blocks = found.profile_blocks or {}
        blocks.setdefault(content[head], content[head + 2 :])


def _join_profile(blocks: dict[int, bytes]) -> bytes:
    """A profile is divided into numbered blocks; one of which some are missing has no use."""
    if sorted(blocks) != list(range(1, len(blocks) + 1)):
        return b""
    joined = b"".join(blocks[number] for number in sorted(blocks))
    return joined if len(joined) <= MOST_METADATA_BYTES else b""


def _read_frame(data: bytes, frame: _Segment) -> tuple[int, int, int]:
    """Width, height and number of components."""
    content = data[frame.content : frame.stop]
    if len(content) < 6:
        raise damaged(NAME)
    if frame.marker == JPEG_LS:
        raise _unsupported("a JPEG-LS picture")
    if frame.marker in LOSSLESS:
        raise _unsupported("a lossless JPEG picture")
    if content[0] != 8:
        raise _unsupported(f"a JPEG picture of {content[0]} bits")
    height, width = int.from_bytes(content[1:3], "big"), int.from_bytes(content[3:5], "big")
    if content[5] not in (1, 3, 4):
        raise _unsupported(f"a JPEG picture of {content[5]} channels")
    if height == 0 or width == 0:
        raise _unsupported("a JPEG picture that states its height at its end")
    return width, height, content[5]


def _unsupported(name: str) -> UnsupportedItem:
    return UnsupportedItem(
        f"This is {name}, a format that Facetally does not read. Convert it to JPEG of 8 bits."
    )


def join_jpeg(parts: Parts, exif: bytes) -> bytes:
    """The picture with this EXIF and its own profile."""
    segments = [_write_segment(METADATA, EXIF_MARK + exif)] if exif else []
    size = 0xFFFF - 2 - len(PROFILE_MARK) - 2
    blocks = [parts.profile[at : at + size] for at in range(0, len(parts.profile), size)]
    for number, block in enumerate(blocks, 1):
        numbers = bytes([number, len(blocks)])
        segments.append(_write_segment(COLORS, PROFILE_MARK + numbers + block))
    return parts.picture[:2] + b"".join(segments) + parts.picture[2:]


def _write_segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content
