"""Submitters over HTTP while the API and others die: each submission is one job, each stream ends
once, what is cancelled or erased stays so, and /v1/analyze is right or says that it cannot.
"""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.faults.checks.comparison import find_remains, find_repeated
from tests.faults.checks.progress import read_events
from tests.faults.cluster.cluster import Cluster
from tests.faults.pictures import name_items
from tests.faults.schedule import Faults
from tests.faults.submitters.lifecycle import CALLS, Asker, Lifecycle

MOST_READS = 10


@pytest.fixture
def faults(shared_cluster: Cluster) -> Iterator[Faults]:
    with closing(Faults(shared_cluster, seed=3)) as faults:
        yield faults


@pytest.fixture
def lifecycle(faults: Faults) -> Iterator[Lifecycle]:
    with closing(Lifecycle(faults)) as lifecycle:
        yield lifecycle


def check_sent(cluster: Cluster, lifecycle: Lifecycle) -> None:
    assert not lifecycle.violations
    for job in lifecycle.sent:
        if job.is_erased:
            cluster.wait_until(
                lambda job_id=job.id: not find_remains(cluster.database, job_id), "the erasure"
            )
            continue
        cluster.follow(job.id)
        assert not cluster.compare(job.id, job.names, job.retries).violations
    assert not find_repeated(cluster.database)


def test_a_submission_during_which_the_api_is_killed_is_one_job(
    shared_cluster: Cluster, lifecycle: Lifecycle
) -> None:
    for in_parts in (False, True):
        assert lifecycle.kill_api_in_submission(in_parts)
    check_sent(shared_cluster, lifecycle)


@pytest.mark.parametrize("call", ["draft sent", "job cancelled", "job retried", "job erased"])
def test_calls_made_while_processes_are_killed_take_effect_once(
    shared_cluster: Cluster, faults: Faults, lifecycle: Lifecycle, call: str
) -> None:
    for fault in ("child killed", "dispatcher killed"):
        faults.inject(fault)
    assert CALLS[call](lifecycle)
    check_sent(shared_cluster, lifecycle)


def test_a_stream_of_events_ends_once_although_the_api_is_killed(
    shared_cluster: Cluster, faults: Faults
) -> None:
    names = name_items(400)
    job_id = shared_cluster.submit(names)
    looks: list[None] = []

    def is_over() -> bool:
        """Called before each connection: the first one breaks."""
        looks.append(None)
        if len(looks) == 1:
            faults.inject("api killed")
        return len(looks) > MOST_READS

    assert read_events(shared_cluster.url, job_id, is_over) == []
    assert len(looks) <= MOST_READS
    shared_cluster.finish(job_id, names)
    # A later subscriber gets the end once, and is disconnected.
    assert read_events(shared_cluster.url, job_id, lambda: False) == []


def test_analyze_answers_correctly_or_with_a_clear_error(
    shared_cluster: Cluster, faults: Faults
) -> None:
    asker = Asker(shared_cluster.url, pause_seconds=0.05)
    asker.start()
    for fault in ("lane killed", "broker emptied", "broker connections cut", "api killed"):
        faults.inject(fault)
        answered = asker.counts["analyze: answered"]
        shared_cluster.wait_until(
            lambda answered=answered: asker.counts["analyze: answered"] > answered + 1,
            f"answers after {fault}",
        )
    asker.stop()
    assert asker.violations == []


def test_a_full_disk_refuses_uploads_and_harms_no_running_job(
    shared_cluster: Cluster, lifecycle: Lifecycle
) -> None:
    names = name_items(200)
    job_id = shared_cluster.submit(names)
    assert lifecycle.fill_disk()
    check_sent(shared_cluster, lifecycle)
    shared_cluster.finish(job_id, names)
