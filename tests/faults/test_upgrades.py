"""Everything is replaced in the order of docs/operations.md while people use it: no call fails, and
nothing is lost, done twice or delayed.

Leases and hints last longer here than any test: whatever had to wait for one would be too late.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count

import httpx
import pytest

from db.states import ProcessRole
from tests.faults.checks.metrics import Scraper, open_reader
from tests.faults.checks.progress import read_events
from tests.faults.cluster.cluster import Cluster
from tests.faults.cluster.options import ClusterOptions
from tests.faults.cluster.processes import Program
from tests.faults.cluster.servers import SqliteFile
from tests.faults.pictures import draw_picture, name_items
from tests.faults.submitters.submitter import list_items, make_fields

SOON_SECONDS = 120.0
PAUSE_SECONDS = 0.1
OPTIONS = ClusterOptions(
    api=True,
    lease_seconds=300,
    resend_seconds=300,
    item_seconds=0.02,
    settings={"FACETALLY_STOP_GRACE_SECONDS": "20"},
)
Call = Callable[[httpx.Client], httpx.Response]


@pytest.fixture
def cluster(sqlite: SqliteFile) -> Iterator[Cluster]:
    with Cluster(sqlite, OPTIONS) as cluster:
        yield cluster


class Users:
    """Each makes one call after the other over kept connections, and repeats none."""

    def __init__(self, url: str) -> None:
        self.failures: list[str] = []
        self.sent: dict[int, list[str]] = {}
        self.calls = 0
        self._url = url
        self._numbers = count()
        self._over = threading.Event()

    @contextmanager
    def calling(self) -> Iterator[None]:
        calls = (self._list, self._submit, self._analyze)
        threads = [threading.Thread(target=self._run, args=(call,)) for call in calls]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _run(self, call: Call) -> None:
        with httpx.Client(base_url=self._url, timeout=SOON_SECONDS, trust_env=False) as client:
            while not self._over.wait(PAUSE_SECONDS):
                try:
                    answer = call(client)
                except httpx.HTTPError as error:
                    self.failures.append(f"{call.__name__}: {error!r}")
                    continue
                self.calls += 1
                if not answer.is_success:
                    self.failures.append(f"{call.__name__}: {answer.status_code} {answer.text}")

    def _list(self, client: httpx.Client) -> httpx.Response:
        return client.get("/v1/jobs")

    def _submit(self, client: httpx.Client) -> httpx.Response:
        names = name_items(10)
        answer = client.post("/v1/jobs", json={"items": list_items(names), **make_fields()})
        if answer.is_success:
            self.sent[answer.json()["id"]] = names
        return answer

    def _analyze(self, client: httpx.Client) -> httpx.Response:
        return client.post("/v1/analyze", content=draw_picture(f"face-{next(self._numbers)}.png"))


def replace(cluster: Cluster, program: Program) -> None:
    """Have a program end by itself; it is started again."""
    before = program.process
    assert before is not None
    program.send(signal.SIGTERM)
    assert before.wait(SOON_SECONDS) == 0, program.read_log()
    cluster.wait_until(lambda: program.process is not before, f"another {program.name}")


def replace_all(cluster: Cluster) -> None:
    for dispatcher in cluster.dispatchers:
        replace(cluster, dispatcher)
    for worker in cluster.workers:
        replace(cluster, worker)
        cluster.wait_for_workers()
    api, interactive = cluster.api
    second = cluster.make_interactive_worker()
    second.start()
    cluster.wait_for_slots(ProcessRole.INTERACTIVE, 2)
    replace(cluster, interactive)
    cluster.wait_for_slots(ProcessRole.INTERACTIVE, 2)
    second.send(signal.SIGTERM)
    assert second.wait(SOON_SECONDS) == 0
    replace(cluster, api)


@pytest.mark.soak
def test_an_upgrade_in_order_fails_no_call_and_loses_nothing(cluster: Cluster) -> None:
    names = name_items(600, bad=1)
    job_id = cluster.submit(names)
    users = Users(cluster.url)
    with open_reader(cluster) as read, closing(Scraper(read)) as scraper, users.calling():
        replace_all(cluster)
        calls = users.calls
        cluster.wait_until(lambda: users.calls > calls + 9, "calls after the upgrade")
    assert users.failures == []
    assert scraper.violations == []
    for sent_id, sent in {job_id: names, **users.sent}.items():
        cluster.finish(sent_id, sent, SOON_SECONDS)
        assert cluster.count_crashes(sent_id) == 0
    assert read_events(cluster.url, job_id, lambda: False) == []
