"""What a file holds: the picture alone, and apart from it what describes it."""

from dataclasses import dataclass

from models.errors import TooLargeItem, UnreadableItem

# More parts than this are counted no further: honest files have some hundred, a PNG of the largest
# size some ten thousand. Walking this many takes less than a second.
MOST_PARTS = 200_000
# Metadata beyond this is not read; a profile or a date is much smaller.
MOST_METADATA_BYTES = 4 << 20
EXIF_MARK = b"Exif\x00\x00"


@dataclass(frozen=True, slots=True)
class ColorCode:
    """Colors as ITU-T H.273 numbers them: CICP of PNG, nclx of HEIC and AVIF."""

    primaries: int
    transfer: int


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a picture's file.

    `picture` is a whole file of the same kind, without metadata and without what a decoder may trip
    over. `work_pixels` is how many pixels a decoder goes through: each scan, tile and layer counts.
    """

    picture: bytes
    width_pixels: int
    height_pixels: int
    work_pixels: int
    exif: bytes = b""  # a TIFF structure
    xmp: bytes = b""
    profile: bytes = b""  # an ICC profile
    color: ColorCode | None = None
    gamma: float | None = None  # of samples that state no profile
    # The same picture with other bytes where its end is missing: if it decodes to other pixels,
    # some are missing too.
    padded: bytes | None = None

    @property
    def pixels(self) -> int:
        return self.width_pixels * self.height_pixels


class PartCounter:
    """Counts the parts of one file, so that walking it takes bounded time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._left = MOST_PARTS

    def count(self) -> None:
        """Raises TooLargeItem for one part too many."""
        self._left -= 1
        if self._left < 0:
            raise TooLargeItem(
                f"The {self._name} picture has more than {MOST_PARTS} parts. Save it again."
            )


def damaged(name: str) -> UnreadableItem:
    """What is said of a picture that is not whole."""
    return UnreadableItem(
        f"The {name} picture is truncated or damaged. Send the original file again."
    )


def strip_exif_mark(exif: bytes) -> bytes:
    """EXIF from its byte order on, as some writers put a mark before it, or two."""
    while exif.startswith(EXIF_MARK):
        exif = exif[len(EXIF_MARK) :]
    return exif


def write_orientation(orientation: int) -> bytes:
    """EXIF that has nothing but an orientation."""
    # Big endian; one directory at 8 with one entry: tag 274, a short.
    entry = b"\x01\x12\x00\x03\x00\x00\x00\x01" + orientation.to_bytes(2, "big") + b"\x00\x00"
    return b"MM\x00*\x00\x00\x00\x08" + b"\x00\x01" + entry + b"\x00\x00\x00\x00"
