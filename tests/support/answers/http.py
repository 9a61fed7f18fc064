"""Upload files to the test client, as browsers and curl do, and read what became of them."""

import io
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from worker.settings import Settings


def make_form(files: dict[str, bytes], **fields: object) -> dict[str, object]:
    """The arguments for a test client's `post`, made in memory so that no file stays open."""
    parts = [FileStorage(io.BytesIO(content), name) for name, content in files.items()]
    boundary, body = encode_multipart({"files": parts, **fields})
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}


def upload(client: FlaskClient, files: dict[str, bytes], **fields: object) -> TestResponse:
    return client.post("/v1/jobs", **make_form(files, **fields))


def results(client: FlaskClient, response: TestResponse) -> dict[str, str]:
    """The state of each item, or the code of its error."""
    page = client.get(f"/v1/jobs/{response.json['id']}/results?limit=1000").json
    return {
        line["name"]: line["error"]["code"] if line["error"] else line["state"]
        for line in page["results"]
    }


def stored_files(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_dir / "store").rglob("*") if path.is_file()]


OpenClient = Callable[..., FlaskClient]
