"""How many worker slots one PostgreSQL carries: 1 to 1,000 slots that sleep in place of models.

A slot analyzes 30 items a second, about what a core does. As long as nothing bends, n slots process
n times as much. API, dispatcher, PostgreSQL, Valkey and all slots share this machine, so that where
it bends is a lower bound for a database of its own.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import ceil
from time import sleep

from benchmarks import program
from benchmarks.deployments.jobs import read_steady_seconds, submit_items
from benchmarks.deployments.servers import Deployment, run_deployment

SLOTS = (1, 10, 50, 100, 200, 1_000)
ITEMS_PER_SECOND = 30.0
CHUNK_ITEMS = (32, 256)
# Threads of one interpreter share one core: these many slots leave most of it idle.
SLOTS_PER_PROCESS = 50
# Each has connections of its own, of which PostgreSQL allows 100 in all by default.
MOST_PROCESSES = 4
# A job is as large as its slots would process in this time, but no larger than MOST_ITEMS.
SECONDS = 20.0
MOST_ITEMS = 300_000
POLL_SECONDS = 0.5
STOP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Row:
    """What one number of slots did with one job."""

    slots: int
    chunk_items: int
    items: int
    items_per_second: float
    chunks_per_second: float
    of_ideal: float  # the share of what the slots could have processed
    processor_ms_per_chunk: dict[str, float]


def main() -> None:
    arguments = _read_arguments()
    machine = program.begin()
    rows = [
        row for chunk_items in arguments.chunk_items for row in _measure(arguments, chunk_items)
    ]
    figures = {
        **machine,
        "items_per_second_of_a_slot": ITEMS_PER_SECOND,
        "rows": [asdict(row) for row in rows],
    }
    program.write_figures(arguments.out, "scaling", figures)


def _read_arguments() -> argparse.Namespace:
    parser = program.make_parser(__doc__)
    parser.add_argument("--slots", type=int, nargs="+", default=SLOTS, help="how many, in turn")
    parser.add_argument(
        "--chunk-items", type=int, nargs="+", default=CHUNK_ITEMS, help="items of a chunk, in turn"
    )
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="work for this long, if fast"
    )
    return parser.parse_args()


def _measure(arguments: argparse.Namespace, chunk_items: int) -> Iterator[Row]:
    with run_deployment(chunk_items=chunk_items) as deployment:
        for slots in arguments.slots:
            items = min(MOST_ITEMS, int(slots * ITEMS_PER_SECOND * arguments.seconds))
            with _run_slots(deployment.environ, slots):
                row = _run(deployment, slots, chunk_items, max(items, 4 * chunk_items))
            program.say(_describe(row))
            yield row


@contextmanager
def _run_slots(environ: Mapping[str, str], slots: int) -> Iterator[None]:
    words = [sys.executable, "-m", "benchmarks.deployments.simulated_slots"]
    words += ["--items-per-second", str(ITEMS_PER_SECOND), "--slots"]
    most = max(SLOTS_PER_PROCESS, ceil(slots / MOST_PROCESSES))
    counts = [min(most, slots - first) for first in range(0, slots, most)]
    processes = [subprocess.Popen([*words, str(count)], env=environ) for count in counts]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(STOP_SECONDS)


def _run(deployment: Deployment, slots: int, chunk_items: int, items: int) -> Row:
    draft = submit_items(deployment.client, items)
    before = deployment.read_processor_seconds()
    job = draft.finalize()
    while job.timestamps.finished is None:
        sleep(POLL_SECONDS)
        job = job.refresh()
    used = deployment.read_processor_seconds()
    if job.counts.done != items or job.counts.faces != items:
        program.fail(f"{job.counts} is not {items} items with a face each.")
    rate = items / read_steady_seconds(deployment.database_url, draft.id)
    chunks = items / chunk_items
    return Row(
        slots,
        chunk_items,
        items,
        round(rate, 1),
        round(rate / chunk_items, 2),
        round(rate / (slots * ITEMS_PER_SECOND), 3),
        {name: round(1000 * (used[name] - before[name]) / chunks, 2) for name in used},
    )


def _describe(row: Row) -> str:
    costs = ", ".join(f"{name} {cost:.1f}" for name, cost in row.processor_ms_per_chunk.items())
    return (
        f"{row.slots:5} slots, chunks of {row.chunk_items}: {row.items_per_second:8.0f} items/s, "
        f"{row.chunks_per_second:6.1f} chunks/s, {100 * row.of_ideal:3.0f}% of ideal; "
        f"processor ms a chunk: {costs}"
    )


if __name__ == "__main__":
    main()
