"""Pictures with other colors than those of sRGB look as they do in a viewer."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from models.containers.parts import ColorCode
from models.containers.png import write_chunk
from models.pictures.profiles import PRIMARIES, make_profile, srgb_curve, write_profile
from tests.support.media.heif_files import make_heic
from tests.support.media.sample_pictures import decode, encode, make_scene
from tests.support.media.tiff_files import make_tiff

D50 = (0.3457, 0.3585)
ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), (0.3127, 0.329))
PROPHOTO = ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001), D50)
# Linear light of a space to that of sRGB: published matrices.
TO_SRGB = {
    "display-p3": [[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]],
    "adobe-rgb": [[1.3984, -0.3984, 0.0], [0.0, 1.0, 0.0], [0.0, -0.0429, 1.0429]],
    "prophoto": [
        [2.0343, -0.7276, -0.3067], [-0.2288, 1.2317, -0.0029], [-0.0086, -0.1532, 1.1617],
    ],
    "linear": np.eye(3),
}  # fmt: skip
CURVES = {"display-p3": srgb_curve, "adobe-rgb": 2.19921875, "prophoto": 1.8, "linear": 1.0}
SPACES = {
    "display-p3": PRIMARIES[12],
    "adobe-rgb": ADOBE_RGB,
    "prophoto": PROPHOTO,
    "linear": PRIMARIES[1],
}
SKIN = np.full((16, 16, 3), (200, 150, 120), np.uint8)


def light(space, levels):
    curve = CURVES[space]
    return curve(levels / 255) if callable(curve) else (levels / 255) ** curve


def make_space(space):
    return write_profile(SPACES[space], lambda signal: light(space, signal * 255))


def show(space, levels):
    """The levels as sRGB has them."""
    linear = (light(space, levels) @ np.array(TO_SRGB[space]).T).clip(0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055) * 255


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WebP", "TIFF", "AVIF"])
@pytest.mark.parametrize("space", CURVES)
def test_a_profile_is_applied(file_format, space):
    options = {"WebP": {"lossless": True}, "JPEG": {"quality": 100, "subsampling": 0}}
    data = encode(
        Image.fromarray(SKIN),
        file_format,
        icc_profile=make_space(space),
        **options.get(file_format, {}),
    )
    assert np.abs(decode(data).rgb - show(space, SKIN)).max() <= 4


def test_a_reduced_picture_has_the_same_colors():
    image = Image.fromarray(SKIN).resize((640, 400))
    data = encode(image, "PNG", icc_profile=make_space("adobe-rgb"))
    picture = decode(data, working_side=160)
    assert np.abs(picture.rgb - show("adobe-rgb", SKIN)[:1, :1]).max() <= 3


@pytest.mark.parametrize("has_profile", [True, False], ids=["profile", "code"])
def test_a_heic_in_display_p3_is_converted(has_profile):
    colors = {"profile": make_space("display-p3")} if has_profile else {"color": (12, 13)}
    plain = decode(make_heic()).rgb
    shown = decode(make_heic(**colors)).rgb
    assert np.abs(shown - show("display-p3", plain)).max() <= 4
    assert np.abs(shown.astype(int) - plain).max() > 10


def test_a_profile_of_srgb_changes_nothing():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encode(make_scene(), "PNG", icc_profile=profile)
    assert np.array_equal(decode(data).rgb, np.asarray(make_scene()))


@pytest.mark.parametrize(
    "profile",
    [
        b"damaged",
        make_space("prophoto")[:200],
        bytes(128),
        make_space("linear")[:127] + b"\xff" * 600,
    ],
    ids=["text", "cut", "zeros", "noise"],
)
def test_a_damaged_profile_changes_nothing(profile):
    data = encode(make_scene(), "PNG", icc_profile=profile)
    assert np.array_equal(decode(data).rgb, np.asarray(make_scene()))


def test_a_profile_of_other_pixels_changes_nothing():
    gray = make_scene().convert("L")
    data = encode(gray, "PNG", icc_profile=make_space("prophoto"))
    assert np.array_equal(decode(data).rgb, np.asarray(gray.convert("RGB")))


def test_a_profile_of_gray_is_applied():
    gray = np.tile(np.arange(256, dtype=np.uint8), (8, 1))
    curve = b"curv" + bytes(4) + (1).to_bytes(4, "big") + (256).to_bytes(2, "big") + bytes(2)
    white = b"XYZ " + bytes(4) + bytes.fromhex("0000f6d6000100000000d32d")
    tags = (2).to_bytes(4, "big")
    tags += b"wtpt" + (156).to_bytes(4, "big") + (20).to_bytes(4, "big")
    tags += b"kTRC" + (176).to_bytes(4, "big") + (16).to_bytes(4, "big")
    head = make_space("linear")[:128].replace(b"RGB ", b"GRAY")
    profile = (192).to_bytes(4, "big") + head[4:] + tags + white + curve
    data = encode(Image.fromarray(gray), "PNG", icc_profile=profile)
    wanted = show("linear", gray[0][:, None].repeat(3, 1))
    # The darkest levels are too far apart to be exact.
    assert np.abs(decode(data).rgb[0] - wanted)[16:].max() <= 2


def test_inks_are_converted_by_their_profile():
    inks = make_scene().convert("CMYK")
    profile = make_ink_profile()
    seen = decode(encode(inks, "TIFF", icc_profile=profile)).rgb
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    wanted = ImageCms.profileToProfile(
        inks, opened, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert np.array_equal(seen, np.asarray(wanted))
    assert not np.array_equal(seen, np.asarray(inks.convert("RGB")))


def make_ink_profile():
    """Of CMYK (version 2.4): a table with two points for each ink."""
    points = []
    for inks in np.ndindex(2, 2, 2, 2):
        cyan, magenta, yellow, black = inks
        lightness = 255 * (1 - 0.9 * black) * (1 - 0.25 * cyan - 0.3 * magenta - 0.1 * yellow)
        points += [max(0, int(lightness)), 128 + 40 * (magenta - cyan), 128 + 40 * (yellow - cyan)]
    matrix = np.array(np.eye(3) * 65536, ">i4").tobytes()
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix
    table += bytes(range(256)) * 4 + bytes(points) + bytes(range(256)) * 3
    white = b"XYZ " + bytes(4) + bytes.fromhex("0000f6d6000100000000d32d")
    at = 128 + 4 + 24
    tags = (2).to_bytes(4, "big")
    tags += b"wtpt" + at.to_bytes(4, "big") + (20).to_bytes(4, "big")
    tags += b"A2B0" + (at + 20).to_bytes(4, "big") + len(table).to_bytes(4, "big")
    head = make_space("linear")[:128].replace(b"mntrRGB XYZ ", b"prtrCMYKLab ")
    return (at + 20 + len(table)).to_bytes(4, "big") + head[4:] + tags + white + table


@pytest.mark.parametrize(
    ("chunk", "space"),
    [
        (write_chunk(b"gAMA", (100_000).to_bytes(4, "big")), "linear"),
        (write_chunk(b"cICP", bytes([12, 13, 0, 1])), "display-p3"),
        (write_chunk(b"cICP", bytes([1, 8, 0, 1])), "linear"),
    ],
    ids=["gamma", "display-p3", "linear"],
)
def test_colors_that_a_png_states_by_numbers_are_converted(chunk, space):
    data = encode(Image.fromarray(SKIN), "PNG")
    assert np.abs(decode(data[:33] + chunk + data[33:]).rgb - show(space, SKIN)).max() <= 3


@pytest.mark.parametrize(
    "chunk",
    [
        write_chunk(b"gAMA", (45_455).to_bytes(4, "big")),
        write_chunk(b"sRGB", b"\x00") + write_chunk(b"gAMA", (100_000).to_bytes(4, "big")),
        write_chunk(b"cICP", bytes([1, 13, 0, 1])),
    ],
    ids=["gamma", "marked", "code"],
)
def test_a_png_of_srgb_is_left_as_it_is(chunk):
    data = encode(Image.fromarray(SKIN), "PNG")
    assert np.array_equal(decode(data[:33] + chunk + data[33:]).rgb, SKIN)


@pytest.mark.parametrize(("transfer", "signal"), [(16, 0.58), (18, 0.75)], ids=["pq", "hlg"])
def test_diffuse_white_of_a_picture_of_high_range_is_shown_as_white(transfer, signal):
    levels = np.full((4, 4, 3), round(signal * 255), np.uint8)
    data = encode(Image.fromarray(levels), "PNG")
    code = write_chunk(b"cICP", bytes([9, transfer, 0, 1]))
    assert decode(data[:33] + code + data[33:]).rgb.min() >= 250


def test_a_profile_is_found_in_a_deep_tiff():
    profile = make_space("adobe-rgb")
    data = make_tiff(SKIN.astype("u2") * 257, photometric=2, tags=[(34675, 7, profile)])
    assert np.abs(decode(data).rgb - show("adobe-rgb", SKIN)).max() <= 3


def test_a_code_of_srgb_needs_no_profile():
    assert make_profile(ColorCode(1, 13)) == b""
