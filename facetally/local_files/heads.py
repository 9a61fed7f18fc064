"""Pictures, videos and archives by how they begin: the server recognizes the same ones."""

HEAD_BYTES = 1024
# The offset of bytes in a file, and the bytes.
PICTURE_MARKS = (
    (0, b"\xff\xd8\xff"), (0, b"\x89PNG\r\n\x1a\n"), (8, b"WEBP"), (0, b"BM"), (0, b"II*\x00"),
    (0, b"MM\x00*"), (0, b"II+\x00"), (0, b"MM\x00+"), (0, b"GIF87a"), (0, b"GIF89a"),
    (8, b"CR\x02\x00"), (6, b"HEAPCCDR"), (0, b"IIRO"), (0, b"IIRS"), (0, b"MMOR"),
    (0, b"IIU\x00"), (0, b"FUJIFILMCCD-RAW"), (0, b"FOVb"), (0, b"\x00MRM"),
    (0, b"\x00\x00\x00\x0cjP  "), (0, b"\xff\x4f\xff\x51"), (0, b"\x00\x00\x00\x0cJXL "),
    (0, b"\xff\x0a"),
)  # fmt: skip
VIDEO_MARKS = (
    (8, b"AVI "), (0, b"\x1a\x45\xdf\xa3"), (4, b"moov"), (4, b"mdat"), (4, b"wide"),
    (4, b"skip"), (4, b"free"), (0, b"\x00\x00\x01\xba"), (0, b"\x00\x00\x01\xb3"),
    (0, b"FLV\x01"), (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), (0, b"OggS"),
    (0, b"\x1f\x07\x00\x3f"), (0, b"\x1f\x07\x00\xbf"),
    (0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01"), (0, b".RMF"), (0, b"DHAV"),
    (0, b"\x00\x00\x00\x01\x67"), (0, b"\x00\x00\x00\x01\x27"), (0, b"\x00\x00\x00\x01\x09"),
    (0, b"\x00\x00\x00\x01\x40\x01"), (0, b"\x00\x00\x00\x01\x46\x01"), (0, b"YUV4MPEG2 "),
    (0, b"DKIF"), (0, b"nut/multimedia container"),
)  # fmt: skip
ARCHIVE_MARKS = ((0, b"PK\x03\x04"), (0, b"PK\x05\x06"), (257, b"ustar"))
# MP4, QuickTime, HEIC and AVIF; sound has brands of its own.
BRANDED = (4, b"ftyp")
SOUND_BRANDS = (b"M4A ", b"M4B ", b"M4P ")
# The offset of the first packet of an MPEG transport stream, bytes from one to the next, and how
# many must begin with the mark.
PACKETS = ((0, 188), (4, 192))
PACKET_MARK, FEWEST_PACKETS = b"G", 3

Marks = tuple[tuple[int, bytes], ...]


def begins_as_media(head: bytes) -> bool:
    """Whether a file with these first bytes is a picture or a video."""
    if _has_mark(head, (BRANDED,)):
        return head[8:12] not in SOUND_BRANDS
    return _has_mark(head, PICTURE_MARKS) or _has_mark(head, VIDEO_MARKS) or _has_packets(head)


def begins_as_video(head: bytes) -> bool:
    """Whether a file with these first bytes is a video, or a picture of HEIC or AVIF."""
    return begins_as_media(head) and not _has_mark(head, PICTURE_MARKS)


def begins_as_archive(head: bytes) -> bool:
    """Whether a file with these first bytes is an archive that is not compressed."""
    return _has_mark(head, ARCHIVE_MARKS)


def _has_mark(head: bytes, marks: Marks) -> bool:
    return any(head.startswith(mark, at) for at, mark in marks)


def _has_packets(head: bytes) -> bool:
    # Of text, not all bytes at such a distance are the mark, but for lines of G.
    return any(
        len(head) > first + (FEWEST_PACKETS - 1) * length
        and not head[first::length].strip(PACKET_MARK)
        and not head.isascii()
        for first, length in PACKETS
    )
