"""Lists of items in a file of this machine: CSV as spreadsheets write it, and NDJSON."""

import pytest

from cli.exits import CommandFailed
from cli.uploads.manifests import is_manifest, read_manifest, read_manifests
from facetally.local_files.files import LocalFile


def test_a_csv_manifest_has_dimensions_in_its_other_columns(tmp_path):
    manifest = tmp_path / "shop.csv"
    manifest.write_text(
        "path,name,captured_at,store,camera\ncam 1/a.jpg,,2026-01-31T12:00:00Z,Lyon,\n"
        'file:///b.jpg,"B, b",,,east\n'
    )

    first, second = read_manifest(manifest)

    assert isinstance(first, LocalFile)
    assert first.path == str(tmp_path / "cam 1" / "a.jpg")
    assert first.name == "cam 1/a.jpg"
    assert first.captured_at.isoformat() == "2026-01-31T12:00:00+00:00"
    assert first.dimensions == {"store": "Lyon"}
    assert (second.name, second.dimensions) == ("B, b", {"camera": "east"})


def test_a_manifest_from_a_spreadsheet_is_read(tmp_path):
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


def test_paths_are_files_and_uris_are_addresses(tmp_path):
    (tmp_path / "a.csv").write_text("Path,store\n1.jpg,Lyon\n/photos/2.jpg,\n")
    (tmp_path / "b.csv").write_text("uri\ns3://photos/3.jpg\n")

    listed = read_manifests([tmp_path / "a.csv", tmp_path / "b.csv"])

    assert [file.path for file in listed.files] == [str(tmp_path / "1.jpg"), "/photos/2.jpg"]
    assert [file.name for file in listed.files] == ["1.jpg", "/photos/2.jpg"]
    assert listed.files[0].dimensions == {"store": "Lyon"}
    assert [item.uri for item in listed.items] == ["s3://photos/3.jpg"]
    assert list(listed.items) == list(listed.items)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"name\nx\n", "'uri' or 'path'"),
        ("a.csv", b"uri,captured_at\nfile:///a,\nfile:///b,soon\n", "line 3: captured_at"),
        ("a.csv", b"uri\nfile:///a,surplus\n", "line 2: this has more cells"),
        ("a.csv", b"uri\n\xff\n", "UTF-8"),
        ("a.ndjson", b'{"uri": "x"}\n{"uri"\n', "line 2: this is not JSON"),
        ("a.ndjson", b"[1]", "line 1: this is not a JSON object"),
        ("a.ndjson", b'{"url": "x"}', "line 1: "),
    ],
    ids=["no column", "no date", "a cell too many", "no text", "no JSON", "no object", "misspelt"],
)
def test_a_faulty_manifest_is_refused_with_the_line(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(CommandFailed, match=message):
        list(read_manifest(tmp_path / name))
