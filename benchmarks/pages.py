"""What each page costs the server and its reader, with many jobs and one very large job."""

import argparse
import re
import sys
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

import numpy as np
from flask.testing import FlaskClient
from sqlalchemy import insert, text

from api.app import create_app
from api.layout.assets import FOLDER
from api.services import EXTENSION
from benchmarks import program
from benchmarks.deployments.servers import run_postgresql
from benchmarks.inputs.crowds import add_faces, fold_all
from cli.environment import read_settings
from db.counts.cells import record_tally
from db.counts.tally import Tally
from db.engine import Database
from db.item_values import STORE_SCHEME
from db.job_values import ThumbnailKind
from db.migrate import migrate
from db.states import ChunkState, JobState
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow

SMALL_ITEMS = 10
CHUNK_ITEMS = 32
ROUNDS = 15
SEED = 6
# One in this many items has failed; each of the others has one face.
FAILED_EVERY = 1000
FAILED_REMAINDER = 7
ENDED = JobState.COMPLETED_WITH_ERRORS
MOST_MILLISECONDS = 100.0
MOST_KILOBYTES = 150.0
# What a page loads from the folder of assets, and what a script of it imports.
LINK = re.compile(r'(href|src)="/static/[0-9a-f]+/([^"]+)"')
IMPORT = re.compile(r'^import [^;]*?"\./([^"]+)";', re.MULTILINE)
BROWSER = {"Accept": "text/html"}
# How items are named, to be found in the pages that show them.
ITEM_NAME = "door 1/"
STORED = f"{STORE_SCHEME}a/"
# Written by the database itself: a million rows come in seconds.
ITEMS = """
INSERT INTO items (job_id, position, name, uri, state, error_code, error_message,
                   width_pixels, height_pixels, dimensions)
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :items)
SELECT :job, n, 'door 1/' || n || '.jpg', :folder || n,
       CASE WHEN n % :failed_every = 7 THEN 'failed' ELSE 'done' END,
       CASE WHEN n % :failed_every = 7 THEN 'unreadable' END,
       CASE WHEN n % :failed_every = 7 THEN 'The file is broken; send it again.' END,
       1280, 960, '{}'
FROM numbers
"""
FACES = """
INSERT INTO faces (item_id, ordinal, x, y, width, height, score, landmarks, female, gender,
                   age, age_years, age_low, age_high, age_group, quality, judged, eye_pixels,
                   sharpness, brightness, contrast, yaw, pitch, roll,
                   mouth_hidden)
SELECT id, 0, 100, 100, 80, 90, 0.9,
       '[[120, 130], [160, 130], [140, 150], [125, 170], [155, 170]]', 0.9,
       CASE WHEN id % 2 = 0 THEN 'female' ELSE 'male' END,
       id % 90, id % 90, id % 90, id % 90 + 5, '25-32', 0.9, TRUE, 40, 0.9, 0.5, 0.3, 0, 0, 0,
       FALSE
FROM items WHERE state = 'done'
"""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many jobs there are, how many items the last, large one has, and how often each page is
    fetched."""

    jobs: int
    items: int
    rounds: int


@dataclass(frozen=True, slots=True)
class PageFigures:
    """What one page took: the server, and a reader whose browser has nothing cached."""

    milliseconds: float
    slowest_milliseconds: float
    kilobytes: float


def main() -> None:
    """Fill both kinds of database, fetch every page, and report what exceeds the limits."""
    arguments = _read_arguments()
    machine = program.begin()
    sizes = Sizes(arguments.jobs, arguments.items, arguments.rounds)
    with program.make_scratch_folder() as folder:
        found = {"sqlite": _measure(str(folder), f"sqlite:///{folder}/facetally.sqlite3", sizes)}
        with run_postgresql() as url:
            found["postgresql"] = _measure(str(folder), url, sizes)
    figures = {
        **machine,
        "jobs": sizes.jobs,
        "items_of_the_largest": sizes.items,
        "pages": {
            kind: {name: asdict(one) for name, one in pages.items()}
            for kind, pages in found.items()
        },
    }
    program.write_figures(arguments.out, "pages", figures)
    most = arguments.most_milliseconds
    sys.exit(1 if any([_report(kind, pages, most) for kind, pages in found.items()]) else 0)


def _read_arguments() -> argparse.Namespace:
    parser = program.make_parser(__doc__)
    parser.add_argument(
        "--most-milliseconds",
        type=float,
        default=MOST_MILLISECONDS,
        help="exit with 1 where a page takes longer",
    )
    parser.add_argument("--jobs", type=int, default=10_000, help="number of jobs")
    parser.add_argument("--items", type=int, default=1_000_000, help="items of the largest job")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is fetched")
    arguments = parser.parse_args()
    if arguments.jobs < 2 or arguments.items < FAILED_EVERY:
        parser.error(f"at least 2 jobs and {FAILED_EVERY} items are needed")
    return arguments


def _list_pages(sizes: Sizes) -> dict[str, tuple[str, str]]:
    """The path of each page, and a text that shows that it holds what is measured."""
    large, far = f"/jobs/{sizes.jobs}", sizes.items - sizes.items // 10
    link = 'href="/jobs/'
    return {
        "home": ("/", "<main"),
        "jobs": ("/jobs", link),
        "jobs, far behind": (f"/jobs?cursor={1 + sizes.jobs // 50}", link),
        "jobs of a state": (f"/jobs?state={ENDED}", link),
        f"job of {SMALL_ITEMS}": ("/jobs/1", ITEM_NAME),
        f"job of {sizes.items:,}": (large, ITEM_NAME),
        "items, far behind": (f"{large}/items?cursor={far}", ITEM_NAME),
        "items, half match the filter": (f"{large}?gender=female", ITEM_NAME),
        "items, none match the filter": (f"{large}?age_min=110", "<main"),
        "items, failed items": (f"{large}?state=failed", ITEM_NAME),
        "failures, far behind": (f"{large}/failures?cursor={sizes.items // 2}", ITEM_NAME),
        "item": (f"/items/{sizes.items // 2}", ITEM_NAME),
        f"audience of {sizes.items:,}": (f"/audience?job={sizes.jobs}", "<svg"),
        "audience of all jobs": ("/audience", "<svg"),
        "audience, split, by months": (
            f"/audience?job={sizes.jobs}&split=store&over=month",
            "Lyon",
        ),
        "audience, split, by days": (f"/audience?job={sizes.jobs}&split=store&over=day", "Lyon"),
        "audience, by days": (f"/audience?job={sizes.jobs}&over=day", "<svg"),
        "system": ("/system", "<main"),
    }


def _measure(folder: str, url: str, sizes: Sizes) -> dict[str, PageFigures]:
    settings = read_settings(data_dir=folder, database_url=url, redis_url="redis://127.0.0.1:1")
    app = create_app(settings)
    with closing(app.extensions[EXTENSION]) as opened:
        _fill(opened.database, sizes)
        client = app.test_client()
        return {
            name: _fetch(client, path, text, sizes.rounds)
            for name, (path, text) in _list_pages(sizes).items()
        }


def _fill(database: Database, sizes: Sizes) -> None:
    migrate(database)
    now, items_of = datetime.now(UTC), dict.fromkeys(range(1, sizes.jobs), SMALL_ITEMS)
    items_of[sizes.jobs] = sizes.items
    with database.connect_to_migrate() as connection:
        connection.execute(insert(JobRow), [_job(items, now) for items in items_of.values()])
        chunks = [
            _chunk(job, start, min(start + CHUNK_ITEMS, items), now)
            for job, items in items_of.items()
            for start in range(0, items, CHUNK_ITEMS)
        ]
        connection.execute(insert(ChunkRow), chunks)
        for job, items in items_of.items():
            values = {"job": job, "items": items, "failed_every": FAILED_EVERY, "folder": STORED}
            connection.execute(text(ITEMS), values)
        connection.execute(text(FACES))
    _count_faces(database, sizes.jobs, sizes.items)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _job(items: int, now: datetime) -> dict[str, object]:
    times = {name: now for name in ("created_at", "queued_at", "running_at", "finished_at")}
    options = {"thumbnails": ThumbnailKind.ANNOTATED}
    return {"state": ENDED, "items": items, "options": options, **times}


def _chunk(job: int, start: int, stop: int, now: datetime) -> dict[str, object]:
    failed = sum(at % FAILED_EVERY == FAILED_REMAINDER for at in range(start, stop))
    done = stop - start - failed
    ended = {"state": ChunkState.DONE, "finished_at": now, "done": done, "faces": done}
    return {"job_id": job, "start": start, "stop": stop, "failed": failed, **ended}


def _count_faces(database: Database, job: int, faces: int) -> None:
    """Count the faces of a job, in two stores over thirty days."""
    random, tally = np.random.default_rng(SEED), Tally()
    days = [datetime(2026, 5, 10, 12, tzinfo=UTC) + timedelta(days=day) for day in range(30)]
    for store in ("Lyon", "Paris"):
        for day in days:
            add_faces(tally.at({"store": store}, day), faces // (2 * len(days)), random)
    with database.write() as session:
        record_tally(session, job, tally)
    fold_all(database)


def _fetch(client: FlaskClient, path: str, text: str, rounds: int) -> PageFigures:
    taken = []
    for _ in range(rounds):
        begun = perf_counter()
        response = client.get(path, headers=BROWSER)
        taken.append(1000 * (perf_counter() - begun))
        if response.status_code != 200 or text not in response.text:
            program.fail(f"{path} answered {response.status_code}, without {text!r} in it.")
    kilobytes = len(response.data) / 1000 + _weigh_assets(response.text)
    return PageFigures(round(median(taken), 1), round(max(taken), 1), round(kilobytes, 1))


def _weigh_assets(page: str) -> float:
    """The style sheets and scripts that a page links, and the modules that these import."""
    wanted, files = [name for _, name in LINK.findall(page)], set[str]()
    while wanted:
        name = wanted.pop()
        if name not in files:
            files.add(name)
            wanted += IMPORT.findall((FOLDER / name).read_text(encoding="utf-8"))
    sizes = [(FOLDER / name).stat().st_size for name in files]
    return sum(sizes) / 1000


def _report(kind: str, pages: dict[str, PageFigures], most_milliseconds: float) -> bool:
    over = False
    for name, figures in pages.items():
        slow = figures.milliseconds > most_milliseconds or figures.kilobytes > MOST_KILOBYTES
        over = over or slow
        program.say(
            f"{kind:11} {name:30} {figures.milliseconds:7.1f} ms (slowest "
            f"{figures.slowest_milliseconds:.1f}), {figures.kilobytes:.1f} KB"
            f"{' OVER' if slow else ''}"
        )
    return over


if __name__ == "__main__":
    main()
