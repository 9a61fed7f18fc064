"""The pictures of the README, taken from a real server on the sample pictures: `make pictures`.

The annotated picture is the NASA portrait, the only sample that is in the public domain.
"""

import tempfile
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import sync_playwright

from models.weights.catalog import SAMPLES
from tests.support.programs.browser import launch, run_server
from tests.support.programs.cli import WEIGHTS_DIR, Terminal

FOLDER = Path(__file__).parent / "pictures"
PORTRAIT = WEIGHTS_DIR / "samples" / "astronaut.png"
PALETTE_COLORS = 128


def take_pictures() -> None:
    """Analyze the samples, then take both pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data, run_server(Path(data), min_cell="1") as url:
        _submit_samples(url)
        (FOLDER / "photo.webp").write_bytes(_compress(_annotate(url)))
        _reduce(_capture_audience(url)).save(FOLDER / "audience.png", optimize=True)


def _submit_samples(url: str) -> None:
    with Terminal() as terminal:
        samples = [WEIGHTS_DIR / sample.name for sample in SAMPLES]
        done = terminal.run("submit", *samples, "--watch", url=url)
        assert done.returncode == 0, done.stderr


def _annotate(url: str) -> Image.Image:
    answer = httpx.post(
        f"{url}/v1/analyze",
        content=PORTRAIT.read_bytes(),
        headers={"Accept": "image/jpeg"},
        timeout=60,
    )
    answer.raise_for_status()
    return Image.open(BytesIO(answer.content))


def _compress(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "WEBP", quality=85, method=6)
    return file.getvalue()


def _capture_audience(url: str) -> Image.Image:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1180, "height": 900}, color_scheme="light")
        page.goto(f"{url}/audience")
        page.evaluate("document.fonts.ready")
        shot = page.screenshot(full_page=True)
        browser.close()
    return Image.open(BytesIO(shot))


def _reduce(picture: Image.Image) -> Image.Image:
    """Few colors, as drawn pages have: a quarter of the bytes."""
    return picture.convert("RGB").quantize(PALETTE_COLORS, dither=Image.Dither.NONE)


if __name__ == "__main__":
    take_pictures()
