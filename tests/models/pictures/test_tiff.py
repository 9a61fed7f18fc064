"""A TIFF of any kind of samples is read pixel for pixel, or refused."""

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from models.errors import TooLargeItem, UnreadableItem, UnsupportedItem
from tests.support.media.sample_pictures import decode, encode, make_scene
from tests.support.media.tiff_files import LONG, RATIONAL, SHORT, make_directory, make_tiff

SCENE = np.asarray(make_scene())
GRAY = np.asarray(make_scene().convert("L"))
RGB, BLACK_IS_ZERO, WHITE_IS_ZERO, PALETTE, SEPARATED, YCBCR, CIELAB = 2, 1, 0, 3, 5, 6, 8


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize("planar", [False, True], ids=["chunky", "planar"])
@pytest.mark.parametrize("compression", [1, 5, 8, 32773, 34925, 50000])
@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "f2", "f4", "f8"])
def test_every_depth_order_and_compression_gives_the_same_pixels(order, planar, compression, dtype):
    scale = {"u1": 1, "u2": 257, "u4": 257, "f2": 1 / 255, "f4": 1 / 255, "f8": 1 / 255}[dtype]
    # White as the brightest sample tells where the range of deep ones ends.
    scene = SCENE.copy()
    scene[0, 0] = 255
    samples = (scene * np.float64(scale)).astype(dtype)
    data = make_tiff(
        samples, photometric=RGB, order=order, planar=planar, compression=compression, strip_rows=20
    )
    assert np.abs(decode(data).rgb.astype(int) - scene).max() <= (dtype == "f2")


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize("planar", [False, True], ids=["chunky", "planar"])
@pytest.mark.parametrize("tile", [None, (32, 16)], ids=["strips", "tiles"])
@pytest.mark.parametrize(
    ("dtype", "predictor"),
    [("u1", 2), ("u2", 2), ("u4", 2), ("f4", 2), ("f2", 3), ("f4", 3), ("f8", 3)],
)
def test_predictors_are_undone(order, planar, tile, dtype, predictor):
    scene = SCENE.copy()
    scene[0, 0] = 255
    scale = {"u1": 1, "u2": 257, "u4": 257}.get(dtype, 1 / 255)
    data = make_tiff(
        (scene * np.float64(scale)).astype(dtype),
        photometric=RGB, order=order, planar=planar, tile=tile, compression=8, predictor=predictor,
    )  # fmt: skip
    assert np.abs(decode(data).rgb.astype(int) - scene).max() <= (dtype == "f2")


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 6, 10, 12, 14])
@pytest.mark.parametrize("photometric", [BLACK_IS_ZERO, WHITE_IS_ZERO])
def test_packed_bits_are_spread_over_the_whole_range(bits, photometric):
    top = 2**bits - 1
    levels = np.rint(GRAY / 255 * top).astype("u1" if bits <= 8 else "u2")
    data = make_tiff(levels[:, :, None], photometric=photometric, bits=bits, strip_rows=7)
    seen = top - levels if photometric == WHITE_IS_ZERO else levels
    assert np.abs(decode(data).rgb[:, :, 0] - np.rint(seen / top * 255)).max() <= 1


def test_bits_in_reverse_order_are_read():
    data = make_tiff(GRAY[:, :, None], photometric=BLACK_IS_ZERO, reverse_bits=True)
    assert np.array_equal(decode(data).rgb[:, :, 0], GRAY)


@pytest.mark.parametrize("encoding", ["group3", "group4"])
def test_faxes_are_read(encoding):
    black_and_white = make_scene().convert("1")
    wanted = np.asarray(black_and_white.convert("RGB"))
    assert np.array_equal(decode(encode(black_and_white, "TIFF", compression=encoding)).rgb, wanted)


