"""Results, items and audience over HTTP."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.submissions.drafts import accept_job
from tests.support.work.jobs import close, make_face, submit, work_all
from worker.settings import Settings

FACES = (make_face(30.4, 0.9), make_face(52.6, 0.55, quality=0.8, yaw=-31))
UNCLEAR = make_face(6.0, 0.9, quality=0.2)


@pytest.fixture(scope="module")
def filled(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A database to copy, with a job: five pictures with two faces each, and a failed one."""
    path = tmp_path_factory.mktemp("filled") / "facetally.sqlite3"
    shutil.copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    made = submit(database, items=6, dimensions={"store": "Lyon"})
    work_all(database, faces=FACES, fail=["3.jpg"])
    close(database)
    database.close()
    return path, made


@pytest.fixture
def job_id(client: FlaskClient, settings: Settings, filled: tuple[Path, int]) -> int:
    path, made = filled
    # The API has read nothing yet.
    shutil.copy(path, settings.data_dir)
    return made


def test_a_result_has_the_documented_shape(client: FlaskClient, job_id: int) -> None:
    line = client.get(f"/v1/jobs/{job_id}/results").json["results"][0]
    assert line == {
        "item": 1, "name": "0.jpg", "state": "done", "error": None, "width": 640, "height": 480,
        "captured_at": None, "dimensions": {"store": "Lyon"}, "duplicate_of": None,
        "thumbnail": "/v1/items/1/thumbnail", "video": None,
        "faces": [
            {
                "box": {"x": 10, "y": 20, "width": 30, "height": 40}, "score": 0.9,
                "landmarks": [[15, 30], [30, 30], [22, 40], [17, 50], [28, 50]],
                "gender": {"value": value, "probability": probability, "female": probability},
                "age": {"years": years, "low": low, "high": low + 10, "group": "25-32"},
                "quality": {
                    "value": quality, "judged": quality > 0.5, "eye_pixels": 40.0,
                    "sharpness": 0.9, "brightness": 0.5, "contrast": 0.3, "yaw": yaw, "pitch": 0,
                    "roll": 0, "mouth_hidden": False,
                },
                "frame": None, "time_seconds": None, "track": None, "person": None,
            }
            for value, probability, years, low, quality, yaw in (
                ("female", 0.9, 30.4, 25, 0.9, 0),
                ("unknown", 0.55, 52.6, 47, 0.8, -31),
            )
        ],
        "dropped": {"too_small": 0, "too_unsure": 0},
    }  # fmt: skip


def test_a_failed_result_has_an_error_and_no_faces(client: FlaskClient, job_id: int) -> None:
    [line] = client.get(f"/v1/jobs/{job_id}/results?state=failed").json["results"]
    assert line["error"] == {"code": "unreadable", "message": "It is broken."}
    assert line["faces"] == []
    assert line["thumbnail"] is None


def test_cursors_lead_through_all_pages_of_results(client: FlaskClient, job_id: int) -> None:
    names, cursor = [], ""
    while cursor is not None:
        suffix = f"&cursor={cursor}" if cursor != "" else ""
        page = client.get(f"/v1/jobs/{job_id}/results?limit=4{suffix}").json
        names += [line["name"] for line in page["results"]]
        cursor = page["next_cursor"]
    assert names == [f"{number}.jpg" for number in range(6)]


def test_ndjson_has_the_same_results_as_json(client: FlaskClient, job_id: int) -> None:
    response = client.get(f"/v1/jobs/{job_id}/results?format=ndjson")
    assert response.mimetype == "application/x-ndjson"
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert lines == client.get(f"/v1/jobs/{job_id}/results").json["results"]


def test_csv_has_a_row_for_each_face_and_every_item(client: FlaskClient, job_id: int) -> None:
    response = client.get(f"/v1/jobs/{job_id}/results?format=csv")
    assert response.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert len(rows) == 5 * 2 + 1
    assert (rows[0]["name"], rows[0]["face"], rows[0]["gender"]) == ("0.jpg", "1", "female")
    assert rows[6]["error_code"] == "unreadable"
    assert rows[6]["face"] == ""


def test_a_name_in_csv_is_not_a_formula(client: FlaskClient, settings: Settings) -> None:
    database = Database(settings.database_url)
    with database.write() as session:
        accept_job(session, NewJob(), [NewItem("=HYPERLINK(1)", "file:///a")], 1)
    database.close()
    [row] = csv.DictReader(io.StringIO(client.get("/v1/jobs/1/results?format=csv").text))
    assert row["name"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("query", "items", "faces"),
    [
        ("gender=female", 5, 5),
        ("gender=male", 0, 0),
        ("age_min=50", 5, 5),
        ("age_min=20&age_max=60", 5, 10),
        ("score_min=0.95", 0, 0),
        ("quality_min=0.8", 5, 10),
        ("quality_min=0.85", 5, 5),
        ("pose=frontal", 5, 5),
        ("pose=any", 6, 10),
        ("quality_min=0.85&gender=unknown", 0, 0),
        ("state=done", 5, 10),
        ("dimension.store=Lyon", 6, 10),
        ("dimension.store=Nice", 0, 0),
        ("dimension.store=%00", 0, 0),
    ],
)
def test_filters_narrow_the_results(
    client: FlaskClient, job_id: int, query: str, items: int, faces: int
) -> None:
    lines = client.get(f"/v1/jobs/{job_id}/results?{query}").json["results"]
    assert (len(lines), sum(len(line["faces"]) for line in lines)) == (items, faces)


