"""A HEIC or AVIF (ISO/IEC 23008-12): the primary image, and what it is made of."""

from collections.abc import Callable, Iterator

from models.containers.boxes import Box, Fields, read_pair, walk_boxes
from models.containers.heif_images import Extent, HeifItem, Images, find_properties, read_images
from models.containers.parts import (
    MOST_METADATA_BYTES,
    ColorCode,
    PartCounter,
    Parts,
    damaged,
    strip_exif_mark,
)
from models.errors import TooLargeItem, UnsupportedItem

XMP_TYPE = b"application/rdf+xml"
DERIVED = frozenset({b"grid", b"iovl", b"iden"})
CODED = {"HEIC": b"hvc1", "AVIF": b"av01"}
# Images that one is made of, directly or not: a photo of the largest size has a thousand tiles.
MOST_IMAGES = 10_000
# Frames in the bytes of one image: a still has one, and a few layers at the most.
MOST_FRAMES = 8
# Boxes that decoders need, at the top and in `moov`, which an animation has; in `trak` there.
NEEDED = frozenset({b"ftyp", b"meta", b"mdat", b"moov"})
NEEDED_OF_FRAMES = frozenset({b"mvhd", b"trak", b"tkhd", b"edts", b"tref", b"mdia"})


def split_heif(data: bytes, name: str) -> Parts:
    """Metadata is overwritten in place, as other boxes give offsets in the file.

    Raises UnsupportedItem for images that are coded in other ways, or UnreadableItem.
    """
    counter = PartCounter(name)
    boxes = list(walk_boxes(data, 0, len(data), counter))
    meta = next((box for box in boxes if box.kind == b"meta"), None)
    if meta is None and all(box.kind != b"moov" for box in boxes):
        raise damaged(name)
    if meta is None:
        raise UnsupportedItem(
            f"The {name} file is a sequence without a still. Convert it to JPEG or to MP4."
        )
    images = read_images(data, meta, counter)
    primary = images.items.get(images.primary)
    if primary is None:
        raise damaged(name)
    width, height = _read_size(data, images, primary)
    if not (width and height):
        raise damaged(name)
    exif, xmp = _find(images, _is_exif), _find(images, _is_xmp)
    return Parts(
        picture=_blank(data, boxes, meta, images),
        width_pixels=width,
        height_pixels=height,
        work_pixels=_sum_work(data, images, name),
        exif=_read_exif(_join(data, exif)),
        xmp=_join(data, xmp),
        profile=_read_profile(data, images, primary),
        color=_read_color(data, images, primary),
    )


def _read_size(data: bytes, images: Images, item: HeifItem) -> tuple[int, int]:
    found = next(find_properties(images, item, b"ispe"), None)
    return (0, 0) if found is None else read_pair(data, found.start + 4)


def _sum_work(data: bytes, images: Images, name: str) -> int:
    """The pixels of all images that the primary one is made of, each as often as it is used."""
    waiting, used, work = [(images.primary, True)], 0, 0
    while waiting:
        number, is_shown = waiting.pop()
        item = images.items.get(number, HeifItem())
        used += 1
        if used > MOST_IMAGES:
            raise TooLargeItem(f"The {name} picture is made of too many images. Save it again.")
        waiting += [(other, False) for other in item.auxiliary]
        if item.kind in DERIVED:
            waiting += [(other, is_shown) for other in item.made_of]
        elif item.kind == CODED[name]:
            width, height = _read_size(data, images, item)
            work += width * height * _count_frames(data, item, images, name)
        elif is_shown:
            raise UnsupportedItem(
                f"The {name} picture is coded in a way that Facetally does not read. Convert it "
                "to JPEG."
            )
    return work


def _count_frames(data: bytes, item: HeifItem, images: Images, name: str) -> int:
    coded = _join(data, item.extents)
    count = _count_pictures if item.kind == b"hvc1" else _count_units
    frames = count(coded, images.counter)
    if frames > MOST_FRAMES:
        raise TooLargeItem(f"The {name} picture has too many frames. Save it again.")
    return max(1, frames)


