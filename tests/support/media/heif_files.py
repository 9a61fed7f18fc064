"""HEIC files, assembled from one coded picture: no encoder of HEVC has a license that fits."""

import struct
from base64 import b64decode

# The scene of `make_scene()`, 96 x 64, as x265 codes it: its settings (hvcC) and its only frame.
SETTINGS = b64decode(
    "AQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMA"
    "kAAAAwAAAwAeoDCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQA=="
)
CODED = b64decode(
    "AAACDigBrwng4ZggPdXl/+6d//8BjyHtSwSgUKDsFmAYRmPpxQ3Nk2vG+LN1Ybgdya2ZFP/FT1HyK1jEIWFI8Wto"
    "dwK1ZXi2tM624ZSAl31ZGg6z0qZznsDhhwSYcxk2FywvZQaYMEheM2FxQpKhRA+6pUjA/KJqP65rGrVWDSleYkLK"
    "luiuglTEEpLA1A3XKasm4rXB+k/naLRuOF11BEEnKO5WZWgdwoE61eO2wzrdiAbWL8GU6ZPGtQcC6wFfrq+17dyg"
    "LgEyXHOJQ0zNYQyM175Qh8DY/sH4/+w/2ezj5h9U38QfKRUsssOyPoA+pmIQ93FTJRhWNYVJVLWsCKpPlTRbEiBc"
    "IWNFeKrvGqkVv9PoW7f0hIkbmwNX8HfGz/7BjB2dtNs2dhShlpRftwRwuhPN3rcZCN+n4itUqusXMg5cqGCCEdIU"
    "tXPn69c+aEb2cccrbs3FtM4+uMrCgdFEh0AuqMTXNH5Ll9XgrZ6snEuyyiul7L9H4RLX8jpHkDm1MwSKmVDmYez1"
    "iAFRjqQKdz5aiSuKSJM8NeYJF0eDSRFG/5TLlRjzlUSPL9dIcx2Zp0A182lPlAgsYAtuIXNBf+4BtB/uinxXlSMv"
    "1fvSqnE3BP+Mn+wI5tGWIXOc6Ax9yr5V1LvpKwvujaS6UmajtaPNgc2Wt0YXMnMvx4UOVP0KbrVIpmZrO6Sv9XqN"
    "//A="
)
WIDTH, HEIGHT = 96, 64


def box(kind, *contents):
    body = b"".join(contents)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full_box(kind, *contents, version=0, flags=0):
    return box(kind, bytes([version]), flags.to_bytes(3, "big"), *contents)


def make_heic(
    *,
    exif=b"",
    xmp=b"",
    profile=b"",
    color=None,
    quarter_turns=None,
    columns=1,
    rows=1,
    frames=1,
    brand=b"heic",
    kind=b"hvc1",
):
    """A still, or a grid of `columns` x `rows` tiles with the same bytes.

    `color` is (primaries, transfer); `quarter_turns` are counterclockwise. What is coded is there
    `frames` times.
    """
    is_grid = columns * rows > 1
    tiles = list(range(10, 10 + columns * rows))
    contents = [(tiles, kind, CODED * frames)]
    primary = 2 if is_grid else tiles[0]
    if is_grid:
        grid = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, WIDTH * columns, HEIGHT * rows)
        contents.append(([2], b"grid", grid))
    if exif:
        contents.append(([3], b"Exif", struct.pack(">I", 6) + b"Exif\x00\x00" + exif))
    if xmp:
        contents.append(([4], b"mime", xmp))
    properties = [
        box(b"hvcC", SETTINGS),
        _size(WIDTH, HEIGHT),
        _size(WIDTH * columns, HEIGHT * rows),
    ]
    of_tile, of_primary = [1, 2], [3] if is_grid else [1, 2]
    for extra in _extras(profile, color, quarter_turns):
        properties.append(extra)
        of_primary.append(len(properties))
    linked = dict.fromkeys(tiles, of_tile) | {primary: of_primary}
    references = b""
    if is_grid:
        listed = struct.pack(f">HH{len(tiles)}H", 2, len(tiles), *tiles)
        references = full_box(b"iref", box(b"dimg", listed))
    head = box(b"ftyp", brand, bytes(4), b"mif1", brand)
    start = len(head) + len(_meta(contents, primary, properties, linked, references, 0)) + 8
    meta = _meta(contents, primary, properties, linked, references, start)
    return head + meta + box(b"mdat", *(content for _, _, content in contents))


def _size(width, height):
    return full_box(b"ispe", struct.pack(">II", width, height))


def _extras(profile, color, quarter_turns):
    if profile:
        yield box(b"colr", b"prof", profile)
    if color:
        yield box(b"colr", b"nclx", struct.pack(">HHHB", *color, 6, 0x80))
    if quarter_turns is not None:
        yield box(b"irot", bytes([quarter_turns]))


def _meta(contents, primary, properties, linked, references, start):
    entries = places = b""
    count = 0
    for numbers, kind, content in contents:
        text = b"\x00application/rdf+xml\x00" if kind == b"mime" else b"\x00"
        for number in numbers:
            count += 1
            entries += full_box(b"infe", struct.pack(">HH4s", number, 0, kind), text, version=2)
            places += struct.pack(">HHHII", number, 0, 1, start, len(content))
        start += len(content)
    associations = b"".join(
        struct.pack(f">HB{len(ones)}B", number, len(ones), *ones) for number, ones in linked.items()
    )
    return full_box(
        b"meta",
        full_box(b"hdlr", bytes(4), b"pict", bytes(13)),
        full_box(b"pitm", struct.pack(">H", primary)),
        full_box(b"iloc", b"\x44\x00", struct.pack(">H", count), places),
        full_box(b"iinf", struct.pack(">H", count), entries),
        references,
        box(
            b"iprp",
            box(b"ipco", *properties),
            full_box(b"ipma", struct.pack(">I", len(linked)), associations),
        ),
    )
