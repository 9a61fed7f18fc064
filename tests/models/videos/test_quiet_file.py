"""What fails in a callback from native code is raised after it."""

import io

import pytest

from models.errors import TooLargeItem
from models.videos.quiet_file import QuietFile


class Failing(io.BytesIO):
    """A file whose reading fails, as on a broken disk or without memory."""

    def __init__(self, fault: Exception) -> None:
        super().__init__(b"abc")
        self._fault = fault

    def read(self, size=-1):
        raise self._fault

    def seek(self, position, whence=0):
        raise self._fault


@pytest.mark.parametrize(
    ("fault", "raised"), [(OSError("disk"), OSError), (MemoryError(), TooLargeItem)]
)
def test_a_file_that_fails_seems_to_end_until_it_is_asked(fault, raised):
    file = QuietFile(Failing(fault))
    assert (file.read(2), file.seek(1), file.read(2)) == (b"", 0, b"")
    with pytest.raises(raised):
        file.raise_fault()
    file.raise_fault()


def test_a_file_that_works_is_read_as_it_is():
    file = QuietFile(io.BytesIO(b"abcd"))
    assert (file.seek(1), file.read(2), file.read()) == (1, b"bc", b"d")
    file.raise_fault()
