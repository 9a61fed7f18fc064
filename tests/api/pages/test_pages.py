"""Pages without a browser: access, security headers, texts, and refused requests."""

import re
import tomllib

import pytest
from flask.testing import FlaskClient

import api.layout.texts
from api.layout.rendering import check_navigation
from api.layout.texts import Texts, load_texts
from api.schemas.options import OptionsBody
from api.services import EXTENSION
from models.file_kinds.endings import SUBMITTED_ENDINGS
from tests.support.answers.http import upload
from tests.support.answers.pages import PAGE, Page
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.jobs import close, make_face, submit, work_all
from worker.settings import Settings

TEMPLATES = api.layout.texts.FOLDER.parent / "templates"


@pytest.mark.parametrize(
    "path", ["/", "/jobs", "/keys", "/system", "/login", "/jobs/7", "/nowhere"]
)
def test_every_page_keeps_to_this_origin(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers=PAGE)
    policy = response.headers.get("Content-Security-Policy", "")
    if response.status_code != 303:
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
        assert not re.search(r"\sstyle=|<style|\son\w+=|https?://", response.text)


@pytest.mark.parametrize("path", ["/jobs/{}", "/jobs/{}/erase", "/jobs/{}/items", "/items/{}"])
@pytest.mark.parametrize("number", [0, 2**63 - 1, 2**63, 10**30])
def test_an_unknown_number_is_reported_as_a_page(
    client: FlaskClient, path: str, number: int
) -> None:
    response = client.get(path.format(number), headers=PAGE)
    assert (response.status_code, response.mimetype) == (404, "text/html")


def test_programs_get_json_where_people_get_a_page(client: FlaskClient) -> None:
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        assert client.get("/nowhere", headers=headers).json["error"]["code"] == "not_found"
    assert client.get("/v1/jobs/7", headers=PAGE).json["error"]["code"] == "not_found"
    assert client.get("/jobs/7", headers=PAGE).mimetype == "text/html"
    assert "See who your audience is" in client.get("/").text


def test_without_keys_a_page_of_another_site_changes_nothing(client: FlaskClient) -> None:
    for origin in ("https://evil.example", "null", "http://localhost:1"):
        refused = client.post("/jobs/1/cancel", headers={**PAGE, "Origin": origin})
        assert refused.status_code == 403
    own = {**PAGE, "Origin": "http://localhost"}
    assert client.post("/jobs/1/cancel", headers=own).status_code == 404


def test_the_next_page_of_jobs_starts_where_the_last_ended(client: FlaskClient) -> None:
    database = client.application.extensions[EXTENSION].database
    for _ in range(21):
        submit(database, items=1)
    first = client.get("/jobs", headers=PAGE).text
    assert first.count('<tr class="job"') == 20
    assert "/jobs?cursor=2" in first
    more = client.get("/jobs?cursor=2", headers={"HX-Request": "true"}).text
    assert more.count('<tr class="job"') == 1
    assert "<html" not in more


def test_a_job_shows_how_many_items_were_cancelled(client: FlaskClient) -> None:
    database = client.application.extensions[EXTENSION].database
    job_id = submit(database, items=3)
    assert " cancelled<" not in client.get(f"/jobs/{job_id}", headers=PAGE).text
    client.post(f"/v1/jobs/{job_id}/cancel")
    close(database)
    assert ">3 cancelled<" in client.get(f"/jobs/{job_id}", headers=PAGE).text


def test_the_next_page_of_items_starts_where_the_last_ended(client: FlaskClient) -> None:
    database = client.application.extensions[EXTENSION].database
    job = submit(database, items=60)
    work_all(database, [make_face()], fail=["3.jpg", "59.jpg"])
    close(database)
    page = client.get(f"/jobs/{job}", headers=PAGE).text
    assert page.count('<li class="tile') == 48
    more = client.get(f"/jobs/{job}/items?cursor=47").text
    assert more.count('<li class="tile') == 12
    assert 'class="more"' not in more
    found = client.get(f"/jobs/{job}/items?gender=female&age_min=&state=").text
    assert found.count('<li class="tile') == 48
    assert "gender=female" in found
    assert "No photos or videos match" in client.get(f"/jobs/{job}/items?gender=male").text
    failed = client.get(f"/jobs/{job}?state=failed", headers=PAGE).text
    assert len(re.findall(r'<li class="tile" data-item="\d+" data-state="failed', failed)) == 2
    assert "It is broken." in client.get(f"/jobs/{job}?show=failed", headers=PAGE).text
    assert client.get(f"/jobs/{job}/items?age_min=old", headers=PAGE).status_code == 422


