"""The cases of the soak: which faults come in each, how often in a full run, and what a full run
must have done.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.faults.cluster.options import ClusterOptions
from tests.faults.soak.outcome import Outcome

FULL_FAULTS = 1000
CHUNK_ITEMS = 10


@dataclass(frozen=True, slots=True)
class Lane:
    """Faults that come one after the other in a random order; lanes run in parallel."""

    times: Mapping[str, int]
    pause_seconds: float  # on average, between two


@dataclass(frozen=True, slots=True)
class Case:
    """Jobs, and the faults that they are exposed to."""

    name: str
    seconds: float  # about how long it takes in full
    lanes: tuple[Lane, ...] = ()
    items: int = 0  # at least
    job_items: int = 1000
    poison: Mapping[str, int] = field(default_factory=dict)  # items of each job, each a fault
    options: ClusterOptions = field(default_factory=ClusterOptions)
    sqlite: bool = False
    large_items: int = 0  # of a job during which a small one is sent


EVERYTHING = (
    Lane(
        {
            "broker down for 10 s": 10,
            "broker frozen for 40 s": 1,
            "broker emptied": 14,
            "broker connections cut": 14,
        },
        4.0,
    ),
    Lane({"database crashed": 10, "database connections cut": 25}, 8.0),
    Lane({"child killed": 45, "worker killed": 15, "dispatcher killed": 20}, 3.5),
    Lane({"hints replayed": 60}, 4.5),
    Lane({"worker frozen": 10, "lane killed": 10}, 12.0),
    Lane({"api killed in a submission": 30, "job cancelled": 20}, 4.0),
    Lane({"job retried": 10, "job erased": 20, "draft sent": 10}, 3.0),
)
CASES = (
    Case(
        "children and workers killed every second",
        seconds=250,
        lanes=(Lane({"child killed": 190, "worker killed": 50}, 1.0),),
        items=20_000,
        options=ClusterOptions(item_seconds=0.01),
    ),
    Case(
        "children, workers and dispatchers killed, SQLite",
        seconds=110,
        lanes=(
            Lane({"child killed": 80, "worker killed": 25}, 1.0),
            Lane({"dispatcher killed": 30}, 3.0),
            Lane({"broker emptied": 15, "hints replayed": 15}, 3.0),
        ),
        items=3000,
        options=ClusterOptions(item_seconds=0.01),
        sqlite=True,
    ),
    Case(
        "everything at once, over HTTP, a clock ten minutes off, every hint twice",
        seconds=330,
        lanes=EVERYTHING,
        items=10_000,
        options=ClusterOptions(
            api=True, dispatchers=2, deliveries=2, item_seconds=0.02, clock_offset_seconds=600.0
        ),
    ),
    Case(
        "one item of a hundred ends its worker, others hang or swell",
        seconds=250,
        lanes=(Lane({"hints replayed": 20}, 3.0), Lane({"child killed": 20}, 3.0)),
        items=4000,
        poison={"segv": 10, "hang": 3, "swell": 3, "kill": 3},
        options=ClusterOptions(time_limit_seconds=3.0),
    ),
    Case(
        "three dispatchers, every hint twice, all dispatchers or the broker down for long",
        seconds=140,
        lanes=(
            Lane({"dispatcher killed": 110}, 1.1),
            Lane({"hints replayed": 100}, 1.2),
            Lane({"child killed": 50}, 2.4),
            Lane({"dispatchers down for 10 leases": 2, "broker down for 20 leases": 1}, 15.0),
        ),
        items=5000,
        options=ClusterOptions(dispatchers=3, deliveries=2, item_seconds=0.01),
    ),
    Case(
        "the disk of the uploads is full",
        seconds=60,
        lanes=(Lane({"disk full": 15}, 1.0), Lane({"child killed": 20}, 2.5)),
        items=2000,
        options=ClusterOptions(api=True, store_bytes=256 << 10, item_seconds=0.01),
    ),
    Case("a small job next to a large one", seconds=150, large_items=100_000),
)

# What a full run must have done.
REQUIRED_KINDS = {
    "child killed": 200,
    "worker killed": 50,
    "dispatcher killed": 100,
    "broker down for 10 s": 10,
    "broker frozen for 40 s": 1,
    "broker emptied": 10,
    "broker down for 20 leases": 1,
    "dispatchers down for 10 leases": 1,
    "database crashed": 10,
    "database connections cut": 10,
    "worker frozen": 5,
    "hints replayed": 100,
    "late hints of erased jobs": 10,
    "api killed in a submission": 20,
    "draft sent": 10,
    "job cancelled": 20,
    "job retried": 10,
    "job erased": 20,
    "disk full": 10,
    "item that ends its worker: segv": 40,
    "item that ends its worker: hang": 10,
    "item that ends its worker: swell": 10,
    "lane killed": 10,
    "analyze: answered": 100,
    "streams of events followed": 5,
    "scrapes of metrics": 200,
}
KILLED_EVERY_SECOND = CASES[0].name
KILLS = 200
# About one kill every second: the most seconds for each.
SECONDS_PER_KILL = 1.6
# The most items of the large job that a small job may wait for.
MOST_OVERTAKEN = 2000


def find_missing(outcomes: Iterable[Outcome]) -> list[str]:
    """What a full run should have done, and this one has not."""
    done = {outcome.name: outcome for outcome in outcomes}
    kinds: Counter[str] = Counter()
    for outcome in done.values():
        kinds.update(outcome.kinds)
    missing = [f"case not run: {case.name}" for case in CASES if case.name not in done]
    missing += [
        f"{kind}: {kinds[kind]} of {wanted}"
        for kind, wanted in REQUIRED_KINDS.items()
        if kinds[kind] < wanted
    ]
    faults = sum(outcome.faults for outcome in done.values())
    missing += [] if faults >= FULL_FAULTS else [f"faults: {faults} of {FULL_FAULTS}"]
    for case in CASES:
        if case.name in done:
            missing += _find_missing_of(case, done[case.name])
    return missing


def _find_missing_of(case: Case, outcome: Outcome) -> list[str]:
    wanted = case.items + case.large_items
    found = [] if outcome.items >= wanted else [f"{case.name}: {outcome.items} of {wanted} items"]
    chunks = outcome.items / CHUNK_ITEMS
    if case.options.deliveries > 1 and outcome.deliveries < 1.5 * chunks:
        found.append(f"{case.name}: only {outcome.deliveries} deliveries")
    if case.name == KILLED_EVERY_SECOND and (
        outcome.kills < KILLS or outcome.seconds > SECONDS_PER_KILL * outcome.kills
    ):
        found.append(f"{case.name}: {outcome.kills} kills in {outcome.seconds} s")
    return found
