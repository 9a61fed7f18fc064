"""Real processes under a drawn schedule of faults: every item is accounted for once."""

from collections.abc import Mapping
from contextlib import closing

from faults.cluster import Cluster, Plan
from faults.pictures import name_items
from faults.schedule import Faults
from faults.servers import DatabaseServer, PostgresqlServer, SqliteFile

KILLS = {"child killed": 4, "worker killed": 2, "dispatcher killed": 1, "hints replayed": 2}
BROKER = {"broker lost": 1, "broker emptied": 1, "broker connections cut": 1}
DATABASE = {"database crashed": 1, "database connections cut": 1}
FREEZES = {"worker frozen": 1}


def run_under_faults(
    server: DatabaseServer, plan: Plan, names: list[str], seed: int, wanted: list[str]
) -> None:
    """A job during which each of these faults happens once, in the order drawn."""
    with Cluster(server, plan) as cluster, closing(Faults(cluster, seed)) as faults:
        job_id = cluster.submit(names)
        for name in faults.random.sample(wanted, len(wanted)):
            faults.inject(name)
            cluster.wait_for_deliveries(2)
        assert cluster.read(job_id).counts.waiting > 0, "the job ended before its faults"
        cluster.finish(job_id, names)


def listed(weights: Mapping[str, int]) -> list[str]:
    return [name for name, times in weights.items() for _ in range(times)]


def test_killed_processes_lose_and_double_nothing_on_sqlite(sqlite: SqliteFile) -> None:
    names = name_items(800, bad=3)
    wanted = listed({**KILLS, "broker lost": 1})
    run_under_faults(sqlite, Plan(item_seconds=0.02), names, 7, wanted)
    assert sqlite.is_sound()


def test_servers_that_go_away_lose_and_double_nothing(postgresql: PostgresqlServer) -> None:
    names = name_items(800, bad=3)
    wanted = listed({**BROKER, **DATABASE, **FREEZES, "dispatcher killed": 2, "hints replayed": 2})
    # Every hint comes twice, from three dispatchers at once.
    plan = Plan(item_seconds=0.02, dispatchers=3, deliveries=2)
    run_under_faults(postgresql, plan, names, 11, wanted)


def test_items_that_kill_their_worker_fail_alone(shared_cluster: Cluster) -> None:
    names = name_items(64, bad=1, segv=1, swell=1, hang=1)
    shared_cluster.finish(shared_cluster.submit(names), names)
