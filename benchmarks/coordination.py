"""What coordination costs: items submitted, recorded and counted, with models that answer at once.

PostgreSQL, Valkey, API, dispatcher, two worker processes and the client share this machine. Every
item has one face and no thumbnail, and a chunk holds 256. The processors bound it: while items are
appended the API parses and PostgreSQL inserts; while they are analyzed workers and PostgreSQL take
turns. Several sizes run, because the cost of an item must not grow with the job.
"""

import argparse
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import monotonic, sleep

from benchmarks import program
from benchmarks.deployments.jobs import read_steady_seconds, submit_items
from benchmarks.deployments.servers import Deployment, run_deployment

SIZES = (10_000, 100_000, 1_000_000)
CHUNK_ITEMS = 256
SLOTS = 2
COUNTS = 20
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """One job, from its first item to its audience."""

    items: int
    append_seconds: float
    work_seconds: float  # from its finalization to its end, as a submitter sees it
    steady_seconds: float  # from the first recorded chunk to the last, scaled to all items
    count_milliseconds: float  # its status and its audience over HTTP
    api_growth_megabytes: float
    processor_seconds: dict[str, float]  # of each program, up to the job's end


def main() -> None:
    arguments = _read_arguments()
    sizes = arguments.sizes
    machine = program.begin()
    with run_deployment(chunk_items=CHUNK_ITEMS, instant_slots=SLOTS) as deployment:
        at_rest = deployment.read_api_megabytes()
        _run(deployment, min(sizes), at_rest)  # connections open, caches fill
        runs = {
            size: _run_size(deployment, size, max(1, arguments.items // size), at_rest)
            for size in sizes
        }
    _report(arguments.out, machine, runs)


def _read_arguments() -> argparse.Namespace:
    parser = program.make_parser(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="items of a job")
    # So that each size lasts some seconds.
    parser.add_argument(
        "--items", type=int, default=100_000, help="repeat each size until this many are done"
    )
    arguments = parser.parse_args()
    if min(arguments.sizes) < 2 * CHUNK_ITEMS:
        parser.error(f"a job needs two chunks, so {2 * CHUNK_ITEMS} items, to have a rate")
    return arguments


def _run_size(deployment: Deployment, size: int, times: int, at_rest: float) -> list[Run]:
    runs = [_run(deployment, size, at_rest) for _ in range(times)]
    _say_rates(size, runs)
    return runs


def _run(deployment: Deployment, items: int, at_rest: float) -> Run:
    client = deployment.client
    busy = deployment.read_processor_seconds()
    started = monotonic()
    with _watch_memory(deployment, at_rest) as growth:
        draft = submit_items(client, items)
    appended = monotonic()
    job = draft.finalize()
    while job.timestamps.finished is None:
        sleep(POLL_SECONDS)
        job = job.refresh()
    worked = monotonic()
    used = deployment.read_processor_seconds()
    if job.counts.done != items or job.counts.faces != items:
        program.fail(f"{job.counts} is not {items} items with a face each.")
    return Run(
        items,
        appended - started,
        worked - appended,
        read_steady_seconds(deployment.database_url, draft.id),
        _count(deployment, draft.id, items),
        growth[0],
        {name: used[name] - busy[name] for name in used},
    )


@contextmanager
def _watch_memory(deployment: Deployment, at_rest: float) -> Iterator[list[float]]:
    """The most MB that the API takes beyond those at rest, in a list of one."""
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


def _count(deployment: Deployment, job_id: int, items: int) -> float:
    seconds = []
    for _ in range(COUNTS):
        started = monotonic()
        deployment.client.job(job_id)
        audience = deployment.client.audience(job=job_id)
        seconds.append(monotonic() - started)
        if audience.faces != items:
            program.fail(f"{audience.faces} of {items} faces were counted.")
    return 1000 * median(seconds)


def _cost(runs: list[Run]) -> float:
    """Microseconds for each item, appended and recorded."""
    return 1e6 * median((run.append_seconds + run.steady_seconds) / run.items for run in runs)


def _processor_cost(runs: list[Run], name: str) -> float:
    return 1e6 * median(run.processor_seconds[name] / run.items for run in runs)


def _say_rates(size: int, runs: list[Run]) -> None:
    program.say(
        f"{size:9} items: {_rate(runs, 'append_seconds'):7.0f} appended/s "
        f"{_rate(runs, 'work_seconds'):7.0f} recorded/s ({_rate(runs, 'steady_seconds'):.0f} from "
        f"first to last) {median(run.count_milliseconds for run in runs):6.1f} ms to count "
        f"{_cost(runs):6.0f} us/item {max(run.api_growth_megabytes for run in runs):5.1f} MB"
    )
    parts = (f"{name} {_processor_cost(runs, name):.0f}" for name in runs[0].processor_seconds)
    program.say(f"{'':16} processor us/item: {', '.join(parts)}")


def _rate(runs: list[Run], seconds: str) -> float:
    return median(run.items / float(getattr(run, seconds)) for run in runs)


def _report(out: Path, machine: dict[str, object], runs: dict[int, list[Run]]) -> None:
    smallest, largest = runs[min(runs)], runs[max(runs)]
    figures = {
        **machine,
        "appended_per_second": round(_rate(largest, "append_seconds")),
        "recorded_per_second": round(_rate(largest, "work_seconds")),
        "counted_per_second": round(
            median(1000 * run.items / run.count_milliseconds for run in largest)
        ),
        "cost_ratio": round(_cost(largest) / _cost(smallest), 3),
        "api_memory_growth_mb": round(max(run.api_growth_megabytes for run in largest), 1),
        "sizes": {size: [asdict(run) for run in done] for size, done in runs.items()},
    }
    program.write_figures(out, "coordination", figures)
    for name, value in figures.items():
        if name != "sizes":
            program.say(f"{name:22} {value}")


if __name__ == "__main__":
    main()
