"""Counts calls of functions, by Python's profiling hook: in our code, and in the libraries that it
calls, those of C included."""

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType

ROOT = Path(__file__).parents[2]
# How often threads wait for each other differs from run to run.
UNSTEADY = ("threading.py", "concurrent/futures", "queue.py", "selectors.py", "logging/")


class CallCounter:
    """Made before the threads that it is to count in; it counts while it is on."""

    def __init__(self) -> None:
        self._is_on = False
        self._counts: list[Counter[CodeType | str]] = []
        self._local = threading.local()
        threading.setprofile(self._note)

    @contextmanager
    def count(self) -> Iterator[None]:
        """In this thread, and in those that were started since this counter was made."""
        before = sys.getprofile()
        self._is_on = True
        sys.setprofile(self._note)
        try:
            yield
        finally:
            sys.setprofile(before)
            self._is_on = False
            threading.setprofile(None)

    def totals(self) -> Counter[str]:
        """Calls by function, as `models/nets/yunet.py:prepare` or `resize`."""
        named: Counter[str] = Counter()
        for counts in list(self._counts):
            for function, calls in counts.items():
                if (name := _name(function)) is not None:
                    named[name] += calls
        return named

    def _note(self, frame: FrameType, event: str, called: object) -> None:
        if not self._is_on:
            return
        if event == "call":
            self._own_counts()[frame.f_code] += 1
        elif event == "c_call" and _is_steady(frame.f_code.co_filename):
            self._own_counts()[getattr(called, "__qualname__", type(called).__name__)] += 1

    def _own_counts(self) -> Counter[CodeType | str]:
        """Of this thread: adding to one that others add to would lose some."""
        try:
            counts: Counter[CodeType | str] = self._local.counts
        except AttributeError:
            counts = self._local.counts = Counter()
            self._counts.append(counts)
        return counts


def _name(function: CodeType | str) -> str | None:
    """None for a function that is not counted."""
    if isinstance(function, str):
        return function
    path = function.co_filename
    if not _is_steady(path):
        return None
    if path.startswith(str(ROOT)):
        path = str(Path(path).relative_to(ROOT))
    elif "site-packages/" in path:
        path = path.rsplit("site-packages/", 1)[1]
    else:
        path = Path(path).name
    return f"{path}:{function.co_qualname}"


def _is_steady(path: str) -> bool:
    return not any(one in path for one in UNSTEADY)
