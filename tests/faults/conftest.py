"""A cluster on each kind of database, started once for the tests that do not change it."""

from collections.abc import Iterator

import pytest

from tests.faults.cluster.cluster import Cluster
from tests.faults.cluster.options import ClusterOptions
from tests.faults.cluster.servers import PostgresqlServer, SqliteFile


@pytest.fixture
def sqlite() -> Iterator[SqliteFile]:
    server = SqliteFile()
    yield server
    server.stop()


@pytest.fixture(scope="package")
def running_cluster() -> Iterator[Cluster]:
    server = PostgresqlServer()
    # Every hint is sent twice, and the clock of one of the workers is ten minutes fast.
    options = ClusterOptions(
        api=True,
        store_bytes=256 << 10,
        dispatchers=2,
        deliveries=2,
        lease_seconds=1.0,
        resend_seconds=0.7,
        item_seconds=0.005,
        time_limit_seconds=4.0,
        clock_offset_seconds=600.0,
        settings={"FACETALLY_STOP_GRACE_SECONDS": "3"},
    )
    with Cluster(server, options) as cluster:
        yield cluster
    server.stop()


@pytest.fixture(scope="package")
def patient_cluster() -> Iterator[Cluster]:
    """On SQLite. Its leases and hints last longer than any test: whatever had to wait for one would
    be too late. So does what a worker has left when it is asked to stop."""
    server = SqliteFile()
    options = ClusterOptions(
        lease_seconds=300.0,
        resend_seconds=300.0,
        item_seconds=0.02,
        settings={"FACETALLY_STOP_GRACE_SECONDS": "300"},
    )
    with Cluster(server, options) as cluster:
        yield cluster
    server.stop()


@pytest.fixture
def shared_cluster(running_cluster: Cluster) -> Iterator[Cluster]:
    """Started once for all tests that do not stop it."""
    yield running_cluster
    running_cluster.disarm()
