"""The header of a BMP."""

import struct

from models.containers.parts import Parts, damaged
from models.errors import TooLargeItem

NAME = "BMP"
RUN_LENGTHS = frozenset({1, 2})
# Pillow decodes run lengths in Python, about a million bytes in a second.
MOST_RUN_LENGTH_BYTES = 8 << 20


def split_bmp(data: bytes) -> Parts:
    """Raises TooLargeItem for more run lengths than can be decoded in some seconds."""
    if len(data) < 26:
        raise damaged(NAME)
    (header_bytes,) = struct.unpack_from("<I", data, 14)
    if header_bytes == 12:
        width, height = struct.unpack_from("<HH", data, 18)
        compression = 0
    else:
        width, height = struct.unpack_from("<ii", data, 18)
        compression = int.from_bytes(data[30:34], "little")
    if compression in RUN_LENGTHS and len(data) > MOST_RUN_LENGTH_BYTES:
        raise TooLargeItem("The BMP picture has too many run lengths. Save it as PNG.")
    width, height = abs(width), abs(height)
    return Parts(data, width, height, width * height)
