"""Downloads show how far they are, on a terminal only."""

import io

import pytest
from rich.console import Console

from cli.output.transfers import watch_transfers
from models.weights.distributions import FACE_API


@pytest.mark.parametrize(
    ("is_terminal", "shown"), [(True, True), (False, False)], ids=["terminal", "file"]
)
def test_a_download_is_shown_on_a_terminal(is_terminal, shown):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=is_terminal, width=120)
    with watch_transfers(console) as watch:
        watch(FACE_API, 4_000_000, 0)
        watch(FACE_API, 6_000_000, 12_000_000)
        watch(FACE_API, 12_000_000, 12_000_000)
    text = stream.getvalue()
    assert (FACE_API.package in text) is shown
    assert ("12.0/12.0 MB" in text) is shown
