"""What a pool child opens at its start, and what only at a task that needs it."""

import pytest

from worker.lease import LeaseTerms
from worker.runners import make_runners
from worker.settings import Settings


def test_a_store_that_cannot_be_opened_does_not_break_the_interactive_lane(
    settings: Settings,
) -> None:
    broken = settings.model_copy(update={"store_url": "nodriver://bucket/uploads"})
    runners = make_runners(broken, LeaseTerms(60.0, 150.0, lambda: False))
    # Nobody waits for this answer, so the runner only connects to the broker.
    runners.interactive.answer("nobody")
    runners.interactive.close()
    with pytest.raises(ValueError, match="nodriver"):
        _ = runners.chunks


def test_a_pool_child_opens_each_runner_once(settings: Settings) -> None:
    runners = make_runners(settings, LeaseTerms(60.0, 150.0, lambda: False))
    assert runners.chunks is runners.chunks
    assert runners.interactive is runners.interactive
    runners.interactive.close()
