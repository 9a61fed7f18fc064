"""Results and audience as files: complete, typed, streamed, and the same on both databases."""

import csv
import io
import json
from datetime import UTC, datetime

import pyarrow
import pytest
from flask.testing import FlaskClient
from pyarrow import parquet

from api.exports import export
from api.exports.coco import CocoOut
from api.exports.results import RESULT_SCHEMA
from api.media_types import PARQUET
from api.services import EXTENSION
from db.engine import Database
from tests.support.answers.http import OpenClient
from tests.support.work.jobs import (
    claim_next,
    make_face,
    record,
    results_of,
    submit,
    submit_chunk,
    work_all,
)

FACES = (make_face(years=30.4, female=0.9), make_face(years=52.6, female=0.55))
CAPTURED = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
STREAMED = ("ndjson", "csv", "parquet", "coco")


@pytest.fixture
def client(open_client: OpenClient, database: Database) -> FlaskClient:
    """The API on either database."""
    return open_client(database_url=database.engine.url.render_as_string(hide_password=False))


@pytest.fixture
def job_id(client: FlaskClient, database: Database) -> int:
    """Eight pictures: six with two faces each, a failed one, and one that is still waiting."""
    made = submit_chunk(database, 8, dimensions={"store": "Lyon"}, captured_at=CAPTURED)
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk, FACES, fail=["3.jpg"])[:-1])
    return made


def read_parquet(client: FlaskClient, path: str) -> pyarrow.Table:
    response = client.get(path)
    assert response.mimetype == PARQUET
    return parquet.read_table(io.BytesIO(response.data))


def read_csv(client: FlaskClient, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(path).text)))


def read_coco(client: FlaskClient, path: str) -> CocoOut:
    coco = CocoOut.model_validate(client.get(path).json)
    check_coco(coco)
    return coco


def check_coco(coco: CocoOut) -> None:
    """Check what readers of COCO rely on."""
    images = {image.id: image for image in coco.images}
    assert len(images) == len(coco.images)
    assert len({face.id for face in coco.annotations}) == len(coco.annotations)
    [category] = coco.categories
    for face in coco.annotations:
        image = images[face.image_id]
        x, y, width, height = face.bbox
        assert 0 <= x < x + width <= image.width
        assert 0 <= y < y + height <= image.height
        assert face.area == width * height
        assert face.category_id == category.id
        assert len(face.keypoints) == 3 * len(category.keypoints) == 3 * face.num_keypoints


def test_parquet_has_the_rows_of_csv_with_their_types(client: FlaskClient, job_id: int) -> None:
    table = read_parquet(client, f"/v1/jobs/{job_id}/results?format=parquet")
    lines = read_csv(client, f"/v1/jobs/{job_id}/results?format=csv")
    assert table.schema.equals(RESULT_SCHEMA)
    assert table.schema.names == list(lines[0])
    rows = table.to_pylist(maps_as_pydicts="strict")
    assert [row["name"] for row in rows] == [line["name"] for line in lines]
    assert len(rows) == 6 * 2 + 1 + 1
    first = rows[0]
    assert (first["item"], first["face"], first["x"], first["score"]) == (1, 1, 10, 0.9)
    assert first["captured_at"] == CAPTURED
    assert first["dimensions"] == {"store": "Lyon"}
    for row, line in zip(rows, lines, strict=True):
        for name in ("face", "age_years", "gender", "quality", "judged", "yaw", "width"):
            assert ("" if row[name] is None else str(row[name])) == line[name]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_an_item_without_faces_has_one_row_with_its_error(
    client: FlaskClient, database: Database, job_id: int, form: str
) -> None:
    empty = submit(database, items=1)
    work_all(database)
    path = f"/v1/jobs/{{}}/results?format={form}"
    if form == "csv":
        rows = [*read_csv(client, path.format(job_id)), *read_csv(client, path.format(empty))]
        rows = [{name: value or None for name, value in row.items()} for row in rows]
    else:
        rows = [
            row
            for number in (job_id, empty)
            for row in read_parquet(client, path.format(number)).to_pylist()
        ]
    listed = [(row["name"], row["state"], row["error_code"]) for row in rows if row["face"] is None]
    # `work_all` also analyzed the last item of the first job.
    assert listed == [
        ("3.jpg", "failed", "unreadable"),
        ("7.jpg", "done", None),
        ("0.jpg", "done", None),
    ]


@pytest.mark.parametrize(
    ("query", "images", "faces"),
    [
        ("", 6, 12),
        ("&gender=female", 6, 6),
        ("&age_min=50", 6, 6),
        ("&score_min=0.95", 0, 0),
        ("&state=failed", 0, 0),
        ("&state=done&dimension.store=Lyon", 6, 12),
        ("&dimension.store=Nice", 0, 0),
        ("&limit=2", 2, 4),
        ("&limit=3&cursor=1", 2, 4),
    ],
)
def test_coco_contains_the_analyzed_pictures_and_the_selected_faces(
    client: FlaskClient, job_id: int, query: str, images: int, faces: int
) -> None:
    coco = read_coco(client, f"/v1/jobs/{job_id}/results?format=coco{query}")
    assert (len(coco.images), len(coco.annotations)) == (images, faces)