@pytest.mark.parametrize("strip_rows", [64, 16])
def test_a_palette_gives_its_colors(strip_rows):
    image = make_scene().quantize(64)
    colors = np.array(image.getpalette()[: 64 * 3], np.uint16).reshape(-1, 3)
    colors = np.pad(colors, ((0, 256 - len(colors)), (0, 0))) * 257
    data = make_tiff(
        np.asarray(image)[:, :, None],
        photometric=PALETTE,
        strip_rows=strip_rows,
        tags=[(320, SHORT, colors.T.ravel().tolist())],
    )
    assert np.array_equal(decode(data).rgb, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("scale", [1, 257], ids=["8-bit", "16-bit"])
def test_inks_give_their_colors(scale):
    image = make_scene().convert("CMYK")
    samples = np.asarray(image) * np.array(scale, "u1" if scale == 1 else "u2")
    data = make_tiff(samples, photometric=SEPARATED)
    assert np.array_equal(decode(data).rgb, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("compression", [1, 5])
@pytest.mark.parametrize(("wide", "high"), [(1, 1), (2, 1), (2, 2), (4, 2)])
def test_luma_and_chroma_give_their_colors(compression, wide, high):
    image = make_scene().convert("YCbCr")
    planes = np.asarray(image)
    coarse = planes[::high, ::wide, 1:].repeat(high, 0).repeat(wide, 1)[:64, :96]
    seen = np.concatenate([planes[:, :, :1], coarse], axis=2)

    def encode_units(block):
        luma = block[:, :, 0].reshape(64 // high, high, 96 // wide, wide).transpose(0, 2, 1, 3)
        chroma = block[::high, ::wide, 1:]
        units = np.concatenate([luma.reshape(64 // high, 96 // wide, -1), chroma], axis=2)
        return (
            bytes(imagecodecs.lzw_encode(units.tobytes())) if compression == 5 else units.tobytes()
        )

    data = make_tiff(
        planes,
        photometric=YCBCR,
        compression=compression,
        encode=encode_units,
        tags=[(530, SHORT, [wide, high])],
    )
    wanted = np.asarray(Image.fromarray(seen, "YCbCr").convert("RGB"))
    assert np.array_equal(decode(data).rgb, wanted)


def test_lab_gives_its_colors():
    gray = np.stack([GRAY, np.zeros_like(GRAY), np.zeros_like(GRAY)], axis=2)
    picture = decode(make_tiff(gray, photometric=CIELAB))
    shown = picture.rgb.astype(int)
    assert np.abs(shown - shown[:, :, :1]).max() <= 2
    middle = decode(make_tiff(np.full((8, 8, 3), (128, 0, 0), np.uint8), photometric=CIELAB))
    # L* of 50.2 is 119 in sRGB.
    assert np.abs(middle.rgb.astype(int) - 119).max() <= 2


@pytest.mark.parametrize("photometric", [RGB, YCBCR, BLACK_IS_ZERO])
@pytest.mark.parametrize("tile", [None, (32, 16)], ids=["strips", "tiles"])
def test_blocks_of_jpeg_are_read(photometric, tile):
    samples = GRAY[:, :, None] if photometric == BLACK_IS_ZERO else SCENE
    spaces = {RGB: "RGB", YCBCR: "YCBCR", BLACK_IS_ZERO: "GRAYSCALE"}

    def encode_block(block):
        pixels = block[:, :, 0] if block.shape[2] == 1 else block
        given = "GRAYSCALE" if block.shape[2] == 1 else "RGB"
        return bytes(
            imagecodecs.jpeg8_encode(
                np.ascontiguousarray(pixels),
                95,
                colorspace=given,
                outcolorspace=spaces[photometric],
            )
        )

    data = make_tiff(
        samples,
        photometric=photometric,
        compression=7,
        tile=tile,
        strip_rows=16,
        encode=encode_block,
    )
    wanted = samples if photometric != BLACK_IS_ZERO else np.repeat(samples, 3, axis=2)
    assert np.abs(decode(data).rgb.astype(int) - wanted).mean() < 4


@pytest.mark.parametrize("kind", [1, 2], ids=["associated", "unassociated"])
def test_alpha_is_shown_on_white(kind):
    alpha = np.linspace(0, 255, 96).astype(np.uint8)[None, :, None].repeat(64, 0)
    cover = alpha / 255
    colors = np.rint(SCENE * cover).astype(np.uint8) if kind == 1 else SCENE
    data = make_tiff(np.concatenate([colors, alpha], axis=2), photometric=RGB, extra=[kind])
    wanted = SCENE * cover + 255 * (1 - cover)
    assert np.abs(decode(data).rgb - wanted).max() <= 2


@pytest.mark.parametrize("extra", [(0,), (2,), ()], ids=["unspecified", "alpha", "none"])
def test_alpha_of_zeros_and_unknown_samples_are_left_out(extra):
    samples = np.concatenate([SCENE, np.zeros_like(SCENE[:, :, :1])], axis=2)
    assert np.array_equal(decode(make_tiff(samples, photometric=RGB, extra=extra)).rgb, SCENE)


@pytest.mark.parametrize(
    "tags",
    [
        {"photometric": 32803},
        {"photometric": 34892},
        {"photometric": BLACK_IS_ZERO, "tags": [(50706, 7, b"\x01\x04\x00\x00")]},
        {"photometric": BLACK_IS_ZERO, "compression": 34713, "encode": bytes},
    ],
    ids=["mosaic", "linear", "dng", "nikon"],
)
def test_camera_raw_is_unsupported(tags):
    with pytest.raises(UnsupportedItem, match="a camera raw file"):
        decode(make_tiff(GRAY[:, :, None], **tags))


def test_camera_raw_is_unsupported_even_with_a_preview():
    raw = make_directory([(254, LONG, [0]), (262, SHORT, [32803])], 0, "<")
    preview = make_tiff(SCENE, photometric=RGB, tags=[(254, LONG, [1]), (330, LONG, [0])])
    at = len(preview) + len(preview) % 2
    preview = make_tiff(SCENE, photometric=RGB, tags=[(254, LONG, [1]), (330, LONG, [at])])
    with pytest.raises(UnsupportedItem, match="a camera raw file"):
        decode(preview.ljust(at, b"\x00") + raw)


def test_a_page_that_is_a_small_copy_is_passed_over():
    small = make_tiff(SCENE[::4, ::4], photometric=RGB, tags=[(254, LONG, [1])])
    # Behind the small page comes the whole one, whose offsets move with it.
    whole = make_tiff(SCENE, photometric=RGB)
    directory = int.from_bytes(whole[4:8], "little")
    moved = bytearray(whole)
    at = moved.index(b"\x11\x01\x04\x00", directory) + 8
    moved[at : at + 4] = (8 + len(small)).to_bytes(4, "little")
    count = int.from_bytes(moved[directory : directory + 2], "little")
    for entry in range(directory + 2, directory + 2 + 12 * count, 12):
        size = 2 * int.from_bytes(moved[entry + 4 : entry + 8], "little")
        if moved[entry + 2] == SHORT and size > 4:
            value = int.from_bytes(moved[entry + 8 : entry + 12], "little")
            moved[entry + 8 : entry + 12] = (value + len(small)).to_bytes(4, "little")
    joined = bytearray(small + moved)
    first = int.from_bytes(small[4:8], "little")
    count = int.from_bytes(small[first : first + 2], "little")
    link = first + 2 + 12 * count
    joined[link : link + 4] = (len(small) + directory).to_bytes(4, "little")
    assert np.array_equal(decode(bytes(joined)).rgb, SCENE)


@pytest.mark.parametrize(
    "odd",
    [
        {"photometric": 32845},
        {
            "photometric": 6,
            "tags": [(530, SHORT, [1, 1]), (532, RATIONAL, [16, 235, 128, 240, 128, 240])],
        },
        {"photometric": RGB, "compression": 34712, "encode": bytes},
        {"photometric": RGB, "predictor": 2, "bits": 6},
    ],
    ids=["luv", "video-range", "jpeg-2000", "packed-predictor"],
)
def test_what_is_not_read_is_unsupported(odd):
    samples = SCENE // 4 if "bits" in odd else SCENE
    with pytest.raises(UnsupportedItem, match=r"Convert|Save"):
        decode(make_tiff(samples, **odd))


@pytest.mark.parametrize("compression", [1, 5, 8, 32773])
def test_a_strip_that_ends_early_is_damage(compression):
    data = make_tiff(
        SCENE, photometric=RGB, compression=compression, encode=lambda block: block.tobytes()[:100]
    )
    with pytest.raises(UnreadableItem):
        decode(data)


def test_more_bytes_of_samples_than_allowed_are_refused():
    with pytest.raises(TooLargeItem, match="take 147456 bytes"):
        decode(make_tiff(SCENE.astype("f8"), photometric=RGB), max_pixels=10_000)


def test_a_strip_of_many_scans_is_refused():
    progressive = encode(make_scene(), "JPEG", progressive=True)
    scan = progressive[progressive.rindex(b"\xff\xda") : -2]
    hostile = progressive[:-2] + scan * 500 + b"\xff\xd9"
    data = make_tiff(SCENE, photometric=YCBCR, compression=7, encode=lambda block: hostile)
    with pytest.raises(TooLargeItem, match="too many scans"):
        decode(data)
