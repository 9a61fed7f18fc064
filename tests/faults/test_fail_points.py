"""At each fail point, processes exit, are killed, lose their connection or hang: no harm done."""

import pytest

from tests.faults.cluster.cluster import Cluster
from tests.faults.cluster.fail_points import Action, Point
from tests.faults.pictures import name_items

OF_DISPATCHER = (Point.AFTER_SENT_AT, Point.AFTER_PUBLISH)
# Whether a dispatcher ends or is killed, it is started anew: only the soak tries both.
HARD = [action for action in Action if action is not Action.EXIT]
ACTIONS = {
    point: HARD if point in OF_DISPATCHER else list(Action)
    for point in Point
    if point is not Point.RESCUE
}


@pytest.mark.parametrize("point", ACTIONS)
def test_faults_at_a_fail_point_lose_and_double_nothing(
    shared_cluster: Cluster, point: Point
) -> None:
    meet_faults(shared_cluster, point, ACTIONS[point])


@pytest.mark.parametrize("action", HARD)
def test_a_fault_while_the_dispatcher_rescues_loses_and_doubles_nothing(
    shared_cluster: Cluster, action: Action
) -> None:
    meet_faults(shared_cluster, Point.RESCUE, [action])


@pytest.mark.soak
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("point", Point)
def test_one_fault_at_a_fail_point_loses_and_doubles_nothing(
    shared_cluster: Cluster, point: Point, action: Action
) -> None:
    meet_faults(shared_cluster, point, [action])


def meet_faults(cluster: Cluster, point: Point, actions: list[Action]) -> None:
    # Two items in a chunk: one that meets every fault is split, not quarantined.
    names = name_items(32, bad=1, segv=point is Point.SPLIT)
    for action in actions:
        cluster.arm(point, action)
    if point is Point.RESCUE:
        # A lease has to expire first.
        cluster.arm(Point.BATCH, Action.SLEEP)
    job_id = cluster.submit(names)
    cluster.finish(job_id, names)
    assert not list(cluster.armed.iterdir()), "not every fault happened"
