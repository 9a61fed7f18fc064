"""Who was in which part of the pictures of a job."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.job_values import NewJob
from db.jobs.erasure import erase_job
from db.submissions.drafts import create_draft
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.videos import TrackRow
from db.tables.zones import JobZonesRow
from models.face import Box
from tests.support.answers.http import OpenClient
from tests.support.work.access import OPERATOR_KEY, make_key, services_of
from tests.support.work.jobs import make_face
from tests.support.work.playlists import film, stay, take_photos

WOMAN, MAN = make_face(30, 0.95), make_face(50, 0.05)
LEFT = {"name": "left", "points": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}
TOP = {"name": "top", "points": [[0, 0], [1, 0], [1, 0.5], [0, 0.5]]}


@pytest.fixture
def client(open_client: OpenClient) -> FlaskClient:
    return open_client(min_cell=1)


def put_boxes(session: Session, track: int, x: dict[float, int]) -> None:
    """Where a person is in frames of 200 by 100 pixels, from each time on."""
    session.execute(update(ItemRow).values(width_pixels=200, height_pixels=100))
    for seconds, at in x.items():
        later = (FaceRow.track == track, FaceRow.time_seconds >= seconds)
        boxes = update(FaceRow).where(*later)
        session.execute(boxes.values(x=at - 5, width=10, y=80, height=10))


def ask(client: FlaskClient, *zones: object, **query: object) -> dict[str, object]:
    answer = client.post("/v1/jobs/1/zones", json={"zones": zones, "by": "gender", **query})
    assert answer.status_code == 200, answer.text
    return answer.json


def test_people_come_in_stay_and_leave(client: FlaskClient) -> None:
    database = services_of(client).database
    film(database, (WOMAN, stay(0, 10)), (MAN, stay(0, 10)), (MAN, stay(0, 4)))
    with database.write() as session:
        put_boxes(session, 1, {0: 150, 3: 50, 7: 150})
        put_boxes(session, 2, {0: 150, 5: 50, 5.5: 150})
        put_boxes(session, 3, {0: 40})
    answer = ask(client, LEFT, TOP, count="seconds")
    assert answer["crossings"] == [
        {"zone": "left", "entered": 1, "left": 1},
        {"zone": "top", "entered": 0, "left": 0},
    ]
    times = {
        (one["zone"], one["gender"]): (one["people"], one["screen_time"]["seconds"])
        for one in answer["groups"]  # type: ignore[attr-defined]
        if one["people"]
    }
    assert times == {("left", "female"): (1, 4.0), ("left", "male"): (1, 4.0)}
    assert (answer["inside"], answer["outside"]) == (2, 1)


def test_somebody_in_two_shots_counts_once_where_the_job_links_people(client: FlaskClient) -> None:
    database = services_of(client).database
    film(database, (WOMAN, stay(0, 4)), (WOMAN, stay(6, 9)))
    with database.write() as session:
        put_boxes(session, 1, {0: 150, 2: 50})
        put_boxes(session, 2, {0: 50})
    alone = ask(client, LEFT, count="seconds")
    with database.write() as session:
        session.execute(update(TrackRow).values(person=1))
    linked = ask(client, LEFT, count="seconds")
    found = [
        (one["is_linked"], one["inside"], one["groups"][0]["screen_time"]["seconds"])  # type: ignore[index]
        for one in (alone, linked)
    ]
    assert found == [(False, 2, 5.0), (True, 1, 5.0)]
    # Nobody crosses anything between two shots.
    assert linked["crossings"] == [{"zone": "left", "entered": 1, "left": 0}]


def test_zones_are_kept_for_a_job_and_replaced(client: FlaskClient) -> None:
    corner = replace(WOMAN, box=Box(0, 0, 100, 100))
    take_photos(services_of(client).database, (1, [corner]))
    address = "/v1/jobs/1/zones"
    assert "has no zones" in client.get(address).text
    assert client.put(address, json={"zones": [LEFT]}).json == {"job": 1, "zones": [LEFT]}
    hostile = {**TOP, "name": "<script>/../é'\""}
    assert client.put(address, json={"zones": [hostile, LEFT]}).status_code == 200
    answer = client.get(f"{address}?by=")
    assert [one["name"] for one in answer.json["zones"]] == [hostile["name"], "left"]
    assert [(one["zone"], one["people"]) for one in answer.json["groups"]] == [
        (hostile["name"], 1),
        ("left", 1),
    ]
    assert client.put(address, json={"zones": []}).status_code == 200
    assert client.get(address).status_code == 422


def test_zones_of_a_job_go_with_it(client: FlaskClient) -> None:
    database = services_of(client).database
    take_photos(database, (1, [WOMAN]))
    client.put("/v1/jobs/1/zones", json={"zones": [LEFT]})
    with database.write() as session:
        assert erase_job(session, 1)
        assert session.scalars(select(JobZonesRow)).all() == []
    answer = client.put("/v1/jobs/1/zones", json={"zones": [LEFT]})
    assert (answer.status_code, "is erased" in answer.text) == (422, True)


def test_faces_in_photos_are_in_each_zone_that_has_their_center(client: FlaskClient) -> None:
    corner = replace(WOMAN, box=Box(0, 0, 100, 100))
    right = replace(MAN, box=Box(500, 300, 100, 100))
    below = replace(MAN, box=Box(0, 300, 100, 100))
    take_photos(services_of(client).database, (None, [corner, right]), (1, [below]))
    answer = ask(client, LEFT, TOP)
    people = {
        (one["zone"], one["gender"]): one["people"]
        for one in answer["groups"]  # type: ignore[attr-defined]
        if one["people"]
    }
    assert people == {("left", "female"): 1, ("left", "male"): 1, ("top", "female"): 1}
    assert (answer["inside"], answer["outside"]) == (2, 1)


@pytest.mark.parametrize(
    ("zones", "problem"),
    [
        ([], "zones"),
        ([LEFT, {**LEFT, "name": " left\n"}], "two zones are called 'left'"),
        ([{**LEFT, "name": " "}], "name"),
        ([LEFT] * 500, "at most 50"),
        ([{**LEFT, "points": [[0, 0], [1, 1]]}], "has 2 points, but a zone needs 3 to 50"),
        ([{**LEFT, "points": [[0, 0], [1, 1], [1, 0], [0, 1]]}], "crosses itself"),
        ([{**LEFT, "points": [[0, 0], [2, 0], [0, 1]]}], "outside of the picture"),
        ([{**LEFT, "points": "all"}], "points"),
        ([{"points": LEFT["points"]}], "name"),
    ],
)
def test_zones_that_cannot_be_are_refused(
    client: FlaskClient, zones: list[object], problem: str
) -> None:
    take_photos(services_of(client).database, (1, [WOMAN]))
    answer = client.post("/v1/jobs/1/zones", json={"zones": zones})
    assert (answer.status_code, problem in answer.json["error"]["message"]) == (422, True)


def test_headcounts_keep_no_boxes(client: FlaskClient) -> None:
    with services_of(client).database.write() as session:
        create_draft(session, NewJob(headcount="door"))
    for call, problem in ((client.post, "no boxes are kept"), (client.put, "PUT /v1/zones/door")):
        answer = call("/v1/jobs/1/zones", json={"zones": [LEFT]})
        assert (answer.status_code, problem in answer.text) == (422, True)
    assert "has no zones" in client.get("/v1/jobs/1/zones").text


def test_another_tenant_has_no_such_job_and_small_counts_are_withheld(
    open_client: OpenClient,
) -> None:
    client = open_client(api_keys=(OPERATOR_KEY,), tenant_audiences_per_day=3, min_cell=5)
    corner = replace(WOMAN, box=Box(0, 0, 100, 100))
    take_photos(services_of(client).database, (1, [corner] * 8), (2, [MAN] * 3), tenant="acme")
    acme, bolt = (make_key(client, tenant) for tenant in ("acme", "bolt"))
    body = {"zones": [LEFT, TOP], "by": "gender"}
    for call in (client.post, client.put):
        assert call("/v1/jobs/1/zones", json=body, headers=bolt).status_code == 404
    answer = client.post("/v1/jobs/1/zones", json=body, headers=acme)
    people = [one["people"] for one in answer.json["groups"] if one["zone"] == "left"]
    assert people == [10, None, 0]
    assert client.post("/v1/jobs/1/zones", json=body, headers=acme).status_code == 429
