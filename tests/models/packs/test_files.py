"""Where the files of a pack are looked for."""

import hashlib
from dataclasses import replace

import pytest

from models.errors import ModelUnavailable
from models.packs.files import list_pinned, locate_file
from models.packs.parts import PackFile
from models.packs.shipped_packs import list_shipped, read_shipped
from models.weights.pinned import Registry

DATA = b"weights"
FILE = PackFile("own.onnx", hashlib.sha256(DATA).hexdigest())


@pytest.fixture
def folders(tmp_path):
    pack_dir, weights_dir = tmp_path / "pack", tmp_path / "weights"
    pack_dir.mkdir()
    weights_dir.mkdir()
    return replace(read_shipped(), folder=pack_dir), pack_dir, weights_dir


def test_a_pack_uses_its_own_file_and_else_that_of_the_weights_folder(folders):
    pack, pack_dir, weights_dir = folders
    (weights_dir / FILE.name).write_bytes(DATA)
    assert locate_file(pack, FILE, weights_dir) == weights_dir / FILE.name
    (pack_dir / FILE.name).write_bytes(DATA)
    assert locate_file(pack, FILE, weights_dir) == pack_dir / FILE.name


def test_a_missing_file_is_named_with_its_folders(folders):
    pack, pack_dir, weights_dir = folders
    with pytest.raises(ModelUnavailable, match=rf"own.onnx .* missing in {pack_dir} and"):
        locate_file(pack, FILE, weights_dir)


def test_a_file_with_another_sha256_is_not_opened(folders):
    pack, _, weights_dir = folders
    (weights_dir / FILE.name).write_bytes(b"other")
    with pytest.raises(ModelUnavailable, match="is altered"):
        locate_file(pack, FILE, weights_dir)


def test_packs_share_the_files_of_the_catalog():
    packs = [read_shipped(name) for name in list_shipped()]
    listed = list_pinned([*packs, *packs])
    assert len(listed) == len({file.name for file in listed})
    assert {file.name for file in listed} == {file.name for pack in packs for file in pack.files}
    assert list_pinned([]) == []


def test_what_an_operators_pack_has_of_its_own_is_not_fetched():
    detector = replace(read_shipped().detector, file="own.onnx")
    own = replace(read_shipped(), name="ours", detector=detector)
    assert own.detector.file not in {file.name for file in list_pinned([own])}


def test_the_advice_is_to_fetch_what_the_catalog_has(tmp_path):
    pack = replace(read_shipped(), name="ours")
    with pytest.raises(ModelUnavailable, match="Run `facetally weights fetch --pack ours`"):
        locate_file(pack, pack.files[0], tmp_path)
    with pytest.raises(ModelUnavailable, match="Add the pack with the file whose sha256"):
        locate_file(pack, FILE, tmp_path)


def test_the_strict_pack_needs_nothing_from_npm():
    files = list_pinned([read_shipped("strict")])
    assert files
    assert {file.distribution.registry for file in files} == {Registry.PYPI}
