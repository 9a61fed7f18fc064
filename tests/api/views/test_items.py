"""The picture of an item is served without what it says of itself."""

from flask.testing import FlaskClient

from models.containers.parts import EXIF_MARK
from tests.support.answers.http import upload
from tests.support.media.sample_pictures import encode_scene
from tests.support.media.tiff_files import make_exif

PLACE = b"48.8584N 2.2945E"


def test_a_served_picture_does_not_tell_where_it_was_taken(client: FlaskClient) -> None:
    photo = encode_scene("JPEG", exif=EXIF_MARK + make_exif(orientation=6, gps=True))
    assert PLACE in photo
    job = upload(client, {"a.jpg": photo}).json["id"]
    [line] = client.get(f"/v1/jobs/{job}/results").json["results"]
    with client.get(f"/v1/items/{line['item']}/picture") as picture:
        assert picture.mimetype == "image/jpeg"
        assert PLACE not in picture.data
        assert b"MM\x00*" in picture.data
