"""Faces as they are are shown only with the scope `pictures`."""

import base64
import io

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

from db.access.key_values import Scope
from db.item_values import ItemResult, Thumbnail
from tests.support.answers.http import OpenClient, upload
from tests.support.answers.pages import PAGE
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.access import OPERATOR_KEY, bearer, make_key, services_of
from tests.support.work.jobs import claim, close, hints, make_face, record

# Of a picture of 640 x 480, a quarter of which the thumbnail has.
FACE = make_face()


@pytest.fixture
def guarded(open_client: OpenClient) -> FlaskClient:
    return open_client(api_keys=(OPERATOR_KEY,))


@pytest.fixture(scope="module")
def thumbnail() -> bytes:
    """As full of detail as can be."""
    noise = np.random.default_rng(1).integers(0, 256, (120, 160, 3), np.uint8)
    encoded = io.BytesIO()
    Image.fromarray(noise).save(encoded, "JPEG", quality=90)
    return encoded.getvalue()


def analyze(client: FlaskClient, thumbnail: bytes, **options: object) -> int:
    """The number of an item with a face and this thumbnail."""
    client.environ_base["HTTP_AUTHORIZATION"] = bearer(OPERATOR_KEY)["Authorization"]
    upload(client, {"a.jpg": encode_scene("JPEG")}, **options)
    database = services_of(client).database
    [chunk_id] = hints(database, resend_seconds=-1)
    chunk = claim(database, chunk_id)
    [item] = chunk.items
    kept = Thumbnail("image/jpeg", thumbnail)
    assert record(database, chunk, [ItemResult(item, None, 640, 480, (FACE,), kept)])
    close(database)
    del client.environ_base["HTTP_AUTHORIZATION"]
    return item.id


def read_pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image).astype(int)


def test_a_thumbnail_is_blurred_for_those_who_may_not_see_faces(
    guarded: FlaskClient, thumbnail: bytes
) -> None:
    item = analyze(guarded, thumbnail)
    sees = make_key(guarded, "*", Scope.READ, Scope.PICTURES)
    reads = make_key(guarded, "*", Scope.READ)
    path = f"/v1/items/{item}/thumbnail"
    assert guarded.get(path, headers=sees).data == thumbnail
    blurred = guarded.get(path, headers=reads)
    assert blurred.mimetype == "image/jpeg"
    before, after = read_pixels(thumbnail), read_pixels(blurred.data)
    box = FACE.box
    rows = slice(round(box.y / 4), round((box.y + box.height) / 4))
    columns = slice(round(box.x / 4), round((box.x + box.width) / 4))
    assert after[rows, columns].std() < before[rows, columns].std() / 4
    # The rest is as it was.
    assert np.abs(after[-20:, -20:] - before[-20:, -20:]).mean() < 20


def test_a_thumbnail_that_the_worker_blurred_is_shown_to_all(
    guarded: FlaskClient, thumbnail: bytes
) -> None:
    item = analyze(guarded, thumbnail, options='{"thumbnails": "blurred"}')
    reads = make_key(guarded, "*", Scope.READ)
    assert guarded.get(f"/v1/items/{item}/thumbnail", headers=reads).data == thumbnail


def test_uploads_are_only_for_those_who_may_see_faces(
    guarded: FlaskClient, thumbnail: bytes
) -> None:
    item = analyze(guarded, thumbnail)
    reads, sees = make_key(guarded, "*", Scope.READ), make_key(guarded, "*", Scope.PICTURES)
    refused = guarded.get(f"/v1/items/{item}/picture", headers=reads)
    assert (refused.status_code, refused.json["error"]["code"]) == (403, "missing_scope")
    with guarded.get(f"/v1/items/{item}/picture", headers=sees) as picture:
        assert picture.status_code == 200
    page = guarded.get(f"/items/{item}", headers={**PAGE, **reads}).text
    assert f"/v1/items/{item}/thumbnail" in page
    assert f"/v1/items/{item}/picture" not in page


def test_a_report_shows_what_its_reader_may_see(guarded: FlaskClient, thumbnail: bytes) -> None:
    analyze(guarded, thumbnail)
    kept = base64.b64encode(thumbnail).decode()
    for scopes, is_shown in (((Scope.READ,), False), ((Scope.READ, Scope.PICTURES), True)):
        report = guarded.get(
            "/v1/jobs/1/report?pictures=true", headers=make_key(guarded, "*", *scopes)
        )
        assert report.status_code == 200
        assert "data:image/jpeg" in report.text
        assert (kept in report.text) is is_shown
