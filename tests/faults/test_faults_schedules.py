"""Real processes under a drawn schedule of faults: every item is accounted for once."""

from collections.abc import Mapping
from contextlib import closing

from faults.cluster import Cluster, Plan
from faults.pictures import name_items
from faults.schedule import Faults
from faults.servers import DatabaseServer, PostgresqlServer, SqliteFile

KILLS = {"child killed": 6, "worker killed": 2, "dispatcher killed": 1, "hints replayed": 2}
BROKER = {"broker lost": 2, "broker emptied": 1, "broker connections cut": 1}
DATABASE = {"database crashed": 2, "database connections cut": 2}
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
    names = name_items(1200, bad=3, segv=1)
    plan = Plan(item_seconds=0.02)
    run_under_faults(sqlite, plan, names, 7, listed({**KILLS, "broker lost": 1}))


def test_a_broker_and_a_database_that_go_away_lose_and_double_nothing(
    postgresql: PostgresqlServer,
) -> None:
    names = name_items(1200, bad=3)
    plan = Plan(item_seconds=0.02)
    run_under_faults(postgresql, plan, names, 11, listed({**BROKER, **DATABASE, **FREEZES}))


def test_three_dispatchers_that_send_every_hint_twice_double_nothing(
    postgresql: PostgresqlServer,
) -> None:
    names = name_items(600, bad=3)
    plan = Plan(item_seconds=0.005, dispatchers=3, deliveries=2)
    wanted = listed({"dispatcher killed": 3, "hints replayed": 3})
    run_under_faults(postgresql, plan, names, 13, wanted)


def test_items_that_kill_their_worker_fail_alone(shared_cluster: Cluster) -> None:
    names = name_items(64, bad=1, segv=1, swell=1, hang=1)
    shared_cluster.finish(shared_cluster.submit(names), names)
