"""A folder of photographs to measure with: the sample photographs at the sizes that people send."""

from pathlib import Path

from PIL import Image, ImageOps

# From a messenger's copy to a camera's picture, on the longer side.
SIDES_PIXELS = (800, 1280, 1920, 2560)
JPEG_QUALITY = 88


def make_pictures(samples: Path, folder: Path, count: int) -> list[Path]:
    """`count` JPEG files, the same for the same samples: four sizes of each, plain and mirrored."""
    variants = [
        (path, side, mirrored)
        for side in SIDES_PIXELS
        for mirrored in (False, True)
        for path in sorted(samples.iterdir())
    ]
    pictures = []
    for number in range(count):
        picture = folder / f"{number:05}.jpg"
        twin = folder / f"{number - len(variants):05}.jpg"
        if twin.exists():
            picture.write_bytes(twin.read_bytes())
        else:
            _save(*variants[number % len(variants)], picture)
        pictures.append(picture)
    return pictures


def _save(sample: Path, side_pixels: int, mirrored: bool, target: Path) -> None:
    with Image.open(sample) as image:
        size = tuple(round(length * side_pixels / max(image.size)) for length in image.size)
        resized = image.convert("RGB").resize((size[0], size[1]), Image.Resampling.LANCZOS)
    picture = ImageOps.mirror(resized) if mirrored else resized
    picture.save(target, "JPEG", quality=JPEG_QUALITY)
