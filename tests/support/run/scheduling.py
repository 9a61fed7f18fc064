"""Where several processes run tests: which tests stay together, and which come first."""

from collections import Counter
from collections.abc import Sequence

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Clusters would slow each other down, and some of their tests are timed.
FAULTS = "tests/faults"
# Folders whose tests share a server, which takes longer to start than most of them.
TOGETHER = (FAULTS, "tests/api/pages", "tests/attacks")
# About how long a test takes, in seconds, by the costliest of its markers.
SECONDS = {"processes": 4.0, "browser": 2.0, "slow": 1.0, "postgresql": 0.2}
OTHER_SECONDS = 0.05


class FileScheduling(LoadScopeScheduling):
    """Gives a process one file at a time, as its tests may share a server, or one such folder.

    The files come in the order of the tests.
    """

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return find_scope(nodeid)


def find_scope(nodeid: str) -> str:
    """The name of the tests that run in one process, one after another."""
    folders = [folder for folder in TOGETHER if nodeid.startswith(f"{folder}/")]
    return folders[0] if folders else nodeid.partition("::")[0]


def put_longest_first(items: list[pytest.Item]) -> None:
    """Otherwise the last process would run a long file while the others have nothing to do."""
    seconds = Counter[str]()
    for item in items:
        seconds[find_scope(item.nodeid)] += _estimate_seconds(item)
    items.sort(key=lambda item: -seconds[find_scope(item.nodeid)])


def _estimate_seconds(item: pytest.Item) -> float:
    names: Sequence[str] = [marker.name for marker in item.iter_markers()]
    return max((SECONDS[name] for name in names if name in SECONDS), default=OTHER_SECONDS)
