"""A worker in the test's own process: the real task body with real nets."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from db.engine import Database
from db.window import choose_hints, close_job, read_jobs_to_close
from models.analyzer import Analyzer, load_analyzer
from worker.analysis import Analysis
from worker.chunks import ChunkWorker
from worker.settings import Settings
from worker.sources import Sources


@cache
def open_analyzer(weights_dir: Path) -> Analyzer:
    return load_analyzer(weights_dir, provider="cpu")


def open_worker(
    settings: Settings,
    database: Database,
    analyzer: Analyzer | None = None,
    is_ending: Callable[[], bool] = lambda: False,
    work_seconds: float = 60.0,
) -> ChunkWorker:
    opened = analyzer or open_analyzer(settings.weights_dir)
    analysis = Analysis(settings, opened, Sources.from_settings(settings))
    return ChunkWorker(settings, database, analysis, is_ending, work_seconds)


def work_until_done(
    settings: Settings, database: Database | None = None, analyzer: Analyzer | None = None
) -> None:
    """Do every chunk that waits, and close the jobs; on the settings' database if none is given."""
    if database is None:
        own = Database(settings.database_url)
        work_until_done(settings, own)
        own.close()
        return
    worker = open_worker(settings, database, analyzer)
    while True:
        with database.write() as session:
            chunk_ids = choose_hints(session, 1000, resend_seconds=-1)
        if not chunk_ids:
            break
        for chunk_id in chunk_ids:
            worker.run(chunk_id, "task")
    with database.write() as session:
        for job_id in read_jobs_to_close(session):
            close_job(session, job_id)
