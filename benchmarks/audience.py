"""How fast an audience query is, and how that grows with the number of faces.

Fills PostgreSQL and SQLite with the cells of invented jobs, counted as recording counts them, and
runs each of the questions of docs/audience.md through the API's own application. Faces, items and
chunks are not written: no audience reads those of a job that has ended.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter

import numpy as np
from flask.testing import FlaskClient
from sqlalchemy import update

from api.app import create_app
from api.services import EXTENSION
from benchmarks import program
from benchmarks.deployments.servers import run_postgresql
from benchmarks.inputs.crowds import add_faces, fold_all
from cli.environment import read_settings
from cli.evaluation.recording import note_settings
from cli.stack.database import prepare_database
from db.clock import DatabaseTime
from db.counts.cells import record_tally
from db.counts.tally import Tally
from db.engine import Database
from db.job_values import NewJob
from db.slices.bands import PRESETS
from db.slices.evaluations import (
    Evaluation,
    EvaluationCounts,
    record_evaluation,
)
from db.states import JobState
from db.submissions.drafts import create_draft
from db.tables.jobs import JobRow
from models.accuracy.labeled_pictures import LabeledPicture, count_labeled
from models.accuracy.measurement import measure_accuracy
from models.face import AgeEstimate, Box, Face, FaceQuality, Gender, Pose
from models.packs.folder import find_pack
from worker.packs.packs import describe_pack
from worker.settings import Settings

SEED = 44
FACES_PER_JOB = 10_000
START = date(2026, 1, 1)
DAYS, DAYS_OF_JOB = 365, 7
OPENING, OPEN_HOURS = 10, 8
STORES, COUNTRIES, CAMPAIGNS, CAMERAS, ZONES = 40, 5, 12, 3, 4
ROUNDS = 30
QUESTIONS = {
    "who is our audience": "by=gender,age_band",
    "who was in this job": "job={job}",
    "who saw the campaign": "tag=campaign-3&by=gender,age_band",
    "which store draws whom": "by=store,gender",
    "how has it changed": "by=month,gender",
    "who came in ten weeks": "from=2026-03-10&to=2026-05-20",
    "when women come, by hour": "by=hour_of_day,gender",
    "the week of each store": "by=store,weekday,gender",
    "the hours of ten weeks": "from=2026-03-10&to=2026-05-20&by=hour_of_week",
    "one store, day by day": "dimension.store=store-07&by=day",
    "stores against campaigns": "by=store,campaign",
    "our own bands, one country": "dimension.country=country-2&bands=0-17,18-34,35-54,55-120",
    "what is it once corrected": "by=gender&calibration=bench",
}


@dataclass(frozen=True, slots=True)
class Timing:
    """Of one question, in milliseconds, with what it answered."""

    median_ms: float
    p95_ms: float
    faces: int
    rows: int


def main() -> None:
    parser = program.make_parser(__doc__)
    parser.add_argument("--faces", type=int, default=10_000_000, help="faces on PostgreSQL")
    parser.add_argument("--sqlite-faces", type=int, default=1_000_000, help="faces on SQLite")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is asked")
    arguments = parser.parse_args()
    machine = program.begin()
    with run_postgresql() as url:
        postgresql = dict(_measure(url, arguments.faces, arguments.rounds))
    with program.make_scratch_folder() as folder:
        url = f"sqlite:///{folder}/audience.sqlite3"
        sqlite = dict(_measure(url, arguments.sqlite_faces, arguments.rounds))
    _write(arguments.out, machine, postgresql, sqlite)


def _measure(url: str, faces: int, rounds: int) -> Iterator[tuple[int, dict[str, Timing]]]:
    """The questions at a hundredth, a tenth, and all of the faces."""
    with _open_client(url) as (client, settings):
        database = Database(url)
        _store_evaluation(database, settings)
        jobs = 0
        for wanted in (faces // 100, faces // 10, faces):
            if jobs * FACES_PER_JOB >= wanted:
                continue
            started = perf_counter()
            while jobs * FACES_PER_JOB < wanted:
                jobs += 1
                _add_job(database, jobs)
            fold_all(database)
            # Jobs are whole: a small benchmark has more faces than was asked for.
            filled = jobs * FACES_PER_JOB
            program.say(f"{filled:,} faces on {database.engine.dialect.name}, {jobs} jobs,"
                  f" filled in {perf_counter() - started:.0f} s")  # fmt: skip
            yield filled, _ask_all(client, jobs, rounds)
        database.close()


@contextmanager
def _open_client(url: str) -> Iterator[tuple[FlaskClient, Settings]]:
    with program.make_scratch_folder() as folder:
        # Nothing that is asked here goes to the queue.
        settings = read_settings(
            data_dir=str(folder), database_url=url, redis_url="redis://127.0.0.1:1"
        )
        prepare_database(settings)
        app = create_app(settings)
        with closing(app.extensions[EXTENSION]):
            yield app.test_client(), settings


def _ask_all(client: FlaskClient, jobs: int, rounds: int) -> dict[str, Timing]:
    timings = {}
    for question, query in QUESTIONS.items():
        timings[question] = timing = _ask(client, query.format(job=(jobs + 1) // 2), rounds)
        program.say(f"  {question:28} {timing.median_ms:7.1f} ms, p95 {timing.p95_ms:7.1f} ms,"
              f" {timing.rows:5} rows, {timing.faces:,} faces")  # fmt: skip
    return timings


def _ask(client: FlaskClient, query: str, rounds: int) -> Timing:
    milliseconds = []
    for _ in range(rounds):
        started = perf_counter()
        response = client.get(f"/v1/audience?{query}")
        milliseconds.append((perf_counter() - started) * 1000)
    answer = response.get_json()
    if response.status_code != 200 or not answer["faces"]:
        program.fail(f"{query} was answered with {response.status_code}: {response.text[:200]}.")
    middle, most = np.percentile(milliseconds, (50, 95))
    return Timing(round(middle, 1), round(most, 1), answer["faces"], len(answer["groups"]))


def _add_job(database: Database, number: int) -> None:
    """A job of one store and campaign, over a week: a cell for each hour, camera and zone."""
    random = np.random.default_rng(SEED + number)
    # So that the first job is one that every question asks for.
    store, campaign = 7 * number % STORES, (number + 2 + number // STORES) % CAMPAIGNS
    first = START + timedelta(days=(70 + 37 * number) % (DAYS - DAYS_OF_JOB))
    tally = Tally()
    cells = CAMERAS * ZONES * DAYS_OF_JOB * OPEN_HOURS
    shares = random.multinomial(FACES_PER_JOB, np.full(cells, 1 / cells))
    pictures = 0
    for cell, faces in enumerate(shares.tolist()):
        rest, camera = divmod(cell, CAMERAS)
        rest, zone = divmod(rest, ZONES)
        day, hour = divmod(rest, OPEN_HOURS)
        dimensions = {
            "store": f"store-{store:02}",
            "country": f"country-{store % COUNTRIES}",
            "campaign": f"campaign-{campaign}",
            "camera": f"camera-{camera}",
            "zone": f"zone-{zone}",
        }
        start = datetime.combine(first, time(OPENING), UTC)
        moment = start + timedelta(days=day, hours=hour)
        pictures += add_faces(tally.at(dimensions, moment), faces, random)
    with database.write() as session:
        job_id = create_draft(session, NewJob(tags=(f"campaign-{campaign}",)))
        record_tally(session, job_id, tally)
        ended = {"state": JobState.COMPLETED, "items": pictures, "finished_at": DatabaseTime()}
        session.execute(update(JobRow).where(JobRow.id == job_id).values(ended))


def _store_evaluation(database: Database, settings: Settings) -> None:
    """Labeled faces of every age and gender, some of them mistaken."""
    pictures = [
        _make_labeled(age, gender, female, settings.gender_min_probability)
        for age in range(1, 95)
        for gender, female in (("female", 0.9), ("female", 0.4), ("male", 0.1), ("male", 0.3))
    ]
    evaluation = Evaluation(
        name="bench",
        pack=describe_pack(find_pack(settings.pack, settings.packs_dir)),
        settings=note_settings(settings),
        counts=EvaluationCounts(len(pictures), len(pictures), len(pictures), 0, {}),
        accuracy=measure_accuracy(pictures, PRESETS, "marketing"),
        labeled=count_labeled(pictures),
        design_effect=1.0,
    )
    with database.write() as session:
        record_evaluation(session, evaluation)


def _make_labeled(age: int, gender: str, female: float, min_probability: float) -> LabeledPicture:
    points = ((12, 18), (20, 18), (16, 24), (13, 30), (19, 30))
    years = AgeEstimate(age, age, age, "0-2")
    quality = FaceQuality(0.9, 40.0, 0.9, 0.5, 0.3, Pose(0.0, 0.0, 0.0))
    face = Face(Box(8, 8, 16, 28), 0.9, points, Gender(female), years, quality)
    found = face.gender_value(min_probability)
    return LabeledPicture(f"{age}-{gender}-{female}", age, gender, face, found)


def _write(
    out: Path,
    machine: dict[str, object],
    postgresql: dict[int, dict[str, Timing]],
    sqlite: dict[int, dict[str, Timing]],
) -> None:
    def most(timings: dict[str, Timing]) -> float:
        return max(timing.p95_ms for timing in timings.values())

    sizes = {"postgresql": postgresql, "sqlite": sqlite}
    faces = max(postgresql)
    figures = {
        **machine,
        "faces": faces,
        "p95_ms": most(postgresql[faces]),
        "sqlite_faces": max(sqlite),
        "sqlite_p95_ms": most(sqlite[max(sqlite)]),
        "growth": round(most(postgresql[faces]) / most(postgresql[min(postgresql)]), 2),
        "questions": {
            kind: {
                str(count): {
                    question: {"median_ms": one.median_ms, "p95_ms": one.p95_ms}
                    for question, one in timings.items()
                }
                for count, timings in found.items()
            }
            for kind, found in sizes.items()
        },
    }
    program.write_figures(out, "audience", figures)
    for name in ("faces", "p95_ms", "sqlite_faces", "sqlite_p95_ms", "growth"):
        program.say(f"{name:16} {figures[name]}")


if __name__ == "__main__":
    main()
