"""Who was in which part of the pictures of a job."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from db.job_values import NewJob
from db.submissions.drafts import create_draft
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
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
        ([LEFT, LEFT], "two zones are called 'left'"),
        ([LEFT] * 51, "at most 50"),
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
    answer = client.post("/v1/jobs/1/zones", json={"zones": [LEFT]})
    assert (answer.status_code, "no boxes are kept" in answer.text) == (422, True)


def test_another_tenant_has_no_such_job_and_small_counts_are_withheld(
    open_client: OpenClient,
) -> None:
    client = open_client(api_keys=(OPERATOR_KEY,), tenant_audiences_per_day=3, min_cell=5)
    corner = replace(WOMAN, box=Box(0, 0, 100, 100))
    take_photos(services_of(client).database, (1, [corner] * 8), (2, [MAN] * 3), tenant="acme")
    acme, bolt = (make_key(client, tenant) for tenant in ("acme", "bolt"))
    body = {"zones": [LEFT, TOP], "by": "gender"}
    assert client.post("/v1/jobs/1/zones", json=body, headers=bolt).status_code == 404
    answer = client.post("/v1/jobs/1/zones", json=body, headers=acme)
    people = [one["people"] for one in answer.json["groups"] if one["zone"] == "left"]
    assert people == [10, None, 0]
    assert client.post("/v1/jobs/1/zones", json=body, headers=acme).status_code == 429
