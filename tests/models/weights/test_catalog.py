"""Every pinned file names its source, its license and its hashes."""

import re

import pytest

from models.weights.catalog import FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_has_a_source_a_license_and_hashes(file):
    for sha256 in (file.sha256, file.distribution.sha256):
        assert re.fullmatch("[0-9a-f]{64}", sha256)
    assert re.fullmatch(r"[\w-]+", file.distribution.package)
    assert file.distribution.file.endswith((".whl", ".tar.gz"))
    assert all((file.license, file.source, file.input_size, file.member))
