"""At each fail point, processes end, are killed, lose their connection, and hang: nothing shows."""

import pytest

from faults.cluster import Cluster
from faults.fail_points import Action, Point
from faults.pictures import name_items


@pytest.mark.parametrize("point", Point)
def test_faults_at_a_fail_point_lose_and_double_nothing(
    shared_cluster: Cluster, point: Point
) -> None:
    meet_faults(shared_cluster, point, list(Action))


@pytest.mark.soak
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("point", Point)
def test_one_fault_at_a_fail_point_loses_and_doubles_nothing(
    shared_cluster: Cluster, point: Point, action: Action
) -> None:
    meet_faults(shared_cluster, point, [action])


def meet_faults(cluster: Cluster, point: Point, actions: list[Action]) -> None:
    # Two items a chunk, of which the second crash is seen to split one.
    names = name_items(32, bad=1, segv=1) if point is Point.SPLIT else name_items(16, bad=1)
    for action in actions:
        cluster.arm(point, action)
    if point is Point.REAP:
        # A lease has to end first.
        cluster.arm(Point.BATCH, Action.SLEEP)
    job_id = cluster.submit(names)
    cluster.finish(job_id, names)
    assert not list(cluster.armed.iterdir()), "not every fault happened"
