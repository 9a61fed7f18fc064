"""The pages of playlists: which of our spots did women under 35 watch longest?"""

import re

import pytest
from flask.testing import FlaskClient

from tests.support.answers.http import OpenClient
from tests.support.answers.pages import PAGE
from tests.support.work.access import services_of
from tests.support.work.jobs import make_face
from tests.support.work.playlists import film, stay, take_photos

WOMAN, GIRL, MAN = make_face(40, 0.95), make_face(20, 0.95), make_face(50, 0.05)
SPOTS = (
    "start,end,content\n"
    "2026-07-01T12:00:00,2026-07-01T12:00:10,Winter <sale>\n"
    "2026-07-01T12:00:10,2026-07-01T12:00:20,Summer\n"
    "2026-07-01T12:00:20,2026-07-01T12:00:30,Autumn\n"
)


@pytest.fixture
def client(open_client: OpenClient) -> FlaskClient:
    return open_client(min_cell=1)


def add(client: FlaskClient, job_id: int) -> None:
    address = f"/v1/playlists?name=july&jobs={job_id}"
    assert client.post(address, data=SPOTS, content_type="text/csv").status_code == 201


def read_rows(client: FlaskClient, query: str = "") -> list[list[str]]:
    response = client.get(f"/playlists/1{query}", headers=PAGE)
    assert response.status_code == 200
    body = response.text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = body.split("<tr>")[1:]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in row][:6] for row in cells]


def test_contents_are_sorted_by_the_seconds_of_the_chosen_people(client: FlaskClient) -> None:
    job_id = film(
        services_of(client).database,
        (WOMAN, stay(0, 9)),
        (GIRL, stay(9, 16)),
        (MAN, stay(12, 13)),
    )
    assert "Add a playlist" in client.get("/playlists", headers=PAGE).text
    add(client, job_id)
    assert 'href="/playlists/1"' in client.get("/playlists", headers=PAGE).text
    assert [row[:5] for row in read_rows(client)] == [
        ["Winter &lt;sale&gt;", "1", "2", "10", "5.0"],
        ["Summer", "1", "2", "7", "3.5"],
        ["Autumn", "1", "0", "", ""],
    ]
    young = read_rows(client, "?gender=female&ages=0-34")
    assert [row[:4] for row in young[:2]] == [
        ["Summer", "1", "1", "6"],
        ["Winter &lt;sale&gt;", "1", "1", "1"],
    ]
    assert read_rows(client, "?sort=content")[0][0] == "Autumn"
    page = client.get("/playlists/1?gender=female&ages=0-34", headers=PAGE).text
    assert "Summer was watched longest:" in page
    removed = client.post("/playlists/1/remove")
    assert (removed.status_code, removed.headers["Location"]) == (303, "/playlists")
    assert client.get("/playlists/1", headers=PAGE).status_code == 404


def test_of_photographs_people_are_shown(client: FlaskClient) -> None:
    add(client, take_photos(services_of(client).database, (1, [MAN]), (11, [WOMAN, GIRL])))
    assert read_rows(client)[0][:3] == ["Summer", "1", "2"]
    assert "Summer was seen by most:" in client.get("/playlists/1", headers=PAGE).text
