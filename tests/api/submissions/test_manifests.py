"""Lists of items, in a body or in a file that the server reads: added completely or not at all."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from api.submissions import manifest_jobs
from api.submissions.manifest_lines import LONGEST_RECORD_BYTES
from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.jobs.erasure import read_jobs_to_expire
from db.submissions.drafts import append_items, create_temporary_draft
from tests.support.answers.http import OpenClient
from tests.support.answers.manifests import CSV, LIST, all_jobs, lines, post
from tests.support.media.sample_pictures import encode_scene
from tests.support.servers.web import WebServer, answer
from tests.support.work.worker import work_until_done
from worker.settings import Settings


@pytest.fixture
def web() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


@pytest.fixture
def client(open_client: OpenClient, web: WebServer) -> FlaskClient:
    return open_client(sources=(f"{web.url}/lists/",))


def test_a_csv_body_creates_a_job(client: FlaskClient) -> None:
    response = post(
        client, LIST, "?tag=spring&tag=paris&priority=high&thumbnails=none"
        "&expires_at=2099-01-01T00:00:00Z",
    )  # fmt: skip
    assert response.status_code == 202
    job = response.json
    assert (job["state"], job["priority"], job["tags"]) == ("queued", "high", ["spring", "paris"])
    assert job["options"].items() >= {"thumbnails": "none", "duplicates": "count"}.items()
    assert job["expires_at"] == "2099-01-01T00:00:00Z"
    first, second = lines(client, response)
    assert (first["name"], first["dimensions"]) == ("one", {"store": "Lyon"})
    assert (second["name"], second["dimensions"]) == ("file:///2.jpg", {})


def test_an_ndjson_body_creates_a_job_or_a_draft(client: FlaskClient) -> None:
    body = b'{"uri": "file:///1.jpg"}\n'
    sent = {"data": body, "content_type": "application/x-ndjson"}
    assert client.post("/v1/jobs", **sent).json["state"] == "queued"
    draft = client.post("/v1/jobs?draft=true", **sent).json
    assert (draft["state"], draft["expires_at"]) == ("draft", None)
    path = f"/v1/jobs/{draft['id']}"
    assert client.post(f"{path}/items", data=LIST, content_type=CSV).status_code == 202
    assert client.post(f"{path}/finalize").json["counts"]["items"] == 3


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred items are a long list."""
    monkeypatch.setattr(manifest_jobs, "ITEMS_PER_BATCH", 50)
    monkeypatch.setattr(manifest_jobs, "SHORT_MANIFEST_ITEMS", 100)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("count", [53, 103])
def test_a_long_list_is_added_in_order(client: FlaskClient, count: int) -> None:
    body = b"uri\n" + b"".join(b"file:///%d\n" % number for number in range(count))
    response = post(client, body)
    assert response.json["counts"]["items"] == count
    assert [line["name"] for line in lines(client, response)] == [
        f"file:///{number}" for number in range(count)
    ]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 422, "Line 1"),
        (b"uri\n", 400, "one line for each item"),
        (b"name\nx\n", 422, "Line 1"),
        (b"uri,uri\nx,y\n", 422, "Line 1"),
        (b"uri,\nx,y\n", 422, "Line 2"),
        (b"uri\nfile:///1\n" + b"file:///" + b"x" * 5000 + b"\n", 422, "Line 3"),
        (b"uri\nfile:///1\n\xff\n", 422, "Line 3"),
        (b'uri\n"file:///1\n', 422, "Line 2"),
        (b"uri,name\nfile:///1,a,b\n", 422, "Line 2"),
        (b"path\na.jpg\n", 422, "Line 2"),
        (b"uri\n" + b"x" * (LONGEST_RECORD_BYTES + 1), 422, "Line 2"),
    ],
)
def test_a_list_with_an_invalid_line_adds_nothing(
    client: FlaskClient, body: bytes, status: int, words: str
) -> None:
    response = post(client, body)
    assert response.status_code == status
    assert words in response.json["error"]["message"]
    assert client.get("/v1/jobs").json["jobs"] == []


def test_a_list_of_too_many_items_is_refused(open_client: OpenClient) -> None:
    client = open_client(max_items_per_request=1)
    assert post(client, LIST).status_code == 413
    assert client.get("/v1/jobs").json["jobs"] == []


@pytest.mark.parametrize("query", ["?tags=a", "?priority=urgent", "?draft=maybe", "?uri=x"])
def test_an_unknown_query_parameter_is_refused(client: FlaskClient, query: str) -> None:
    assert post(client, LIST, query).status_code == 422


def test_query_parameters_with_a_json_body_are_refused(client: FlaskClient) -> None:
    body = {"items": [{"uri": "file:///1.jpg"}]}
    assert client.post("/v1/jobs?tag=a", json=body).status_code == 400


