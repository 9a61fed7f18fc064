"""Which tests run in one process, one after another, where several processes run tests."""

from xdist.scheduler import LoadScopeScheduling

# Clusters would slow each other down, and some of their tests are timed.
FAULTS = "tests/faults"


class FileScheduling(LoadScopeScheduling):
    """Gives a process one file at a time, as its tests may share a server, and faults to one."""

    def _split_scope(self, nodeid: str) -> str:
        return FAULTS if nodeid.startswith(f"{FAULTS}/") else nodeid.partition("::")[0]
