"""What a pool child opens at its start, and what only at a task that needs it."""

import pytest

from models.errors import ModelUnavailable
from worker.lease import LeaseTerms
from worker.runners import make_runners, open_or_end
from worker.settings import Settings
from worker.watchdog import STUCK_STATUS


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


def refuse() -> None:
    raise ModelUnavailable("The provider is `cuda 1`, but it did not start on this machine.")


@pytest.mark.parametrize("pause_seconds", [0.0, 3600.0], ids=["after a pause", "at shutdown"])
def test_a_pool_child_without_models_says_why_and_ends(pause_seconds, caplog) -> None:
    ends: list[int] = []
    open_or_end(refuse, lambda: pause_seconds > 0, ends.append, pause_seconds)
    assert ends == [STUCK_STATUS]
    [record] = caplog.records
    assert "`cuda 1`, but it did not start" in record.error


def test_a_pool_child_that_has_its_models_goes_on(settings: Settings) -> None:
    ends: list[int] = []
    open_or_end(lambda: None, lambda: False, ends.append)
    assert ends == []
