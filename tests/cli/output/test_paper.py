"""Printing a page needs a browser, and says so where there is none."""

from pathlib import Path

import pytest

from cli.exits import CommandFailed
from cli.output.paper import print_pdf


def make_browser(folder: Path, script: str) -> None:
    browser = folder / "chromium"
    browser.write_text(f"#!/bin/sh\n{script}\n")
    browser.chmod(0o755)


def test_without_a_browser_the_page_can_still_be_saved(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandFailed, match=r"No Chromium or Chrome .* give --out report.html"):
        print_pdf(b"<p>page</p>")


def test_a_browser_that_prints_nothing_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_browser(tmp_path, "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(CommandFailed, match="printed no PDF"):
        print_pdf(b"<p>page</p>")


def test_what_the_browser_prints_is_returned(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Writes the page, which is its last argument, to where the PDF should be.
    make_browser(
        tmp_path,
        "for one; do case $one in "
        "--print-to-pdf=*) pdf=${one#*=};; file://*) page=${one#file://};; "
        'esac; done; cat "$page" > "$pdf"',
    )
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert print_pdf(b"<p>page</p>") == b"<p>page</p>"
