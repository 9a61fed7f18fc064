"""Those who poll a job: alone they see it as it is, many share what was read a moment ago."""

from flask.testing import FlaskClient

from api.statuses import CROWD, Statuses
from db.engine import Database
from tests.support.answers.http import upload
from tests.support.work.jobs import cancel, submit


class Counted(Database):
    """Counts how often it is read."""

    reads = 0

    def read(self):
        self.reads += 1
        return super().read()


def test_whoever_polls_alone_sees_every_change(database: Database) -> None:
    statuses, job_id = Statuses(database), submit(database)
    before = statuses.get(job_id)
    cancel(database, job_id)
    after = statuses.get(job_id)
    assert before is not None
    assert after is not None
    assert (before.etag == after.etag, "cancelling" in after.text) == (False, True)
    assert statuses.get(job_id + 1) is None


def test_many_who_poll_one_job_share_a_read(client: FlaskClient) -> None:
    job_id = upload(client, {"a.png": b"no picture"}).json["id"]
    services = client.application.extensions["facetally"]
    database = Counted(services.settings.database_url)
    now = 0.0
    statuses = Statuses(database, lambda: now)
    for _ in range(100):
        now += 0.01
        assert statuses.get(job_id) is not None
    # Each before it was a crowd, and then one every 0.3 seconds.
    assert CROWD <= database.reads <= CROWD + 3
    reads, now = database.reads, now + 10
    statuses.get(job_id)
    assert database.reads == reads + 1
    database.close()


def test_a_change_is_shown_at_once_in_a_crowd_too(client: FlaskClient) -> None:
    job_id = upload(client, {"a.png": b"no picture"}).json["id"]
    for _ in range(2 * CROWD):
        client.get(f"/v1/jobs/{job_id}")
    client.post(f"/v1/jobs/{job_id}/cancel")
    assert client.get(f"/v1/jobs/{job_id}").json["state"] == "cancelling"


def test_an_answer_is_not_repeated_to_whoever_has_it(client: FlaskClient) -> None:
    job_id = upload(client, {"a.png": b"no picture"}).json["id"]
    first = client.get(f"/v1/jobs/{job_id}")
    tag = {"If-None-Match": first.headers["ETag"]}
    same = client.get(f"/v1/jobs/{job_id}", headers=tag)
    assert (same.status_code, same.data) == (304, b"")
    client.post(f"/v1/jobs/{job_id}/cancel")
    changed = client.get(f"/v1/jobs/{job_id}", headers=tag)
    assert (changed.status_code, changed.json["state"]) == (200, "cancelling")
