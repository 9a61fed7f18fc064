"""What browsers may do with answers."""

import pytest
from flask.testing import FlaskClient

from tests.support.answers.http import upload
from tests.support.media.sample_pictures import encode_scene

PAGE = {"Accept": "text/html"}
SHOWING_PEOPLE = (
    "/v1/jobs", "/v1/items/1", "/v1/items/1/picture", "/v1/items/1/thumbnail", "/v1/audience",
    "/v1/jobs/1/results", "/v1/jobs/1/results?format=csv", "/v1/jobs/1/report", "/jobs/1",
    "/items/1", "/audience", "/v1/items/99",
)  # fmt: skip
PATHS = ("/healthz", "/v1/jobs", "/v1/jobs/9", "/metrics", "/docs", "/openapi.json", "/login", "/x")


@pytest.mark.parametrize("headers", [{}, PAGE])
def test_no_answer_may_be_framed_or_taken_for_another_kind(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    upload(client, {"a.jpg": encode_scene("JPEG")})
    for path in [*PATHS, "/", "/jobs", "/v1/jobs/1/report", "/static/0/base.css"]:
        check_policy(client, path, headers)


def check_policy(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    with client.get(path, headers=headers) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert policy.startswith(("default-src 'none'", "default-src 'self'"))
        inline = [part for part in policy.split("; ") if "unsafe" in part]
        assert all(part.startswith("style-src ") for part in inline)
        assert bool(inline) == (path in ("/docs", "/v1/jobs/1/report"))
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Frame-Options"] == "DENY"


def test_nobody_keeps_what_shows_people(client: FlaskClient) -> None:
    upload(client, {"a.jpg": encode_scene("JPEG")})
    kept_by = {}
    for path in SHOWING_PEOPLE:
        with client.get(path) as response:
            kept_by[path] = response.headers["Cache-Control"]
    assert kept_by == dict.fromkeys(SHOWING_PEOPLE, "no-store")
