"""The chunks of a WebP: the picture, or the first one of an animation, and what describes it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from models.containers.parts import (
    MOST_METADATA_BYTES,
    PartCounter,
    Parts,
    damaged,
    strip_exif_mark,
)

NAME = "WebP"
# Of the extended header's flags: a profile, EXIF, XMP.
HAS_PROFILE, HAS_EXIF, HAS_XMP = 0x20, 0x08, 0x04
KEPT = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM"})
FRAME = b"ANMF"


@dataclass(slots=True)
class _Found:
    kept: list[tuple[bytes, bytes]] = field(default_factory=list)
    metadata: dict[bytes, bytes] = field(default_factory=dict)


def split_webp(data: bytes) -> Parts:
    """Raises UnreadableItem for a file without a picture."""
    found = _Found()
    for kind, content in _walk(data):
        is_first_frame = kind == FRAME and all(kept != FRAME for kept, _ in found.kept)
        if kind in KEPT or is_first_frame:
            found.kept.append((kind, _clear_flags(content) if kind == b"VP8X" else content))
        elif kind in (b"EXIF", b"XMP ", b"ICCP") and len(content) <= MOST_METADATA_BYTES:
            found.metadata.setdefault(kind, content)
    width, height = _read_size(found.kept)
    return Parts(
        picture=_write_file(found.kept),
        width_pixels=width,
        height_pixels=height,
        work_pixels=width * height,
        exif=strip_exif_mark(found.metadata.get(b"EXIF", b"")),
        xmp=found.metadata.get(b"XMP ", b""),
        profile=found.metadata.get(b"ICCP", b""),
    )


def _walk(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    counter, at = PartCounter(NAME), 12
    while at + 8 <= len(data):
        counter.count()
        stop = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : stop]
        at = stop + stop % 2


def _clear_flags(content: bytes) -> bytes:
    flags = content[:1] or b"\x00"
    return bytes([flags[0] & ~(HAS_PROFILE | HAS_EXIF | HAS_XMP)]) + content[1:]


def _read_size(kept: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """Of the canvas, or of the only picture: libwebp takes the first chunk's."""
    kind, content = kept[0] if kept else (b"", b"")
    if kind == b"VP8X" and len(content) >= 10:
        size = int.from_bytes(content[4:7], "little"), int.from_bytes(content[7:10], "little")
        return size[0] + 1, size[1] + 1
    if kind == b"VP8L" and len(content) >= 5:
        bits = int.from_bytes(content[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and len(content) >= 10:
        sides = content[6:8], content[8:10]
        return tuple(int.from_bytes(side, "little") & 0x3FFF for side in sides)  # type: ignore[return-value]
    raise damaged(NAME)


def _write_file(chunks: list[tuple[bytes, bytes]]) -> bytes:
    body = b"".join(
        kind + len(content).to_bytes(4, "little") + content + b"\x00" * (len(content) % 2)
        for kind, content in chunks
    )
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


def join_webp(parts: Parts, exif: bytes) -> bytes:
    """The picture with this EXIF and its own profile, in the extended format."""
    chunks = list(_walk(parts.picture))
    if not (exif or parts.profile):
        return parts.picture
    if chunks[0][0] != b"VP8X":
        chunks.insert(0, (b"VP8X", _write_header(parts, chunks[0])))
    flags = (HAS_PROFILE if parts.profile else 0) | (HAS_EXIF if exif else 0)
    header = chunks[0][1]
    chunks[0] = (b"VP8X", bytes([header[0] | flags]) + header[1:])
    if parts.profile:
        chunks.insert(1, (b"ICCP", parts.profile))
    if exif:
        chunks.append((b"EXIF", exif))
    return _write_file(chunks)


def _write_header(parts: Parts, first: tuple[bytes, bytes]) -> bytes:
    has_alpha = first[0] == b"VP8L" and len(first[1]) > 4 and first[1][4] & 0x10
    sides = (
        (parts.width_pixels - 1).to_bytes(3, "little"),
        (parts.height_pixels - 1).to_bytes(3, "little"),
    )
    return bytes([0x10 if has_alpha else 0, 0, 0, 0]) + b"".join(sides)