def test_a_list_sent_again_under_its_key_is_the_same_job(client: FlaskClient) -> None:
    first, second = (post(client, LIST, Idempotency_Key="k") for _ in range(2))
    assert first.json["id"] == second.json["id"]
    assert len(all_jobs(client)) == 1
    assert post(client, LIST + b"file:///3\n", Idempotency_Key="k").status_code == 422
    assert post(client, LIST, "?tag=other", Idempotency_Key="k").status_code == 422
    assert len(all_jobs(client)) == 1


def test_paths_in_a_list_on_this_host_are_relative_to_it(
    client: FlaskClient, settings: Settings
) -> None:
    folder = settings.data_dir / "cam 1"
    folder.mkdir()
    (folder / "ü.jpg").write_bytes(encode_scene("JPEG"))
    (folder / "list.csv").write_text("path,store\nü.jpg,Lyon\n../../up.jpg,\n")
    uri = (folder / "list.csv").as_uri()
    response = client.post("/v1/jobs", json={"manifest": uri, "tags": ["x"]})
    assert response.status_code == 202
    work_until_done(settings)
    first, second = lines(client, response)
    assert (first["name"], first["state"], first["dimensions"]) == (
        "ü.jpg", "done", {"store": "Lyon"},
    )  # fmt: skip
    assert second["error"]["code"] == "forbidden_source"


def test_a_list_on_a_web_server_is_read_with_its_pictures(
    client: FlaskClient, settings: Settings, web: WebServer
) -> None:
    web.pages["/lists/list.ndjson"] = answer(body=b'{"path": "a b.jpg"}\n{"path": "none.jpg"}\n')
    web.pages["/lists/a%20b.jpg"] = answer(body=encode_scene("JPEG"))
    web.pages["/lists/none.jpg"] = answer(404)
    body = {"manifest": f"{web.url}/lists/list.ndjson?v=2"}
    key = {"Idempotency-Key": "k"}
    response = client.post("/v1/jobs", json=body, headers=key)
    assert response.status_code == 202
    again = client.post("/v1/jobs", json=body, headers=key)
    assert again.json["id"] == response.json["id"]
    assert len(web.asked) == 1
    work_until_done(settings.model_copy(update={"sources": (f"{web.url}/lists/",)}))
    first, second = lines(client, response)
    assert (first["name"], first["state"]) == ("a b.jpg", "done")
    assert second["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/lists/none.csv", 422, "not_found"),
        ("/other/list.csv", 403, "forbidden_source"),
        ("/lists/../other/list.csv", 403, "forbidden_source"),
        ("/lists/refused.csv", 403, "forbidden_source"),
        ("/lists/long.csv", 413, "too_large"),
        ("/lists/wrong.csv", 422, "invalid_request"),
        ("/lists/list.txt", 422, "invalid_request"),
    ],
)
def test_an_unreadable_list_leaves_no_job(
    open_client: OpenClient, web: WebServer, path: str, status: int, code: str
) -> None:
    client = open_client(sources=(f"{web.url}/lists/",), max_upload_bytes=1000)
    web.pages["/lists/none.csv"] = answer(404)
    web.pages["/lists/refused.csv"] = answer(403)
    web.pages["/lists/long.csv"] = answer(body=b"uri\n" + b"file:///1.jpg\n" * 100)
    web.pages["/lists/wrong.csv"] = answer(body=b"uri\nfile:///1\nfile:///2,x\n")
    response = client.post("/v1/jobs", json={"manifest": web.url + path})
    assert (response.status_code, response.json["error"]["code"]) == (status, code)
    assert client.get("/v1/jobs").json["jobs"] == []


def test_a_list_in_the_store_is_refused(client: FlaskClient) -> None:
    for uri in ("store:0/1.csv", "STORE://0/1.csv", "ftp://host/1.csv"):
        assert client.post("/v1/jobs", json={"manifest": uri}).status_code == 422


def test_a_job_with_items_and_a_list_is_refused(client: FlaskClient) -> None:
    body = {"manifest": "file:///a.csv", "items": [{"uri": "file:///1"}]}
    assert client.post("/v1/jobs", json=body).status_code == 422


def test_an_unfinished_submission_is_erased_later(database: Database) -> None:
    with database.write() as session:
        job_id = create_temporary_draft(session, NewJob())
        append_items(session, job_id, [NewItem("1", "file:///1")])
    with database.write() as session:
        assert read_jobs_to_expire(session) == []
        session.connection().exec_driver_sql(
            "UPDATE jobs SET expires_at = '2020-01-01 00:00:00.000000'"
        )
    with database.write() as session:
        assert read_jobs_to_expire(session) == [job_id]


@pytest.mark.usefixtures("small_batches")
def test_a_failed_submission_leaves_nothing_behind(client: FlaskClient, settings: Settings) -> None:
    database = Database(settings.database_url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON items WHEN NEW.position = 50 "
            "BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    body = b"uri\n" + b"file:///1\n" * 51
    assert post(client, body, Idempotency_Key="k").status_code == 500
    assert all_jobs(client) == []
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")
    database.close()
    assert post(client, body, Idempotency_Key="k").json["state"] == "queued"
