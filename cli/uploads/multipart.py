"""Files as one form, read from disk while it is sent: memory does not grow with their number."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote

from cli.exits import CommandFailed
from cli.uploads.files import FoundFile
from cli.uploads.job_fields import JobFields
from models.blocks import BLOCK_BYTES


def split_readable(files: Sequence[FoundFile]) -> tuple[list[tuple[FoundFile, int]], list[str]]:
    """Files that can be opened, with their sizes in bytes; and the paths of those that cannot."""
    readable: list[tuple[FoundFile, int]] = []
    unreadable: list[str] = []
    for file in files:
        try:
            with Path(file.path).open("rb") as content:
                readable.append((file, os.fstat(content.fileno()).st_size))
        except OSError:
            unreadable.append(file.path)
    return readable, unreadable


class Form:
    """A multipart/form-data body of fields and files."""

    def __init__(
        self,
        files: Sequence[tuple[FoundFile, int]],
        fields: JobFields,
        dimensions: Mapping[str, str],
    ) -> None:
        self._boundary = token_hex(16)
        self.content_type = f"multipart/form-data; boundary={self._boundary}"
        self._fields = [("tags", tag) for tag in fields.tags]
        self._fields.append(("options", json.dumps(fields.to_json()["options"])))
        if dimensions:
            self._fields.append(("dimensions", json.dumps(dict(dimensions))))
        self._files = files
        self._end = f"--{self._boundary}--\r\n".encode()
        self.length_bytes = self._measure()

    def _measure(self) -> int:
        fields = sum(len(self._field(name, value)) for name, value in self._fields)
        files = sum(len(self._file_head(file)) + size + 2 for file, size in self._files)
        return fields + files + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        for name, value in self._fields:
            yield self._field(name, value)
        for file, size in self._files:
            yield self._file_head(file)
            yield from _read_exactly(file.path, size)
            yield b"\r\n"
        yield self._end

    def _field(self, name: str, value: str) -> bytes:
        head = f'--{self._boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        return f"{head}{value}\r\n".encode()

    def _file_head(self, file: FoundFile) -> bytes:
        # Percent-encoded, so that no name, whatever is in it, can end the header.
        name = f"filename*=UTF-8''{quote(file.name, safe='')}"
        return (
            f'--{self._boundary}\r\nContent-Disposition: form-data; name="files"; {name}\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()


def _read_exactly(path: str, size: int) -> Iterator[bytes]:
    """As many bytes as were promised at the form's head."""
    left = size
    with Path(path).open("rb") as content:
        while left > 0:
            piece = content.read(min(left, BLOCK_BYTES))
            if not piece:
                raise CommandFailed(f"{path} shrank while it was sent; nothing was submitted.")
            left -= len(piece)
            yield piece
