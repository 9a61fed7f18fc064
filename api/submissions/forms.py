"""Bodies within bounds: little is taken unless a view expects more, and forms have few fields."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import IO, NoReturn, TypeAlias

from flask import Request
from werkzeug.datastructures import FileStorage, Headers, MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData, State

from api.errors import ApiError
from api.media_types import FORM
from api.services import services
from api.staging import StagedFile
from models.blocks import Readable, read_blocks

# Of a body that its view does not expect to be larger.
MOST_BYTES = 64 << 10
# Clients split uploads of more files.
MOST_FILES = 100_000
MOST_FIELDS = 100
MOST_FIELD_BYTES = 1 << 20
# Of the headers of one part: the longest path as a file name, percent-encoded.
MOST_HEADER_BYTES = 16 << 10

Parsed: TypeAlias = tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]


class BoundedRequest(Request):
    """A request whose uploaded files go straight to disk, whatever their size."""

    def make_form_data_parser(self) -> FormDataParser:
        return _BoundedParser(max_content_length=self.max_content_length)

    def on_json_loading_failed(self, e: ValueError | None) -> NoReturn:
        wanted = "The body must be JSON, with the header Content-Type: application/json."
        raise ApiError(HTTPStatus.BAD_REQUEST, wanted if e is None else f"{wanted} {e}")


def read_body(request: Request, most_bytes: int) -> bytes:
    """The whole body in memory; raises ApiError if it is larger."""
    # One more than allowed: of a body whose length is not known, no more than this is read.
    request.max_content_length = most_bytes + 1
    data = request.get_data()
    if len(data) > most_bytes:
        raise _too_large(f"The body may have {most_bytes} bytes at most.")
    return data


class _BoundedParser(FormDataParser):
    """Werkzeug's parser, with limits for what it would keep in memory."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> Parsed:
        if mimetype != FORM:
            return super().parse(stream, mimetype, content_length, options)
        boundary = (options or {}).get("boundary", "").encode("ascii", "replace")
        form = _Form()
        try:
            for event in _read_events(stream, boundary):
                form.add(event)
        except ValueError:
            problem = "The form is damaged or incomplete. Send it again."
            raise ApiError(HTTPStatus.BAD_REQUEST, problem) from None
        return stream, MultiDict(form.fields), MultiDict(form.files)


class _Decoder(MultipartDecoder):
    """Refuses a part whose headers are too long: reading them takes time by their square."""

    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        if len(data) > MOST_HEADER_BYTES:
            raise _too_large("The headers of a part of the form are too long.")
        return super()._parse_headers(data)


def _read_events(stream: Readable, boundary: bytes) -> Iterator[Field | File | Data]:
    if not boundary:
        raise ValueError("no boundary")
    decoder = _Decoder(boundary, max_form_memory_size=MOST_FIELD_BYTES)
    for block in read_blocks(stream):
        decoder.receive_data(block)
        yield from _take_events(decoder)
    decoder.receive_data(None)
    yield from _take_events(decoder)


def _take_events(decoder: MultipartDecoder) -> Iterator[Field | File | Data]:
    while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
        if isinstance(event, Field | File | Data):
            yield event
    if decoder.state is State.PART and len(decoder.buffer) > MOST_HEADER_BYTES:
        raise _too_large("The headers of a part of the form are too long.")


class _Form:
    """The parts of a form as they arrive: fields in memory, files on disk."""

    def __init__(self) -> None:
        self.fields: list[tuple[str, str]] = []
        self.files: list[tuple[str, FileStorage]] = []
        self._field_bytes = 0
        self._part: Field | File | None = None
        self._text = bytearray()
        self._file: StagedFile | None = None

    def add(self, event: Field | File | Data) -> None:
        if isinstance(event, Data):
            self._add_data(event)
            return
        self._part, self._text = event, bytearray()
        self._file = services().staging.new_file() if isinstance(event, File) else None

    def _add_data(self, event: Data) -> None:
        if self._file is None:
            self._text += event.data
            self._field_bytes += len(event.data)
            if self._field_bytes > MOST_FIELD_BYTES:
                raise _too_large("The fields of the form are too large.")
        elif event.data:
            self._file.write(event.data)
        if not event.more_data:
            self._end_part()

    def _end_part(self) -> None:
        part = self._part
        if isinstance(part, File) and self._file is not None:
            self._file.seek(0)
            storage = FileStorage(
                self._file,  # type: ignore[arg-type]  # it is as much of a file as anyone uses
                part.filename,
                part.name,
                headers=part.headers,
            )
            self.files.append((part.name, storage))
        elif part is not None:
            self.fields.append((part.name, self._text.decode(errors="replace")))
        if len(self.files) > MOST_FILES or len(self.fields) > MOST_FIELDS:
            raise _too_large(
                f"A form takes at most {MOST_FILES} files and {MOST_FIELDS} fields. Split it."
            )


def _too_large(message: str) -> ApiError:
    return ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
