"""An operator's packs are added as a whole or not at all, and removed so."""

from pathlib import Path

import pytest

from models.errors import InvalidPack, ModelUnavailable
from models.packs.folder import add_pack, find_pack, list_own, remove_pack
from models.packs.reading import PACK_FILE, read_pack
from models.packs.shipped_packs import read_shipped
from tests.support.models.made_packs import write_pack


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "made-here")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "packs"


def files_of(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_pack_is_copied_with_its_files_and_nothing_else(made: Path, folder: Path) -> None:
    (made / "pack.py").write_text("raise SystemExit")
    pack = add_pack(made, folder, read_pack)

    names = [PACK_FILE, "ages.onnx", "genders.caffemodel", "genders.prototxt"]
    assert files_of(folder) == sorted(f"made/{name}" for name in names)
    assert (pack.name, list_own(folder)) == ("made", ["made"])
    assert find_pack("made", folder).folder == folder / "made"


def test_a_pack_with_faults_leaves_nothing_behind(made: Path, folder: Path) -> None:
    def refuse(copy: Path) -> None:
        assert (copy / "ages.onnx").is_file()
        raise InvalidPack(["its ages are upside down"])

    with pytest.raises(InvalidPack, match="upside down"):
        add_pack(made, folder, refuse)
    assert list(folder.iterdir()) == []


def test_a_taken_name_is_refused_unless_the_pack_is_replaced(made: Path, folder: Path) -> None:
    add_pack(made, folder, read_pack)
    newer = write_pack(made.parent / "newer", [('version = "1"', 'version = "2"')])
    with pytest.raises(InvalidPack, match="already a pack made"):
        add_pack(newer, folder, read_pack)
    assert find_pack("made", folder).version == "1"

    assert add_pack(newer, folder, read_pack, replace=True).version == "2"
    assert find_pack("made", folder).version == "2"
    assert [path.name for path in folder.iterdir()] == ["made"]


@pytest.mark.parametrize("replace", [False, True])
def test_a_shipped_pack_is_never_replaced(made: Path, folder: Path, replace: bool) -> None:
    write_pack(made, [('name = "made"', 'name = "default"')])
    with pytest.raises(InvalidPack, match="default is a pack of Facetally"):
        add_pack(made, folder, read_pack, replace=replace)
    assert not folder.exists()


@pytest.mark.parametrize("name", ["../made", "Made", ".made", "a/b"])
def test_a_name_that_leads_elsewhere_is_refused(made: Path, folder: Path, name: str) -> None:
    write_pack(made, [('name = "made"', f'name = "{name}"')])
    with pytest.raises(InvalidPack, match="name must be"):
        add_pack(made, folder, read_pack)
    assert not folder.exists()


def test_a_removed_pack_is_gone(made: Path, folder: Path) -> None:
    add_pack(made, folder, read_pack)

    assert remove_pack("made", folder)
    assert list(folder.iterdir()) == []
    assert not remove_pack("made", folder)


def test_a_name_finds_a_shipped_pack_or_ones_own_and_nothing_else(made: Path, folder: Path) -> None:
    assert list_own(folder) == []
    add_pack(made, folder, read_pack)
    (folder / "broken").mkdir()
    (folder / "broken" / PACK_FILE).write_text("name = 1")
    write_pack(folder / "renamed")

    assert find_pack("default", folder) == read_shipped("default")
    assert list_own(folder) == ["broken", "made", "renamed"]
    for name, message in (
        ("nowhere", "There is no pack nowhere; there are default"),
        ("../packs/made", "There is no pack"),
        ("broken", "The pack broken is not valid: "),
        ("renamed", "has a pack named made"),
    ):
        with pytest.raises(ModelUnavailable, match=message):
            find_pack(name, folder)
