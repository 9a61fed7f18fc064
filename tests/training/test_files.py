"""Files that are either whole or not there."""

import pytest

from training.files import write_whole


def test_a_file_that_could_not_be_written_is_not_there_and_an_older_one_stays(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"older")

    def write(file):
        file.write(b"a part")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        write_whole(path, write)
    assert path.read_bytes() == b"older"
    write_whole(path, lambda file: file.write(b"newer"))
    assert path.read_bytes() == b"newer"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
