"""Every pinned file names its source, its license and its hashes."""

import re

import pytest

from models.weights.catalog import FILES, SAMPLES

HASH = re.compile("[0-9a-f]{64}")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_has_a_source_a_license_and_hashes(file):
    hashes = [file.sha256, file.distribution.sha256, *(member.sha256 for member in file.members)]
    assert all(HASH.fullmatch(sha256) for sha256 in hashes)
    assert re.fullmatch(r"(@[\w-]+/)?[\w-]+", file.distribution.package)
    assert file.distribution.file.endswith((".whl", ".tar.gz", ".tgz"))
    assert all((file.license, file.source, file.input_size, file.members))


def test_no_two_files_have_the_same_name():
    assert len({file.name for file in FILES}) == len(FILES)


def test_every_model_but_not_every_sample_says_what_it_learned_from():
    silent = {file.name for file in FILES if not file.training_data}
    graphs = {name for name in silent if name.endswith(".prototxt")}
    assert silent - graphs == {sample.name for sample in SAMPLES}
