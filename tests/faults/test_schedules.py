"""Real processes under a random schedule of faults: every item is counted once."""

from collections.abc import Mapping
from contextlib import closing

from db.job_values import Duplicates
from tests.faults.cluster.cluster import Cluster
from tests.faults.cluster.options import ClusterOptions
from tests.faults.cluster.servers import SqliteFile
from tests.faults.pictures import name_copies, name_items
from tests.faults.schedule import Faults

KILLS = {"child killed": 3, "worker killed": 1, "dispatcher killed": 1, "hints replayed": 1}
BROKER = {"broker lost": 1, "broker emptied": 1, "broker connections cut": 1}
DATABASE = {"database crashed": 1, "database connections cut": 1}
FREEZES = {"worker frozen": 1}


def run_under_faults(
    cluster: Cluster,
    names: list[str],
    seed: int,
    wanted: list[str],
    duplicates: Duplicates = Duplicates.COUNT,
) -> None:
    """A job during which each of these faults happens once, in a random order."""
    job_id = cluster.submit(names, duplicates=duplicates)
    with closing(Faults(cluster, seed)) as faults:
        for name in faults.random.sample(wanted, len(wanted)):
            faults.inject(name)
            cluster.wait_for_deliveries(2)
    cluster.finish(job_id, names)


def listed(weights: Mapping[str, int]) -> list[str]:
    return [name for name, times in weights.items() for _ in range(times)]


def test_killed_processes_lose_and_double_nothing_on_sqlite(sqlite: SqliteFile) -> None:
    with Cluster(sqlite, ClusterOptions(item_seconds=0.02)) as cluster:
        names = name_copies(name_items(600, bad=3))
        run_under_faults(cluster, names, 7, listed({**KILLS, "broker lost": 1}))
    assert sqlite.is_sound()


def test_one_of_the_duplicates_counts_whatever_happens(shared_cluster: Cluster) -> None:
    faults = {"child killed": 2, "worker killed": 1, "hints replayed": 1}
    run_under_faults(
        shared_cluster,
        name_copies(name_items(2000, bad=3)),
        11,
        listed({**faults, **BROKER, **DATABASE, **FREEZES}),
        Duplicates.ONCE,
    )


def test_items_that_crash_their_worker_fail_alone(shared_cluster: Cluster) -> None:
    names = name_items(64, bad=1, segv=1, swell=1, hang=1)
    shared_cluster.finish(shared_cluster.submit(names), names)
