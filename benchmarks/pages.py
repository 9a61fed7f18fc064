"""What a page costs the server and its reader, with 10,000 jobs and a job of 1,000,000 items."""

import json
import os
import sys
import tempfile
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

from flask.testing import FlaskClient
from sqlalchemy import insert, text

from api.app import create_app
from api.pages.assets import FOLDER
from api.services import EXTENSION
from benchmarks.servers import run_postgresql
from cli.environment import read_settings
from db.audience.cells import Unit, segment_of
from db.engine import Database
from db.migrate import migrate
from db.states import ChunkState, JobState
from db.tables import CellRow, ChunkRow, JobRow
from db.values import ThumbnailKind

OUT = Path("benchmarks/out/pages.json")
JOBS = 10_000
SMALL_ITEMS = 10
LARGE_ITEMS = 1_000_000
CHUNK_ITEMS = 32
RUNS = 15
# One in so many has failed; each other has one face.
FAILED_EVERY = 1000
FAILED_PLACE = 7
ENDED = JobState.COMPLETED_WITH_ERRORS
MOST_MILLISECONDS = 100.0
MOST_KILOBYTES = 150.0
BROWSER = {"Accept": "text/html"}
LARGE = JOBS
PAGES = {
    "home": "/",
    "jobs": "/jobs",
    "jobs, far behind": "/jobs?cursor=200",
    "jobs of a state": f"/jobs?state={ENDED}",
    "job of 10": "/jobs/1",
    "job of 1,000,000": f"/jobs/{LARGE}",
    "gallery, far behind": f"/jobs/{LARGE}/gallery?cursor=900000",
    "gallery, a filter half pass": f"/jobs/{LARGE}?gender=female",
    "gallery, a filter none pass": f"/jobs/{LARGE}?age_min=110",
    "gallery, what failed": f"/jobs/{LARGE}?state=failed",
    "failures, far behind": f"/jobs/{LARGE}/failures?cursor=900000",
    "item": "/items/500000",
    "audience of 1,000,000": f"/audience?job={LARGE}",
    "audience, split, by months": f"/audience?job={LARGE}&split=store&over=month",
    "system": "/system",
}
# Written by the database itself: a million rows come in seconds.
ITEMS = """
INSERT INTO items (job_id, position, name, uri, state, error_code, error_message,
                   width_pixels, height_pixels, dimensions)
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :items)
SELECT :job, n, 'door 1/' || n || '.jpg', 'store:a/' || n,
       CASE WHEN n % :failed_every = 7 THEN 'failed' ELSE 'done' END,
       CASE WHEN n % :failed_every = 7 THEN 'unreadable' END,
       CASE WHEN n % :failed_every = 7 THEN 'The file is broken; send it again.' END,
       1280, 960, '{}'
FROM numbers
"""
FACES = """
INSERT INTO faces (item_id, ordinal, x, y, width, height, score, landmarks, female, gender,
                   age, age_years, age_low, age_high, age_group)
SELECT id, 0, 100, 100, 80, 90, 0.9,
       '[[120, 130], [160, 130], [140, 150], [125, 170], [155, 170]]', 0.9,
       CASE WHEN id % 2 = 0 THEN 'female' ELSE 'male' END,
       id % 90, id % 90, id % 90, id % 90 + 5, '25-32'
FROM items WHERE state = 'done'
"""


@dataclass(frozen=True, slots=True)
class PageFigures:
    """What one page took: the server, and its reader who comes for the first time."""

    milliseconds: float
    slowest_milliseconds: float
    kilobytes: float


def main() -> None:
    """Fill both kinds of database, ask for every page, and say what is over the limits."""
    with tempfile.TemporaryDirectory(prefix="facetally-bench-") as folder:
        found = {"sqlite": _measure(folder, f"sqlite:///{folder}/facetally.sqlite3")}
        with run_postgresql() as url:
            found["postgresql"] = _measure(folder, url)
    summary = {
        "cores": os.cpu_count(),
        "jobs": JOBS,
        "items_of_the_largest": LARGE_ITEMS,
        "assets_kilobytes": round(_weigh_assets(), 1),
        "pages": {
            kind: {name: asdict(figures) for name, figures in pages.items()}
            for kind, pages in found.items()
        },
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(summary, indent=2) + "\n")
    sys.exit(1 if any([_report(kind, pages) for kind, pages in found.items()]) else 0)


