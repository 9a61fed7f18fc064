"""Pictures to measure with, no two the same: those of a folder, or the samples, each time cut,
sized and compressed differently."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from db.job_values import DetectionMode
from facetally.local_files.files import VIDEO_ENDINGS, find_files
from models.errors import ItemError
from models.pictures.picture import decode_picture
from worker.settings import WORKING_SIZES

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


def make_pictures(
    samples: Path, folder: Path, count: int, sides_pixels: Sequence[int] = SIDES_PIXELS
) -> list[Path]:
    """Write `count` JPEG files, no two alike, and the same ones every time.

    Sizes and samples are in random order: each half of the list is as much work as the other.
    """
    paths = [folder / f"{number:06}.jpg" for number in range(count)]
    with ThreadPoolExecutor() as threads:
        list(threads.map(_save, _draw_variants(samples, count, sides_pixels), paths))
    require_different(paths)
    return paths


def choose_pictures(folder: Path, most: int, max_pixels: int) -> list[Path]:
    """Some of the pictures in a folder, from all over it: those that can be read, none twice."""
    found = (Path(file.path) for file in find_files([folder]).files)
    paths = [path for path in found if not path.name.lower().endswith(VIDEO_ENDINGS)]
    stride = max(1, len(paths) // most)
    chosen: dict[bytes, Path] = {}
    for path in chain.from_iterable(paths[first::stride] for first in range(stride)):
        if len(chosen) < most and (digest := _read_digest(path, max_pixels)) is not None:
            chosen.setdefault(digest, path.resolve())
    return sorted(chosen.values())


def _read_digest(path: Path, max_pixels: int) -> bytes | None:
    """None for a file that is no readable picture."""
    try:
        content = path.read_bytes()
        decode_picture(
            content, max_pixels=max_pixels, working_size=WORKING_SIZES[DetectionMode.NORMAL]
        )
    except (ItemError, OSError):
        return None
    return sha256(content).digest()


def require_different(paths: list[Path]) -> None:
    """ValueError where two files hold the same bytes: the system would analyze them once."""
    digests = {sha256(path.read_bytes()).digest() for path in paths}
    if len(digests) != len(paths):
        raise ValueError(f"{len(paths)} pictures expected, {len(digests)} of them are different")


def _draw_variants(samples: Path, count: int, sides_pixels: Sequence[int]) -> Iterator[_Variant]:
    kinds = [(sample, side) for sample in sorted(samples.iterdir()) for side in sides_pixels]
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
