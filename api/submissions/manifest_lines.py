"""The lines of a manifest, numbered, in whichever encoding spreadsheets write."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, cast

from models.errors import FacetallyError

LONGEST_RECORD_BYTES = 1 << 20
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
SURROGATES = re.compile("[\ud800-\udfff]")
NOT_TEXT = "this is not UTF-8. Save the list as CSV UTF-8."
# Without a mark: the letters of ASCII have a zero in one of their two bytes.
GUESSED = {(False, True): "utf-16-le", (True, False): "utf-16-be"}


class ManifestError(FacetallyError):
    """A line that is not an item: the submitter corrects it and sends the manifest again."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


class Lines(Iterator[str]):
    """The lines of a file that can be read again; `number` is that of the last one.

    Raises ManifestError for a record that is too long to keep in memory, or that is not text.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.number = 0
        self._record_characters = 0
        encoding, start = _find_encoding(file)
        file.seek(start)
        # Line ends are left as they are: those inside of cells belong to them.
        # Bytes that are no UTF-8 become surrogates, so that the line that has them is known.
        errors = "surrogateescape" if encoding == "utf-8" else "strict"
        unclosed = cast(BinaryIO, _Unclosed(file))
        self._text = io.TextIOWrapper(unclosed, encoding, errors, newline="")

    def begin_record(self) -> None:
        self._record_characters = 0

    def __next__(self) -> str:
        try:
            line = self._text.readline(LONGEST_RECORD_BYTES + 1)
        except UnicodeError as error:
            raise ManifestError(self.number + 1, NOT_TEXT) from error
        if not line:
            raise StopIteration
        self.number += 1
        if not line.isascii() and SURROGATES.search(line):
            raise ManifestError(self.number, NOT_TEXT)
        self._record_characters += len(line)
        if self._record_characters > LONGEST_RECORD_BYTES:
            raise ManifestError(
                self.number, f"the record is longer than {LONGEST_RECORD_BYTES} characters."
            )
        return line


class _Unclosed(io.RawIOBase):
    """Reads a file that others close."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def read1(self, size: int = -1) -> bytes:
        return self._file.read(size)


def _find_encoding(file: BinaryIO) -> tuple[str, int]:
    """The encoding, and where the text begins."""
    head = file.read(4)
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return encoding, len(mark)
    zeros = (head[:1] == b"\x00", head[1:2] == b"\x00")
    return (GUESSED.get(zeros, "utf-8") if len(head) >= 2 else "utf-8"), 0
