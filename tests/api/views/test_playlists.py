"""Playlists over HTTP: kept whole or not at all, replaced, removed, and who saw them."""

import csv
import io
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from db.access.key_values import Scope
from db.engine import Database
from db.job_values import JobOptions, NewJob
from db.submissions.drafts import create_draft
from tests.support.answers.http import OpenClient
from tests.support.work.access import OPERATOR_KEY, make_key, services_of
from tests.support.work.jobs import make_face
from tests.support.work.playlists import film, stay, take_photos

WOMAN, MAN = make_face(30, 0.95), make_face(50, 0.05)
HEADER = "start,end,content\n"
SALE = HEADER + "2026-07-01T12:00:00Z,2026-07-01T12:00:10Z,Summer sale\n"


@pytest.fixture
def client(open_client: OpenClient) -> FlaskClient:
    return open_client(min_cell=1)


def database_of(client: FlaskClient) -> Database:
    return services_of(client).database


def send(client: FlaskClient, text: str, query: str = "jobs=1", **words: object) -> TestResponse:
    address = f"/v1/playlists?name=spring&{query}"
    return client.post(address, data=text.encode(), content_type="text/csv", **words)  # type: ignore[arg-type]


def test_a_playlist_is_kept_read_replaced_and_removed(client: FlaskClient) -> None:
    take_photos(database_of(client), (1, [WOMAN]))
    made = send(client, SALE)
    assert made.status_code == 201, made.text
    assert (made.json["id"], made.json["spots"], made.json["jobs"]) == (1, 1, [1])
    assert (made.json["contents"], made.json["dimension"]) == (["Summer sale"], None)
    assert send(client, SALE).json["error"]["code"] == "name_taken"
    again = send(client, SALE.replace("sale", "fair"), "jobs=1&replace=true")
    assert (again.json["id"], again.json["contents"]) == (1, ["Summer fair"])
    assert again.json["replaced_at"] is not None
    assert [one["id"] for one in client.get("/v1/playlists").json["playlists"]] == [1]
    spots = client.get("/v1/playlists/1?format=csv").text.splitlines()
    assert spots[1] == "2026-07-01T12:00:00+00:00,2026-07-01T12:00:10+00:00,Summer fair"
    assert client.delete("/v1/playlists/1").json["name"] == "spring"
    for method, rest in (("GET", ""), ("DELETE", ""), ("GET", "/audience")):
        assert client.open(f"/v1/playlists/1{rest}", method=method).status_code == 404


def test_women_under_35_have_their_seconds_in_each_content(client: FlaskClient) -> None:
    database = database_of(client)
    film(database, (WOMAN, stay(5, 14)), (MAN, stay(12, 13)), at=100, store="Lyon")
    body = {
        "name": "spring",
        "jobs": [1],
        "spots": [
            {"start": "2026:07:01 12:01:40", "end": "2026-07-01 12:01:50", "content": "A",
             "store": "Lyon"},
            {"start": "2026-07-01T14:01:50+02:00", "end": "2026-07-01T12:02:00Z", "content": "B",
             "store": "Lyon"},
        ],
    }  # fmt: skip
    made = client.post("/v1/playlists", json=body)
    assert (made.status_code, made.json["screens"]) == (201, ["Lyon"])
    address = "/v1/playlists/1/audience?count=seconds&bands=0-34,35-120"
    answer = client.get(address).json
    seconds = {
        (one["content"], one["gender"], one["age_band"]): one["screen_time"]["seconds"]
        for one in answer["groups"]
        if one["people"]
    }
    assert seconds == {
        ("A", "female", "0-34"): 5.0,
        ("B", "female", "0-34"): 4.0,
        ("B", "male", "35+"): 1.0,
    }
    assert answer["airtimes"] == [
        {"content": "A", "spots": 1, "seconds": 10.0},
        {"content": "B", "spots": 1, "seconds": 10.0},
    ]
    assert (answer["viewers"], answer["others"], answer["items_undated"]) == (2, 0, 0)
    table = list(csv.DictReader(io.StringIO(client.get(address + "&format=csv").text)))
    assert [row["content"] for row in table if row["people"] != "0"] == ["A", "B", "B"]
    assert next(row["seconds"] for row in table if row["content"] == "A") == "5.0"


