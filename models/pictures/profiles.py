"""ICC profiles of colors that a file states by numbers: by code (ITU-T H.273), or by gamma."""

import struct
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.containers.parts import ColorCode

Point = tuple[float, float]  # x, y of CIE 1931
Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]

D65: Point = (0.3127, 0.3290)
# Red, green, blue and white by their code.
PRIMARIES: dict[int, tuple[Point, Point, Point, Point]] = {
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), D65),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), D65),
}
# Other primaries and curves differ from those of sRGB by less than is seen, or are unknown.
SRGB_CODE = ColorCode(1, 13)
LINEAR, PQ, HLG = 8, 16, 18
GAMMAS = {4: 2.2, 5: 2.8}
# Diffuse white of ITU-R BT.2408, in cd/m2, and as a signal of HLG.
WHITE_NITS = 203.0
WHITE_SIGNAL = 0.75
CURVE_POINTS = 1024
# From D65 or another white to the D50 of profiles: Bradford's matrix.
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
D50_XYZ = np.array([0.9642, 1.0, 0.8249])


@lru_cache(maxsize=32)
def make_profile(code: ColorCode, gamma: float | None = None) -> bytes:
    """The profile of these colors, empty if they look like sRGB; a `gamma` replaces the curve."""
    primaries = code.primaries if code.primaries in PRIMARIES else SRGB_CODE.primaries
    curve = _curve(code.transfer, gamma)
    if primaries == SRGB_CODE.primaries and curve is srgb_curve:
        return b""
    return write_profile(PRIMARIES[primaries], curve)


def _curve(transfer: int, gamma: float | None) -> Curve:
    gamma = GAMMAS.get(transfer) if gamma is None else gamma
    if gamma is not None:
        exponent = min(max(gamma, 0.1), 10.0)
        return lambda signal: signal**exponent
    return {LINEAR: lambda signal: signal, PQ: _pq_curve, HLG: _hlg_curve}.get(transfer, srgb_curve)


def srgb_curve(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light by signal, IEC 61966-2-1."""
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


def _pq_curve(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """SMPTE ST 2084, with diffuse white as white: what is brighter is white, too."""
    power = signal ** (1 / 78.84375)
    light = np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)
    return np.minimum(light ** (1 / 0.1593017578125) * 10_000 / WHITE_NITS, 1.0)


def _hlg_curve(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """ITU-R BT.2100, in the same way."""
    light = _hlg_light(signal)
    return np.minimum(light / _hlg_light(np.array([WHITE_SIGNAL])), 1.0)


def _hlg_light(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    bright = (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return np.where(signal <= 0.5, signal**2 / 3, bright)


def write_profile(primaries: tuple[Point, Point, Point, Point], curve: Curve) -> bytes:
    """An ICC profile (version 2.4) of a matrix and one curve."""
    columns = _adapt(*primaries)
    levels = np.rint(curve(np.linspace(0, 1, CURVE_POINTS)).clip(0, 1) * 65535).astype(">u2")
    table = b"curv" + bytes(4) + struct.pack(">I", CURVE_POINTS) + levels.tobytes()
    tags = [(b"wtpt", _write_xyz(D50_XYZ))]
    tags += [
        (name, _write_xyz(columns[:, at])) for at, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))
    ]
    tags += [(name, table) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return _assemble(tags)


def _adapt(red: Point, green: Point, blue: Point, white: Point) -> NDArray[np.float64]:
    """XYZ of the three primaries, seen under D50."""
    points = np.array([_to_xyz(point) for point in (red, green, blue)]).T
    white_xyz = _to_xyz(white)
    matrix = points * np.linalg.solve(points, white_xyz)
    scale = np.diag((BRADFORD @ D50_XYZ) / (BRADFORD @ white_xyz))
    adapted: NDArray[np.float64] = np.linalg.inv(BRADFORD) @ scale @ BRADFORD @ matrix
    return adapted


def _to_xyz(point: Point) -> NDArray[np.float64]:
    x, y = point
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _write_xyz(xyz: NDArray[np.float64]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in xyz))


def _assemble(tags: list[tuple[bytes, bytes]]) -> bytes:
    at = 128 + 4 + 12 * len(tags)
    entries, body = struct.pack(">I", len(tags)), b""
    for name, content in tags:
        entries += name + struct.pack(">II", at + len(body), len(content))
        body += content
    head = struct.pack(">I4sI", at + len(body), bytes(4), 0x02400000) + b"mntrRGB XYZ "
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head + bytes(128 - len(head)) + entries + body
