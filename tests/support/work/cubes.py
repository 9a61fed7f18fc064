"""Jobs with many dimensions, days and zones, to be counted."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from db.counts.cube import fold_deltas
from db.counts.tally import Unit
from db.counts.totals import TOO_UNCLEAR, cells_of, measure_of
from db.engine import Database
from db.item_values import NewItem
from db.job_values import JobOptions, NewJob
from db.slices.slices import Slices
from db.submissions.drafts import accept_job
from models.statistics.confusion import PREDICTED_GENDERS
from tests.support.work.jobs import claim, close, hints, make_face, record, results_of

STORES = ("Lyon", "Nice", "Metz")
CAMPAIGNS = ("spring", "summer")
# Clocks change in Paris on March 29, and on Lord Howe, by half an hour, on April 5.
START = datetime(2026, 3, 10, 12, tzinfo=UTC)
ZONES = {"a": "Europe/Paris", "b": "Asia/Kolkata", "c": "Australia/Lord_Howe"}


def fold_all(database: Database) -> None:
    """In steps so small that several are needed."""
    while True:
        with database.write() as session:
            if not fold_deltas(session, at_once=7):
                return


def make_items(seed: int, count: int) -> list[NewItem]:
    """Items with no dimension, one, two or three, dated or undated."""
    chance = random.Random(seed)
    items = []
    for number in range(count):
        dimensions = {"store": chance.choice(STORES), "campaign": chance.choice(CAMPAIGNS)}
        dimensions["camera"] = chance.choice("ab")
        kept = chance.sample(sorted(dimensions), chance.randint(0, 3))
        day = START + timedelta(minutes=chance.randint(0, 50 * 1440))
        day = day if chance.random() < 0.9 else None
        items.append(
            NewItem(
                f"{number}.jpg", f"file:///{number}", day, {name: dimensions[name] for name in kept}
            )
        )
    return items


def fill(database: Database, seed: int, tags: tuple[str, ...]) -> int:
    """A job of 60 items that has ended: drawn faces, and some failures."""
    with database.write() as session:
        options = JobOptions(time_zone=ZONES[tags[-1] if tags else "c"])
        job_id = accept_job(session, NewJob(tags, options), make_items(seed, 60), 10)
    chance = random.Random(seed)
    for number, chunk_id in enumerate(hints(database, resend_seconds=-1)):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        faces = [
            make_face(
                chance.uniform(0, 110), chance.random(), chance.uniform(0.3, 1), chance.gauss(0, 30)
            )
            for _ in range(chance.randint(0, 3))
        ]
        failing = [chunk.items[0].name] if number % 3 == 0 else []
        assert record(database, chunk, results_of(chunk, faces, failing))
    close(database)
    return job_id


def cells_in(slices: Slices) -> dict[object, Counter[object]]:
    """How many faces of each kind, and what they add up to, in each slice that has any."""
    found = {}
    for key, units in slices.items():
        counter: Counter[object] = Counter()
        cells = cells_of(units[Unit.PICTURE])
        for gender, age, mass in zip(*cells.nonzero(), strict=True):
            name = ("faces", "female_milli", "width_years")[mass]
            counter[PREDICTED_GENDERS[gender], int(age), name] = int(cells[gender, age, mass])
        if unclear := measure_of(units[Unit.PICTURE], TOO_UNCLEAR):
            counter[TOO_UNCLEAR] = unclear
        if counter:
            found[key] = counter
    return found
