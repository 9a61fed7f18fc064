"""One of several processes that write into a SQLite file: it submits jobs, and claims, crashes and
records chunks of any job: `python -m tests.faults.submitters.sqlite_writer URL SECONDS SEED`.
"""

import sys
from contextlib import closing
from random import Random
from secrets import token_hex
from time import monotonic

from db.chunks.crashes import rescue_chunk
from db.chunks.leases import claim_chunk
from db.chunks.window import choose_hints
from db.engine import Database
from db.item_values import ClaimedChunk, NewItem
from db.job_values import NewJob
from db.jobs.closing import close_job, read_jobs_to_close
from db.results.recording import record_results
from db.submissions.drafts import accept_job
from tests.faults.checks.invariants import GENDER_MIN_PROBABILITY
from tests.faults.pictures import expect_result, name_items
from tests.support.models.packs import PACKS

ITEMS, CHUNK_ITEMS = 40, 10
CRASHING = 0.02
NAMES = name_items(ITEMS)


def write(database: Database, random: Random) -> None:
    """Submit one job, and work on as many chunks as it has, of any job."""
    with database.write() as session:
        accept_job(session, NewJob(), [NewItem(name, "file:///x") for name in NAMES], CHUNK_ITEMS)
    work(database, random)
    with database.write() as session:
        for job_id in read_jobs_to_close(session):
            close_job(session, job_id)


def work(database: Database, random: Random, window: int = 4) -> int:
    """Claim waiting chunks, as other writers do, and record them; returns how many."""
    with database.write() as session:
        chunk_ids = choose_hints(session, window, resend_seconds=-1)
    for chunk_id in chunk_ids:
        with database.write() as session:
            chunk = claim_chunk(session, chunk_id, token_hex(8), "writer", 3600, PACKS)
        if chunk is not None:
            _end(database, chunk, random.random() < CRASHING)
    return len(chunk_ids)


def _end(database: Database, chunk: ClaimedChunk, crashes: bool) -> None:
    with database.write() as session:
        if crashes:
            rescue_chunk(session, chunk.id, chunk.token, seen=True)
            return
        results = [expect_result(item) for item in chunk.items]
        record_results(session, chunk, results, gender_min_probability=GENDER_MIN_PROBABILITY)


def main() -> None:
    url, seconds, seed = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    # All begin at once: however long each takes to start, they get in each other's way.
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    ends_at, random = monotonic() + seconds, Random(seed)
    with closing(Database(url)) as database:
        while monotonic() < ends_at:
            write(database, random)


if __name__ == "__main__":
    main()
