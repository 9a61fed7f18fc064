"""Photos through a worker in this process, on SQLite, and all that is counted meanwhile."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from benchmarks.accelerators.engines import open_analyzer, reference_engine
from benchmarks.counts.calls import CallCounter
from cli.speed.pictures import make_pictures
from db.chunks.window import choose_hints
from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.migrate import migrate
from db.submissions.drafts import accept_job
from db.tables.chunks import ChunkRow
from models.face import Face
from models.graphs.graph import Graph
from models.nets.analyzer import AlignedFace, AlignedFaces, Analyzer
from models.packs.shipped_packs import read_shipped
from models.pictures.picture import Picture
from worker.chunks.claiming import Claimer
from worker.chunks.runner import ChunkRunner
from worker.lease import LeaseTerms
from worker.packs.analyzers import share_analyzer
from worker.runners import make_chunk_runner
from worker.settings import Settings
from worker.sources.reader import Sources

PHOTOS = 12
WORK_SECONDS = 3600.0

Change = Callable[[Analyzer], Analyzer]


@dataclass(frozen=True, slots=True)
class Counted:
    """Of one chunk of PHOTOS photos: from its claim to its record."""

    totals: dict[str, int]
    calls: dict[str, int]  # of functions that are called at least once a photo


def count_photos(settings: Settings, change: Change = lambda analyzer: analyzer) -> Counted:
    """Work on the same photos twice, in two jobs, and count the second time: what is done once for
    a process is over by then. `change` may replace the analyzer, for tests."""
    runs: Counter[str] = Counter()
    calls = CallCounter()
    database = Database(settings.database_url)
    migrate(database)
    analyzer = change(_open_counted(settings, runs))
    runner = _open_runner(settings, database, _CountedPictures(analyzer, runs))
    items = _make_items(settings)
    runner.run(_submit(database, items), "task")
    chunk_id = _submit(database, items)
    runs.clear()
    statements: Counter[str] = Counter()
    event.listen(database.engine, "before_cursor_execute", _count_statements(statements))
    with calls.count():
        runner.run(chunk_id, "task")
    database.close()
    by_function = calls.totals()
    totals = {"calls": sum(by_function.values()), **runs, **statements}
    often = {name: count for name, count in by_function.items() if count >= PHOTOS}
    return Counted(totals, often)


def _make_items(settings: Settings) -> list[NewItem]:
    folder = settings.data_dir / "photos"
    folder.mkdir()
    paths: Sequence[Path] = make_pictures(settings.weights_dir / "samples", folder, PHOTOS)
    return [NewItem(path.name, path.as_uri()) for path in paths]


def _submit(database: Database, items: Sequence[NewItem]) -> int:
    """A job of one chunk; returns the chunk's id."""
    with database.write() as session:
        job_id = accept_job(session, NewJob(), items, len(items))
        _join_chunks(session, job_id)
    with database.write() as session:
        [chunk_id] = choose_hints(session, len(items), resend_seconds=60.0)
    return chunk_id


def _join_chunks(session: Session, job_id: int) -> None:
    """A small job gets a chunk for each item, so that all slots have some."""
    rows = select(ChunkRow).where(ChunkRow.job_id == job_id).order_by(ChunkRow.start)
    first, *others = session.scalars(rows).all()
    first.stop = others[-1].stop if others else first.stop
    for other in others:
        session.delete(other)


def _open_runner(settings: Settings, database: Database, analyzer: Analyzer) -> ChunkRunner:
    analyzers = share_analyzer(settings, analyzer)
    terms = LeaseTerms(settings.lease_seconds, WORK_SECONDS, lambda: False)
    claimer = Claimer(database, terms, analyzers)
    return make_chunk_runner(settings, claimer, analyzers, Sources.from_settings(settings))


def _open_counted(settings: Settings, runs: Counter[str]) -> Analyzer:
    def count(name: str, graph: Graph) -> Graph:
        return _CountedGraph(name, graph, runs)

    return open_analyzer(reference_engine(), settings.weights_dir, read_shipped(), count)


class _CountedPictures(Analyzer):
    """Also counts the numbers of the decoded pictures, which all work on pixels grows with."""

    def __init__(self, analyzer: Analyzer, runs: Counter[str]) -> None:
        self._analyzer = analyzer
        self._runs = runs

    @property
    def batch_pictures(self) -> int:
        return self._analyzer.batch_pictures

    def detect(self, pictures: Sequence[Picture], *, crowd: bool = False) -> list[AlignedFaces]:
        self._runs["decoded values"] += sum(picture.rgb.size for picture in pictures)
        return self._analyzer.detect(pictures, crowd=crowd)

    def estimate(self, aligned: Sequence[AlignedFace]) -> list[Face]:
        return self._analyzer.estimate(aligned)


class _CountedGraph:
    """Its runs, and the numbers that they take in: how much a model computes grows with them."""

    def __init__(self, name: str, graph: Graph, runs: Counter[str]) -> None:
        self._name = name
        self._graph = graph
        self._runs = runs

    @property
    def provider(self) -> str:
        return self._graph.provider

    def run(self, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self._runs[f"runs of {self._name}"] += 1
        self._runs[f"inputs of {self._name}"] += inputs.size
        return self._graph.run(inputs)


def _count_statements(statements: Counter[str]) -> Callable[..., None]:
    def count(*given: object) -> None:
        """As SQLAlchemy calls it: connection, cursor, statement, parameters, context, many."""
        parameters, many = given[3], given[5]
        statements["SQL statements"] += 1
        statements["SQL rows"] += len(parameters) if many and isinstance(parameters, list) else 1

    return count
