"""Counting the people of a live source through the API: a clip is the source, a fake the models."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from api.live.feeds import Feeds
from api.live.headcounts import Headcounts
from api.services import EXTENSION, Services
from db.access.key_values import Scope
from db.job_values import DetectionMode
from tests.support.answers.http import OpenClient
from tests.support.programs.cli import wait_for
from tests.support.programs.live import make_clip
from tests.support.work.access import make_key
from tests.support.work.jobs import close, make_face
from worker.queue.lane import InteractiveLane
from worker.queue.messages import Answer

FRAMES, FRAMES_PER_SECOND = 12, 10


class MadeLane(InteractiveLane):
    """Answers at once: each picture shows a woman."""

    def find_faces(
        self,
        picture: bytes,
        pack: str | None = None,
        detection: DetectionMode = DetectionMode.NORMAL,
    ) -> Answer:
        return Answer(320, 240, (make_face(30, 0.95),))


@dataclass
class Counting:
    """An API without a server, and what its keeper does."""

    client: FlaskClient
    services: Services
    headcounts: Headcounts

    def start(self, **body: object) -> dict[str, object]:
        response = self.client.post("/v1/headcounts", json={"source": "door", **body})
        assert response.status_code == 201, response.text
        self.headcounts.look()
        return response.json

    def list(self) -> list[dict[str, object]]:
        return self.client.get("/v1/headcounts").json["headcounts"]

    def has_ended(self) -> bool:
        return self.list() == []


@pytest.fixture
def counting(open_client: OpenClient, tmp_path: Path) -> Iterator[Counting]:
    clip = make_clip(
        tmp_path / "a.avi", np.full((240, 320, 3), 90, np.uint8), FRAMES, FRAMES_PER_SECOND
    )
    client = open_client(live_sources=(f"door={clip}", f"gone={tmp_path}/none.mp4"), min_cell=1)
    services: Services = client.application.extensions[EXTENSION]
    lane = MadeLane(services.settings.redis_url, services.queue, 30.0)
    feeds = Feeds(services.settings, services.queue, services.ending, lane)
    database, settings = services.database, services.settings
    yield Counting(client, services, Headcounts(database, settings, feeds, services.ending))
    feeds.close()


def test_a_clip_is_counted_once_into_a_job_of_its_own(counting: Counting) -> None:
    begun = counting.start(tags=["spring"], dimensions={"store": "Lyon"})
    assert (begun["source"], begun["job"], begun["people"]) == ("door", None, None)
    wait_for(counting.has_ended, "the end of the clip")
    close(counting.services.database)
    job = counting.client.get("/v1/jobs/1").json
    assert (job["state"], job["headcount"], job["tags"]) == ("completed", "door", ["spring"])
    query = "/v1/audience?job=1&count=people&by=source,store,gender"
    audience = counting.client.get(query).json
    assert [
        (group["dimensions"], group["gender"], group["faces"])
        for group in audience["groups"]
        if group["faces"]
    ] == [({"source": "door", "store": "Lyon"}, "female", 1)]
    assert counting.client.get("/v1/jobs/1/results").json["results"] == []


def test_a_file_is_not_counted_again_after_a_restart(counting: Counting) -> None:
    counting.start()
    wait_for(counting.has_ended, "the end of the clip")
    counting.headcounts.look()
    assert counting.has_ended()


def test_a_source_that_cannot_be_opened_says_why(counting: Counting) -> None:
    counting.start(source="gone")

    def has_problem() -> bool:
        [found] = counting.list()
        return bool(found["problem"])

    wait_for(has_problem, "the problem of the source")
    [found] = counting.list()
    assert "opened" in str(found["problem"])
    assert not found["is_counting"]


def test_one_that_nobody_counts_is_stopped(counting: Counting) -> None:
    response = counting.client.post("/v1/headcounts", json={"source": "door"})
    assert response.status_code == 201
    again = counting.client.post("/v1/headcounts", json={"source": "door"})
    assert (again.status_code, again.json["error"]["code"]) == (409, "already_counted")
    stopped = counting.client.delete("/v1/headcounts/door")
    assert (stopped.status_code, stopped.json["is_stopping"]) == (200, True)
    assert counting.has_ended()
    assert counting.client.delete("/v1/headcounts/door").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"source": "other"}, 404, id="no such source"),
        pytest.param({}, 422, id="no source"),
        pytest.param({"source": "door", "dimensions": {"source": "x"}}, 422, id="its dimension"),
        pytest.param({"source": "door", "tag": "x"}, 422, id="an unknown field"),
    ],
)
def test_what_cannot_be_counted_is_refused(
    counting: Counting, body: dict[str, object], status: int
) -> None:
    assert counting.client.post("/v1/headcounts", json=body).status_code == status
    assert counting.has_ended()


def test_only_the_tenant_of_a_source_counts_it_with_the_scope_live(counting: Counting) -> None:
    client = counting.client
    theirs, ours = make_key(client, "acme", Scope.LIVE), make_key(client, "default", Scope.LIVE)
    reads = make_key(client, "default", Scope.READ)
    body = {"source": "door"}
    for headers, status in ((theirs, 404), (reads, 403), (ours, 201)):
        assert client.post("/v1/headcounts", json=body, headers=headers).status_code == status
    assert client.get("/v1/headcounts", headers=theirs).json == {"sources": [], "headcounts": []}
    assert client.delete("/v1/headcounts/door", headers=theirs).status_code == 404
    assert client.get("/v1/headcounts", headers=ours).json["sources"] == ["door", "gone"]
    assert client.delete("/v1/headcounts/door", headers=ours).status_code == 200
