"""A real browser on the real stack, which records errors and requests to other hosts."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, expect

from tests.support.programs.cli import Terminal, read_until

DEADLINE_MILLISECONDS = 60_000
expect.set_options(timeout=DEADLINE_MILLISECONDS)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Containers allow no sandbox of Chromium's own; its fake camera draws a test picture.
OPTIONS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
SCREENSHOTS = os.environ.get("FACETALLY_TEST_SCREENSHOTS")
NARROW, MEDIUM, WIDE = (375, 812), (768, 1024), (1440, 900)
# On a medium one nothing is shown that neither of the others shows.
SCREENS = (
    ("light", NARROW),
    ("light", MEDIUM),
    ("light", WIDE),
    ("dark", NARROW),
    ("dark", WIDE),
)
OWN_SCHEMES = ("blob:", "data:")


def find_browser() -> str:
    """Find the browser of this machine. In CI, a missing one is a failure."""
    named = os.environ.get("CHROMIUM_PATH")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None and os.environ.get("CI"):
        pytest.fail("CI needs a browser: .ci/run installs chromium")
    if found is None:
        pytest.skip("no browser was found: install chromium, or set CHROMIUM_PATH")
    return found


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=find_browser(), args=list(OPTIONS))


@contextmanager
def run_server(data: Path, **settings: str) -> Iterator[str]:
    """Run `facetally serve` as a user does; yields its address."""
    with Terminal() as terminal:
        process = terminal.start("serve", "--port", "0", "--data-dir", data, **settings)
        yield read_until(process, "Facetally is ready").split()[4]
        process.terminate()
        process.communicate()
        assert process.returncode == 128 + signal.SIGTERM


class Visit:
    """A browser at one server, which records console errors and requests to other hosts."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.context: BrowserContext = browser.new_context(
            base_url=url, viewport={"width": 1440, "height": 900}, permissions=["camera"]
        )
        self.context.set_default_timeout(DEADLINE_MILLISECONDS)
        self.page: Page = self.context.new_page()
        self.url = url
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.page.on("console", self._note_message)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.context.on("request", self._note_request)

    def _note_message(self, message) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location})")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.url + "/", *OWN_SCHEMES)):
            self.strangers.append(request.url)

    def drop_complaints(self, word: str = "") -> int:
        """Remove the complaints with this word, which a test provoked; returns their number."""
        provoked = [complaint for complaint in self.complaints if word in complaint]
        self.complaints = [one for one in self.complaints if one not in provoked]
        return len(provoked)

    @contextmanager
    def hold(self, pattern: str) -> Iterator[None]:
        """Keep the first request to a matching address waiting until the block ends."""
        held = []
        self.page.route(pattern, lambda route: held.append(route), times=1)
        yield
        while not held:
            self.page.wait_for_timeout(50)
        held[0].continue_()

    def finish(self) -> None:
        """Close, and check that there were no errors and no requests to other hosts."""
        # Chromium can fail to close while a page reloads itself.
        self.page.goto("about:blank")
        self.context.close()
        assert not self.complaints, self.complaints
        assert not self.strangers, self.strangers

    def check_access(self) -> None:
        """Check accessibility with axe-core, and that the page fits."""
        self._run_axe({})
        self.check_fit()

    def check_colors(self) -> None:
        """Check what of its accessibility depends on the theme."""
        self._run_axe({"runOnly": {"type": "rule", "values": ["color-contrast"]}})

    def _run_axe(self, options: dict) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        options = {"resultTypes": ["violations"], **options}
        results = self.page.evaluate("(options) => axe.run(options)", options)
        found = [
            f"{violation['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
            for violation in results["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]
        assert found == []

    def check_fit(self) -> None:
        """Check the size of letters, and the width of the page."""
        assert self.page.evaluate(SMALL_LETTERS) == []
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "too wide"

    def photograph(self, name: str) -> None:
        """Check the page on every kind of screen, light and dark, and keep a screenshot of each
        where a folder for them is named."""
        for scheme, (width, height) in SCREENS:
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.page.set_viewport_size({"width": width, "height": height})
            if (width, height) == MEDIUM:
                self.check_fit()
            elif scheme == "light":
                self.check_access()
            else:
                self.check_colors()
            if SCREENSHOTS:
                self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}-{width}-{scheme}.png")
        for width in (320, 2560):
            self.page.set_viewport_size({"width": width, "height": 900})
            assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        self.page.set_viewport_size({"width": 1440, "height": 900})
        self.page.emulate_media(color_scheme="light")


SMALL_LETTERS = """
[...document.querySelectorAll('body *')].filter(one =>
  [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()) &&
  one.checkVisibility() && parseFloat(getComputedStyle(one).fontSize) < 14
).map(one => one.outerHTML.slice(0, 200))
"""
