"""Threads for requests: those that wait for one kind of thing never keep another kind waiting."""

from concurrent.futures import ThreadPoolExecutor

from api.server.gathering import Gathering

HEALTH = "/healthz"


class Lanes:
    """`threads` for requests that have arrived, half as many for uploads, which arrive while they
    are handled, and one that only says that the process is alive."""

    def __init__(self, threads: int) -> None:
        self.calls = ThreadPoolExecutor(threads, thread_name_prefix="call")
        self._uploads = ThreadPoolExecutor(count_uploads(threads), thread_name_prefix="upload")
        self._health = ThreadPoolExecutor(1, thread_name_prefix="health")

    def choose(self, request: Gathering) -> ThreadPoolExecutor:
        if request.has_more:
            return self._uploads
        return self._health if request.path == HEALTH else self.calls

    def close(self) -> None:
        for lane in (self._uploads, self._health):
            lane.shutdown(wait=False)


def count_uploads(threads: int) -> int:
    """How many uploads arrive at the same time."""
    return max(2, threads // 2)
