"""The chunks of a PNG (W3C, third edition): what the pixels need is kept, the rest is set apart."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from models.containers.parts import (
    MOST_METADATA_BYTES,
    ColorCode,
    PartCounter,
    Parts,
    damaged,
    strip_exif_mark,
)

NAME = "PNG"
MARK = b"\x89PNG\r\n\x1a\n"
CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT"})
XMP_KEYWORD = b"XML:com.adobe.xmp\x00"
# The first bytes of a text chunk, for its keyword.
KEYWORD_BYTES = 80
# ImageMagick writes EXIF as hexadecimal text.
EXIF_KEYWORDS = (b"Raw profile type exif\x00", b"Raw profile type APP1\x00")


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    start: int
    content: int
    stop: int  # of the content; its checksum follows


@dataclass(slots=True)
class _Found:
    kept: list[bytes] = field(default_factory=lambda: [MARK])
    size: tuple[int, int] | None = None
    exif: bytes = b""
    xmp: bytes = b""
    profile: bytes = b""
    color: ColorCode | None = None
    gamma: float | None = None
    is_srgb: bool = False


def split_png(data: bytes) -> Parts:
    """Raises UnreadableItem for a file that ends early or does not begin as a PNG."""
    found = _Found()
    for chunk in _walk(data):
        if chunk.kind in CRITICAL:
            _keep(data, chunk, found)
        elif _is_sound(data, chunk):
            _sort(data, chunk, found)
    if found.size is None:
        raise damaged(NAME)
    found.kept.append(write_chunk(b"IEND", b""))
    width, height = found.size
    return Parts(
        picture=b"".join(found.kept),
        width_pixels=width,
        height_pixels=height,
        work_pixels=width * height,
        exif=found.exif,
        xmp=found.xmp,
        # A code takes precedence.
        profile=b"" if found.color else found.profile,
        color=found.color,
        gamma=None if found.is_srgb else found.gamma,
    )


def _walk(data: bytes) -> Iterator[_Chunk]:
    counter, at = PartCounter(NAME), len(MARK)
    while at + 8 <= len(data):
        counter.count()
        kind = data[at + 4 : at + 8]
        if kind == b"IEND":
            return
        stop = at + 8 + int.from_bytes(data[at : at + 4], "big")
        yield _Chunk(kind, at, at + 8, stop)
        at = stop + 4


def _keep(data: bytes, chunk: _Chunk, found: _Found) -> None:
    # Of the last chunk, the checksum may be missing: nothing else is.
    if chunk.stop > len(data):
        raise damaged(NAME)
    if chunk.kind == b"IHDR":
        if chunk.stop - chunk.content != 13 or found.size is not None:
            raise damaged(NAME)
        found.size = struct.unpack_from(">II", data, chunk.content)
    whole = data[chunk.start : chunk.stop + 4]
    if chunk.stop + 4 > len(data):
        whole = write_chunk(chunk.kind, data[chunk.content : chunk.stop])
    found.kept.append(whole)


def _is_sound(data: bytes, chunk: _Chunk) -> bool:
    if chunk.stop + 4 > len(data) or chunk.stop - chunk.content > 4 * MOST_METADATA_BYTES:
        return False
    stated = int.from_bytes(data[chunk.stop : chunk.stop + 4], "big")
    return zlib.crc32(data[chunk.start + 4 : chunk.stop]) == stated


def _sort(data: bytes, chunk: _Chunk, found: _Found) -> None:
    content = data[chunk.content : chunk.stop]
    match chunk.kind:
        case b"tRNS":
            found.kept.append(data[chunk.start : chunk.stop + 4])
        case b"iCCP":
            found.profile = inflate(content.partition(b"\x00")[2][1:]) or found.profile
        case b"sRGB":
            found.is_srgb = True
        case b"gAMA" if len(content) == 4 and any(content):
            found.gamma = 100_000 / int.from_bytes(content, "big")
        case b"cICP" if len(content) == 4 and content[2:] == b"\x00\x01":
            found.color = ColorCode(content[0], content[1])
        case b"eXIf":
            found.exif = strip_exif_mark(content)
        case b"iTXt" | b"tEXt" | b"zTXt":
            _sort_text(chunk.kind, content, found)


def _sort_text(kind: bytes, content: bytes, found: _Found) -> None:
    keyword = content[:KEYWORD_BYTES].partition(b"\x00")[0] + b"\x00"
    body = content[len(keyword) :]
    if kind == b"iTXt" and keyword == XMP_KEYWORD:
        # Two bytes say whether it is compressed; language and translated keyword follow.
        text = body[2:].split(b"\x00", 2)[-1]
        found.xmp = inflate(text) if body[:1] == b"\x01" else text
    elif kind != b"iTXt" and keyword in EXIF_KEYWORDS and not found.exif:
        found.exif = _read_hexadecimal(inflate(body[1:]) if kind == b"zTXt" else body)


def _read_hexadecimal(text: bytes) -> bytes:
    """A line with a name, one with a length, then hexadecimal digits."""
    try:
        return strip_exif_mark(bytes.fromhex(b"".join(text.split()[2:]).decode("ascii")))
    except ValueError:
        return b""


def inflate(compressed: bytes) -> bytes:
    """What was compressed; empty if it is damaged or far too large."""
    reading = zlib.decompressobj()
    try:
        plain = reading.decompress(compressed, MOST_METADATA_BYTES)
    except zlib.error:
        return b""
    return plain if reading.eof else b""


def write_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + kind + content + checksum


def join_png(parts: Parts, exif: bytes) -> bytes:
    """The picture with this EXIF and its own colors."""
    header = len(MARK) + 25
    chunks = []
    if parts.color is not None:
        code = bytes([parts.color.primaries, parts.color.transfer, 0, 1])
        chunks.append(write_chunk(b"cICP", code))
    if parts.profile:
        chunks.append(write_chunk(b"iCCP", b"icc\x00\x00" + zlib.compress(parts.profile)))
    elif parts.gamma is not None:
        chunks.append(write_chunk(b"gAMA", round(100_000 / parts.gamma).to_bytes(4, "big")))
    if exif:
        chunks.append(write_chunk(b"eXIf", exif))
    return parts.picture[:header] + b"".join(chunks) + parts.picture[header:]