FAULTS = {
    "2026-07-01T12:00:05Z,2026-07-01T12:00:20Z,B": "it begins before the spot of line 2 ends",
    "2026-07-01T13:00:00Z,2026-07-01T12:00:20Z,B": "its end is not after its start",
    "2026-07-01T13:00:00Z,2026-07-01T13:00:00Z,B": "its end is not after its start",
    "2026-07-01T13:00:00Z,2026-07-01T13:00:10Z,": "it has no content",
    "2026-07-01T13:00:00Z,,": "it has no end and no content",
    "13:00,2026-07-01T13:00:10Z,B": "start: '13:00' is not a time: write 2026-07-01T12:30:00",
    "2026-07-01T13:00:00Z,2026-07-01,B": "end: '2026-07-01' is not a time",
    "2026-13-01T13:00:00Z,2026-07-01T13:00:10Z,B": "start: '2026-13-01T13:00:00Z' is not a time: "
    "write 2026-07-01T12:30:00",
    "46204.5,2026-07-01T13:00:10Z,B": "start: 46204.5 is a number, not a time",
    "0001-01-01T00:00:00Z,2026-07-01T13:00:10Z,B": "start: it must be within the years 1 to 9999",
    "2026-07-01T13:00:00Z,2026-07-01T13:00:10Z,B,Lyon": "it has more cells than there are columns",
    f"2026-07-01T13:00:00Z,2026-07-01T13:00:10Z,{'B' * 201}": "longer than 200 characters",
}  # fmt: skip


def test_each_fault_is_named_by_its_line_and_nothing_is_kept(client: FlaskClient) -> None:
    take_photos(database_of(client), (1, [WOMAN]))
    answer = send(client, SALE + "\n,,\n".join([*FAULTS, ""]))
    assert answer.status_code == 422
    details = answer.json["error"]["details"]
    expected = {f"line {3 + 2 * index}": problem for index, problem in enumerate(FAULTS.values())}
    found = {one["field"]: one["problem"] for one in details}
    assert found.keys() == expected.keys()
    for line, problem in expected.items():
        assert problem in found[line]
    assert answer.json["error"]["message"].endswith(f"and {len(FAULTS) - 3} more.")
    assert client.get("/v1/playlists").json["playlists"] == []


@pytest.mark.parametrize(
    ("text", "status", "problem"),
    [
        ("", 422, "the first line must name the columns"),
        (HEADER, 400, "The playlist is empty"),
        ("start,end\n", 422, "the first line must name the columns"),
        ("start,end,content,store,city\n", 422, "one more column, such as store"),
        (HEADER + '"2026', 422, "line 2: this is not CSV"),
        ("start,end,content,store\n2026-07-01T12:00Z,2026-07-01T13:00Z,A,\n", 422, "no store"),
    ],
    ids=["nothing", "no rows", "no content", "two dimensions", "open quote", "no screen"],
)  # fmt: skip
def test_a_file_that_is_no_playlist_is_refused(
    client: FlaskClient, text: str, status: int, problem: str
) -> None:
    take_photos(database_of(client), (1, [WOMAN]))
    answer = send(client, text)
    assert (answer.status_code, problem in answer.json["error"]["message"]) == (status, True)


def test_spots_come_in_any_order_spelling_and_delimiter(client: FlaskClient) -> None:
    take_photos(database_of(client), (1, [WOMAN]), (12, [MAN]))
    text = (
        "sep=;\r\n\r\nContent;END; Start ;Store\r\n"
        "B;2026/07/01 12:00:20;2026:07:01 12:00:10.5;Lyon\r\n\r\n"
        "A;2026-07-01 12:00:10.500;2026-07-01T12:00;Lyon\r\n"
    )
    made = send(client, text, "jobs=1&time_zone=UTC")
    assert (made.status_code, made.json["dimension"]) == (201, "Store"), made.text
    assert made.json["last_at"] == "2026-07-01T12:00:20Z"


