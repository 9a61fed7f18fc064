"""The audience by local time, as the API answers."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from db.engine import Database
from db.item_values import NewItem
from db.job_values import JobOptions, NewJob
from db.submissions.drafts import accept_job
from tests.support.answers.http import OpenClient
from tests.support.work.jobs import claim, hints, make_face, record, results_of, work_all

FACES = (make_face(30, 0.9), make_face(40, 0.1))
# Saturday noon in Paris; the clocks there change in the night that follows.
START = datetime(2026, 3, 28, 11, tzinfo=UTC)
PARIS = "Europe/Paris"


def fill(database: Database, hours: list[float], time_zone: str = PARIS) -> int:
    """Two faces at each of these hours after the start."""
    items = [
        NewItem(f"{n}.jpg", f"file:///{n}.jpg", START + timedelta(hours=after), {"store": "Lyon"})
        for n, after in enumerate(hours)
    ]
    with database.write() as session:
        job = NewJob(options=JobOptions(time_zone=time_zone))
        job_id = accept_job(session, job, items, 2)
    work_all(database, faces=FACES)
    return job_id


def open_api(open_client: OpenClient, database: Database, min_cell: int = 1) -> FlaskClient:
    url = database.engine.url.render_as_string(hide_password=False)
    return open_client(database_url=url, min_cell=min_cell)


def count(client: FlaskClient, query: str) -> dict[str, int | None]:
    answer = client.get(f"/v1/audience?{query}")
    assert answer.status_code == 200, answer.text
    return {group["period"]: group["faces"] for group in answer.json["groups"]}


@pytest.mark.parametrize(
    ("by", "periods"), [("hour_of_week", 168), ("hour_of_day", 24), ("weekday", 7)]
)
@pytest.mark.parametrize("unit", ["faces", "seconds"])
def test_a_file_has_every_period_of_a_cycle(
    open_client: OpenClient, database: Database, by: str, periods: int, unit: str
) -> None:
    client = open_api(open_client, database)
    fill(database, [0, 1])
    fill(database, [30], "UTC")
    answer = client.get(f"/v1/audience?by={by},gender&count={unit}&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    # Three genders; the last period has no time, if there is any.
    assert len(rows) == 3 * periods
    assert len({row["period"] for row in rows}) == periods
    faces = [(row["period"], int(row["faces"])) for row in rows if row["faces"] != "0"]
    expected = {"hour_of_week": "saturday 12", "hour_of_day": "12", "weekday": "saturday"}[by]
    assert (faces[:1] == [(expected, 2 if by == "weekday" else 1)]) == (unit == "faces")
    by_store = client.get(f"/v1/audience?by=store,{by}&format=csv").text
    assert by_store.count("Lyon") == periods
    nobody = client.get(f"/v1/audience?by={by}&format=csv&from=2020-01-01&to=2020-01-02").text
    assert nobody.count("\n") == periods + 1
    assert len(client.get(f"/v1/audience?by={by},gender").json["groups"]) < 3 * periods


def test_faces_are_counted_by_local_time(open_client: OpenClient, database: Database) -> None:
    # The clock jumps from 2 to 3: the second item is 24 hours later, at one o'clock.
    job_id = fill(database, [0, 24, 24.5, 13])
    client = open_api(open_client, database)
    for scope in ("", f"&job={job_id}", f"&time_zone={PARIS}"):
        assert count(client, f"by=day{scope}") == {"2026-03-28": 2, "2026-03-29": 6}
        assert count(client, f"by=hour_of_day{scope}") == {"01": 2, "12": 2, "13": 4}
        assert count(client, f"by=weekday{scope}") == {"saturday": 2, "sunday": 6}
        assert count(client, f"by=quarter_hour&from=2026-03-29{scope}") == {
            "2026-03-29T01:00+01:00": 2,
            "2026-03-29T13:00+02:00": 2,
            "2026-03-29T13:30+02:00": 2,
        }
    assert list(count(client, "by=hour_of_week")) == ["saturday 12", "sunday 01", "sunday 13"]
    assert count(client, "by=hour_of_day&time_zone=UTC") == {"00": 2, "11": 6}
    assert count(client, "by=day&time_zone=Asia/Tokyo&to=2026-03-28") == {"2026-03-28": 2}


def test_small_counts_by_the_hour_are_withheld(open_client: OpenClient, database: Database) -> None:
    fill(database, [0, 0.5, 0.75, 1, 25])
    client = open_api(open_client, database, min_cell=5)
    by_hour = count(client, "by=hour_of_day")
    assert by_hour == {"12": 5, "13": None, "14": None}
    assert count(client, "by=quarter_hour") == {period: None for period in (
        "2026-03-28T12:00+01:00", "2026-03-28T12:30+01:00", "2026-03-28T12:45+01:00",
        "2026-03-28T13:00+01:00", "2026-03-29T14:00+02:00",
    )}  # fmt: skip


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("by=hour,weekday", "by takes only one period, but got hour and weekday."),
        ("time_zone=Atlantis", "'Atlantis' is not a time zone."),
        ("by=huor", "No item has a dimension 'huor'. Did you mean hour"),
    ],
)
def test_a_period_or_zone_that_is_none_is_refused(
    open_client: OpenClient, database: Database, query: str, problem: str
) -> None:
    answer = open_api(open_client, database).get(f"/v1/audience?{query}")
    assert answer.status_code == 422
    assert problem in answer.json["error"]["message"]


def test_a_job_without_a_time_zone_has_that_of_the_server(open_client: OpenClient) -> None:
    client = open_client(time_zone=PARIS)
    body = {"items": [{"uri": "https://example.com/1.jpg", "captured_at": "2026-07-02 00:30"}]}
    job = client.post("/v1/jobs", json=body).json
    assert job["options"]["time_zone"] == PARIS
    job = client.post("/v1/jobs", json={**body, "options": {"time_zone": "Asia/Tokyo"}}).json
    assert job["options"]["time_zone"] == "Asia/Tokyo"


def test_counts_are_exact_until_there_are_keys(open_client: OpenClient, database: Database) -> None:
    fill(database, [0])
    url = database.engine.url.render_as_string(hide_password=False)
    exact = open_client(database_url=url, min_cell=0).get("/v1/audience").json
    assert (exact["min_cell"], exact["faces"]) == (1, 2)
    client = open_client(database_url=url, min_cell=0, api_keys=("secret",))
    rounded = client.get("/v1/audience", headers={"Authorization": "Bearer secret"}).json
    assert (rounded["min_cell"], rounded["faces"]) == (5, None)


def test_two_audiences_are_compared(open_client: OpenClient, database: Database) -> None:
    with database.write() as session:
        for tag in ("spring", "autumn"):
            items = [NewItem(f"{tag}{n}", f"file:///{n}") for n in range(30)]
            accept_job(session, NewJob((tag,)), items, 30)
    for number, chunk_id in enumerate(sorted(hints(database))):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        female = 0.9 if chunk.job_id == 1 and number % 4 else 0.1
        assert record(database, chunk, results_of(chunk, [make_face(30, female)]))
    client = open_api(open_client, database)
    found = client.get("/v1/audience/compare?by=gender&tag=spring&versus.tag=autumn").json
    first, second = (client.get(f"/v1/audience?by=gender&tag={tag}").json
                     for tag in ("spring", "autumn"))  # fmt: skip
    assert (found["first"], found["second"]) == (first, second)
    [female, male, unknown] = found["groups"]
    share = female["share"]
    assert (share["first"], share["second"]) == (first["groups"][0]["share"]["value"], 0.0)
    assert share["value"] == pytest.approx(-share["first"])
    assert share["low"] < share["value"] < share["high"] < 0
    assert share["beyond_chance"]
    assert (male["second_faces"], unknown["share"]["beyond_chance"]) == (30, False)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("by=gender", "Say what differs in the second audience"),
        ("versus.by=age_band", "cannot differ in 'by', only in job, tag, from"),
        ("versus.tag=x&format=csv", "A comparison is JSON."),
        ("versus.tag=nothing", "No job has the tag 'nothing'."),
    ],
)
def test_audiences_that_cannot_be_compared_are_refused(
    open_client: OpenClient, database: Database, query: str, problem: str
) -> None:
    answer = open_api(open_client, database).get(f"/v1/audience/compare?{query}")
    assert answer.status_code == 422
    assert problem in answer.json["error"]["message"]
