"""The pages of a TIFF 6.0 or BigTIFF: where the samples of the first whole one are, and of what
kind they are."""

from dataclasses import dataclass

from models.containers.directories import ORIENTATION, Directory, Numbers, Tags, open_tags, walk
from models.containers.parts import MOST_METADATA_BYTES, Parts, damaged
from models.errors import TooLargeItem, UnsupportedItem

NAME = "TIFF"
SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
FILL_ORDER, STRIP_OFFSETS, SAMPLES, STRIP_ROWS, STRIP_BYTES, PLANAR = 266, 273, 277, 278, 279, 284
T4_OPTIONS, PREDICTOR, COLOR_MAP, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS = (
    292,
    317,
    320,
    322,
    323,
    324,
)
TILE_BYTES, SUB_PAGES, INK_SET, EXTRA, SAMPLE_FORMAT, TABLES = 325, 330, 332, 338, 339, 347
COEFFICIENTS, SUBSAMPLING, BLACK_WHITE, XMP, PROFILE, DNG_VERSION = 529, 530, 532, 700, 34675, 50706
REDUCED = 1
# What only camera raw files have: a mosaic of colors, or linear raw; compressions of Sony, Nikon,
# Kodak and Pentax.
RAW_PHOTOMETRICS = frozenset({32803, 34892})
RAW_COMPRESSIONS = frozenset({32767, 32769, 34713, 65000, 65535})
# Pages that are looked at: a raw file has its pixels in the second or third.
MOST_PAGES = 32
# Strips or tiles of a page: a page of the largest size in tiles of 64 x 64 pixels has a third.
MOST_BLOCKS = 100_000


@dataclass(frozen=True, slots=True)
class Page:
    """The samples of one page. Blocks are strips or tiles, in the order of the file."""

    order: str
    width: int
    height: int
    samples: int
    bits: int
    sample_format: int
    photometric: int
    compression: int
    is_planar: bool
    predictor: int
    fill_order: int
    t4_options: int
    ink_set: int
    extra: tuple[int, ...]
    subsampling: tuple[int, int]
    is_full_range: bool
    color_map: tuple[int, ...]
    tables: bytes
    block_width: int
    block_height: int
    blocks: tuple[tuple[int, int], ...]  # offset, bytes


@dataclass(frozen=True, slots=True)
class TiffParts:
    """A page, and what describes it."""

    page: Page
    parts: Parts


def split_tiff(data: bytes) -> TiffParts:
    """Raises UnsupportedItem for a camera raw file, UnreadableItem for a file without a page."""
    tags = open_tags(data)
    pages = [] if tags is None else walk(tags, MOST_PAGES, _sub_pages)
    if tags is None or not pages:
        raise damaged(NAME)
    if any(_is_raw(page) for page in pages):
        raise UnsupportedItem(
            "This is a camera raw file, a format that Facetally does not read. Develop it to JPEG."
        )
    directory = next((page for page in pages if not page.number(SUBFILE, 0) & REDUCED), pages[0])
    page = _read_page(tags, directory)
    parts = Parts(
        picture=data,
        width_pixels=page.width,
        height_pixels=page.height,
        work_pixels=page.width * page.height,
        exif=data,
        xmp=directory.content(XMP, MOST_METADATA_BYTES),
        profile=directory.content(PROFILE, MOST_METADATA_BYTES),
    )
    return TiffParts(page, parts)


def _sub_pages(directory: Directory) -> Numbers:
    return directory.numbers(SUB_PAGES)


def _is_raw(page: Directory) -> bool:
    return (
        DNG_VERSION in page.tags
        or page.number(PHOTOMETRIC, 0) in RAW_PHOTOMETRICS
        or page.number(COMPRESSION, 1) in RAW_COMPRESSIONS
    )


def _read_page(tags: Tags, directory: Directory) -> Page:
    width, height = directory.number(WIDTH, 0), directory.number(HEIGHT, 0)
    samples = directory.number(SAMPLES, 1)
    if width < 1 or height < 1 or samples < 1 or PHOTOMETRIC not in directory.tags:
        raise damaged(NAME)
    block_width, block_height, blocks = _read_blocks(directory, width, height)
    sub = tuple(int(number) for number in directory.numbers(SUBSAMPLING)[:2])
    return Page(
        order=tags.order,
        width=width,
        height=height,
        samples=samples,
        bits=_read_same(directory, BITS, 1),
        sample_format=_read_same(directory, SAMPLE_FORMAT, 1),
        photometric=directory.number(PHOTOMETRIC, 0),
        compression=directory.number(COMPRESSION, 1),
        is_planar=directory.number(PLANAR, 1) == 2 and samples > 1,
        predictor=directory.number(PREDICTOR, 1),
        fill_order=directory.number(FILL_ORDER, 1),
        t4_options=directory.number(T4_OPTIONS, 0),
        ink_set=directory.number(INK_SET, 1),
        extra=tuple(int(kind) for kind in directory.numbers(EXTRA)),
        subsampling=(sub[0], sub[1]) if len(sub) == 2 else (2, 2),
        is_full_range=_is_full_range(directory),
        color_map=tuple(int(color) for color in directory.numbers(COLOR_MAP)),
        tables=directory.content(TABLES, 1 << 16),
        block_width=block_width,
        block_height=block_height,
        blocks=blocks,
    )


def _is_full_range(directory: Directory) -> bool:
    """Whether YCbCr has the coefficients and the range that JPEG has."""
    coefficients, range_pairs = directory.numbers(COEFFICIENTS), directory.numbers(BLACK_WHITE)
    shares = [round(1000 * top / below) for top, below in _pair(coefficients) if below]
    ends = [round(top / below) for top, below in _pair(range_pairs) if below]
    return shares in ([], [299, 587, 114]) and ends in ([], [0, 255, 128, 255, 128, 255])


def _pair(numbers: Numbers) -> list[tuple[int | float, int | float]]:
    return list(zip(numbers[::2], numbers[1::2], strict=False))


def _read_same(directory: Directory, tag: int, default: int) -> int:
    """A number that all samples must share."""
    found = set(directory.numbers(tag)) or {default}
    if len(found) > 1:
        raise UnsupportedItem(
            "The samples of the TIFF picture differ in depth. Convert it to 8 bits."
        )
    return int(found.pop())


def _read_blocks(
    directory: Directory, width: int, height: int
) -> tuple[int, int, tuple[tuple[int, int], ...]]:
    if TILE_OFFSETS in directory.tags:
        sides = directory.number(TILE_WIDTH, 0), directory.number(TILE_HEIGHT, 0)
        places, sizes = directory.numbers(TILE_OFFSETS), directory.numbers(TILE_BYTES)
    else:
        rows = directory.number(STRIP_ROWS, height)
        sides = width, min(rows, height) or height
        places, sizes = directory.numbers(STRIP_OFFSETS), directory.numbers(STRIP_BYTES)
        if len(places) == 1 and not sizes:
            # Old writers leave it out.
            sizes = (len(directory.data) - places[0],)
    if len(places) > MOST_BLOCKS:
        raise TooLargeItem(f"The TIFF picture has more than {MOST_BLOCKS} strips. Save it again.")
    if min(sides) < 1 or len(places) != len(sizes) or not places:
        raise damaged(NAME)
    blocks = ((int(at), int(size)) for at, size in zip(places, sizes, strict=True))
    return *sides, tuple(blocks)


def read_orientation(directory: Directory) -> int:
    """1 to 8; 1 if it is missing or damaged."""
    orientation = directory.number(ORIENTATION, 1)
    return orientation if 1 <= orientation <= 8 else 1
