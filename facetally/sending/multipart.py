"""Files as one form, read from disk while it is sent: memory does not grow with their number.

httpx's own multipart replaces quotes and line breaks in file names by escapes, which the server
would show, and holds every file of a form open from the start; a folder has more files than a
process may open.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote

from facetally.blocks import BLOCK_BYTES
from facetally.errors import FileProblem
from facetally.local_files.files import SizedFile


class Form:
    """A multipart/form-data body of fields and files."""

    def __init__(self, fields: Sequence[tuple[str, str]], files: Sequence[SizedFile]) -> None:
        self._boundary = token_hex(16)
        self.content_type = f"multipart/form-data; boundary={self._boundary}"
        self._fields = fields
        self._files = files
        self._end = f"--{self._boundary}--\r\n".encode()
        self.length_bytes = self._measure()

    def _measure(self) -> int:
        fields = sum(len(self._field(name, value)) for name, value in self._fields)
        files = sum(len(self._file_head(file)) + file.size_bytes + 2 for file in self._files)
        return fields + files + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        for name, value in self._fields:
            yield self._field(name, value)
        for file in self._files:
            yield self._file_head(file)
            yield from read_exactly(file.path, file.size_bytes)
            yield b"\r\n"
        yield self._end

    def _field(self, name: str, value: str) -> bytes:
        head = f'--{self._boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        return f"{head}{value}\r\n".encode()

    def _file_head(self, file: SizedFile) -> bytes:
        # Percent-encoded, so that no name, whatever is in it, can end the header.
        name = f"filename*=UTF-8''{quote(file.name, safe='')}"
        return (
            f'--{self._boundary}\r\nContent-Disposition: form-data; name="files"; {name}\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()


def read_exactly(path: str, size_bytes: int, offset: int = 0) -> Iterator[bytes]:
    """As many bytes as the length of the body has promised."""
    left = size_bytes
    with Path(path).open("rb") as content:
        content.seek(offset)
        while left > 0:
            block = content.read(min(left, BLOCK_BYTES))
            if not block:
                raise FileProblem(f"{path} shrank while it was uploaded; nothing was submitted.")
            left -= len(block)
            yield block
