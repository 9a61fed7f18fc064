"""Only files that are missing are fetched, and only those with the pinned sha256 are kept."""

import dataclasses

import pytest

from models.errors import ModelUnavailable
from models.weights.fetch import fetch_files, write_file
from models.weights.folder import hash_bytes
from models.weights.indexes import Indexes
from tests.support.weights import CONTENT, SMALL

NO_INDEX = Indexes(("http://localhost:9/simple",))


def test_a_member_of_another_hash_is_not_kept(tmp_path):
    with pytest.raises(ModelUnavailable, match=r"a/b.onnx has sha256 .*\. It was not kept"):
        write_file(tmp_path, SMALL, b"other")
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("content", [b"", b"weights", b"\x3a\x02\x0a\x00"], ids=repr)
def test_a_file_that_cannot_be_simplified_is_not_kept(tmp_path, content):
    file = dataclasses.replace(SMALL, sha256="0" * 64, member_sha256=hash_bytes(content))
    with pytest.raises(ModelUnavailable, match=r"could not be simplified|It was not kept"):
        write_file(tmp_path, file, content)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_is_there_is_not_fetched_again(tmp_path):
    write_file(tmp_path, SMALL, CONTENT)
    assert fetch_files(tmp_path, [SMALL], NO_INDEX) == []
