"""Every pack runs a whole job through the API: those that come with Facetally, and one's own."""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from db.engine import Database
from models.packs.folder import add_pack
from models.packs.shipped_packs import list_shipped
from models.validation.validation import validate_pack
from tests.support.answers.http import OpenClient, upload
from tests.support.models.made_packs import write_pack
from tests.support.models.whole_packs import open_whole_packs
from tests.support.work.jobs import close, hints
from worker.chunks.claiming import Claimer
from worker.lease import LeaseTerms
from worker.runners import make_chunk_runner
from worker.settings import Settings
from worker.sources.reader import Sources

SAMPLES = ("astronaut.png", "face_detection_input.jpg")
Job = dict[str, object]


def work(settings: Settings) -> None:
    """Work on every waiting chunk with the packs that these settings allow."""
    with closing(Database(settings.database_url)) as database:
        analyzers = open_whole_packs(settings)
        claimer = Claimer(database, LeaseTerms(60.0, 60.0, lambda: False), analyzers)
        worker = make_chunk_runner(settings, claimer, analyzers, Sources.from_settings(settings))
        for chunk_id in hints(database, resend_seconds=-1):
            worker.run(chunk_id, "task")
        close(database)


@pytest.fixture
def run_job(open_client: OpenClient, settings: Settings) -> Callable[..., tuple[FlaskClient, Job]]:
    """Submits samples for a pack and analyzes them; gives the client and the job."""

    def run(pack: str, *samples: str) -> tuple[FlaskClient, Job]:
        allowed = {"packs": ("default", pack)}
        client = open_client(**allowed)
        files = {name: (settings.weights_dir / "samples" / name).read_bytes() for name in samples}
        job_id = upload(client, files, options=f'{{"pack": "{pack}"}}').json["id"]
        work(settings.model_copy(update=allowed))
        return client, client.get(f"/v1/jobs/{job_id}").json

    return run


@pytest.mark.parametrize("pack", list_shipped())
def test_a_shipped_pack_runs_a_whole_job(
    run_job: Callable[..., tuple[FlaskClient, Job]], pack: str
) -> None:
    client, job = run_job(pack, "astronaut.png")

    assert job["state"] == "completed"
    [used] = job["packs"]
    assert used["name"] == pack
    results = client.get(f"/v1/jobs/{job['id']}/results").json["results"]
    found = {line["name"]: line["faces"] for line in results}
    [astronaut] = found["astronaut.png"]
    assert astronaut["age"]["low"] <= astronaut["age"]["years"] <= astronaut["age"]["high"]
    report = client.get(f"/v1/jobs/{job['id']}/report").text
    assert f"The pack {pack}, version {used['version']}" in report
    assert all(file in report for file in used["files"])


def test_ones_own_pack_runs_a_whole_job(
    run_job: Callable[..., tuple[FlaskClient, Job]], settings: Settings, tmp_path: Path
) -> None:
    validate = partial(validate_pack, weights_dir=settings.weights_dir)
    add_pack(write_pack(tmp_path / "mine"), settings.packs_dir, validate)
    client, job = run_job("made", *SAMPLES)

    assert job["state"] == "completed"
    [used] = job["packs"]
    assert used["name"] == "made"
    assert {"ages.onnx", "genders.caffemodel"} < set(used["files"])
    faces = [
        face
        for line in client.get(f"/v1/jobs/{job['id']}/results").json["results"]
        for face in line["faces"]
    ]
    assert len(faces) == 6
    assert all(0 < face["age"]["years"] < 91 for face in faces)
    rows = client.get(f"/v1/jobs/{job['id']}/results?format=csv").text.splitlines()
    assert all(row.endswith(",made 1") for row in rows[1:])
    coco = client.get(f"/v1/jobs/{job['id']}/results?format=coco").json
    assert coco["info"]["pack"] == "made 1"
