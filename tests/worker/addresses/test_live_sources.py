"""Live sources: each has a name, and a way to open it."""

import pytest

from worker.addresses.live_sources import LiveKind, LiveSource, check_sources, find_source

ENTRIES = ("desk=0", "entrance=rtsp://user:hidden@camera.example/1?a=b", "stage=/videos/a=b.mp4")


@pytest.mark.parametrize(
    ("name", "kind", "address"),
    [
        ("desk", LiveKind.DEVICE, "0"),
        ("entrance", LiveKind.STREAM, "rtsp://user:hidden@camera.example/1?a=b"),
        ("stage", LiveKind.FILE, "/videos/a=b.mp4"),
    ],
)
def test_an_entry_is_a_name_and_an_address(name: str, kind: LiveKind, address: str) -> None:
    assert find_source(ENTRIES, name) == LiveSource(name, kind, address)


@pytest.mark.parametrize("name", ["", "Desk", "0", "/videos/a=b.mp4", "entrance=rtsp"])
def test_nothing_is_found_by_another_name(name: str) -> None:
    assert find_source(ENTRIES, name) is None


@pytest.mark.parametrize(
    "entry",
    [
        "desk",
        "rtsp://user:hidden@camera.example/1",
        "rtsp://user:hidden@camera.example/1?a=b",
        "desk=",
        "=0",
        "a b=0",
        "../a=0",
        "desk=-1",
        "desk=²",
        "stage=videos/a.mp4",
        "stage=~/a.mp4",
        "stage=file:///a.mp4",
        "web=ftp://hidden@camera.example/",
        "entrance=rtsp://",
        "entrance=rtsp:///hidden",
        "entrance=rtsp://[hidden/",
        "entrance=rtsp://hidden@camera.example/1\n2",
    ],
)
def test_a_wrong_entry_is_refused_and_no_password_is_shown(entry: str) -> None:
    with pytest.raises(ValueError, match=r"write entrance=|must be a camera") as refusal:
        check_sources((entry,))
    assert "hidden" not in str(refusal.value)


def test_a_name_is_used_once() -> None:
    with pytest.raises(ValueError, match="the name 'desk' is used twice"):
        check_sources(("desk=0", "desk=1"))
