"""Pool children that are spawned, as CUDA needs them, work like forked ones."""

from tests.faults.cluster import Cluster
from tests.faults.pictures import name_items
from tests.faults.plan import Plan
from tests.faults.servers import SqliteFile


def test_spawned_children_work_and_are_replaced(sqlite: SqliteFile) -> None:
    plan = Plan(workers=1, item_seconds=0.02, settings={"FACETALLY_PROVIDER": "cuda"})
    with Cluster(sqlite, plan) as cluster:
        names = name_items(100, bad=1)
        job_id = cluster.submit(names)
        cluster.wait_for_deliveries(2)
        cluster.workers[0].find_children()[-1].kill()
        cluster.finish(job_id, names)
