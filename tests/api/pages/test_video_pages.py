"""The pages of videos and their jobs: people instead of faces."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from api.pages.item import format_time
from db.engine import Database
from db.tables.videos import TrackRow
from tests.support.answers.http import upload
from tests.support.answers.pages import Page
from tests.support.media.clips import PEOPLE
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.videos import submit_clip
from tests.support.work.worker import work_until_done
from worker.settings import Settings

PAGE = {"Accept": "text/html"}


def test_the_page_of_a_video_shows_each_person_once(
    client: FlaskClient, settings: Settings, clip: bytes
) -> None:
    submit_clip(client, settings, clip)
    page = read_words(client, "/items/1")
    assert page.text.count('<li class="face') == PEOPLE
    assert f"{PEOPLE} people" in page.words
    assert "/v1/items/1/picture" not in page.text
    assert page.text.count('src="/v1/items/1/original"') == 1
    assert page.text.count('class="lane"') == PEOPLE


def test_the_page_of_a_video_whose_faces_are_blurred_does_not_play_it(
    client: FlaskClient, settings: Settings, clip: bytes
) -> None:
    submit_clip(client, settings, clip, thumbnails="blurred")
    page = read_words(client, "/items/1")
    assert "/v1/items/1/original" not in page.text
    assert client.get("/v1/items/1/original").status_code == 404


def test_the_page_of_a_video_describes_people_as_the_tracks_do(
    client: FlaskClient, settings: Settings, clip: bytes
) -> None:
    job_id = submit_clip(client, settings, clip)
    page = read_words(client, "/items/1")
    address = f"/v1/jobs/{job_id}/results?view=tracks"
    for track in client.get(address).json["tracks"]:
        age, gender = track["age"], track["gender"]
        first = track["first_seconds"]
        card = (
            f"Person {track['track']}: {gender['value'].title()}, about {age['years']:.0f} "
            f"{age['low']} to {age['high']} years · "
            f"{100 * gender['probability']:.0f}% gender confidence"
        )
        seen = f"visible for {track['seconds_visible']:.1f} s, from 0:{first:04.1f}"
        assert card in page.words
        assert seen in page.words
        assert track["thumbnail"] in page.loaded
    assert f"{address}&format=csv" in page.loaded


def test_the_page_of_a_video_shows_its_people_in_parts(
    client: FlaskClient, settings: Settings, clip: bytes
) -> None:
    submit_clip(client, settings, clip)
    add_tracks(settings, 200)
    page = client.get("/items/1", headers=PAGE).text
    assert page.count('<li class="face person') == 60
    assert f">{PEOPLE + 200} people<" in page
    assert f"60 of {PEOPLE + 200} shown" in page
    assert 'href="/items/1?after=60"' in page
    more = client.get("/items/1/people?after=180", headers={"HX-Request": "true"}).text
    assert more.count('<li class="face person') == PEOPLE + 20
    assert "Show more people" not in more
    assert "<html" not in more
    assert "Person 61:" in client.get("/items/1?after=60", headers=PAGE).text
    assert client.get(f"/items/1?after={10**30}", headers=PAGE).status_code == 422


def test_a_job_of_videos_shows_people_and_their_downloads_but_no_coco(
    client: FlaskClient, settings: Settings, clip: bytes
) -> None:
    job_id = submit_clip(client, settings, clip)
    page = read_words(client, f"/jobs/{job_id}")
    files = [address for address in page.loaded if address.startswith(f"/v1/jobs/{job_id}/results")]
    forms = ("csv", "ndjson", "parquet")
    assert files == [
        f"/v1/jobs/{job_id}/results?{view}format={form}"
        for view in ("", "view=tracks&")
        for form in forms
    ]
    for address in files:
        assert client.get(address).data
    for address in (f"/jobs/{job_id}", f"/jobs/{job_id}/card"):
        assert f"{PEOPLE} people in videos" in read_words(client, address).words
    assert f"{PEOPLE} people" in read_words(client, "/jobs").words


def test_a_job_with_pictures_offers_coco(
    client: FlaskClient, settings: Settings, clip: bytes
) -> None:
    both = upload(client, {"holiday": clip, "photo.jpg": encode_scene("JPEG")}).json["id"]
    alone = upload(client, {"photo.jpg": encode_scene("JPEG")}).json["id"]
    work_until_done(settings)
    for job_id, has_people in ((both, True), (alone, False)):
        page = client.get(f"/jobs/{job_id}", headers=PAGE).text
        assert f"/v1/jobs/{job_id}/results?format=coco" in page
        assert ("view=tracks" in page) == has_people
        assert ("in videos" in page) == has_people


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.0, "0:00"), (7.9, "0:07"), (60, "1:00"), (3723.4, "1:02:03")]
)
def test_a_time_is_formatted_as_video_players_do(seconds: float, expected: str) -> None:
    assert format_time(seconds) == expected


def add_tracks(settings: Settings, count: int) -> None:
    """Add this many people to the first video, all equal to its first one."""
    database = Database(settings.database_url)
    with database.write() as session:
        first = session.scalars(select(TrackRow).where(TrackRow.number == 1)).one()
        names = [column.name for column in TrackRow.__table__.columns]
        row = {name: getattr(first, name) for name in names}
        session.add_all(TrackRow(**{**row, "number": PEOPLE + 1 + k}) for k in range(count))
    database.close()


def read_words(client: FlaskClient, address: str) -> Page:
    return Page(client.get(address, headers=PAGE).text)
