"""A job is run again with another pack, and the two runs are compared."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from api.schemas.reruns import FEW_PICTURES
from db.engine import Database
from tests.support.answers.http import OpenClient, stored_files, upload
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.jobs import make_face, submit, work_all
from tests.support.work.worker import work_until_done
from worker.dispatcher.dispatcher import Dispatcher
from worker.queue.broker import create_queue
from worker.settings import Settings
from worker.sources.store import Store

PAGE = {"Accept": "text/html"}


@pytest.fixture
def client(open_client: OpenClient) -> FlaskClient:
    """Two packs may be asked for; the workers of these tests have one analyzer for both."""
    return open_client(packs=("default", "strict"))


@pytest.fixture
def database(client: FlaskClient, settings: Settings) -> Iterator[Database]:
    opened = Database(settings.database_url)
    yield opened
    opened.close()


def work(settings: Settings) -> None:
    work_until_done(settings.model_copy(update={"packs": ("default", "strict")}))


def clear(database: Database, settings: Settings) -> None:
    """Erasing takes a dispatcher two turns."""
    with create_queue(settings.redis_url) as queue:
        dispatcher = Dispatcher(database, queue, Store(settings.store_url), 30)
        for _ in range(2):
            dispatcher.take_turn()


@pytest.fixture
def job_id(client: FlaskClient, settings: Settings) -> int:
    """A job with a face, a picture without one, and a broken file."""
    astronaut = (settings.weights_dir / "samples" / "astronaut.png").read_bytes()
    files = {"a.png": astronaut, "b.jpg": encode_scene("JPEG"), "c.jpg": b"\xff\xd8\xff"}
    job = upload(client, files, tags=["spring"], dimensions='{"store": "Lyon"}').json
    work(settings)
    return int(job["id"])


def test_a_rerun_has_the_items_and_options_and_another_pack(
    client: FlaskClient, settings: Settings, job_id: int
) -> None:
    answer = client.post(f"/v1/jobs/{job_id}/rerun", json={"pack": "strict"})
    assert answer.status_code == 202
    again = answer.json
    assert answer.headers["Location"] == f"/v1/jobs/{again['id']}"
    assert (again["rerun_of"], again["options"]["pack"], again["tags"]) == (job_id, "strict", [])
    work(settings)

    runs = [
        client.get(f"/v1/jobs/{number}/results").json["results"] for number in (job_id, again["id"])
    ]
    kept = ("name", "state", "dimensions", "width", "error")
    assert [[line[name] for name in kept] for line in runs[0]] == [
        [line[name] for name in kept] for line in runs[1]
    ]
    assert len(runs[1][0]["faces"]) == 1
    assert client.get(f"/v1/items/{runs[1][0]['item']}/picture").status_code == 200


@pytest.mark.parametrize("first_goes_first", [True, False])
def test_erasing_one_run_does_not_break_the_other(
    client: FlaskClient,
    settings: Settings,
    database: Database,
    job_id: int,
    first_goes_first: bool,
) -> None:
    again = client.post(f"/v1/jobs/{job_id}/rerun", json={"pack": "strict"}).json["id"]
    assert (
        f"kept until that is erased, too: {again}."
        in client.get(f"/jobs/{job_id}/erase", headers=PAGE).text
    )
    earlier, later = (job_id, again) if first_goes_first else (again, job_id)
    stored = stored_files(settings)
    assert client.delete(f"/v1/jobs/{earlier}").status_code == 202
    clear(database, settings)
    assert client.get(f"/v1/jobs/{earlier}").json["erased"]["uploads"] == 0
    assert stored_files(settings) == stored
    work(settings)
    assert client.get(f"/v1/jobs/{later}").json["counts"]["faces"] == 1

    client.delete(f"/v1/jobs/{later}")
    clear(database, settings)
    erased = client.get(f"/v1/jobs/{later}").json["erased"]
    assert (erased["uploads"], erased["erased_at"] is not None) == (3, True)
    assert stored_files(settings) == []


def test_a_repeated_request_is_one_rerun(client: FlaskClient, job_id: int) -> None:
    headers = {"Idempotency-Key": "again"}
    answers = [
        client.post(f"/v1/jobs/{job_id}/rerun", json=body, headers=headers)
        for body in ({"pack": "strict"}, {"pack": "strict"}, {"pack": "default"})
    ]

    assert [answer.status_code for answer in answers] == [202, 202, 422]
    assert answers[0].json["id"] == answers[1].json["id"]


def test_what_cannot_be_run_again_is_refused(client: FlaskClient, job_id: int) -> None:
    draft = client.post("/v1/jobs", json={"draft": True}).json["id"]
    unknown = client.post(f"/v1/jobs/{job_id}/rerun", json={"pack": "nowhere"})
    assert unknown.status_code == 422
    assert "Choose one of: default, strict." in unknown.json["error"]["message"]
    assert client.post("/v1/jobs/99/rerun", json={}).status_code == 404
    assert client.post(f"/v1/jobs/{draft}/rerun", json={}).status_code == 409
    client.delete(f"/v1/jobs/{job_id}")
    assert client.post(f"/v1/jobs/{job_id}/rerun", json={}).status_code == 409


def test_two_runs_are_compared(client: FlaskClient, settings: Settings, job_id: int) -> None:
    again = client.post(f"/v1/jobs/{job_id}/rerun", json={"pack": "strict"}).json["id"]
    work(settings)
    found = client.get(f"/v1/jobs/{job_id}/compare/{again}?bands=0-17,18-120").json

    assert (found["pictures"], found["left_out"], found["videos"]) == (2, 1, 0)
    assert (found["first_faces"], found["second_faces"], found["both_faces"]) == (1, 1, 1)
    assert found["first_pack"].startswith("default ")
    assert found["second_pack"].startswith("strict ")
    assert [share["name"] for share in found["bands"]] == ["0-17", "18+"]
    women = found["genders"][0]
    assert (women["first_faces"], women["share"]["value"]) == (1, 0.0)
    assert not women["share"]["beyond_chance"]
    assert found["gender_changes"]["counts"][0] == [1, 0, 0]
    assert found["years_apart"] == 0.0
    page = client.get(f"/jobs/{job_id}/compare/{again}", headers=PAGE)
    assert page.status_code == 200
    assert f'href="/jobs/{job_id}/compare/{again}"' in client.get(f"/jobs/{job_id}").text


def test_few_pictures_show_no_difference_beyond_chance(
    client: FlaskClient, database: Database
) -> None:
    beyond = []
    for items in (FEW_PICTURES - 1, FEW_PICTURES):
        first = submit(database, items=items)
        work_all(database, [make_face(30, 0.9)])
        again = client.post(f"/v1/jobs/{first}/rerun", json={}).json["id"]
        work_all(database, [make_face(30, 0.1)])
        found = client.get(f"/v1/jobs/{first}/compare/{again}").json
        beyond.append(found["genders"][0]["share"]["beyond_chance"])

    assert beyond == [False, True]


def test_small_counts_of_a_comparison_are_withheld(
    open_client: OpenClient, settings: Settings
) -> None:
    client = open_client(min_cell=5)
    with_faces = Database(settings.database_url)
    job_id = submit(with_faces, items=12)
    work_all(with_faces, [make_face(30, 0.9)])
    again = client.post(f"/v1/jobs/{job_id}/rerun", json={}).json["id"]
    work_all(with_faces, [make_face(40, 0.9)], fail=[f"{number}.jpg" for number in range(3, 12)])
    with_faces.close()
    found = client.get(f"/v1/jobs/{job_id}/compare/{again}").json

    assert found["pictures"] == 3
    assert (found["first_faces"], found["both_faces"], found["years_apart"]) == (None, None, None)
    assert found["genders"][0] == {
        "name": "female", "first_faces": None, "second_faces": None, "share": None,
    }  # fmt: skip
    assert "under 5" in client.get(f"/jobs/{job_id}/compare/{again}", headers=PAGE).text


def test_jobs_with_other_items_are_not_compared(client: FlaskClient, database: Database) -> None:
    first, second = submit(database), submit(database)
    answer = client.get(f"/v1/jobs/{first}/compare/{second}")

    assert answer.status_code == 409
    assert "not runs of the same items" in answer.json["error"]["message"]
    assert client.get(f"/v1/jobs/{first}/compare/99").status_code == 404
    assert client.get(f"/v1/jobs/{first}/compare/{first}?bands=x").status_code == 422


def test_a_job_is_run_again_from_its_page(client: FlaskClient, job_id: int) -> None:
    assert '<option value="strict">' in client.get(f"/jobs/{job_id}", headers=PAGE).text
    answer = client.post(f"/jobs/{job_id}/rerun", data={"pack": "strict"}, headers=PAGE)

    assert answer.status_code == 303
    again = int(answer.headers["Location"].rpartition("/")[2])
    assert client.get(f"/v1/jobs/{again}").json["rerun_of"] == job_id
