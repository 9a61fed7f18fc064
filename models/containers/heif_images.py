"""The images of a HEIC or AVIF (ISO/IEC 23008-12) as its `meta` box lists them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from models.containers.boxes import Box, Fields, walk_boxes
from models.containers.parts import PartCounter

Extent = tuple[int, int]  # its start in the file, its stop


@dataclass(slots=True)
class HeifItem:
    """An image or metadata; `made_of` and `properties` are numbers of others."""

    kind: bytes = b""
    kind_at: int = 0
    content_type: bytes = b""
    extents: list[Extent] = field(default_factory=list)
    made_of: list[int] = field(default_factory=list)
    auxiliary: list[int] = field(default_factory=list)  # alpha, and what decoders leave out
    properties: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Images:
    """What `meta` says."""

    counter: PartCounter
    primary: int = 0
    items: dict[int, HeifItem] = field(default_factory=dict)
    properties: list[Box] = field(default_factory=list)
    stored: Box | None = None  # `idat`: contents among the structure

    def item(self, number: int) -> HeifItem:
        return self.items.setdefault(number, HeifItem())


def read_images(data: bytes, meta: Box, counter: PartCounter) -> Images:
    images = Images(counter)
    located: Box | None = None
    for box in walk_boxes(data, meta.start + 4, meta.stop, counter):
        match box.kind:
            case b"pitm":
                fields = Fields(data, box.start)
                images.primary = fields.take(4 if fields.take_version() else 2)
            case b"iinf":
                _read_kinds(data, box, images)
            case b"iref":
                _read_references(data, box, images)
            case b"iprp":
                _read_properties(data, box, images)
            case b"idat":
                images.stored = box
            case b"iloc":
                located = box
    if located is not None:
        _read_extents(data, located, images)
    return images


def _read_kinds(data: bytes, box: Box, images: Images) -> None:
    start = box.start + (8 if Fields(data, box.start).take_version() else 6)
    for entry in walk_boxes(data, start, box.stop, images.counter):
        fields = Fields(data, entry.start)
        version = fields.take_version()
        if entry.kind != b"infe" or version < 2:
            continue
        item = images.item(fields.take(2 if version == 2 else 4))
        fields.take(2)
        item.kind, item.kind_at = fields.take_kind(), fields.at - 4
        if item.kind == b"mime":
            rest = data[fields.at : entry.stop][:1024]
            item.content_type = rest.partition(b"\x00")[2].partition(b"\x00")[0]


def _read_references(data: bytes, box: Box, images: Images) -> None:
    size = 4 if Fields(data, box.start).take_version() else 2
    for entry in walk_boxes(data, box.start + 4, box.stop, images.counter):
        if entry.kind not in (b"dimg", b"auxl"):
            continue
        fields = Fields(data, entry.start)
        number = fields.take(size)
        for _ in range(fields.take(2)):
            images.counter.count()
            other = fields.take(size)
            if entry.kind == b"dimg":
                images.item(number).made_of.append(other)
            else:
                images.item(other).auxiliary.append(number)


def _read_properties(data: bytes, box: Box, images: Images) -> None:
    for part in walk_boxes(data, box.start, box.stop, images.counter):
        if part.kind == b"ipco":
            images.properties = list(walk_boxes(data, part.start, part.stop, images.counter))
        elif part.kind == b"ipma":
            _read_associations(data, part, images)


def _read_associations(data: bytes, box: Box, images: Images) -> None:
    fields = Fields(data, box.start)
    head = fields.take(4)
    wide = head & 1
    for _ in range(fields.take(4)):
        item = images.item(fields.take(4 if head >> 24 else 2))
        for _ in range(fields.take(1)):
            images.counter.count()
            number = fields.take(2 if wide else 1) & (0x7FFF if wide else 0x7F)
            item.properties.append(number - 1)
        images.counter.count()


def _read_extents(data: bytes, box: Box, images: Images) -> None:
    fields = Fields(data, box.start)
    version, sizes = fields.take_version(), fields.take(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    stored = 0 if images.stored is None else images.stored.start
    for _ in range(fields.take(4 if version == 2 else 2)):
        item = images.item(fields.take(4 if version == 2 else 2))
        method = fields.take(2) & 15 if version else 0
        fields.take(2)
        base = fields.take(base_size) + (stored if method == 1 else 0)
        for _ in range(fields.take(2)):
            images.counter.count()
            fields.take(index_size)
            start = base + fields.take(offset_size)
            length = fields.take(length_size)
            item.extents.append((start, start + length if length else len(data)))
        images.counter.count()


def find_properties(images: Images, item: HeifItem, kind: bytes) -> Iterator[Box]:
    for number in item.properties:
        if 0 <= number < len(images.properties) and images.properties[number].kind == kind:
            yield images.properties[number]
