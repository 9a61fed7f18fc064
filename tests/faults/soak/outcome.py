"""The outcome of a case of the soak, and the report of all cases: benchmarks/out/soak.json."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.checks.comparison import Difference
from tests.faults.schedule import FAULTS
from tests.faults.submitters.lifecycle import CALLS

OUT = Path("benchmarks/out/soak.json")
POISON = "item that ends its worker"
# Sending a draft is no fault.
NO_FAULTS = ("draft sent",)


@dataclass(slots=True)
class Outcome:
    """The outcome of a case so far."""

    name: str
    jobs: int = 0
    items: int = 0
    deliveries: int = 0
    lost: int = 0
    doubled: int = 0
    most_hints: int = 0
    seconds: float = 0.0
    overtaken: int | None = None
    options: dict[str, Any] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    @property
    def faults(self) -> int:
        """The number of injected faults, including items that crash their worker."""
        return sum(
            times
            for kind, times in self.kinds.items()
            if (kind in FAULTS or kind in CALLS or kind.startswith(POISON))
            and kind not in NO_FAULTS
        )

    @property
    def kills(self) -> int:
        return sum(times for kind, times in self.kinds.items() if "killed" in kind)

    @property
    def differences(self) -> int:
        """Compared with the fault-free run."""
        return self.lost + self.doubled + len(self.violations)

    def add(self, difference: Difference, items: int) -> None:
        self.jobs += 1
        self.items += items
        self.lost += difference.lost
        self.doubled += difference.doubled
        self.violations += difference.violations

    def describe(self) -> dict[str, Any]:
        numbers = {name: getattr(self, name) for name in ("faults", "kills", "differences")}
        return {**asdict(self), **numbers, "kinds": dict(sorted(self.kinds.items()))}


def print_outcome(outcome: Outcome) -> None:
    print(  # noqa: T201
        f"{outcome.name}: {outcome.items} items in {outcome.jobs} jobs, {outcome.faults} faults, "
        f"{outcome.kills} kills, {outcome.deliveries} deliveries, {outcome.seconds} s; "
        f"lost {outcome.lost}, doubled {outcome.doubled}, differences {outcome.differences}",
        file=sys.stderr,
    )
    for violation in outcome.violations[:10]:
        print(f"  {violation}", file=sys.stderr)  # noqa: T201


def write_report(
    seed: int, outcomes: Sequence[Outcome], missing: Sequence[str], seconds: float
) -> None:
    """The report; a run that was shortened or stopped is reported as incomplete."""
    kinds: Counter[str] = Counter()
    for outcome in outcomes:
        kinds.update(outcome.kinds)
    report = {
        "seed": seed,
        "complete": not missing,
        "missing": list(missing),
        "seconds": round(seconds, 1),
        "faults": sum(one.faults for one in outcomes),
        "lost": sum(one.lost for one in outcomes),
        "doubled": sum(one.doubled for one in outcomes),
        "differences": sum(one.differences for one in outcomes),
        "kinds": dict(sorted(kinds.items())),
        "cases": [one.describe() for one in outcomes],
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(report, indent=1) + "\n")


def print_sum(outcomes: Sequence[Outcome], missing: Sequence[str]) -> None:
    numbers = {
        "faults": sum(one.faults for one in outcomes),
        "lost": sum(one.lost for one in outcomes),
        "doubled": sum(one.doubled for one in outcomes),
        "differences": sum(one.differences for one in outcomes),
        "complete": not missing,
    }
    print(json.dumps(numbers))  # noqa: T201