def test_the_example_is_a_playlist(client: FlaskClient) -> None:
    take_photos(database_of(client), (1, [WOMAN]), store="Nice")
    example = Path(__file__).parents[3] / "examples" / "playlist.csv"
    assert send(client, example.read_text()).json["screens"] == ["Lyon", "Nice"]
    groups = client.get("/v1/playlists/1/audience?by=").json["groups"]
    assert {one["content"]: one["people"] for one in groups}["Ice cream"] == 1


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("", "by one of these: jobs, a tag, or a live source"),
        ("jobs=1&tag=x", "by one of these"),
        ("jobs=9", "There is no job 9"),
        ("jobs=1,x", "jobs.1"),
        ("tag=none", "No job has the tag 'none'"),
        ("source=door", "Nobody was counted in front of 'door'"),
        ("jobs=1&time_zone=Mars", "time_zone"),
        ("jobs=1,2", "several time zones: Europe/Paris, UTC"),
    ],
)
def test_it_says_whose_people_are_meant(client: FlaskClient, query: str, problem: str) -> None:
    database = database_of(client)
    take_photos(database, (1, [WOMAN]))
    with database.write() as session:
        create_draft(session, NewJob(options=JobOptions(time_zone="Europe/Paris")))
    answer = send(client, SALE, query)
    assert (answer.status_code, problem in answer.json["error"]["message"]) == (422, True)


def test_times_without_an_offset_are_those_of_its_jobs(client: FlaskClient) -> None:
    with database_of(client).write() as session:
        create_draft(session, NewJob(options=JobOptions(time_zone="Europe/Paris")))
    text = SALE.replace("Z,", ",")
    assert send(client, text).json["first_at"] == "2026-07-01T10:00:00Z"
    other = send(client, text, "jobs=1&time_zone=Asia/Tokyo&replace=1")
    assert (other.json["first_at"], other.json["time_zone"]) == (
        "2026-07-01T03:00:00Z",
        "Asia/Tokyo",
    )


def test_another_tenant_neither_sees_nor_uses_it(open_client: OpenClient) -> None:
    client = open_client(api_keys=(OPERATOR_KEY,))
    take_photos(database_of(client), (1, [WOMAN]), tenant="acme")
    acme, bolt = (make_key(client, tenant) for tenant in ("acme", "bolt"))
    assert send(client, SALE, headers=bolt).status_code == 422
    assert send(client, SALE, headers=acme).json["tenant"] == "acme"
    assert client.get("/v1/playlists", headers=bolt).json["playlists"] == []
    for method, rest in (("GET", ""), ("DELETE", ""), ("GET", "/audience"), ("GET", "?format=csv")):
        path = f"/v1/playlists/1{rest}"
        assert client.open(path, method=method, headers=bolt).status_code == 404
    reader = make_key(client, "acme", Scope.READ)
    assert client.get("/v1/playlists/1/audience", headers=reader).status_code == 200
    assert client.delete("/v1/playlists/1", headers=reader).status_code == 403


def test_an_answer_costs_as_many_audiences_as_it_has_contents(open_client: OpenClient) -> None:
    client = open_client(api_keys=(OPERATOR_KEY,), tenant_audiences_per_day=5)
    take_photos(database_of(client), (1, [WOMAN]), tenant="acme")
    acme = make_key(client, "acme")
    start = datetime(2026, 7, 1, 12, tzinfo=UTC)
    times = [(start + timedelta(seconds=10 * number)).isoformat() for number in range(4)]
    text = HEADER + "".join(
        f"{one},{other},{number}\n" for number, (one, other) in enumerate(pairwise(times))
    )
    assert send(client, text, headers=acme).status_code == 201
    first = client.get("/v1/playlists/1/audience", headers=acme)
    assert '"audience";r=2;t=' in first.headers["RateLimit"]
    assert client.get("/v1/playlists/1/audience", headers=acme).status_code == 429
