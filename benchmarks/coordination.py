"""What coordination costs: items submitted, worked on and counted, with nets that answer at once.

PostgreSQL, Valkey, API, dispatcher, two worker processes and the client share this machine. Every
item has one face and no thumbnail, and a chunk holds 256. What bounds it is the processors: the API
parses and PostgreSQL inserts while items are appended; workers and PostgreSQL take turns while they
are worked on. The same is done at several sizes: the cost of an item must not grow with the job.
"""

import argparse
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import monotonic, sleep

from sqlalchemy import select

from benchmarks.servers import Deployment, run_deployment
from db.engine import Database
from db.tables import ChunkRow

OUT = Path("benchmarks/out/coordination.json")
SIZES = (10_000, 100_000, 1_000_000)
CHUNK_ITEMS = 256
SLOTS = 2
ITEMS_PER_REQUEST = 10_000
# Small sizes are done as often as it takes to work on so many items: each size lasts some seconds.
ITEMS_PER_SIZE = 100_000
COUNTS = 20
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """One job, from its first item to its audience."""

    items: int
    append_seconds: float
    work_seconds: float  # from finalizing it to its end, as its submitter sees it
    steady_seconds: float  # from the first chunk recorded to the last, for as many items
    count_milliseconds: float  # its progress and its audience, asked for over HTTP
    api_growth_megabytes: float
    processor_seconds: dict[str, float]  # of each program, until the job's end


def main() -> None:
    sizes = _read_arguments().sizes
    with run_deployment(chunk_items=CHUNK_ITEMS, slots=SLOTS) as deployment:
        at_rest = deployment.read_api_megabytes()
        _run(deployment, min(sizes), at_rest)  # connections open, caches fill
        runs = {size: _run_size(deployment, size, at_rest) for size in sizes}
    _report(runs)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="items of a job")
    arguments = parser.parse_args()
    if min(arguments.sizes) < 2 * CHUNK_ITEMS:
        parser.error(f"a job needs two chunks, so {2 * CHUNK_ITEMS} items, to have a rate")
    return arguments


def _run_size(deployment: Deployment, size: int, at_rest: float) -> list[Run]:
    runs = [_run(deployment, size, at_rest) for _ in range(max(1, ITEMS_PER_SIZE // size))]
    _tell(size, runs)
    return runs


def _run(deployment: Deployment, items: int, at_rest: float) -> Run:
    client = deployment.client
    draft = client.submit(
        [b'{"draft": true, "options": {"thumbnails": "none"}}'], "application/json"
    )
    busy = deployment.read_processor_seconds()
    started = monotonic()
    with _watch_memory(deployment, at_rest) as growth:
        for first in range(0, items, ITEMS_PER_REQUEST):
            lines = b"\n".join(_lines(first, min(items, first + ITEMS_PER_REQUEST)))
            client.append_lines(draft.id, lines, f"append-{draft.id}-{first}")
    appended = monotonic()
    job = client.finalize_job(draft.id)
    while job.timestamps.finished is None:
        sleep(POLL_SECONDS)
        job = client.read_job(draft.id)
    worked = monotonic()
    used = deployment.read_processor_seconds()
    if job.counts.done != items or job.counts.faces != items:
        sys.exit(f"{job.counts} is not what was submitted: nothing was measured.")
    return Run(
        items,
        appended - started,
        worked - appended,
        _read_steady_seconds(deployment, draft.id),
        _count(deployment, draft.id, items),
        growth[0],
        {name: used[name] - busy[name] for name in used},
    )


def _lines(first: int, stop: int) -> Iterator[bytes]:
    """Written by hand: making them is the client's part, and not what is measured."""
    for number in range(first, stop):
        name = f"camera-{number % 16}/{number:09}.jpg"
        dimensions = f'{{"store": "{("Lyon", "Paris", "Nice")[number % 3]}"}}'
        yield (
            f'{{"uri": "file:///data/{name}", "name": "{name}", "dimensions": {dimensions}}}'
        ).encode()


@contextmanager
def _watch_memory(deployment: Deployment, at_rest: float) -> Iterator[list[float]]:
    """How many MB the API has at most over what it had at rest, in a list of one."""
    growth, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(POLL_SECONDS):
            growth[0] = max(growth[0], deployment.read_api_megabytes() - at_rest)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield growth
    finally:
        over.set()
        thread.join()


def _read_steady_seconds(deployment: Deployment, job_id: int) -> float:
    database = Database(deployment.database_url)
    query = select(ChunkRow.finished_at).where(
        ChunkRow.job_id == job_id, ChunkRow.finished_at.is_not(None)
    )
    with database.read() as session:
        ends = [end for end in session.scalars(query) if end is not None]
    database.close()
    # The first chunk ended where the clock began.
    return (max(ends) - min(ends)).total_seconds() * len(ends) / (len(ends) - 1)


def _count(deployment: Deployment, job_id: int, items: int) -> float:
    seconds = []
    for _ in range(COUNTS):
        started = monotonic()
        deployment.client.read_job(job_id)
        audience = deployment.client.read_audience({"job": job_id})
        seconds.append(monotonic() - started)
        if audience.faces != items:
            sys.exit(f"{audience.faces} faces are counted of {items}: nothing was measured.")
    return 1000 * median(seconds)


def _cost(runs: list[Run]) -> float:
    """Microseconds for each item appended and worked on."""
    return 1e6 * median((run.append_seconds + run.steady_seconds) / run.items for run in runs)


def _processor_cost(runs: list[Run], name: str) -> float:
    return 1e6 * median(run.processor_seconds[name] / run.items for run in runs)


def _tell(size: int, runs: list[Run]) -> None:
    sys.stdout.write(
        f"{size:9} items: {_rate(runs, 'append_seconds'):7.0f} appended/s "
        f"{_rate(runs, 'work_seconds'):7.0f} worked/s ({_rate(runs, 'steady_seconds'):.0f} under "
        f"way) {median(run.count_milliseconds for run in runs):6.1f} ms to count "
        f"{_cost(runs):6.0f} us/item {max(run.api_growth_megabytes for run in runs):5.1f} MB\n"
    )
    parts = (f"{name} {_processor_cost(runs, name):.0f}" for name in runs[0].processor_seconds)
    sys.stdout.write(f"{'':16} processor us/item: {', '.join(parts)}\n")
    sys.stdout.flush()


def _rate(runs: list[Run], seconds: str) -> float:
    return median(run.items / float(getattr(run, seconds)) for run in runs)


def _report(runs: dict[int, list[Run]]) -> None:
    smallest, largest = runs[min(runs)], runs[max(runs)]
    summary = {
        "cores": os.cpu_count(),
        "appended_per_second": round(_rate(largest, "append_seconds")),
        "worked_per_second": round(_rate(largest, "work_seconds")),
        "counted_per_second": round(
            median(1000 * run.items / run.count_milliseconds for run in largest)
        ),
        "cost_ratio": round(_cost(largest) / _cost(smallest), 3),
        "api_memory_growth_mb": round(max(run.api_growth_megabytes for run in largest), 1),
        "sizes": {size: [asdict(run) for run in done] for size, done in runs.items()},
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(summary, indent=2) + "\n")
    for name, value in summary.items():
        if name != "sizes":
            sys.stdout.write(f"{name:22} {value}\n")


if __name__ == "__main__":
    main()
