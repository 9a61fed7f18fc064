"""The page of a job without a browser: its answer, its pictures and its failures."""

import re

import pytest
from flask.testing import FlaskClient

from api.services import EXTENSION
from db.engine import Database
from tests.support.answers.pages import PAGE, Page
from tests.support.work.jobs import close, make_face, submit, work_all

FACES = (make_face(30, 0.9), make_face(28, 0.95), make_face(40, 0.1))


@pytest.fixture
def database(client: FlaskClient) -> Database:
    return client.application.extensions[EXTENSION].database


def names(text: str) -> list[str]:
    return re.findall(r'class="caption"><b>([^<]+)</b>', text)


def test_a_job_begins_with_its_answer(client: FlaskClient, database: Database) -> None:
    job = submit(database, items=4)
    work_all(database, FACES)
    close(database)
    words = Page(client.get(f"/jobs/{job}", headers=PAGE).text).words
    assert "12 faces : 67% female" in words
    assert words.index("12 faces :") < words.index("File name")
    answer = client.get(f"/jobs/{job}/answer", headers={"HX-Request": "true"}).text
    assert "12 faces</b>: 67% female" in answer
    row = Page("<table>" + client.get(f"/jobs/{job}/row").text + "</table>").words
    assert "67% female" in row


def test_a_job_without_a_readable_file_begins_with_what_failed(
    client: FlaskClient, database: Database
) -> None:
    job = submit(database, items=1)
    work_all(database, FACES, fail=["0.jpg"])
    close(database)
    assert "How to fix it" in Page(client.get(f"/jobs/{job}", headers=PAGE).text).words
    assert names(client.get(f"/jobs/{job}?show=items", headers=PAGE).text) == ["0.jpg"]


def test_pictures_are_found_by_name_and_sorted(client: FlaskClient, database: Database) -> None:
    job = submit(database, items=12, dimensions={"store": "Lyon"})
    work_all(database, FACES, fail=["10.jpg"])
    close(database)
    found = client.get(f"/jobs/{job}?name=1.JP", headers=PAGE).text
    assert names(found) == ["1.jpg", "11.jpg"]
    assert "Clear filters" in found
    assert "<option>Lyon</option>" in found
    by_name = names(client.get(f"/jobs/{job}?sort=name", headers=PAGE).text)
    assert by_name[:4] == ["0.jpg", "1.jpg", "10.jpg", "11.jpg"]
    assert names(client.get(f"/jobs/{job}?sort=faces", headers=PAGE).text)[-1] == "10.jpg"
    assert "No photos or videos match" in client.get(f"/jobs/{job}?name=%25", headers=PAGE).text


def test_a_sorted_page_leads_to_the_next_one(client: FlaskClient, database: Database) -> None:
    job = submit(database, items=60)
    work_all(database, FACES)
    page = client.get(f"/jobs/{job}?sort=name", headers=PAGE).text
    assert "cursor=48&amp;sort=name" in page
    rest = client.get(f"/jobs/{job}/items?cursor=48&sort=name").text
    assert len(set(names(page) + names(rest))) == 60


def test_a_filter_by_faces_says_how_many_of_all_match(
    client: FlaskClient, database: Database
) -> None:
    job = submit(database, items=1)
    work_all(database, FACES)
    page = Page(client.get(f"/jobs/{job}?gender=male", headers=PAGE).text)
    assert "1 of 3 faces" in page.words


def test_tiles_are_asked_for_again_while_they_wait(client: FlaskClient, database: Database) -> None:
    job, other = submit(database, items=2), submit(database, items=1)
    tiles = client.get(f"/jobs/{job}/tiles?item=1&item=3&item=x").text
    assert re.findall(r'data-item="(\d+)" data-state="(\w+)"', tiles) == [("1", "waiting")]
    work_all(database, FACES)
    tiles = client.get(f"/jobs/{job}/tiles?item=1&item=2").text
    assert re.findall(r'data-item="(\d+)" data-state="(\w+)"', tiles) == [
        ("1", "done"),
        ("2", "done"),
    ]
    assert client.get(f"/jobs/{other + 1}/tiles?item=1", headers=PAGE).status_code == 404


def test_failures_have_a_tab_and_a_retry_only_where_it_may_help(
    client: FlaskClient, database: Database
) -> None:
    job = submit(database, items=3)
    work_all(database, FACES, fail=["1.jpg"])
    close(database)
    first = client.get(f"/jobs/{job}", headers=PAGE).text
    assert f'href="/jobs/{job}?show=failed"' in first
    failed = Page(client.get(f"/jobs/{job}?show=failed", headers=PAGE).text)
    assert "1.jpg can't be read It is broken." in failed.words
    assert "A retry won't help these files as they are." in failed.words
    assert "Retry failed" not in failed.words


def test_jobs_are_found_by_number_and_by_a_part_of_a_tag(client: FlaskClient) -> None:
    for tag in ("spring", "Spring sale", "autumn"):
        client.post("/v1/jobs", json={"draft": True, "tags": [tag]})

    def find(words: str) -> list[int]:
        return [job["id"] for job in client.get(f"/v1/jobs?find={words}").json["jobs"]]

    assert find("SPRING") == [2, 1]
    assert find("3") == [3]
    assert find("%25") == []
    page = client.get("/jobs?find=sale", headers=PAGE).text
    assert re.findall(r'id="job-(\d+)"', page) == ["2"]


def test_a_job_gets_its_name_notes_and_priority_on_its_page(
    client: FlaskClient, database: Database
) -> None:
    job = submit(database, items=2)
    form = client.get(f"/jobs/{job}/edit", headers=PAGE).text
    assert f"Job {job}" in form
    given = {"name": "Door <1>", "notes": "Two cameras", "priority": "high"}
    saved = client.post(f"/jobs/{job}/edit", data=given, headers=PAGE)
    assert (saved.status_code, saved.location) == (303, f"/jobs/{job}")
    assert {name: client.get(f"/v1/jobs/{job}").json[name] for name in given} == given
    page = client.get(f"/jobs/{job}", headers=PAGE).text
    assert "Door &lt;1&gt;" in page
    assert "Two cameras" in page
    assert 'value="high" selected' in client.get(f"/jobs/{job}/edit", headers=PAGE).text
    refused = client.post(f"/jobs/{job}/edit", data={"priority": "urgent"}, headers=PAGE)
    assert refused.status_code == 422
    assert client.get("/jobs/99/edit", headers=PAGE).status_code == 404


def test_a_job_is_paused_and_resumed_on_its_page(client: FlaskClient, database: Database) -> None:
    job = submit(database, items=2)
    assert f"/jobs/{job}/pause" in client.get(f"/jobs/{job}", headers=PAGE).text
    assert client.post(f"/jobs/{job}/pause", headers=PAGE).status_code == 303
    page = client.get(f"/jobs/{job}", headers=PAGE).text
    assert f"/jobs/{job}/resume" in page
    assert f"/jobs/{job}/pause" not in page
    client.post(f"/jobs/{job}/resume", headers=PAGE)
    assert client.get(f"/v1/jobs/{job}").json["state"] == "queued"
