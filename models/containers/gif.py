"""The blocks of a GIF (version 89a) up to its first picture, without comments."""

from models.containers.parts import PartCounter, Parts, damaged

NAME = "GIF"
EXTENSION, PICTURE, END = 0x21, 0x2C, 0x3B
CONTROL = 0xF9
HEADER_BYTES = 13


def split_gif(data: bytes) -> Parts:
    """The first picture alone. Raises UnreadableItem for a file without one."""
    if len(data) < HEADER_BYTES:
        raise damaged(NAME)
    start = HEADER_BYTES + _table_bytes(data[10])
    control_at, picture_at = _find_picture(data, start)
    stop = _skip_blocks(data, _find_pixels(data, picture_at), PartCounter(NAME))
    control = data[control_at : control_at + 8] if control_at else b""
    # Browsers and Pillow draw a picture that its header places beyond the edge on a larger one.
    left, top, width, height = (
        int.from_bytes(data[at : at + 2], "little")
        for at in range(picture_at + 1, picture_at + 9, 2)
    )
    wide = max(int.from_bytes(data[6:8], "little"), left + width)
    high = max(int.from_bytes(data[8:10], "little"), top + height)
    return Parts(
        picture=data[:start] + control + data[picture_at:stop] + b"\x3b",
        width_pixels=wide,
        height_pixels=high,
        work_pixels=wide * high,
    )


def _table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _find_picture(data: bytes, at: int) -> tuple[int, int]:
    """Where the picture is, and before it the block that says which color is transparent; 0 if
    there is none."""
    counter, control_at = PartCounter(NAME), 0
    while at + 10 <= len(data):
        counter.count()
        if data[at] == PICTURE:
            return control_at, at
        if data[at] == EXTENSION:
            if data[at + 1] == CONTROL and data[at + 2] == 4:
                control_at = at
            at = _skip_blocks(data, at + 2, counter)
        elif data[at] == END:
            break
        else:
            at += 1
    raise damaged(NAME)


def _find_pixels(data: bytes, at: int) -> int:
    """Behind a picture's header, its table of colors, and the size of its codes."""
    return at + 10 + _table_bytes(data[at + 9]) + 1


def _skip_blocks(data: bytes, at: int, counter: PartCounter) -> int:
    """Where the blocks of an extension or a picture end."""
    while at < len(data) and data[at]:
        counter.count()
        at += data[at] + 1
    return min(at + 1, len(data))
