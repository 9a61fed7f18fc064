"""A folder of pictures to measure with: the samples, each time cut, sized and compressed
differently, so that no two files are the same."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

# From what a messenger sends to what a camera takes, on the longer side.
SIDES_PIXELS = (800, 1280, 1920, 2560)
# The faces of the samples are farther from every edge than this share of the picture.
WIDEST_CUT = 0.04
JPEG_QUALITIES = (80, 95)
SEED = 18


@dataclass(frozen=True, slots=True)
class _Variant:
    """One way to show a sample; `cut` is the share left out at the left, top, right and bottom."""

    sample: Path
    side_pixels: int
    mirrored: bool
    cut: tuple[float, float, float, float]
    quality: int


def make_pictures(samples: Path, folder: Path, count: int) -> list[Path]:
    """Write `count` JPEG files, no two alike, and the same ones every time.

    Sizes and samples are in random order: each half of the list is as much work as the other.
    """
    paths = [folder / f"{number:06}.jpg" for number in range(count)]
    with ThreadPoolExecutor() as threads:
        list(threads.map(_save, _draw_variants(samples, count), paths))
    require_different(paths)
    return paths


def list_pictures(folder: Path) -> list[Path]:
    """The files of a folder of one's own, in the order of their names; each must be different."""
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    require_different(paths)
    return paths


def require_different(paths: list[Path]) -> None:
    """ValueError where two files hold the same bytes: the system would analyze them once."""
    digests = {sha256(path.read_bytes()).digest() for path in paths}
    if len(digests) != len(paths):
        raise ValueError(f"{len(paths)} pictures expected, {len(digests)} of them are different")


def _draw_variants(samples: Path, count: int) -> Iterator[_Variant]:
    kinds = [(sample, side) for sample in sorted(samples.iterdir()) for side in SIDES_PIXELS]
    random = np.random.default_rng(SEED)
    order = np.concatenate([random.permutation(len(kinds)) for _ in range(0, count, len(kinds))])
    for kind in order[:count]:
        sample, side = kinds[kind]
        left, top, right, bottom = random.uniform(0, WIDEST_CUT, 4).tolist()
        mirrored, quality = bool(random.integers(2)), int(random.integers(*JPEG_QUALITIES))
        yield _Variant(sample, side, mirrored, (left, top, right, bottom), quality)


def _save(variant: _Variant, target: Path) -> None:
    left, top, right, bottom = variant.cut
    with Image.open(variant.sample) as image:
        width, height = image.size
        box = left * width, top * height, (1 - right) * width, (1 - bottom) * height
        scale = variant.side_pixels / max(image.size)
        size = round((box[2] - box[0]) * scale), round((box[3] - box[1]) * scale)
        resized = image.convert("RGB").resize(size, Image.Resampling.BICUBIC, box)
    picture = ImageOps.mirror(resized) if variant.mirrored else resized
    picture.save(target, "JPEG", quality=variant.quality)