def _count_pictures(coded: bytes, counter: PartCounter) -> int:
    """How many pictures begin in the units of HEVC (ITU-T H.265, 7.3.1)."""
    at, pictures = 0, 0
    while at + 7 <= len(coded):
        counter.count()
        # The first slice of a picture has the first bit set that follows its header.
        pictures += (coded[at + 4] >> 1 & 63) < 32 and coded[at + 6] >> 7
        at += 4 + int.from_bytes(coded[at : at + 4], "big")
    return pictures


def _count_units(coded: bytes, counter: PartCounter) -> int:
    """How many frames begin in the units of AV1 (its specification, 5.3)."""
    at, frames = 0, 0
    while at < len(coded):
        counter.count()
        header = coded[at]
        frames += (header >> 3 & 15) in (3, 6)
        at += 1 + (header >> 2 & 1)
        if not header & 2:
            return frames
        size, shift = 0, 0
        while at < len(coded) and shift < 56:
            size |= (coded[at] & 127) << shift
            shift += 7
            at += 1
            if coded[at - 1] < 128:
                break
        at += size
    return frames


def _find(images: Images, is_wanted: Callable[[HeifItem], bool]) -> list[Extent]:
    return [extent for item in images.items.values() if is_wanted(item) for extent in item.extents]


def _is_exif(item: HeifItem) -> bool:
    return item.kind == b"Exif"


def _is_xmp(item: HeifItem) -> bool:
    return item.kind == b"mime" and item.content_type.startswith(XMP_TYPE)


def _join(data: bytes, extents: list[Extent]) -> bytes:
    return b"".join(data[start:stop] for start, stop in extents[:1024])


def _read_exif(content: bytes) -> bytes:
    """Four bytes say where in the content the TIFF structure begins."""
    start = 4 + int.from_bytes(content[:4], "big")
    return strip_exif_mark(content[start:])[:MOST_METADATA_BYTES]


def _read_profile(data: bytes, images: Images, item: HeifItem) -> bytes:
    for box in find_properties(images, item, b"colr"):
        if data[box.start : box.start + 4] in (b"prof", b"rICC"):
            return data[box.start + 4 : box.stop][:MOST_METADATA_BYTES]
    return b""


def _read_color(data: bytes, images: Images, item: HeifItem) -> ColorCode | None:
    for box in find_properties(images, item, b"colr"):
        if data[box.start : box.start + 4] == b"nclx":
            fields = Fields(data, box.start + 4)
            return ColorCode(fields.take(2), fields.take(2))
    return None


def _blank(data: bytes, boxes: list[Box], meta: Box, images: Images) -> bytes:
    """The file with zeros for its metadata, and for boxes that decoders do not need; what they are
    is changed, too, so that nothing tries to read them."""
    blanked = bytearray(data)
    for item in images.items.values():
        if item.kind in (b"Exif", b"mime"):
            blanked[item.kind_at : item.kind_at + 4] = b"none"
            for start, stop in item.extents:
                if _is_apart(start, min(stop, len(data)), meta, images.stored):
                    blanked[start : min(stop, len(data))] = bytes(min(stop, len(data)) - start)
    for box in _find_unneeded(data, boxes):
        blanked[box.kind_at : box.kind_at + 4] = b"free"
        stop = min(box.stop, len(data))
        blanked[box.start : stop] = bytes(stop - box.start)
    return bytes(blanked)


def _is_apart(start: int, stop: int, meta: Box, stored: Box | None) -> bool:
    """Whether these bytes are no part of the structure, as a damaged file may claim they are."""
    is_stored = stored is not None and stored.start <= start and stop <= stored.stop
    return start < stop and (is_stored or start >= meta.stop or stop <= meta.kind_at - 4)


def _find_unneeded(data: bytes, boxes: list[Box]) -> Iterator[Box]:
    counter = PartCounter("animated")
    for box in boxes:
        if box.kind not in NEEDED:
            yield box
        elif box.kind == b"moov":
            for part in walk_boxes(data, box.start, box.stop, counter):
                if part.kind not in NEEDED_OF_FRAMES:
                    yield part
                elif part.kind == b"trak":
                    inner = walk_boxes(data, part.start, part.stop, counter)
                    yield from (one for one in inner if one.kind not in NEEDED_OF_FRAMES)
