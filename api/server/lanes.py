"""Threads for requests: those that wait for one kind of thing never keep another kind waiting."""

from concurrent.futures import ThreadPoolExecutor

from api.server.gathering import Gathering


class Lanes:
    """`threads` for requests that have arrived, and half as many for uploads, which arrive while
    they are handled."""

    def __init__(self, threads: int) -> None:
        self.calls = ThreadPoolExecutor(threads, thread_name_prefix="call")
        self._uploads = ThreadPoolExecutor(count_uploads(threads), thread_name_prefix="upload")

    def choose(self, request: Gathering) -> ThreadPoolExecutor:
        return self._uploads if request.has_more else self.calls

    def close(self) -> None:
        """Wait for the requests under way: the main process ends whom that takes too long."""
        for lane in (self.calls, self._uploads):
            lane.shutdown()


def count_uploads(threads: int) -> int:
    """How many uploads arrive at the same time."""
    return max(2, threads // 2)
