"""Zones of a live source: kept by its name, and counted in by its headcount."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from api.live.headcounter import Headcounter
from db.access.key_values import Scope
from db.jobs.erasure import erase_job
from tests.support.answers.http import OpenClient
from tests.support.work.access import OPERATOR_KEY, make_key, services_of
from tests.support.work.headcounts import MAN, NOON, WOMAN, at, begin_headcount, show

SOURCES = ("door=rtsp://camera.example/1", "acme/hall=rtsp://camera.example/2")
LEFT = {"name": "left", "points": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}
WHOLE = {"name": "whole", "points": [[0, 0], [1, 0], [1, 1], [0, 1]]}
NARROW = {"name": "left", "points": [[0, 0], [0.01, 0], [0.01, 1], [0, 1]]}


@pytest.fixture
def client(open_client: OpenClient) -> FlaskClient:
    return open_client(live_sources=SOURCES, min_cell=1)


def keep(client: FlaskClient, *zones: object, source: str = "door") -> None:
    answer = client.put(f"/v1/zones/{source}", json={"zones": zones})
    assert answer.status_code == 200, answer.text


def begin(client: FlaskClient, *zones: object) -> Headcounter:
    keep(client, *zones)
    return begin_headcount(services_of(client))


def walk(counter: Headcounter) -> None:
    """A woman comes in from the right, stays for three seconds, and leaves; a man stays outside."""
    show(counter, [at(WOMAN, 330), MAN], range(1))
    show(counter, [at(WOMAN, 250), MAN], range(1, 4))
    show(counter, [at(WOMAN, 330), MAN], range(4, 5))
    counter.end(is_last=False)


def ask(client: FlaskClient, address: str) -> dict[str, object]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json


def people(answer: dict[str, object]) -> dict[tuple[str, str | None], tuple[int, float | None]]:
    """By zone and gender, with their seconds, without empty groups."""
    found = {}
    for group in answer["groups"]:  # type: ignore[attr-defined]
        count = group["people"] if "zone" in group else group["faces"]
        zone = group["zone"] if "zone" in group else group["dimensions"]["zone"]
        if count:
            time = group["screen_time"]
            found[zone, group["gender"]] = (count, time and time["seconds"])
    return found


def shares(answer: dict[str, object]) -> list[float]:
    return [group["share"]["value"] for group in answer["groups"]]  # type: ignore[attr-defined]


def test_who_comes_in_stays_and_leaves_is_counted_by_zone(client: FlaskClient) -> None:
    walk(begin(client, LEFT, WHOLE))
    answer = ask(client, "/v1/jobs/1/zones?by=gender&count=seconds")
    assert people(answer) == {
        ("left", "female"): (1, 3.0),
        ("whole", "female"): (1, 5.0),
        ("whole", "male"): (1, 5.0),
    }
    assert answer["crossings"] == [
        {"zone": "left", "entered": 1, "left": 1},
        {"zone": "whole", "entered": 0, "left": 0},
    ]
    assert (answer["inside"], answer["outside"]) == (2, 0)
    [headcount] = ask(client, "/v1/headcounts")["headcounts"]  # type: ignore[misc]
    assert [(one["zone"], one["people"], one["seconds"]) for one in headcount["zones"]] == [
        ("left", 1, 3.0),
        ("whole", 2, 10.0),
    ]


def test_an_audience_by_zone_agrees_and_its_total_counts_everybody_once(
    client: FlaskClient,
) -> None:
    walk(begin(client, LEFT, WHOLE))
    kept = ask(client, "/v1/jobs/1/zones?by=gender&count=seconds")
    audience = ask(client, "/v1/audience?by=zone,gender&count=seconds")
    assert people(audience) == people(kept)
    assert shares(audience) == shares(kept)
    assert shares(kept)[3:] == [0.5, 0.5, 0.0]
    assert audience["faces"] == 2
    by_zone = ask(client, "/v1/audience?by=zone")
    assert (by_zone["count"], by_zone["faces"]) == ("people", 2)
    assert [(group["faces"], group["share"]["value"]) for group in by_zone["groups"]] == [  # type: ignore[attr-defined]
        (1, 0.5),
        (2, 1.0),
    ]
    one = ask(client, "/v1/audience?zone=left&by=gender,source,hour")
    assert [
        (group["dimensions"], group["period"], group["gender"], group["faces"])
        for group in one["groups"]  # type: ignore[attr-defined]
        if group["faces"]
    ] == [({"source": "door"}, "2026-11-28T12:00+00:00", "female", 1)]


def test_days_add_up_and_are_those_of_the_query(client: FlaskClient) -> None:
    counter = begin(client, WHOLE)
    show(counter, [WOMAN], range(2))
    show(counter, [WOMAN, MAN], range(10, 12), NOON + timedelta(days=1))
    counter.end(is_last=True)
    by_day = ask(client, "/v1/audience?by=zone,day")
    assert [(group["period"], group["faces"]) for group in by_day["groups"]] == [  # type: ignore[attr-defined]
        ("2026-11-28", 1),
        ("2026-11-29", 2),
    ]
    assert ask(client, "/v1/audience?by=zone&from=2026-11-29")["faces"] == 2
    moved = ask(client, "/v1/audience?by=day,zone&time_zone=Pacific/Kiritimati&to=2026-11-29")
    assert [(group["period"], group["faces"]) for group in moved["groups"]] == [("2026-11-29", 1)]  # type: ignore[attr-defined]
    assert ask(client, "/v1/audience?zone=whole&by=")["faces"] == 3


def test_a_zone_that_is_moved_counts_on_and_one_that_is_removed_is_not_lost(
    client: FlaskClient,
) -> None:
    counter = begin(client, LEFT)
    show(counter, [WOMAN], range(2))
    keep(client, NARROW, WHOLE)
    counter.end(is_last=False)
    show(counter, [WOMAN], range(2, 4))
    keep(client)
    counter.end(is_last=False)
    show(counter, [WOMAN], range(4, 6))
    counter.end(is_last=False)
    assert people(ask(client, "/v1/jobs/1/zones?by=")) == {
        ("left", None): (1, None),
        ("whole", None): (1, None),
    }
    assert ask(client, "/v1/zones") == {"zones": ["left", "whole"], "sources": []}


def test_an_erased_headcount_leaves_nothing_of_its_zones(client: FlaskClient) -> None:
    walk(begin(client, LEFT))
    with services_of(client).database.write() as session:
        assert erase_job(session, 1)
    assert ask(client, "/v1/zones")["zones"] == []
    answer = client.get("/v1/audience?by=zone")
    assert (answer.status_code, "No headcount has counted" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("zone=lft&by=gender", "Did you mean left?"),
        ("zone=xyz&by=gender", "There are: left."),
        ("by=zone&count=faces", "use count=people or seconds"),
        ("by=zone&job=1&quality_min=0.5", "no faces are kept"),
        ("by=zone,dimension.zone", "dimension.zone is a dimension of items"),
        ("by=zone,store", "No item has a dimension 'store'"),
    ],
)
def test_what_cannot_be_asked_of_zones_is_refused(
    client: FlaskClient, query: str, problem: str
) -> None:
    walk(begin(client, LEFT))
    answer = client.get(f"/v1/audience?{query}")
    assert (answer.status_code, problem in answer.text) == (422, True), answer.text


def test_small_counts_are_withheld_and_others_rounded(open_client: OpenClient) -> None:
    client = open_client(live_sources=SOURCES, min_cell=5)
    counter = begin(client, LEFT)
    for start in range(0, 28, 4):
        show(counter, [WOMAN], range(start, start + 1))
    show(counter, [at(MAN, 100)], range(40, 41))
    counter.end(is_last=False)
    answer = ask(client, "/v1/jobs/1/zones?by=gender")
    assert [group["people"] for group in answer["groups"]] == [5, None, 0]  # type: ignore[attr-defined]
    audience = ask(client, "/v1/audience?by=zone,gender")
    assert [group["faces"] for group in audience["groups"]] == [5, None, 0]  # type: ignore[attr-defined]


def test_zones_are_those_of_the_tenant_of_a_source(open_client: OpenClient) -> None:
    client = open_client(api_keys=(OPERATOR_KEY,), live_sources=SOURCES, min_cell=1)
    ours, theirs = (make_key(client, name, Scope.LIVE, Scope.READ) for name in ("acme", "bolt"))
    body = {"zones": [LEFT]}
    assert client.put("/v1/zones/acme/hall", json=body, headers=theirs).status_code == 404
    assert client.put("/v1/zones/acme/hall", json=body, headers=ours).status_code == 200
    assert client.get("/v1/zones/acme/hall", headers=theirs).status_code == 404
    services = services_of(client)
    walk(begin_headcount(services, source="acme/hall", tenant="acme"))
    assert client.get("/v1/zones", headers=theirs).json == {"zones": [], "sources": []}
    assert client.get("/v1/zones", headers=ours).json["zones"] == ["left"]
    assert client.get("/v1/audience?zone=left&by=", headers=theirs).status_code == 422
    assert client.get("/v1/audience?zone=left&by=", headers=ours).json["faces"] == 1
    assert client.get("/v1/jobs/1/zones", headers=theirs).status_code == 404
