"""What was counted before, kept in the repository, and what has grown since."""

import json
import platform
from collections.abc import Iterator
from pathlib import Path

from benchmarks.counts.photos import Counted

BASELINE = Path(__file__).with_name("baseline.json")
# Less is noise: threads that wait, and releases of libraries.
MOST_GROWTH = 0.10
NAMED = 5
OURS = ("api/", "db/", "models/", "worker/")


def write_baseline(counted: Counted, path: Path = BASELINE) -> None:
    """To be compared with from now on."""
    values = {"python": _python(), "totals": counted.totals, "calls": counted.calls}
    path.write_text(json.dumps(values, indent=1, sort_keys=True) + "\n")


def find_regressions(counted: Counted, path: Path = BASELINE) -> list[str]:
    """A sentence for each count that has grown by more than 10%.

    Calls are compared only under the Python of the baseline: others call other functions.
    """
    before = json.loads(path.read_text())
    totals = dict(before["totals"])
    if before["python"] != _python():
        del totals["calls"]
    return list(_describe(counted, totals, before["calls"]))


def _describe(counted: Counted, totals: dict[str, int], calls: dict[str, int]) -> Iterator[str]:
    for name, count in counted.totals.items():
        known = totals.get(name)
        if known is None and name != "calls":
            yield f"{name}: {count}, before none"
        elif known is not None and count > known * (1 + MOST_GROWTH):
            sentence = f"{name}: {count}, before {known} ({count / known - 1:+.0%})"
            yield sentence + (_name_grown(counted.calls, calls) if name == "calls" else "")


def _name_grown(now: dict[str, int], before: dict[str, int]) -> str:
    """The functions whose calls have grown most: ours, then those of libraries."""
    grown = {name: count - before.get(name, 0) for name, count in now.items()}
    most = sorted((name for name in grown if grown[name] > 0), key=lambda name: -grown[name])
    ours = [name for name in most if name.startswith(OURS)]
    named = ours[:NAMED] + [name for name in most if name not in ours][:NAMED]
    return "; most of it: " + ", ".join(f"{name} {grown[name]:+}" for name in named)


def _python() -> str:
    return ".".join(platform.python_version_tuple()[:2])
