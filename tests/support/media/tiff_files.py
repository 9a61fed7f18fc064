"""TIFF files of any kind of samples, written block by block."""

import struct
import zlib

import imagecodecs
import numpy as np

SHORT, LONG, BYTES, RATIONAL = 3, 4, 7, 5
COMPRESS = {
    1: bytes,
    5: lambda data: bytes(imagecodecs.lzw_encode(data)),
    8: zlib.compress,
    32773: lambda data: bytes(imagecodecs.packbits_encode(data)),
    34925: lambda data: bytes(imagecodecs.lzma_encode(data)),
    50000: lambda data: bytes(imagecodecs.zstd_encode(data)),
}


def make_tiff(
    samples,
    *,
    photometric,
    order="<",
    bits=None,
    compression=1,
    planar=False,
    predictor=1,
    tile=None,
    strip_rows=None,
    extra=(),
    tags=(),
    encode=None,
    reverse_bits=False,
):
    """A TIFF of `samples` (H, W, samples) in their own type.

    `bits` packs whole numbers more tightly; `tags` are (tag, type, values); `encode` makes the
    bytes of a block instead of `compression`.
    """
    height, width, channels = samples.shape
    side = tile or (width, strip_rows or height)
    planes = [samples[:, :, at : at + 1] for at in range(channels)] if planar else [samples]
    blocks = []
    for plane in planes:
        for block in _cut(plane, side, is_tiled=tile is not None):
            coded = encode(block) if encode else _encode(block, order, bits, compression, predictor)
            blocks.append(bytes(imagecodecs.bitorder_decode(coded)) if reverse_bits else coded)
    depth = bits or samples.dtype.itemsize * 8
    kind = {"u": 1, "i": 2, "f": 3}[samples.dtype.kind]
    entries = [
        (256, LONG, [width]), (257, LONG, [height]), (258, SHORT, [depth] * channels),
        (259, SHORT, [compression]), (262, SHORT, [photometric]), (277, SHORT, [channels]),
        (284, SHORT, [2 if planar else 1]), (317, SHORT, [predictor]),
        (339, SHORT, [kind] * channels), *tags,
    ]  # fmt: skip
    if extra:
        entries.append((338, SHORT, list(extra)))
    if reverse_bits:
        entries.append((266, SHORT, [2]))
    return _assemble(entries, blocks, side, order, is_tiled=tile is not None)


def _cut(plane, side, *, is_tiled):
    wide, high = side
    for top in range(0, plane.shape[0], high):
        for left in range(0, plane.shape[1], wide):
            block = plane[top : top + high, left : left + wide]
            if is_tiled:
                missing = (high - block.shape[0], wide - block.shape[1])
                block = np.pad(block, ((0, missing[0]), (0, missing[1]), (0, 0)))
            yield block


def _encode(block, order, bits, compression, predictor):
    whole = block
    if predictor == 2:
        numbers = whole.view(whole.dtype.str.replace("f", "u"))
        whole = np.concatenate([numbers[:, :1], np.diff(numbers, axis=1)], axis=1)
    if predictor == 3:
        data = _predict_floats(whole)
    elif bits is None:
        data = whole.astype(whole.dtype.newbyteorder(order)).tobytes()
    else:
        rows = whole.reshape(whole.shape[0], -1)
        data = b"".join(bytes(imagecodecs.packints_encode(row, bits)) for row in rows)
    return COMPRESS[compression](data)


def _predict_floats(block):
    rows, _, channels = block.shape
    size = block.dtype.itemsize
    planes = block.astype(f">f{size}").view(np.uint8).reshape(rows, -1, size).transpose(0, 2, 1)
    steps = planes.reshape(rows, -1, channels)
    return np.concatenate([steps[:, :1], np.diff(steps, axis=1)], axis=1).tobytes()


def _assemble(entries, blocks, side, order, *, is_tiled):
    at, places = 8, []
    for block in blocks:
        places.append(at)
        at += len(block) + len(block) % 2
    sizes = [len(block) for block in blocks]
    if is_tiled:
        entries += [(322, LONG, [side[0]]), (323, LONG, [side[1]])]
    else:
        entries.append((278, LONG, [side[1]]))
    entries += [
        (324 if is_tiled else 273, LONG, places),
        (325 if is_tiled else 279, LONG, sizes),
    ]
    body = b"".join(block + b"\x00" * (len(block) % 2) for block in blocks)
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    head = mark + struct.pack(order + "I", at)
    return head + body + make_directory(sorted(entries), at, order)


def make_directory(entries, at, order, following=0):
    """A directory that lies at `at`, with values that do not fit behind it."""
    values_at = at + 2 + 12 * len(entries) + 4
    listed, values = struct.pack(order + "H", len(entries)), b""
    for tag, kind, numbers in entries:
        packed, count = _pack(kind, numbers, order)
        if len(packed) <= 4:
            field = packed.ljust(4, b"\x00")
        else:
            field = struct.pack(order + "I", values_at + len(values))
            values += packed + b"\x00" * (len(packed) % 2)
        listed += struct.pack(order + "HHI", tag, kind, count) + field
    return listed + struct.pack(order + "I", following) + values


def _pack(kind, numbers, order):
    if isinstance(numbers, bytes):
        return numbers, len(numbers)
    if kind == RATIONAL:
        pairs = [part for number in numbers for part in (number, 1)]
        return struct.pack(f"{order}{len(pairs)}I", *pairs), len(numbers)
    code = {SHORT: "H", LONG: "I"}[kind]
    return struct.pack(f"{order}{len(numbers)}{code}", *numbers), len(numbers)


def make_exif(*, taken=None, offset=None, changed=None, maker=None, orientation=None, gps=False):
    """EXIF (little endian) with these tags, in the places where cameras write them."""
    texts = [(271, maker), (306, changed)]
    first = [(tag, 2, text.encode() + b"\x00") for tag, text in texts if text]
    if orientation:
        first.append((274, SHORT, [orientation]))
    if gps:
        first.append((34853, LONG, [0]))
    detail = [
        (tag, 2, text.encode() + b"\x00") for tag, text in ((36867, taken), (36881, offset)) if text
    ]
    first.append((34665, LONG, [0]))
    size = len(make_directory(sorted(first), 8, "<"))
    first[-1] = (34665, LONG, [8 + size])
    second = make_directory(detail, 8 + size, "<")
    place = b""
    if gps:
        at = 8 + size + len(second)
        first = [(tag, kind, [at] if tag == 34853 else value) for tag, kind, value in first]
        place = make_directory([(1, 2, b"N\x00"), (29, 2, b"48.8584N 2.2945E\x00")], at, "<")
    return b"II*\x00\x08\x00\x00\x00" + make_directory(sorted(first), 8, "<") + second + place
