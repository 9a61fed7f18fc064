"""The lifecycle of jobs over HTTP: pause, resume, retention, retry and erasure."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from db.engine import Database
from db.jobs.pausing import pause_job
from db.tables.audience import CellRow
from db.tables.faces import FaceRow
from db.tables.items import DigestRow, ItemRow, ThumbnailRow
from db.tables.jobs import JobRow
from tests.support.answers.http import OpenClient, make_form, results, stored_files, upload
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.jobs import (
    claim_next,
    close,
    make_face,
    record,
    results_of,
    submit,
    work_all,
)
from tests.support.work.worker import work_until_done
from worker.dispatcher.dispatcher import Dispatcher
from worker.queue.broker import create_queue
from worker.settings import Settings
from worker.sources.store import Store


@pytest.fixture
def database(client: FlaskClient, settings: Settings) -> Iterator[Database]:
    """The database of the client."""
    opened = Database(settings.database_url)
    yield opened
    opened.close()


def take_turn(database: Database, settings: Settings) -> None:
    """One turn of a dispatcher with the settings of the server."""
    store = Store(settings.store_url)
    with create_queue(settings.redis_url) as queue:
        Dispatcher(database, queue, store, 30, settings.pause_after_failures).take_turn()


@pytest.fixture
def paused(client: FlaskClient, database: Database, settings: Settings) -> str:
    """The path of a job whose first two items failed and whose other items wait."""
    job_id = submit(database, items=4, chunk_items=1)
    for name in ("0.jpg", "1.jpg"):
        chunk = claim_next(database)
        assert record(database, chunk, results_of(chunk, fail=[name]))
    take_turn(database, settings.model_copy(update={"pause_after_failures": 2}))
    return f"/v1/jobs/{job_id}"


def test_a_paused_job_says_why_and_what_to_do(client: FlaskClient, paused: str) -> None:
    job = client.get(paused).json
    assert job["state"] == "paused"
    assert job["paused"]["code"] == "unreadable"
    assert job["paused"]["at"] == job["timestamps"]["paused"]
    assert "It is broken. Resume the job" in job["paused"]["message"]
    assert [job["id"]] == [one["id"] for one in client.get("/v1/jobs?state=paused").json["jobs"]]
    assert 'facetally_jobs{state="paused"} 1.0' in client.get("/metrics").text


def test_a_pause_is_an_event(client: FlaskClient, paused: str) -> None:
    stream = client.get(f"{paused}/events", buffered=False)
    first = next(stream.iter_encoded()).decode()
    stream.close()
    assert json.loads(first.partition("data: ")[2])["paused"]["code"] == "unreadable"


def test_a_resumed_job_continues_and_is_not_paused_again(
    client: FlaskClient, database: Database, settings: Settings, paused: str
) -> None:
    assert client.post(f"{paused}/retry").status_code == 409
    resumed = client.post(f"{paused}/resume")
    assert (resumed.status_code, resumed.json["state"]) == (202, "running")
    assert resumed.json["paused"] is None
    assert resumed.json["timestamps"]["resumed"] is not None
    take_turn(database, settings.model_copy(update={"pause_after_failures": 2}))
    assert client.get(paused).json["state"] == "running"
    work_all(database)
    close(database)
    assert client.get(paused).json["state"] == "completed_with_errors"
    assert client.post(f"{paused}/resume").status_code == 409


def test_a_paused_job_can_be_cancelled_and_erased(
    client: FlaskClient, database: Database, paused: str
) -> None:
    client.post(f"{paused}/cancel")
    close(database)
    assert client.get(paused).json["state"] == "cancelled"
    assert client.delete(paused).status_code == 202


def test_an_unknown_job_cannot_be_resumed(client: FlaskClient) -> None:
    assert client.post("/v1/jobs/9/resume").status_code == 404


def test_a_dispatcher_with_pausing_disabled_pauses_nothing(
    client: FlaskClient, database: Database, settings: Settings
) -> None:
    job_id = submit(database, items=4, chunk_items=1)
    chunk = claim_next(database)
    assert record(database, chunk, results_of(chunk, fail=["0.jpg"]))
    take_turn(database, settings.model_copy(update={"pause_after_failures": 0}))
    assert client.get(f"/v1/jobs/{job_id}").json["state"] == "running"
    with database.write() as session:
        assert pause_job(session, job_id)


def submit_one(client: FlaskClient, **fields: object) -> dict[str, object]:
    items = [{"uri": "file:///a.jpg"}]
    response = client.post("/v1/jobs", json={"items": items, **fields})
    return {"status": response.status_code, **response.json}


def test_a_job_expires_after_the_retention_of_the_operator(open_client: OpenClient) -> None:
    client = open_client(retention_days=2)
    for job in (submit_one(client), submit_one(client, draft=True)):
        created = datetime.fromisoformat(job["timestamps"]["created"])
        kept = datetime.fromisoformat(job["expires_at"]) - created
        assert timedelta(days=2) - kept < timedelta(minutes=1)


def test_a_submission_may_expire_before_the_retention_but_not_after(
    open_client: OpenClient,
) -> None:
    client = open_client(retention_days=2)
    soon = datetime.now(UTC) + timedelta(days=1)
    job = submit_one(client, expires_at=soon.isoformat())
    assert datetime.fromisoformat(job["expires_at"]) == soon
    refused = submit_one(client, expires_at=(soon + timedelta(days=2)).isoformat())
    assert refused["status"] == 422
    assert "keeps jobs for 2 days" in refused["error"]["message"]
    files = make_form({"a.jpg": b"x"}, expires_at=(soon + timedelta(days=2)).isoformat())
    assert client.post("/v1/jobs", **files).status_code == 422


def test_a_job_without_retention_is_kept_until_it_is_erased(client: FlaskClient) -> None:
    assert submit_one(client)["expires_at"] is None
    late = submit_one(client, expires_at="2400-01-01T00:00:00Z")
    assert late["expires_at"] == "2400-01-01T00:00:00Z"


def test_the_dispatcher_erases_an_expired_job_completely(
    open_client: OpenClient, settings: Settings, database: Database
) -> None:
    client = open_client(retention_days=1)
    picture = (settings.weights_dir / "samples" / "astronaut.png").read_bytes()
    job_id = upload(client, {"a.png": picture, "b.png": picture}).json["id"]
    work_until_done(settings)
    assert client.get(f"/v1/jobs/{job_id}").json["counts"]["faces"] == 2
    with database.write() as session:
        session.get_one(JobRow, job_id).expires_at = datetime(2020, 1, 1, tzinfo=UTC)
    # The first turn removes the job from the audiences, and the second completes its erasure.
    for _ in range(2):
        take_turn(database, settings)
    erased = client.get(f"/v1/jobs/{job_id}").json["erased"]
    assert (erased["faces"], erased["uploads"]) == (2, 2)
    assert erased["erased_at"] is not None
    assert stored_files(settings) == []
    with database.read() as session:
        for table in (ItemRow, FaceRow, ThumbnailRow, CellRow, DigestRow):
            assert session.scalars(select(table)).all() == []


def test_the_audience_of_an_unknown_job_is_a_404(client: FlaskClient) -> None:
    assert client.get("/v1/audience?job=9").status_code == 404


def test_an_erased_job_has_an_empty_audience(client: FlaskClient, database: Database) -> None:
    job_id = submit(database, items=1)
    work_all(database, faces=[make_face()])
    assert client.get(f"/v1/audience?job={job_id}").json["faces"] == 1
    client.delete(f"/v1/jobs/{job_id}")
    audience = client.get(f"/v1/audience?job={job_id}")
    assert (audience.status_code, audience.json["faces"]) == (200, 0)


def test_duplicates_count_as_the_submitter_chose(client: FlaskClient, settings: Settings) -> None:
    picture = (settings.weights_dir / "samples" / "astronaut.png").read_bytes()
    files = {"a.png": picture, "b.png": picture}
    for options, faces in (({}, [1, 1]), ({"duplicates": "once"}, [1, 0])):
        job = upload(client, files, options=json.dumps(options)).json
        assert job["options"]["duplicates"] == options.get("duplicates", "count")
        work_until_done(settings)
        lines = client.get(f"/v1/jobs/{job['id']}/results").json["results"]
        assert [len(line["faces"]) for line in lines] == faces
        assert [line["duplicate_of"] for line in lines] == [None, lines[0]["item"]]
        counts = client.get(f"/v1/jobs/{job['id']}").json["counts"]
        assert (counts["done"], counts["faces"], counts["duplicates"]) == (2, sum(faces), 1)
        assert client.get(f"/v1/audience?job={job['id']}").json["items_without_faces"] == 0
        table = client.get(f"/v1/jobs/{job['id']}/results?format=csv").text.splitlines()
        assert "duplicate_of" in table[0]
    assert submit_one(client, options={"duplicates": "twice"})["status"] == 422
    assert submit_one(client, options={"detection": "mob"})["status"] == 422


def test_a_retry_does_not_open_an_item_refused_at_submission(
    client: FlaskClient, settings: Settings
) -> None:
    upload(client, {"private.jpg": encode_scene("JPEG")})
    [path] = stored_files(settings)
    uri = f"store:{path.parent.name}/{path.name}"
    response = client.post("/v1/jobs", json={"items": [{"uri": uri}]})
    work_until_done(settings)
    assert client.post(f"/v1/jobs/{response.json['id']}/retry").status_code == 409
    assert results(client, response) == {uri: "forbidden_source"}
