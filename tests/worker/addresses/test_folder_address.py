"""Addresses of many files, and which files they mean."""

import pytest

from models.errors import UnsupportedItem
from worker.addresses.folder_address import FolderAddress


@pytest.mark.parametrize(
    ("uri", "folder", "start", "matched", "others"),
    [
        ("s3://photos/2026/", "s3://photos/2026/", "", ["a.jpg", "x/b"], []),
        ("s3://photos/2026", "s3://photos/2026/", "", ["a.jpg"], []),
        ("s3://photos/", "s3://photos/", "", ["2026/a.jpg"], []),
        ("file:///data/photos/", "file:///data/photos/", "", ["a"], []),
        ("s3://photos/**/*.jpg", "s3://photos/", "", ["a.jpg", "x/y/b.jpg"], ["a.png", "a.jpg/x"]),
        ("s3://p/2026/*/a?.jpg", "s3://p/2026/", "", ["x/a1.jpg"], ["a1.jpg", "x/y/a1.jpg"]),
        ("s3://p/2026/cam*/*", "s3://p/2026/", "cam", ["cam2/b"], ["kam/b", "cam2"]),
        ("s3://p/**/raw/**/*.jpg", "s3://p/", "", ["raw/a.jpg", "x/raw/y/a.jpg"], ["x/a.jpg"]),
        ("s3://p/*[1].jpg", "s3://p/", "", ["a[1].jpg"], ["a1.jpg"]),
    ],
)
def test_a_pattern_means_files(
    uri: str, folder: str, start: str, matched: list[str], others: list[str]
) -> None:
    address = FolderAddress.parse(uri)
    assert (address.folder, address.start) == (folder, start)
    assert [name for name in [*matched, *others] if address.matches(name)] == matched


@pytest.mark.parametrize(
    "uri",
    ["photos/*.jpg", "s3://*/a.jpg", "s3://p/a**/b.jpg", "s3://p/*//b.jpg", "s3://p/" + "*/" * 31],
)
def test_what_is_no_pattern_is_refused(uri: str) -> None:
    with pytest.raises(UnsupportedItem):
        FolderAddress.parse(uri)


def test_matching_takes_time_in_proportion_to_the_lengths() -> None:
    address = FolderAddress.parse("s3://p/" + "**/*a*a*a*a*b/" * 10 + "x.jpg")
    assert not address.matches("/".join(["a" * 200] * 20))
