"""The disk of the uploads is full: a submission is refused, and nothing else happens."""

import errno
from io import BytesIO
from typing import Any, NoReturn

import fsspec
from fsspec.implementations.local import LocalFileSystem
from sqlalchemy import func, select

from api.app import create_app
from api.services import EXTENSION
from db.tables import JobRow
from faults.cluster import Cluster
from faults.pictures import draw_picture, name_items
from worker.settings import Settings


class FullDisk(LocalFileSystem):  # type: ignore[misc]  # fsspec publishes no types
    """Takes folders, and no byte more."""

    protocol = "full"

    def _open(self, path: str, mode: str = "rb", **_: Any) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_refuses_a_submission_and_harms_no_running_job(
    shared_cluster: Cluster,
) -> None:
    fsspec.register_implementation("full", FullDisk, clobber=True)
    names = name_items(200)
    job_id = shared_cluster.submit(names)
    settings = Settings(
        data_dir=shared_cluster.folder,
        database_url=shared_cluster.server.url,
        redis_url=shared_cluster.broker.url,
        store_url=f"full://{shared_cluster.folder}/store",
    )
    app = create_app(settings)
    upload = {"files": (BytesIO(draw_picture("face-0.png")), "face-0.png")}
    answer = app.test_client().post("/v1/jobs", data=upload)
    app.extensions[EXTENSION].close()
    assert answer.status_code == 503
    assert answer.get_json()["error"]["code"] == "storage_unavailable"
    assert "No space left" in answer.get_json()["error"]["message"]
    with shared_cluster.database.read() as session:
        newest = session.scalar(select(func.max(JobRow.id)))
    assert newest == job_id
    shared_cluster.finish(job_id, names)
