"""Jobs of videos, workers for them, and everything found in one."""

import json
import os
import threading
from pathlib import Path
from time import sleep

from flask.testing import FlaskClient
from sqlalchemy import func, select

from db.engine import Database
from db.item_values import NewItem, StoredItem
from db.job_values import JobOptions, NewJob
from db.results.filters import ResultFilter
from db.results.reading import read_results
from db.submissions.drafts import accept_job
from db.tables.faces import FaceRow
from db.tables.items import ThumbnailRow
from db.tables.metadata import Table
from db.tables.videos import TrackRow, TrackThumbnailRow
from models.weights.folder import default_weights_dir
from tests.support.answers.http import upload
from tests.support.media.clips import write_clip
from tests.support.work.jobs import close, hints, status
from tests.support.work.worker import open_worker, work_until_done
from worker.settings import Settings

Found = list[list[str]]


def make_clip(folder: Path) -> Path:
    return write_clip(folder / "clip.mkv", default_weights_dir(os.environ))


def find_in_clip(clip: Path, folder: Path, empty: Path) -> Found:
    """What one worker finds in a clip that is not cut."""
    settings = settle(folder, clip, empty)
    database = Database(settings.database_url)
    job_id = submit_videos(database, clip)
    work_until_done(settings, database)
    [item] = read_items(database, job_id)
    assert len(item.faces) > 20
    found = read_everything(database, item.id)
    database.close()
    return found


def settle(folder: Path, clip: Path, empty: Path) -> Settings:
    """An installation in a folder of its own, which may read the clip."""
    (folder / "facetally.sqlite3").write_bytes(empty.read_bytes())
    weights_dir = default_weights_dir(os.environ)
    return allow(Settings(data_dir=folder, weights_dir=weights_dir).complete(), clip)


def allow(settings: Settings, clip: Path, **changes: object) -> Settings:
    return settings.model_copy(update={"file_roots": (clip.parent.resolve(),), **changes})


def submit_videos(database: Database, *paths: Path, **options: object) -> int:
    items = [NewItem(path.name, path.as_uri()) for path in paths]
    with database.write() as session:
        job = NewJob(options=JobOptions(**options))  # type: ignore[arg-type]
        return accept_job(session, job, items, 32)


def read_items(database: Database, job_id: int) -> list[StoredItem]:
    with database.read() as session:
        return read_results(session, job_id, ResultFilter(), after=-1, limit=100)


def read_everything(database: Database, item_id: int) -> Found:
    """Faces, tracks and thumbnails, without the ids that differ from run to run."""
    found = []
    with database.read() as session:
        for table in (FaceRow, TrackRow, TrackThumbnailRow, ThumbnailRow):
            columns = [
                column for column in table.__table__.columns if column.name not in ("id", "item_id")
            ]
            rows = session.execute(select(*columns).where(table.item_id == item_id))
            found.append(sorted(map(repr, rows)))
    return found


def count_rows(database: Database, table: type[Table]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def work_in_threads(settings: Settings, database: Database, job_id: int, workers: int = 1) -> None:
    """Each takes any waiting chunk, until the job has ended."""

    def work() -> None:
        worker = open_worker(settings, database)
        while status(database, job_id).finished_at is None:
            chunk_ids = hints(database, resend_seconds=-1)
            for chunk_id in chunk_ids:
                worker.run(chunk_id, "task")
            close(database)
            if not chunk_ids:
                # The others have what is left.
                sleep(0.02)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def submit_clip(client: FlaskClient, settings: Settings, clip: bytes, **options: object) -> int:
    job = upload(client, {"holiday": clip}, options=json.dumps(options)).json
    work_until_done(settings)
    return job["id"]


def run_next(settings: Settings, database: Database) -> None:
    """One worker takes the next chunk."""
    open_worker(settings, database).run(hints(database, resend_seconds=-1)[0], "task")
