"""The people of a video as subtitles."""

from flask.testing import FlaskClient

from api.exports.subtitles import spell_time
from api.services import EXTENSION
from tests.support.work.jobs import make_face, submit
from tests.support.work.people import record_people


def test_each_person_is_a_cue(client: FlaskClient) -> None:
    cast = (
        (make_face(30, 0.9), 75.25, (0.0,)),
        (make_face(50, 0.55), 0.0, (0.0,)),
        (make_face(50, 0.1, quality=0.1), 2.0, (0.0,)),
    )
    record_people(client.application.extensions[EXTENSION].database, cast)
    answer = client.get("/v1/items/1/people.vtt")
    assert answer.mimetype == "text/vtt"
    assert answer.text == (
        "WEBVTT\n"
        "\n1\n00:00:00.000 --> 00:01:15.250\nPerson 1: female, about 30\n"
        "\n2\n00:00:00.000 --> 00:00:00.200\nPerson 2: gender unclear, about 50\n"
        "\n3\n00:00:00.000 --> 00:00:02.000\nPerson 3: too unclear to judge\n"
    )


def test_a_picture_has_no_subtitles(client: FlaskClient) -> None:
    submit(client.application.extensions[EXTENSION].database, items=1)
    assert client.get("/v1/items/1/people.vtt").status_code == 404


def test_times_have_hours_and_milliseconds() -> None:
    assert spell_time(3723.4) == "01:02:03.400"
    assert spell_time(59.9996) == "00:01:00.000"
