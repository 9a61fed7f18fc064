"""How fast the status of a job answers while many clients ask for it and two workers are busy.

The stack of `facetally serve` with the models of the default pack, on SQLite and on PostgreSQL; the
clients are on the same machine. A submission every second keeps the workers busy.
"""

import argparse
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import quantiles
from time import monotonic

from benchmarks import program
from benchmarks.deployments.pollers import Polled, poll
from benchmarks.deployments.servers import run_postgresql
from benchmarks.settings import read_cpu_settings
from cli.speed.pictures import make_pictures
from cli.speed.stacks import run_own_stack
from facetally import Client, Error, Item, Submission
from worker.settings import Settings

CLIENTS = (50, 200)
DATABASES = ("sqlite", "postgresql")
SLOTS = 2
# Every client asks for one of these jobs.
JOBS = 20
PICTURES_OF_A_JOB = 12
SUBMISSION_SECONDS = 1.0


def main() -> None:
    arguments = _read_arguments()
    machine = program.begin()
    settings = read_cpu_settings()
    figures = {}
    with program.make_scratch_folder() as folder:
        (folder / "pictures").mkdir()
        samples = settings.weights_dir / "samples"
        pictures = make_pictures(samples, folder / "pictures", arguments.pictures)
        for database in arguments.databases:
            figures[database] = _measure(settings, database, pictures, folder, arguments)
    program.write_figures(arguments.out, "load", {"machine": machine, "databases": figures})


def _read_arguments() -> argparse.Namespace:
    parser = program.make_parser(__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=CLIENTS, help="at a time")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each number of clients")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--pictures", type=int, default=120, help="different pictures")
    return parser.parse_args()


def _measure(
    settings: Settings,
    database: str,
    pictures: Sequence[Path],
    folder: Path,
    arguments: argparse.Namespace,
) -> dict[str, object]:
    data = folder / database
    with (
        run_postgresql() if database == "postgresql" else nullcontext("") as url,
        run_own_stack(settings, data, folder / "pictures", SLOTS, url) as client,
    ):
        jobs = [_submit(client, pictures, number) for number in range(JOBS)]
        return {
            str(clients): _run(client, jobs, pictures, clients, arguments.seconds, database)
            for clients in arguments.clients
        }


def _submit(client: Client, pictures: Sequence[Path], number: int) -> int:
    first = number * PICTURES_OF_A_JOB
    chosen = [pictures[(first + index) % len(pictures)] for index in range(PICTURES_OF_A_JOB)]
    items = [Item(path.as_uri(), path.name) for path in chosen]
    return client.submit_items(items, Submission()).id


def _run(
    client: Client,
    jobs: Sequence[int],
    pictures: Sequence[Path],
    clients: int,
    seconds: float,
    database: str,
) -> dict[str, object]:
    with _submitting(client, pictures) as (submitted, refused):
        polled = poll(client.url, jobs, clients, seconds)
    figures = {**_summarize(polled), "submissions": len(submitted), "refused": dict(refused)}
    p50, p95, p99 = (figures[name] for name in ("p50_ms", "p95_ms", "p99_ms"))
    program.say(
        f"{database}, {clients} clients: status p50 {p50} ms, p95 {p95} ms, p99 {p99} ms; "
        f"{figures['errors'] or 'no'} errors in {figures['requests']} requests; "
        f"{dict(refused) or 'none'} of {len(submitted)} submissions refused"
    )
    return figures


def _summarize(polled: Polled) -> dict[str, object]:
    if len(polled.latencies) < 2:
        program.fail(f"No client got an answer: {dict(polled.errors)}.")
    percents = quantiles(polled.latencies, n=100, method="inclusive")
    figures = {f"p{one}_ms": round(percents[one - 1] * 1000, 1) for one in (50, 95, 99)}
    requests = len(polled.latencies) + sum(
        count for name, count in polled.errors.items() if not name.isdigit()
    )
    return {**figures, "requests": requests, "errors": dict(polled.errors)}


@contextmanager
def _submitting(
    client: Client, pictures: Sequence[Path]
) -> Iterator[tuple[list[float], Counter[str]]]:
    """A job every second meanwhile: how long each took, and what was refused."""
    over, seconds, refused = threading.Event(), list[float](), Counter[str]()

    def submit() -> None:
        number = JOBS
        while not over.wait(SUBMISSION_SECONDS):
            started = monotonic()
            try:
                _submit(client, pictures, number)
            except Error as error:
                refused[str(error)] += 1
            seconds.append(monotonic() - started)
            number += 1

    thread = threading.Thread(target=submit)
    thread.start()
    try:
        yield seconds, refused
    finally:
        over.set()
        thread.join()


if __name__ == "__main__":
    main()
