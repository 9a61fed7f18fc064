"""A server that also works on its jobs, in threads of the test's own process."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

from api.app import create_app
from api.services import EXTENSION
from db.engine import Database
from models.weights.folder import default_weights_dir
from tests.support.servers.served import serve_app
from tests.support.work.worker import work_until_done
from worker.settings import Settings

LOOK_SECONDS = 0.2


@contextmanager
def serve_and_work(folder: Path, empty: Path, redis_url: str) -> Iterator[str]:
    """Its address; its data is in a folder, its database begins as a copy of an empty one."""
    settings = Settings(
        data_dir=folder,
        redis_url=redis_url,
        weights_dir=default_weights_dir(os.environ),
        min_cell=1,
    ).complete()
    shutil.copy(empty, folder / "facetally.sqlite3")
    app = create_app(settings)
    over = Event()
    worker = Thread(target=_work, args=(settings, over))
    with closing(app.extensions[EXTENSION]), serve_app(app) as url:
        worker.start()
        try:
            yield url
        finally:
            over.set()
            worker.join()


def _work(settings: Settings, over: Event) -> None:
    with closing(Database(settings.database_url)) as database:
        while not over.wait(LOOK_SECONDS):
            work_until_done(settings, database)