def test_a_coco_annotation_is_a_face_as_annotators_read_it(
    client: FlaskClient, job_id: int
) -> None:
    coco = client.get(f"/v1/jobs/{job_id}/results?format=coco").json
    assert coco["licenses"] == []
    assert coco["categories"][0]["keypoints"][0] == "right_eye"
    assert coco["images"][0] == {
        "id": 1, "file_name": "0.jpg", "width": 640, "height": 480,
        "date_captured": "2026-01-31T12:00:00+00:00", "dimensions": {"store": "Lyon"},
    }  # fmt: skip
    assert coco["annotations"][0] == {
        "id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 20, 30, 40], "area": 1200,
        "iscrowd": 0, "segmentation": [], "num_keypoints": 5,
        "keypoints": [15, 30, 2, 30, 30, 2, 22, 40, 2, 17, 50, 2, 28, 50, 2], "score": 0.9,
        "attributes": {
            "gender": "female", "gender_probability": 0.9, "age_years": 30.4, "age_low": 25,
            "age_high": 35, "age_group": "25-32", "quality": 0.9, "judged": True,
            "eye_pixels": 40.0, "sharpness": 0.9, "brightness": 0.5,
            "contrast": 0.3, "yaw": 0, "pitch": 0, "roll": 0, "mouth_hidden": False,
        },
    }  # fmt: skip


def test_a_picture_analyzed_during_a_coco_export_is_complete_or_left_out(
    client: FlaskClient, database: Database, job_id: int
) -> None:
    parts = iter(client.get(f"/v1/jobs/{job_id}/results?format=coco").response)
    text = b""
    while b"annotations" not in text:
        text += next(parts)
    work_all(database, FACES)
    coco = CocoOut.model_validate_json(text + b"".join(parts))
    check_coco(coco)
    assert (len(coco.images), len(coco.annotations)) == (6, 12)


@pytest.mark.parametrize("form", ["csv", "parquet", "coco", "ndjson"])
def test_an_export_without_matches_is_a_valid_file(
    client: FlaskClient, job_id: int, form: str
) -> None:
    path = f"/v1/jobs/{job_id}/results?format={form}&score_min=1"
    if form == "parquet":
        assert read_parquet(client, path).num_rows == 0
    elif form == "coco":
        assert read_coco(client, path).images == []
    else:
        assert len(client.get(path).text.splitlines()) == (form == "csv")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/jobs/1/results?format=ndjson", "job-1.ndjson"),
        ("/v1/jobs/1/results?format=csv", "job-1.csv"),
        ("/v1/jobs/1/results?format=parquet", "job-1.parquet"),
        ("/v1/jobs/1/results?format=coco", "job-1.coco.json"),
        ("/v1/audience?format=csv", "audience.csv"),
        ("/v1/audience?format=parquet", "audience.parquet"),
    ],
)
def test_an_export_has_a_file_name_for_browsers(
    client: FlaskClient, job_id: int, path: str, name: str
) -> None:
    response = client.get(path)
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job of a hundred items is read in several pages."""
    monkeypatch.setattr(export, "STREAM_PAGE", 50)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("form", STREAMED)
def test_a_slow_or_disconnected_reader_holds_no_connection(
    client: FlaskClient, database: Database, form: str
) -> None:
    job_id = submit_chunk(database, 120)
    work_all(database, FACES)
    pool = client.application.extensions[EXTENSION].database.engine.pool
    response = client.get(f"/v1/jobs/{job_id}/results?format={form}")
    parts = iter(response.response)
    for _ in range(2):
        next(parts)
        assert pool.checkedout() == 0
    response.close()
    assert pool.checkedout() == 0


@pytest.mark.usefixtures("small_pages")
def test_a_large_job_is_complete_in_every_format(client: FlaskClient, database: Database) -> None:
    job_id = submit_chunk(database, 120)
    work_all(database, FACES, fail=["70.jpg"])
    path = f"/v1/jobs/{job_id}/results?format="
    names = [row["name"] for row in read_csv(client, path + "csv")]
    assert len(names) == 119 * 2 + 1
    assert read_parquet(client, path + "parquet")["name"].to_pylist() == names
    lines = [json.loads(line) for line in client.get(path + "ndjson").text.splitlines()]
    assert [line["name"] for line in lines] == list(dict.fromkeys(names))
    coco = read_coco(client, path + "coco")
    assert (len(coco.images), len(coco.annotations)) == (119, 119 * 2)


def spread(name: str, share: dict[str, float] | None) -> dict[str, float | None]:
    ends = {name: "value", f"{name}_low": "low", f"{name}_high": "high"}
    return {column: None if share is None else share[end] for column, end in ends.items()}


def test_the_audience_is_exported_as_a_table(client: FlaskClient, job_id: int) -> None:
    query = f"/v1/audience?job={job_id}&by=gender&format="
    groups = client.get(query + "json").json["groups"]
    expected = [
        {
            "dimensions": [],
            "period": None,
            "gender": group["gender"],
            "age_band": None,
            "faces": group["faces"],
            **spread("share", group["share"]),
            **spread("share_within", group["share_within"]),
            "soft_share": group["soft_share"],
            **spread("corrected", None),
            **dict.fromkeys(("seconds", "mean_seconds", "median_seconds", "attention")),
            **dict.fromkeys(("people_low", "people_high")),
        }
        for group in groups
    ]
    assert [group["faces"] for group in groups] == [6, 0, 6]
    assert read_parquet(client, query + "parquet").to_pylist() == expected
    spelled = [{name: "" if value in (None, []) else str(value) for name, value in row.items()}
               for row in expected]  # fmt: skip
    assert read_csv(client, query + "csv") == spelled
    assert client.get(query + "coco").status_code == 422
