"""Server-sent events: each change of a job until it ends."""

import json
from collections.abc import Iterator
from threading import enumerate as enumerate_threads

import pytest
from flask.testing import FlaskClient

from api.services import EXTENSION
from db.engine import Database
from tests.support.programs.cli import wait_for
from tests.support.work.jobs import close, submit, work_all
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


def test_many_streams_share_one_thread(client: FlaskClient, settings: Settings) -> None:
    database = Database(settings.database_url)
    job_id = submit(database)
    streams = [follow(client, job_id) for _ in range(30)]
    assert {next(events)["state"] for events in streams} == {"queued"}
    assert [thread.name for thread in enumerate_threads()].count("events") == 1
    client.head(f"/v1/jobs/{job_id}/events").close()
    work_all(database)
    close(database)
    assert {list(events)[-1]["state"] for events in streams} == {"completed"}
    # The thread ends with the last stream.
    wait_for(lambda: "events" not in [thread.name for thread in enumerate_threads()], "its end")
    database.close()


def test_a_process_has_a_limit_of_streams(
    client: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.progress.MOST_STREAMS", 3)
    database = Database(settings.database_url)
    job_id = submit(database)
    opened = [client.get(f"/v1/jobs/{job_id}/events", buffered=False) for _ in range(3)]
    refused = client.get(f"/v1/jobs/{job_id}/events")
    assert refused.json["error"]["code"] == "too_busy"
    for response in opened:
        response.close()
    database.close()


def test_the_events_of_an_unknown_job_are_a_404(client: FlaskClient) -> None:
    assert client.get("/v1/jobs/9/events").status_code == 404


def test_a_stream_ends_with_the_api(client: FlaskClient, settings: Settings) -> None:
    database = Database(settings.database_url)
    job_id = submit(database)
    client.application.extensions[EXTENSION].ending.set()
    assert [job["state"] for job in follow(client, job_id)] == ["queued"]
    database.close()