def _measure(folder: str, url: str) -> dict[str, PageFigures]:
    settings = read_settings(data_dir=folder, database_url=url, redis_url="redis://127.0.0.1:1")
    app = create_app(settings)
    with closing(app.extensions[EXTENSION]) as opened:
        _fill(opened.database)
        client = app.test_client()
        return {name: _ask(client, path) for name, path in PAGES.items()}


def _fill(database: Database) -> None:
    migrate(database)
    now, sizes = datetime.now(UTC), {job: _size_of(job) for job in range(1, JOBS + 1)}
    with database.connect_to_migrate() as connection:
        connection.execute(insert(JobRow), [_job(items, now) for items in sizes.values()])
        chunks = [
            _chunk(job, start, min(start + CHUNK_ITEMS, items), now)
            for job, items in sizes.items()
            for start in range(0, items, CHUNK_ITEMS)
        ]
        connection.execute(insert(ChunkRow), chunks)
        connection.execute(insert(CellRow), _cells())
        for job, items in sizes.items():
            values = {"job": job, "items": items, "failed_every": FAILED_EVERY}
            connection.execute(text(ITEMS), values)
        connection.execute(text(FACES))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _size_of(job: int) -> int:
    return LARGE_ITEMS if job == LARGE else SMALL_ITEMS


def _job(items: int, now: datetime) -> dict[str, object]:
    times = {name: now for name in ("created_at", "queued_at", "running_at", "finished_at")}
    options = {"thumbnails": ThumbnailKind.ANNOTATED}
    return {"state": ENDED, "items": items, "options": options, **times}


def _chunk(job: int, start: int, stop: int, now: datetime) -> dict[str, object]:
    failed = sum(place % FAILED_EVERY == FAILED_PLACE for place in range(start, stop))
    done = stop - start - failed
    ended = {"state": ChunkState.DONE, "finished_at": now, "done": done, "faces": done}
    return {"job_id": job, "start": start, "stop": stop, "failed": failed, **ended}


def _cells() -> list[dict[str, object]]:
    """The faces of the large job, in two stores over thirty days."""
    counts = {"faces": 92, "female_milli": 46_000, "width_years": 920}
    return [
        {"job_id": LARGE, "segment": segment, "day": f"2026-{month}-{day}", "unit": Unit.PHOTO}
        | {"gender": gender, "age": age, **counts}
        for segment in (segment_of({"store": "Lyon"}), segment_of({"store": "Paris"}))
        for month in ("05", "06", "07")
        for day in range(10, 20)
        for gender in ("female", "male")
        for age in range(90)
    ]


def _ask(client: FlaskClient, path: str) -> PageFigures:
    taken = []
    for _ in range(RUNS):
        begun = perf_counter()
        response = client.get(path, headers=BROWSER)
        taken.append(1000 * (perf_counter() - begun))
        if response.status_code != 200:
            sys.exit(f"{path} answered {response.status_code}")
    kilobytes = len(response.data) / 1000 + _weigh_assets()
    return PageFigures(round(median(taken), 1), round(max(taken), 1), round(kilobytes, 1))


def _weigh_assets() -> float:
    """All style sheets and scripts, though no page needs all."""
    files = [path for path in FOLDER.iterdir() if path.suffix in (".css", ".js", ".svg")]
    return sum(path.stat().st_size for path in files) / 1000


def _report(kind: str, pages: dict[str, PageFigures]) -> bool:
    over = False
    for name, figures in pages.items():
        slow = figures.milliseconds > MOST_MILLISECONDS or figures.kilobytes > MOST_KILOBYTES
        over = over or slow
        sys.stdout.write(
            f"{kind:11} {name:30} {figures.milliseconds:7.1f} ms (slowest "
            f"{figures.slowest_milliseconds:.1f}), {figures.kilobytes:.1f} KB"
            f"{' OVER' if slow else ''}\n"
        )
    return over


if __name__ == "__main__":
    main()
