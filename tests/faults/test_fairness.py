"""A small job does not wait for a large one, and a more urgent one gets the larger share."""

import pytest

from db.job_values import Priority
from tests.faults.cluster.cluster import Cluster
from tests.faults.soak.cases import MOST_OVERTAKEN
from tests.faults.submitters.fairness import overtake, share_by_priority


@pytest.mark.parametrize(
    ("large_items", "most"),
    [
        (1500, 700),
        pytest.param(100_000, MOST_OVERTAKEN, marks=[pytest.mark.soak, pytest.mark.timeout(1800)]),
    ],
)
def test_a_small_job_is_done_before_much_more_of_a_large_one(
    shared_cluster: Cluster, large_items: int, most: int
) -> None:
    overtaking = overtake(shared_cluster, large_items)
    assert not overtaking.violations
    assert overtaking.done_meanwhile <= most


def test_a_more_urgent_job_gets_the_larger_share_and_starves_no_other(
    shared_cluster: Cluster,
) -> None:
    done = share_by_priority(shared_cluster, 300)
    assert done[Priority.HIGH] == 300
    assert 0 < done[Priority.LOW] < done[Priority.NORMAL] < done[Priority.HIGH]
