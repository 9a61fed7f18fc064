"""R11: a worker that is asked to stop does so soon, with status 0, and its chunks do not wait.

Leases and hints last longer here than any test: whatever had to wait for one would be too late.
"""

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import func, select

from db.jobs.cancelling import cancel_job
from db.tables.chunks import ChunkRow
from tests.faults.cluster.cluster import Cluster
from tests.faults.cluster.fail_points import Action, Point
from tests.faults.cluster.options import ClusterOptions
from tests.faults.cluster.processes import Program
from tests.faults.cluster.servers import PostgresqlServer, SqliteFile
from tests.faults.pictures import draw_picture, expect_faces, name_items
from worker.queue.broker import create_queue
from worker.queue.lane import InteractiveLane
from worker.queue.messages import READY

# Long enough for a busy machine.
SOON_SECONDS = 120.0
HANGING = ["hang-0.png", *name_items(8)]


def ask_once(worker: Program) -> None:
    worker.send(signal.SIGTERM)


def ask_twice(worker: Program) -> None:
    worker.send(signal.SIGTERM)
    worker.send(signal.SIGINT)


def ask_group(worker: Program) -> None:
    """Its children, too, as a service manager does."""
    worker.send_all(signal.SIGTERM)


def press_ctrl_c(worker: Program) -> None:
    worker.send(signal.SIGINT)


def end(worker: Program, ask: Callable[[Program], None] = ask_once) -> int | None:
    """Stop the current process, and wait for its end; it is restarted."""
    process = worker.process
    assert process is not None
    ask(worker)
    return process.wait(SOON_SECONDS)


def submit_and_find_holder(cluster: Cluster, names: list[str]) -> tuple[int, Program]:
    """A job of one chunk, and the worker that has leased it."""
    cluster.wait_for_workers()
    job_id = cluster.submit(names, one_chunk=True)
    holders: list[Program] = []

    def is_held() -> bool:
        holders.extend(cluster.find_holders(job_id))
        return bool(holders)

    cluster.wait_until(is_held, "the chunk to be in hand")
    return job_id, holders[0]


def count_chunks(cluster: Cluster, job_id: int) -> int:
    with cluster.database.read() as session:
        of_job = select(func.count()).where(ChunkRow.job_id == job_id)
        return session.execute(of_job).scalar_one()


@pytest.mark.parametrize("ask", [ask_group, press_ctrl_c])
def test_a_worker_that_stops_records_what_is_done_and_releases_the_rest(
    patient_cluster: Cluster, ask: Callable[[Program], None]
) -> None:
    names = name_items(200, bad=2)
    job_id, worker = submit_and_find_holder(patient_cluster, names)
    assert end(worker, ask) == 0
    patient_cluster.finish(job_id, names, SOON_SECONDS)
    assert patient_cluster.count_crashes(job_id) == 0
    assert count_chunks(patient_cluster, job_id) == 2


def test_a_rolling_restart_under_load_delays_nothing(patient_cluster: Cluster) -> None:
    patient_cluster.wait_for_workers()
    jobs: list[tuple[int, list[str]]] = []
    for worker in patient_cluster.workers:
        # A job for each restart: on a busy machine, a restart takes longer than a job.
        names = name_items(400, bad=1)
        job_id = patient_cluster.submit(names)
        patient_cluster.wait_until(
            lambda job_id=job_id: patient_cluster.find_holders(job_id), "work to continue"
        )
        assert end(worker) == 0
        patient_cluster.wait_for_workers()
        jobs.append((job_id, names))
    for job_id, names in jobs:
        patient_cluster.finish(job_id, names, SOON_SECONDS)
        assert patient_cluster.count_crashes(job_id) == 0


def test_a_job_that_is_cancelled_while_its_worker_stops_adds_up(patient_cluster: Cluster) -> None:
    names = name_items(200)
    job_id, worker = submit_and_find_holder(patient_cluster, names)
    with patient_cluster.database.write() as session:
        assert cancel_job(session, job_id)
    assert end(worker) == 0
    patient_cluster.finish(job_id, names, SOON_SECONDS)


def test_a_chunk_that_is_claimed_while_its_worker_stops_is_released(
    shared_cluster: Cluster,
) -> None:
    names = name_items(100)
    shared_cluster.arm(Point.CLAIM, Action.SLEEP)
    job_id = shared_cluster.submit(names)
    shared_cluster.wait_until(lambda: not list(shared_cluster.armed.iterdir()), "a claim")
    for worker in shared_cluster.workers:
        assert end(worker) == 0
    shared_cluster.finish(job_id, names)


def test_a_worker_stops_although_its_database_is_down(shared_cluster: Cluster) -> None:
    server = shared_cluster.server
    assert isinstance(server, PostgresqlServer)
    names = name_items(200)
    job_id, worker = submit_and_find_holder(shared_cluster, names)
    server.crash()
    try:
        assert end(worker) == 0
    finally:
        server.start()
    shared_cluster.finish(job_id, names)


def test_a_picture_that_hangs_does_not_delay_a_shutdown_and_is_not_blamed(
    sqlite: SqliteFile,
) -> None:
    options = ClusterOptions(
        workers=1,
        lease_seconds=300,
        resend_seconds=300,
        settings={"FACETALLY_STOP_GRACE_SECONDS": "1"},
    )
    with Cluster(sqlite, options) as cluster:
        job_id, worker = submit_and_find_holder(cluster, HANGING)
        first = worker.pid
        assert end(worker) == 0
        check_blamed_by_nobody(cluster, job_id)
        assert worker.pid != first
        # The same holds when the cluster stops.
        assert end(worker, ask_twice) == 0


def test_who_asks_twice_does_not_wait_for_a_picture_that_hangs(patient_cluster: Cluster) -> None:
    job_id, worker = submit_and_find_holder(patient_cluster, HANGING)
    assert end(worker, ask_twice) == 0
    check_blamed_by_nobody(patient_cluster, job_id)
    [next_worker] = patient_cluster.find_holders(job_id)
    with patient_cluster.database.write() as session:
        assert cancel_job(session, job_id)
    assert end(next_worker, ask_twice) == 0
    patient_cluster.follow(job_id)


def check_blamed_by_nobody(cluster: Cluster, job_id: int) -> None:
    """The next worker has the chunk at once, and no crash was counted."""
    cluster.wait_until(lambda: cluster.find_holders(job_id), "the next to take it")
    with cluster.database.read() as session:
        [chunk] = session.scalars(select(ChunkRow).where(ChunkRow.job_id == job_id)).all()
    assert (chunk.crashes, chunk.attempts) == (0, 1)


def test_an_interactive_worker_that_stops_answers_its_current_picture(
    patient_cluster: Cluster,
) -> None:
    name = next(name for name in name_items(100) if expect_faces(name))
    worker = patient_cluster.make_interactive_worker()
    worker.start()
    with (
        create_queue(patient_cluster.broker.url) as queue,
        patient_cluster.broker.connect() as client,
        client.pubsub() as replies,
        closing(InteractiveLane(patient_cluster.broker.url, queue, SOON_SECONDS)) as lane,
        ThreadPoolExecutor(1) as thread,
    ):
        replies.psubscribe("*:reply")
        asked = thread.submit(lane.find_faces, draw_picture(name))

        def has_worker() -> bool:
            message = replies.get_message(timeout=1.0)
            return message is not None and message["data"] == READY

        patient_cluster.wait_until(has_worker, "a worker to take it", SOON_SECONDS)
        assert end(worker) == 0
        assert list(asked.result().faces) == expect_faces(name)
