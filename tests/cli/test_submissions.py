"""What is sent: forms that any server reads, and the JSON of manifests."""

import io
import json
import os
from dataclasses import asdict

import pytest
from werkzeug.formparser import parse_form_data

from cli.commands.run import make_fingerprint
from cli.exits import CommandFailed
from cli.uploads.files import FoundFile
from cli.uploads.job_fields import JobFields
from cli.uploads.manifests import is_manifest, read_manifest, write_job
from cli.uploads.multipart import Form, split_readable
from db.job_values import Duplicates, JobOptions, ThumbnailKind

OPTIONS = JobOptions(ThumbnailKind.BLURRED, Duplicates.ONCE)
CHOSEN = {**asdict(JobOptions()), "thumbnails": "blurred", "duplicates": "once"}
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
    (tmp_path / "a").write_bytes(b"\r\n--x\r\n" * 99999)
    (tmp_path / "b").write_bytes(b"")
    found = [FoundFile(str(tmp_path / "a"), ODD_NAME), FoundFile(str(tmp_path / "b"), "b.png")]

    readable, _ = split_readable(found)
    fields, files = parse(Form(readable, JobFields(("one", "two"), OPTIONS), {"store": "Lyon"}))

    assert fields.getlist("tags") == ["one", "two"]
    assert json.loads(fields["dimensions"]) == {"store": "Lyon"}
    assert json.loads(fields["options"]) == CHOSEN
    assert [file.filename for file in files] == [ODD_NAME, "b.png"]
    assert files[0].read() == b"\r\n--x\r\n" * 99999
    for file in files:
        file.close()


def test_files_that_cannot_be_opened_are_told_before_anything_is_sent(tmp_path):
    (tmp_path / "a").write_bytes(b"12")
    found = [FoundFile(str(tmp_path / name), name) for name in ("a", "gone")]

    readable, unreadable = split_readable(found)

    assert readable == [(found[0], 2)]
    assert unreadable == [str(tmp_path / "gone")]


def test_a_file_that_shrinks_while_it_is_sent_breaks_the_submission_off(tmp_path):
    (tmp_path / "a").write_bytes(b"12")

    with pytest.raises(CommandFailed, match="shrank"):
        list(Form([(FoundFile(str(tmp_path / "a"), "a"), 3)], JobFields(), {}))


def test_a_csv_manifest_has_dimensions_in_its_other_columns(tmp_path):
    manifest = tmp_path / "shop.csv"
    manifest.write_text(
        "path,name,captured_at,store,camera\ncam 1/a.jpg,,2026-01-31T12:00:00Z,Lyon,\n"
        'file:///b.jpg,"B, b",,,east\n'
    )

    first, second = read_manifest(manifest)

    assert first.uri == (tmp_path / "cam 1" / "a.jpg").as_uri()
    assert first.name == "cam 1/a.jpg"
    assert first.captured_at.isoformat() == "2026-01-31T12:00:00+00:00"
    assert first.dimensions == {"store": "Lyon"}
    assert (second.name, second.dimensions) == ("B, b", {"camera": "east"})


def test_a_manifest_as_spreadsheets_write_it_is_read(tmp_path):
    manifest = tmp_path / "shop.CSV"
    manifest.write_bytes("\ufeffuri;store\r\nfile:///a.jpg;Lyon, center\r\n".encode())

    [item] = read_manifest(manifest)

    assert is_manifest(manifest)
    assert (item.uri, item.dimensions) == ("file:///a.jpg", {"store": "Lyon, center"})


def test_an_ndjson_manifest_is_read_line_by_line(tmp_path):
    manifest = tmp_path / "shop.ndjson"
    manifest.write_text(
        '{"uri": "file:///a.jpg", "dimensions": {"store": "Lyon"}}\n\n{"path": "b"}'
    )

    first, second = read_manifest(manifest)

    assert first.dimensions == {"store": "Lyon"}
    assert second.uri == (tmp_path / "b").as_uri()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"name\nx\n", "'uri' or 'path'"),
        ("a.csv", b"uri,captured_at\nfile:///a,\nfile:///b,soon\n", "line 3: captured_at"),
        ("a.csv", b"uri\nfile:///a,surplus\n", "line 2: it has more cells"),
        ("a.csv", b"uri\n\xff\n", "UTF-8"),
        ("a.ndjson", b'{"uri": "x"}\n{"uri"\n', "line 2: it is not JSON"),
        ("a.ndjson", b"[1]", "line 1: expected a JSON object"),
        ("a.ndjson", b'{"url": "x"}', "line 1: "),
    ],
    ids=["no column", "no date", "a cell too many", "no text", "no JSON", "no object", "misspelt"],
)
def test_a_manifest_at_fault_is_refused_with_the_line(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(CommandFailed, match=message):
        list(read_manifest(tmp_path / name))


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1200])
def test_a_submission_is_json_however_many_items_it_has(tmp_path, count):
    manifest = tmp_path / "many.ndjson"
    manifest.write_text("".join(f'{{"uri": "file:///{n}"}}\n' for n in range(count)))

    lines = [item.model_dump_json().encode() for item in read_manifest(manifest)]
    body = json.loads(b"".join(write_job(lines, JobFields(("tag",), OPTIONS))))

    assert body["tags"] == ["tag"]
    assert body["options"] == CHOSEN
    assert [item["uri"] for item in body["items"]] == [f"file:///{n}" for n in range(count)]


def test_the_fingerprint_tells_the_same_files_in_any_order():
    one, two = FoundFile("/a/1", "1"), FoundFile(os.fsdecode(b"/a/\xff"), "?")

    fingerprint = make_fingerprint([one, two], JobOptions())
    assert fingerprint == make_fingerprint([two, one], JobOptions())
    assert fingerprint != make_fingerprint([one], JobOptions())
    assert fingerprint != make_fingerprint([one, two], JobOptions(ThumbnailKind.BLURRED))
    assert len(fingerprint) < 100
