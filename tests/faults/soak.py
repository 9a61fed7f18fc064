"""The schedules at length: `make soak`, or `python -m faults.soak --minutes 10 --faults 1000`.

Each case is run until it has had its part of the faults, on a cluster of its own; each of its jobs
is held against a fault-free run. The numbers go to benchmarks/out/soak.json.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy.exc import DBAPIError

from faults.cluster import Cluster, Plan
from faults.invariants import Difference
from faults.pictures import name_items
from faults.schedule import Faults
from faults.servers import DatabaseServer, PostgresqlServer, SqliteFile

OUT = Path("benchmarks/out/soak.json")
JOB_ITEMS = 1000
DEADLINE_SECONDS = 300.0
QUICK = Plan(item_seconds=0.002)


@dataclass(frozen=True, slots=True)
class Case:
    """A mixture of faults, and the items that meet it."""

    name: str
    weights: dict[str, float]
    share: float  # of all faults
    pause_seconds: float = 0.5  # between two faults
    poison: dict[str, int] = field(default_factory=dict)  # items of each job, each of them a fault
    plan: Plan = QUICK
    sqlite: bool = False
    cancels: bool = False


@dataclass(slots=True)
class Outcome:
    """What a case came to."""

    name: str
    jobs: int = 0
    items: int = 0
    faults: int = 0
    kills: int = 0
    deliveries: int = 0
    lost: int = 0
    doubled: int = 0
    most_hints: int = 0
    seconds: float = 0.0
    kinds: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)


KILLS = {"child killed": 4.0, "worker killed": 1.0}
ALL = {
    **KILLS,
    "dispatcher killed": 1.0,
    "broker lost": 0.5,
    "broker emptied": 1.0,
    "broker connections cut": 1.0,
    "database crashed": 0.4,
    "database connections cut": 1.0,
    "worker frozen": 0.4,
    "hints replayed": 2.0,
}
CASES = (
    Case("children and workers killed", KILLS, share=0.28, plan=Plan(item_seconds=0.005)),
    Case("children and workers killed, SQLite", KILLS, share=0.15, sqlite=True),
    Case(
        "broker lost and emptied",
        {"broker lost": 1, "broker away for 10 s": 1, "broker emptied": 2},
        share=0.05,
    ),
    Case(
        "database crashed and cut off",
        {"database crashed": 1, "database connections cut": 2},
        share=0.1,
        pause_seconds=1.0,
    ),
    Case(
        "three dispatchers, every hint twice and late",
        {"dispatcher killed": 1, "hints replayed": 2},
        share=0.15,
        plan=Plan(item_seconds=0.002, dispatchers=3, deliveries=2),
    ),
    Case(
        "poison of every kind",
        {"hints replayed": 1},
        share=0.05,
        poison={"segv": 4, "swell": 2, "hang": 2, "kill": 2},
        plan=Plan(time_limit_seconds=3.0),
    ),
    Case("workers frozen", {"worker frozen": 1}, share=0.02),
    Case("a clock ten minutes off", ALL, share=0.1, plan=Plan(clock_offset_seconds=600.0)),
    Case("everything, and cancelled at random", ALL, share=0.1, cancels=True),
)


def main() -> None:
    arguments = _read_arguments()
    print(f"seed {arguments.seed}", file=sys.stderr)  # noqa: T201
    deadline = monotonic() + 60 * arguments.minutes
    outcomes = list(_run_cases(arguments.seed, arguments.faults, deadline))
    _write(arguments.seed, outcomes)
    sys.exit(any(one.lost or one.doubled or one.violations for one in outcomes))


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="end after this, at the latest")
    parser.add_argument("--faults", type=int, default=1000, help="end after so many")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    return parser.parse_args()


def _run_cases(seed: int, faults: int, deadline: float) -> Iterator[Outcome]:
    left = sum(case.share for case in CASES)
    for number, case in enumerate(CASES):
        now = monotonic()
        outcome = Outcome(case.name)
        ends_at = now + (deadline - now) * case.share / left
        left -= case.share
        _run_case(case, outcome, seed + number, round(faults * case.share), ends_at)
        outcome.seconds = round(monotonic() - now, 1)
        _tell(outcome)
        yield outcome


def _run_case(case: Case, outcome: Outcome, seed: int, faults: int, ends_at: float) -> None:
    server: DatabaseServer = SqliteFile() if case.sqlite else PostgresqlServer()
    try:
        with Cluster(server, case.plan) as cluster, closing(Faults(cluster, seed)) as injected:
            while not outcome.jobs or (outcome.faults < faults and monotonic() < ends_at):
                _run_job(case, outcome, injected, lambda: outcome.faults >= faults)
            outcome.deliveries = cluster.count_deliveries()
            outcome.most_hints = cluster.most_hints
            if cluster.most_hints > cluster.bound_hints():
                outcome.violations.append(f"I7: Redis held {cluster.most_hints} hints")
    finally:
        server.stop()


def _run_job(case: Case, outcome: Outcome, faults: Faults, is_enough: Callable[[], bool]) -> None:
    cluster = faults.cluster
    # One of a hundred is a bad file.
    names = name_items(JOB_ITEMS, bad=JOB_ITEMS // 100, **case.poison)
    job_id = cluster.submit(names)
    cancel_at = faults.random.random() if case.cancels and faults.random.random() < 0.3 else 2.0
    outcome.faults += sum(case.poison.values())
    while not is_enough() and _share_ended(cluster, job_id) < 1.0:
        outcome.faults += faults.inject_any(case.weights)
        if _share_ended(cluster, job_id) >= cancel_at:
            outcome.faults += _cancel(faults, job_id)
        sleep(case.pause_seconds * 2 * faults.random.random())
    cluster.follow(job_id, DEADLINE_SECONDS)
    _add(outcome, cluster.compare(job_id, names), len(names), faults.counts)


def _share_ended(cluster: Cluster, job_id: int) -> float:
    job = cluster.read(job_id)
    return 0.0 if job is None else job.counts.ended / job.counts.items


def _cancel(faults: Faults, job_id: int) -> bool:
    try:
        return faults.cancel(job_id)
    except DBAPIError:
        return False


def _add(outcome: Outcome, difference: Difference, items: int, counts: Counter[str]) -> None:
    outcome.jobs += 1
    outcome.items += items
    outcome.lost += difference.lost
    outcome.doubled += difference.doubled
    outcome.violations += difference.violations
    outcome.kinds = dict(counts)
    outcome.kills = sum(times for name, times in counts.items() if name.endswith("killed"))


def _tell(outcome: Outcome) -> None:
    print(  # noqa: T201
        f"{outcome.name}: {outcome.items} items in {outcome.jobs} jobs, {outcome.faults} faults, "
        f"{outcome.kills} kills, {outcome.deliveries} deliveries, {outcome.seconds} s; "
        f"lost {outcome.lost}, doubled {outcome.doubled}, "
        f"other differences {len(outcome.violations)}",
        file=sys.stderr,
    )


def _write(seed: int, outcomes: list[Outcome]) -> None:
    OUT.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "seed": seed,
        "faults": sum(one.faults for one in outcomes),
        "lost": sum(one.lost for one in outcomes),
        "doubled": sum(one.doubled for one in outcomes),
        "cases": [asdict(one) for one in outcomes],
    }
    OUT.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps({name: report[name] for name in ("faults", "lost", "doubled")}))  # noqa: T201


if __name__ == "__main__":
    main()
