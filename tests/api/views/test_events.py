"""Server-sent events: each change of a job until it ends."""

import json
from collections.abc import Iterator

from flask.testing import FlaskClient

from api.services import EXTENSION
from db.engine import Database
from tests.support.http import OpenClient
from tests.support.jobs import close, submit, work_all
from worker.settings import Settings


def follow(client: FlaskClient, job_id: int) -> Iterator[dict[str, object]]:
    response = client.get(f"/v1/jobs/{job_id}/events", buffered=False)
    assert response.mimetype == "text/event-stream"
    for part in response.iter_encoded():
        for line in part.decode().splitlines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))
    response.close()


def test_each_change_of_a_job_is_an_event_until_it_ends(
    client: FlaskClient, settings: Settings
) -> None:
    database = Database(settings.database_url)
    job_id = submit(database, items=2)
    events = follow(client, job_id)
    assert next(events)["state"] == "queued"
    work_all(database)
    close(database)
    last = list(events)[-1]
    assert (last["state"], last["counts"]["done"]) == ("completed", 2)
    database.close()


def test_streams_leave_threads_free_for_other_requests(
    open_client: OpenClient, settings: Settings
) -> None:
    client = open_client(api_threads=2)
    database = Database(settings.database_url)
    job_id = submit(database)
    first = client.get(f"/v1/jobs/{job_id}/events", buffered=False)
    refused = client.get(f"/v1/jobs/{job_id}/events")
    assert refused.json["error"]["code"] == "too_busy"
    next(first.iter_encoded())
    first.close()
    client.head(f"/v1/jobs/{job_id}/events").close()
    work_all(database)
    close(database)
    assert len(list(follow(client, job_id))) == 1
    database.close()


def test_the_events_of_an_unknown_job_are_a_404(client: FlaskClient) -> None:
    assert client.get("/v1/jobs/9/events").status_code == 404


def test_a_stream_ends_with_the_api(client: FlaskClient, settings: Settings) -> None:
    database = Database(settings.database_url)
    job_id = submit(database)
    client.application.extensions[EXTENSION].ending.set()
    assert [job["state"] for job in follow(client, job_id)] == ["queued"]
    database.close()
