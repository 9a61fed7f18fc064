"""Dimensions out of the folders of a file, by depth or by a pattern."""

import pytest

from models.folder_names import FolderNames


@pytest.mark.parametrize(
    ("written", "name", "dimensions"),
    [
        ("store,camera", "Berlin/cam2/a.jpg", {"store": "Berlin", "camera": "cam2"}),
        ("store", "Berlin/cam2/2026/a.jpg", {"store": "Berlin"}),
        (" store , camera ", "Berlin\\cam2\\a.jpg", {"store": "Berlin", "camera": "cam2"}),
        ("*,camera", "./Berlin//cam2/a.jpg", {"camera": "cam2"}),
        ("{store}/cam{camera}", "Berlin/cam2/a.jpg", {"store": "Berlin", "camera": "2"}),
        ("shops/*/{day}_*/", "shops/7/2026-07-01_raw/a.jpg", {"day": "2026-07-01"}),
        ("{a}-{b}", "x-y-z/a.jpg", {"a": "x", "b": "y-z"}),
        ("store,camera", "s3://photos/Köln/a%20b/1.jpg", {"store": "Köln", "camera": "a%20b"}),
        ("store", "file:///K%C3%B6ln/1.jpg?x=/", {"store": "Köln"}),
    ],
)
def test_folders_are_dimensions(written: str, name: str, dimensions: dict[str, str]) -> None:
    assert FolderNames.parse(written).add_to({"tag": "x"}, name) == {"tag": "x", **dimensions}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "not the name of a dimension"),
        ("store,,camera", "not the name of a dimension"),
        ('a"b', "not the name of a dimension"),
        ("s" * 65, "not the name of a dimension"),
        ("*", "names no dimension"),
        ("store,store", "names 'store' twice"),
        ("{store", "a brace without its other one"),
        ("{a}{b}", "two names next to each other"),
        ("{a}/../{b}", "a folder without a name"),
        (",".join(f"d{number}" for number in range(21)), "at most 20 dimensions"),
    ],
)
def test_a_fault_of_what_is_written_is_a_sentence(written: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        FolderNames.parse(written)


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("Berlin/a.jpg", {}, "'Berlin/a.jpg' is in 1 folder, .* takes 2 folders"),
        ("a.jpg", {}, "is in 0 folders"),
        ("Berlin/kam2/a.jpg", {}, "folder 'kam2' .* is not like folders_as={store}/cam{camera}"),
        ("Berlin/cam/a.jpg", {}, "is not like"),
        (f"{'b' * 201}/cam2/a.jpg", {}, "more than 200 characters"),
        ("Berlin/cam2/a.jpg", {"store": "x"}, "'store' is given, and is a folder"),
        ("B/cam2/a.jpg", {str(n): "x" for n in range(19)}, "at most 20 dimensions"),
    ],
)
def test_a_file_that_is_not_like_it_is_named(name: str, given: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        FolderNames.parse("{store}/cam{camera}").add_to(given, name)


def test_reading_a_folder_takes_time_in_proportion_to_its_length() -> None:
    pattern = FolderNames.parse("/".join(["*a*a*a*a*a*a*a*a*a*b{store}"]))
    with pytest.raises(ValueError, match="is not like"):
        pattern.read("a" * 1000 + "/1.jpg")