def test_faces_are_shown_and_filtered_by_their_quality_in_words(client: FlaskClient) -> None:
    database = client.application.extensions[EXTENSION].database
    job = submit(database, items=2)
    faces = [make_face(), make_face(6.0, quality=0.2), make_face(quality=0.6, yaw=-40)]
    work_all(database, faces)
    close(database)
    item = " ".join(client.get("/items/1", headers=PAGE).text.split())
    assert ": Too unclear to judge</b>" in item
    assert "Not counted by age or gender" in item
    assert ">Good quality</span>" in item
    assert ">Fair quality: turned away</span>" in item
    assert ">Low quality</span>" in item
    assert item.count("about 6<") == 0
    clear = client.get(f"/jobs/{job}/items?quality_min=0.95").text
    assert "No photos or videos match" in clear
    page = client.get(f"/jobs/{job}?quality_min=0.7&pose=frontal", headers=PAGE).text
    assert '<option value="0.7" selected>' in page
    assert '<option value="frontal" selected>' in page
    assert page.count('<li class="tile') == 2
    audience = client.get(f"/audience?job={job}", headers=PAGE).text
    assert "2 faces too unclear to judge, not counted" in audience


def test_several_jobs_are_followed_on_one_stream(client: FlaskClient) -> None:
    database = client.application.extensions[EXTENSION].database
    first, second = submit(database), submit(database)
    work_all(database, [make_face()])
    close(database)
    text = client.get(f"/v1/jobs/events?job={first}&job={second}&job=99").text
    assert text.count("event: job") == 2
    assert client.get("/v1/jobs/events").status_code == 422


def test_an_upload_is_shown_with_its_media_type_unless_its_job_hides_faces(
    client: FlaskClient, settings: Settings
) -> None:
    photo = encode_scene("JPEG")
    damaged = b"\xff\xd8\xff and more"
    files = {"a.jpg": photo, "b.jpg": b"<script>alert(1)</script>", "c.jpg": damaged}
    shown = upload(client, files).json["id"]
    hidden = upload(client, {"a.jpg": photo}, options='{"thumbnails": "blurred"}').json["id"]
    items = [
        line["item"]
        for job in (shown, hidden)
        for line in client.get(f"/v1/jobs/{job}/results").json["results"]
    ]
    with client.get(f"/v1/items/{items[0]}/picture") as picture:
        assert (picture.mimetype, picture.data) == ("image/jpeg", photo)
    for item in items[1:]:
        assert client.get(f"/v1/items/{item}/picture").status_code == 404
    client.delete(f"/v1/jobs/{shown}")
    assert client.get(f"/v1/items/{items[0]}/picture").status_code == 404


def test_every_text_that_a_template_names_exists() -> None:
    english = load_texts("en")
    catalog = tomllib.loads((api.layout.texts.FOLDER / "en.toml").read_text(encoding="utf-8"))
    named = {
        name
        for path in TEMPLATES.glob("*.html")
        for name in re.findall(r'text\(["\'](\w+\.\w+)["\'][,)]', path.read_text())
    }
    assert len(named) > 50
    for name in named:
        part, _, entry = name.partition(".")
        assert entry in catalog[part], name
    assert english("analysis.faces", count=1) == "1 face"
    assert english("analysis.faces", count=2000) == "2,000 faces"


def test_a_count_takes_the_plural_form_of_its_language() -> None:
    forms = {
        "files.one": "{count} plik",
        "files.few": "{count} pliki",
        "files.other": "{count} pliku",
    }
    polish = Texts("pl", forms)
    assert [polish("files", count=count) for count in (1, 3, 22)] == [
        "1 plik",
        "3 pliki",
        "22 pliki",
    ]
    # Five plików would be `many`, which this translation lacks.
    assert polish("files", count=5) == "5 pliku"


def test_home_has_the_defaults_of_the_api(
    client: FlaskClient,
) -> None:
    page = Page(client.get("/", headers=PAGE).text)
    assert "Upload photos and videos." in page.words
    assert "Videos Frames analyzed per second" in page.words
    field = re.search(r'<input id="frames-per-second"[^>]+>', page.text)
    assert field
    assert f'value="{OptionsBody().frames_per_second:g}"' in field[0]
    assert " checked" not in page.text


def test_home_accepts_the_files_that_the_command_line_accepts(client: FlaskClient) -> None:
    page = client.get("/", headers=PAGE).text
    found = re.search(r'data-endings="([^"]+)"', page)
    assert found
    assert found[1].split() == list(SUBMITTED_ENDINGS)
    left_out = re.search(r'data-litter="([^"]+)"', page)
    assert left_out
    assert {"@eadir", "$recycle.bin"} <= set(left_out[1].split("|"))


def test_a_navigation_to_a_page_that_is_not_there_ends_the_start(monkeypatch, client):
    check_navigation(client.application)
    monkeypatch.setattr("api.layout.rendering.NAVIGATION", (("home", "/"), ("jobs", "/no-jobs")))
    with pytest.raises(ValueError, match="/no-jobs"):
        check_navigation(client.application)
