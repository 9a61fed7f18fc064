"""The home page without a browser: recent jobs, samples and what is suggested."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from models.weights.catalog import SAMPLES
from tests.support.answers.http import OpenClient
from tests.support.answers.pages import PAGE, Page


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A folder of models that has one of the samples."""
    sample = tmp_path / SAMPLES[0].name
    sample.parent.mkdir(parents=True)
    sample.write_bytes(b"\xff\xd8\xff")
    return tmp_path


def test_samples_are_offered_where_they_are(
    client: FlaskClient, open_client: OpenClient, weights: Path, tmp_path: Path
) -> None:
    name = Path(SAMPLES[0].name).name
    rich = open_client(weights_dir=weights)
    assert f'data-names="{name}"' in rich.get("/", headers=PAGE).text
    with rich.get(f"/samples/{name}") as sample:
        assert sample.data == b"\xff\xd8\xff"
    assert rich.get("/samples/other.jpg").status_code == 404
    poor = open_client(weights_dir=tmp_path / "none")
    assert "Try it with sample photos" not in poor.get("/", headers=PAGE).text


def test_recent_jobs_and_known_tags_are_at_hand(client: FlaskClient) -> None:
    assert "Recent jobs" not in Page(client.get("/", headers=PAGE).text).words
    for tag in ("spring", "summer", "autumn", "winter"):
        client.post("/v1/jobs", json={"draft": True, "tags": [tag]})
    page = client.get("/", headers=PAGE).text
    assert "<option>spring</option>" in page
    words = Page(page).words
    assert "Job 4 winter" in words
    assert "Job 1 spring" not in words