@pytest.mark.parametrize(
    "query",
    [
        "gender=x",
        "age_min=-1",
        "age_min=50&age_max=20",
        "quality_min=1.1",
        "quality_min=x",
        "pose=profile",
        "limit=0",
        "cursor=x",
        "format=xml",
        "color=red",
        "dimension.=x",
    ],
)
def test_an_invalid_filter_is_refused(client: FlaskClient, job_id: int, query: str) -> None:
    response = client.get(f"/v1/jobs/{job_id}/results?{query}")
    assert response.status_code == 422
    assert response.json["error"]["code"] == "invalid_request"


def test_the_audience_is_counted_with_its_uncertainty(client: FlaskClient, job_id: int) -> None:
    audience = client.get(f"/v1/audience?job={job_id}&by=gender").json
    assert (audience["items"], audience["items_done"], audience["faces"]) == (6, 5, 10)
    assert audience["items_failed"] == {"unreadable": 1}
    counted = {group["gender"]: group["faces"] for group in audience["groups"]}
    assert counted == {"female": 5, "male": 0, "unknown": 5}
    share = audience["groups"][0]["share"]
    assert share["low"] < share["value"] == 0.5 < share["high"]


def test_a_face_too_unclear_to_be_judged_is_a_result_but_not_in_the_audience(
    client: FlaskClient, settings: Settings
) -> None:
    database = Database(settings.database_url)
    job_id = submit(database, items=1)
    work_all(database, faces=[*FACES, UNCLEAR])
    database.close()
    [line] = client.get(f"/v1/jobs/{job_id}/results").json["results"]
    *_, unclear = line["faces"]
    assert (unclear["quality"]["judged"], unclear["gender"]["value"]) == (False, "unknown")
    audience = client.get(f"/v1/audience?job={job_id}&by=gender").json
    assert (audience["faces"], audience["faces_too_unclear"]) == (2, 1)
    assert [group["faces"] for group in audience["groups"]] == [1, 0, 1]


@pytest.mark.parametrize(
    ("query", "faces", "unclear"),
    [
        ("", 10, 0),
        ("&quality_min=0.85", 5, 5),
        ("&quality_min=0.1", 10, 0),
        ("&pose=frontal", 5, 0),
        ("&quality_min=0.85&pose=frontal", 5, 0),
        ("&quality_min=0.85&from=2026-01-01", 0, 0),
    ],
)
def test_the_audience_of_a_job_can_be_of_clear_or_frontal_faces(
    client: FlaskClient, job_id: int, query: str, faces: int, unclear: int
) -> None:
    audience = client.get(f"/v1/audience?job={job_id}{query}").json
    assert (audience["faces"], audience["faces_too_unclear"]) == (faces, unclear)


@pytest.mark.parametrize("query", ["quality_min=0.5", "tag=spring&pose=frontal"])
def test_a_filter_by_quality_of_many_jobs_is_refused_with_what_to_add(
    client: FlaskClient, query: str
) -> None:
    response = client.get(f"/v1/audience?{query}")
    assert response.status_code == 422
    assert "quality_min and pose need one job" in response.json["error"]["message"]
    assert "add job=7" in response.json["error"]["message"]


@pytest.mark.parametrize(
    "query",
    [
        "quality_min=2",
        "pose=profile",
        "bands=0-5,3-9",
        "bands=x",
        "by=day,week",
        "by=a,b,c,d,e",
        "job=0",
        "x=1",
        "from=2026-05-02&to=2026-05-01",
        "from=x",
        "count=cats",
        "from=9999-12-31",
        "to=0001-01-01",
        "by=gender&by=age_band",
        "job=1&job=2",
        "dimension.store=Lyon&dimension.store=Nice",
    ],
)
def test_an_invalid_query_for_an_audience_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/v1/audience?{query}").status_code == 422


@pytest.mark.parametrize("query", ["to=9999-12-31", "from=0001-01-01", "from=9999-11-30&by=month"])
def test_an_audience_can_be_queried_for_any_dates(client: FlaskClient, query: str) -> None:
    assert client.get(f"/v1/audience?{query}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v1/jobs/99", "/v1/jobs/99/results", "/v1/jobs/99/results?format=csv",
        "/v1/jobs/99/report", "/v1/items/99", "/v1/items/99/thumbnail", "/v1/jobs/x", "/nothing",
    ],
)  # fmt: skip
def test_an_unknown_address_is_a_404_in_the_one_shape_of_errors(
    client: FlaskClient, path: str
) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json["error"]["code"] == "not_found"


def test_a_job_number_too_large_for_the_database_is_refused(client: FlaskClient) -> None:
    assert client.get(f"/v1/jobs/{2**70}").status_code == 422
