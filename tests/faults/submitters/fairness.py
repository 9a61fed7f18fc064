"""Jobs in parallel: a small one does not wait for a large one, and each priority has its share."""

from dataclasses import dataclass

from db.job_values import Priority
from tests.faults.cluster.cluster import Cluster
from tests.faults.pictures import name_items

SMALL_ITEMS = 100
# How much of the large job is done when the small one is sent.
HEAD_START = 0.02
PATIENCE_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Overtaking:
    """How much of the large job was done while the small one ran."""

    large_items: int
    done_meanwhile: int
    violations: tuple[str, ...]


def overtake(cluster: Cluster, large_items: int) -> Overtaking:
    """Send a small job while a large one runs, and wait for both."""
    large_names, small_names = name_items(large_items), name_items(SMALL_ITEMS)
    large = cluster.submit(large_names)
    cluster.wait_until(
        lambda: _count_done(cluster, large) >= HEAD_START * large_items, "the large job to run"
    )
    before = _count_done(cluster, large)
    small = cluster.submit(small_names)
    cluster.follow(small)
    done_meanwhile = _count_done(cluster, large) - before
    cluster.follow(large, PATIENCE_SECONDS)
    differences = (cluster.compare(large, large_names), cluster.compare(small, small_names))
    found = [violation for one in differences for violation in one.violations]
    return Overtaking(large_items, done_meanwhile, tuple(found))


def share_by_priority(cluster: Cluster, items: int) -> dict[Priority, int]:
    """How much of each of three equal jobs is done when the most urgent one is."""
    names = name_items(items)
    jobs = {priority: cluster.submit(names, priority=priority) for priority in Priority}
    cluster.follow(jobs[Priority.HIGH], PATIENCE_SECONDS)
    done = {priority: _count_done(cluster, job_id) for priority, job_id in jobs.items()}
    for job_id in jobs.values():
        cluster.finish(job_id, names, PATIENCE_SECONDS)
    return done


def _count_done(cluster: Cluster, job_id: int) -> int:
    job = cluster.read(job_id)
    return 0 if job is None else job.counts.done
