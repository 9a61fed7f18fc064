"""Pool children that are spawned, as CUDA needs them, work like forked ones."""

from sqlalchemy import func, select

from db.tables.chunks import ChunkRow
from tests.faults.cluster.cluster import Cluster
from tests.faults.cluster.options import ClusterOptions
from tests.faults.cluster.servers import SqliteFile
from tests.faults.pictures import name_items


def test_spawned_children_work(sqlite: SqliteFile) -> None:
    options = ClusterOptions(
        workers=1, slots=2, item_seconds=0.02, settings={"FACETALLY_PROVIDER": "cuda"}
    )
    with Cluster(sqlite, options) as cluster:
        # Until both have worked: one that is still starting could outlive the cluster for a moment.
        while count_children_that_worked(cluster) < options.slots:
            names = name_items(40, bad=1)
            cluster.finish(cluster.submit(names), names)


def count_children_that_worked(cluster: Cluster) -> int:
    with cluster.database.read() as session:
        return session.scalar(select(func.count(ChunkRow.pool_child.distinct()))) or 0
