"""Any file of a picture in its parts, by its kind; and a picture without its metadata."""

from collections.abc import Callable

from models.containers.bmp import split_bmp
from models.containers.gif import split_gif
from models.containers.heif import split_heif
from models.containers.jpeg import join_jpeg, split_jpeg
from models.containers.parts import Parts, damaged, write_orientation
from models.containers.png import join_png, split_png
from models.containers.tiff import split_tiff
from models.containers.webp import join_webp, split_webp
from models.errors import ItemError
from models.file_kinds.kinds import AVIF, BMP, GIF, HEIC, JPEG, PNG, TIFF, WEBP, FileKind
from models.file_kinds.recognition import recognize_picture
from models.pictures.metadata import CaptureTime, read_capture_time, read_orientation

SPLIT: dict[FileKind, Callable[[bytes], Parts]] = {
    JPEG: split_jpeg,
    PNG: split_png,
    WEBP: split_webp,
    BMP: split_bmp,
    TIFF: lambda data: split_tiff(data).parts,
    GIF: split_gif,
    AVIF: lambda data: split_heif(data, AVIF.name),
    HEIC: lambda data: split_heif(data, HEIC.name),
}
JOIN = {JPEG: join_jpeg, PNG: join_png, WEBP: join_webp}


def split_file(kind: FileKind, data: bytes) -> Parts:
    """The parts of a file; raises an ItemError, whatever is wrong with it."""
    # Outside of the `try`: a kind that cannot be split is a bug, not a damaged picture.
    split = SPLIT[kind]
    try:
        return split(data)
    except ItemError:
        raise
    # On hostile bytes, anything.
    except Exception as error:
        raise damaged(kind.name) from error


def find_capture_time(data: bytes) -> CaptureTime | None:
    """When a picture was taken, without decoding it; None for any file that does not tell."""
    try:
        return read_capture_time(split_file(recognize_picture(data), data))
    except ItemError:
        return None


def strip_metadata(data: bytes) -> bytes:
    """A picture that browsers show, with nothing but its pixels, orientation and colors.

    Of several pictures in a file, the first one. Raises an ItemError for any other file.
    """
    kind = recognize_picture(data)
    parts = split_file(kind, data)
    join = JOIN.get(kind)
    if join is None:
        return parts.picture
    orientation = read_orientation(parts.exif)
    return join(parts, write_orientation(orientation) if orientation > 1 else b"")
