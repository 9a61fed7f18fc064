"""What went wrong once, in a prototype or in measurements of its parts, each with its number.

R11, the end of a worker, is in test_endings; R13, many writers of one SQLite file, in test_sqlite.
"""

from collections.abc import Iterator
from contextlib import closing
from time import monotonic

import pytest
from sqlalchemy import text

from api.app import create_app
from api.services import EXTENSION
from db.jobs.cancelling import cancel_job
from db.states import LIVE_JOB_STATES, JobState
from tests.faults.cluster.cluster import Cluster, freeze, thaw
from tests.faults.cluster.fail_points import Action, Point
from tests.faults.cluster.processes import Program
from tests.faults.pictures import name_items
from tests.faults.schedule import Faults
from worker.queue.broker import create_queue
from worker.settings import Settings


@pytest.fixture
def faults(shared_cluster: Cluster) -> Iterator[Faults]:
    with closing(Faults(shared_cluster, seed=5)) as faults:
        yield faults


@pytest.mark.parametrize(
    "seconds",
    [2.0, pytest.param(0.1, marks=pytest.mark.soak), pytest.param(6.0, marks=pytest.mark.soak)],
)
def test_r1_work_resumes_soon_after_the_broker_is_back(faults: Faults, seconds: float) -> None:
    names = name_items(200)
    job_id = faults.cluster.submit(names)
    faults.lose_broker(seconds)
    faults.cluster.finish(job_id, names, seconds=40)


def test_r2_a_child_may_take_minutes_to_open_its_models(shared_cluster: Cluster) -> None:
    with create_queue(shared_cluster.broker.url) as queue:
        assert queue.conf.worker_proc_alive_timeout >= 60


def test_r3_messages_lost_by_a_killed_worker_delay_nothing(faults: Faults) -> None:
    names = name_items(400)
    job_id = faults.cluster.submit(names)
    faults.inject("worker killed")
    faults.cluster.wait_for_deliveries(2)
    faults.cluster.finish(job_id, names, seconds=60)


def test_r4_a_poison_item_costs_few_crashes_and_fails_alone(patient_cluster: Cluster) -> None:
    seen, unseen = name_items(64, kill=1), name_items(64, unseen=1)
    found, halved = (patient_cluster.submit(names, one_chunk=True) for names in (seen, unseen))
    healthy = patient_cluster.submit(seen[:20])
    patient_cluster.finish(healthy, seen[:20], seconds=30)
    patient_cluster.finish(found, seen)
    patient_cluster.finish(halved, unseen)
    assert patient_cluster.count_crashes(found) == 3
    assert 4 <= patient_cluster.count_crashes(halved) <= 11


def test_r5_a_worker_that_was_frozen_beyond_its_lease_records_nothing(
    shared_cluster: Cluster,
) -> None:
    names = name_items(400)
    jobs = [shared_cluster.submit(names)]
    frozen: list[Program] = []

    def has_frozen_a_holder() -> bool:
        job = shared_cluster.read(jobs[-1])
        if job is not None and job.state not in LIVE_JOB_STATES:
            # It ended before a worker was frozen in the middle of a chunk.
            jobs.append(shared_cluster.submit(names))
        frozen.extend(shared_cluster.find_holders(jobs[-1])[:1])
        for worker in frozen:
            freeze(worker)
            if worker not in shared_cluster.find_holders(jobs[-1]) or is_amid_write(shared_cluster):
                # It had just recorded its chunk; or it has locked rows that others wait for, until
                # PostgreSQL ends its transaction after half a minute.
                thaw(frozen.pop())
        return bool(frozen)

    shared_cluster.wait_until(has_frozen_a_holder, "a worker to hold a chunk")
    shared_cluster.finish(jobs[-1], names)
    [worker] = frozen
    discarded = worker.read_log().count("chunk discarded")
    thaw(worker)
    shared_cluster.wait_until(
        lambda: worker.read_log().count("chunk discarded") > discarded, "the late worker to give up"
    )
    shared_cluster.finish(jobs[-1], names)


def is_amid_write(cluster: Cluster) -> bool:
    """Whether a transaction waits for its client, like that of a frozen worker."""
    idle = text("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
    with cluster.database.read() as session:
        return session.execute(idle).scalar_one() > 0


def test_r6_a_database_that_stops_during_a_commit_has_one_result(faults: Faults) -> None:
    names = name_items(32)
    faults.cluster.arm(Point.BEFORE_COMMIT, Action.SLEEP)
    job_id = faults.cluster.submit(names)
    faults.cluster.wait_until(
        lambda: not list(faults.cluster.armed.iterdir()), "a worker to record"
    )
    faults.inject("database crashed")
    faults.cluster.finish(job_id, names)


def test_r7_a_frozen_broker_delays_no_submission(shared_cluster: Cluster) -> None:
    app = create_app(settings_of(shared_cluster))
    shared_cluster.broker.freeze()
    started = monotonic()
    answer = app.test_client().post("/v1/jobs", json={"items": [{"uri": "file:///none.jpg"}]})
    seconds = monotonic() - started
    shared_cluster.broker.thaw()
    app.extensions[EXTENSION].close()
    assert answer.status_code == 202
    # The timeout of the broker is five seconds: the submission did not wait for it.
    assert seconds < 4
    assert shared_cluster.follow(answer.get_json()["id"]).state is JobState.FAILED


def settings_of(cluster: Cluster, **changes: object) -> Settings:
    return Settings(
        data_dir=cluster.folder,
        database_url=cluster.server.url,
        redis_url=cluster.broker.url,
        **changes,
    ).complete()


def test_r8_late_and_duplicate_hints_change_nothing(faults: Faults) -> None:
    names = name_items(100, bad=2)
    job_id = faults.cluster.submit(names)
    for _ in range(5):
        faults.inject("hints replayed")
    faults.cluster.finish(job_id, names)
    delivered = faults.cluster.count_deliveries()
    faults.inject("hints replayed")
    faults.cluster.wait_until(
        lambda: faults.cluster.count_deliveries() > delivered, "the hints to be taken"
    )
    faults.cluster.finish(job_id, names)


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_r9_a_cancelled_job_ends_soon_and_adds_up(shared_cluster: Cluster, share: float) -> None:
    names = name_items(300, bad=3)
    job_id = shared_cluster.submit(names)
    shared_cluster.wait_until(
        lambda: shared_cluster.read(job_id).counts.ended >= share * len(names), "its share"
    )
    with shared_cluster.database.write() as session:
        cancel_job(session, job_id)
    shared_cluster.finish(job_id, names, seconds=20)


def test_r10_an_emptied_broker_delays_a_job_by_one_resend(faults: Faults) -> None:
    names = name_items(300)
    job_id = faults.cluster.submit(names)
    faults.inject("broker emptied")
    faults.cluster.finish(job_id, names, seconds=30)


def test_dispatchers_and_broker_that_are_down_for_many_leases_lose_nothing(
    faults: Faults,
) -> None:
    names = name_items(300)
    job_id = faults.cluster.submit(names)
    leases = faults.cluster.options.lease_seconds
    assert faults.hold_dispatchers(2 * leases)
    assert faults.lose_broker(2 * leases)
    faults.cluster.finish(job_id, names)


def test_r12_a_worker_with_a_wrong_clock_claims_and_keeps_its_leases(
    shared_cluster: Cluster,
) -> None:
    assert shared_cluster.options.clock_offset_seconds == 600
    names = name_items(200)
    job_id = shared_cluster.submit(names)
    shared_cluster.finish(job_id, names)
    assert shared_cluster.count_crashes(job_id) == 0
