"""Forms with files: any server reads them, and memory does not hold them."""

import io

import pytest
from werkzeug.formparser import parse_form_data

from facetally import FileProblem
from facetally.local_files.files import SizedFile
from facetally.sending.multipart import Form

ODD_NAME = 'a/"b"; filename=c\r\n\\ caf\N{LATIN SMALL LETTER E WITH ACUTE}%22.jpg'


def parse(form):
    body = b"".join(form)
    assert len(body) == form.length_bytes
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": form.content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    _, fields, files = parse_form_data(environ)
    return fields, files.getlist("files")


def test_a_form_brings_fields_names_and_bytes_unchanged(tmp_path):
    content = b"\r\n--x\r\n" * 99999
    (tmp_path / "a").write_bytes(content)
    (tmp_path / "b").write_bytes(b"")
    found = [
        SizedFile(str(tmp_path / "a"), ODD_NAME, len(content)),
        SizedFile(str(tmp_path / "b"), "b.png", 0),
    ]

    fields, files = parse(Form([("tags", "one"), ("tags", "two")], found))

    assert fields.getlist("tags") == ["one", "two"]
    assert [file.filename for file in files] == [ODD_NAME, "b.png"]
    assert files[0].read() == content
    for file in files:
        file.close()


def test_a_file_that_shrinks_during_the_upload_ends_it(tmp_path):
    (tmp_path / "a").write_bytes(b"12")

    with pytest.raises(FileProblem, match="shrank"):
        list(Form([], [SizedFile(str(tmp_path / "a"), "a", 3)]))
