"""A page printed to PDF by a browser of this machine."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from cli.exits import CommandFailed

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SECONDS = 120.0


def print_pdf(html: bytes) -> bytes:
    """The page as PDF; raises CommandFailed without a browser, or where it fails."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise CommandFailed(
            "No Chromium or Chrome was found to print a PDF: install one, or give --out "
            "report.html and print that."
        )
    with tempfile.TemporaryDirectory(prefix="facetally-pdf-") as folder:
        page, pdf = Path(folder, "report.html"), Path(folder, "report.pdf")
        page.write_bytes(html)
        # The page is our own and loads nothing; containers allow no sandbox of Chromium's own.
        command = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
        ]
        command += [f"--user-data-dir={folder}/profile", "--no-pdf-header-footer"]
        command += [f"--print-to-pdf={pdf}", page.as_uri()]
        _run(command)
        if not pdf.is_file():
            raise CommandFailed(
                "The browser printed no PDF: give --out report.html, and print that."
            )
        return pdf.read_bytes()


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(f"The browser printed no PDF within {SECONDS:.0f} seconds.") from error
