"""The page of a picture without a browser."""

import re
from dataclasses import replace

from flask.testing import FlaskClient

from api.services import EXTENSION
from models.face import Box
from tests.support.answers.pages import PAGE, Page
from tests.support.work.jobs import close, make_face, submit, work_all


def test_faces_are_numbered_from_left_to_right_in_the_picture_and_in_the_list(
    client: FlaskClient,
) -> None:
    database = client.application.extensions[EXTENSION].database
    right, left = (
        replace(make_face(years, female), box=Box(x, 20, 30, 40))
        for x, years, female in ((60, 24, 0.9), (5, 40, 0.1))
    )
    submit(database, items=1)
    work_all(database, [right, left])
    close(database)
    text = client.get("/items/1", headers=PAGE).text
    assert re.findall(r'data-face="(\d)" data-box="(\d+) ', text) == [("1", "5"), ("2", "60")]
    words = Page(text).words
    assert "1: Male, about 40" in words
    assert "2: Female, about 24" in words
    assert text.count("<h1") == 1
