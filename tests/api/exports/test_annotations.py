"""Results as pre-annotations: the formats that Label Studio and CVAT document."""

import json
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.submissions.drafts import accept_job
from tests.support.answers.http import OpenClient
from tests.support.work.access import services_of
from tests.support.work.jobs import claim, hints, make_face, record, results_of

NAMES = ('a & "b".jpg', "Lyon/2\x1f.jpg", "broken.jpg", "waiting.jpg")
FACES = (make_face(years=30.4, female=0.9), make_face(years=52.6, female=0.55))


@pytest.fixture
def client(open_client: OpenClient) -> FlaskClient:
    """Two pictures with two faces each, one that failed and one that waits."""
    client = open_client()
    database: Database = services_of(client).database
    with database.write() as session:
        items = [NewItem(name, f"file:///{name}", None, {"store": "Lyon"}) for name in NAMES]
        accept_job(session, NewJob(), items, 1)
    for chunk_id in hints(database)[:3]:
        chunk = claim(database, chunk_id)
        assert chunk is not None
        assert record(database, chunk, results_of(chunk, FACES, ["broken.jpg"]))
    return client


def test_label_studio_gets_a_task_for_each_picture(client: FlaskClient) -> None:
    response = client.get("/v1/jobs/1/results?format=label-studio")
    assert response.mimetype == "application/json"
    tasks = json.loads(response.data)
    assert [task["data"]["image"] for task in tasks] == list(NAMES[:2])
    [prediction] = tasks[0]["predictions"]
    gender, age, *others = prediction["result"]
    assert [one["type"] for one in others] == ["rectanglelabels", "number"]
    assert gender["id"] == age["id"] != others[0]["id"]
    assert (gender["original_width"], gender["original_height"]) == (640, 480)
    place = {"x": 1.5625, "y": 4.1667, "width": 4.6875, "height": 8.3333, "rotation": 0}
    assert gender["value"] == {**place, "rectanglelabels": ["female"]}
    assert age["value"] == {**place, "number": 30}
    assert (gender["to_name"], age["from_name"]) == ("image", "age")


def test_cvat_gets_an_image_with_boxes_for_each_picture(client: FlaskClient) -> None:
    response = client.get("/v1/jobs/1/results?format=cvat")
    assert response.mimetype == "application/xml"
    root = ElementTree.fromstring(response.data)
    assert (root.tag, root.findtext("version")) == ("annotations", "1.1")
    first, second = root.findall("image")
    assert first.attrib == {"id": "0", "name": NAMES[0], "width": "640", "height": "480"}
    assert second.get("name") == "Lyon/2?.jpg"
    boxes = first.findall("box")
    assert len(boxes) == 2
    corners = {name: boxes[0].get(name) for name in ("xtl", "ytl", "xbr", "ybr")}
    assert corners == {"xtl": "10.00", "ytl": "20.00", "xbr": "40.00", "ybr": "60.00"}
    attributes = {one.get("name"): one.text for one in boxes[0].findall("attribute")}
    assert attributes == {"gender": "female", "age": "30"}


@pytest.mark.parametrize("form", ["label-studio", "cvat"])
def test_filters_and_views_are_those_of_all_formats(client: FlaskClient, form: str) -> None:
    filtered = client.get(f"/v1/jobs/1/results?format={form}&gender=male").text
    assert "female" not in filtered
    refused = client.get(f"/v1/jobs/1/results?format={form}&view=tracks")
    assert refused.status_code == 422
