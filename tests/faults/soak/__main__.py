"""The faults at length: `make soak`, or `python -m tests.faults.soak --minutes 10 --faults 100`.

The cases run one after the other, each on a cluster of its own, and each of their jobs is held
against a fault-free run. The numbers go to benchmarks/out/soak.json; a full run fails where it did
not do all that it should.
"""

import argparse
import random
import sys
from math import ceil
from time import monotonic

from cli.signals import end_on_signals
from tests.faults.soak.case_run import CaseRun
from tests.faults.soak.cases import CASES, FULL_FAULTS, find_missing
from tests.faults.soak.outcome import Outcome, print_outcome, print_sum, write_report

FULL_MINUTES = 60.0
INTERRUPTED = 130


def main() -> None:
    arguments = _read_arguments()
    print(f"seed {arguments.seed}", file=sys.stderr)  # noqa: T201
    end_on_signals()
    outcomes: list[Outcome] = []
    try:
        _run_cases(arguments, outcomes)
    except (KeyboardInterrupt, SystemExit):
        print_sum(outcomes, ["interrupted"])
        sys.exit(INTERRUPTED)
    missing = find_missing(outcomes)
    print_sum(outcomes, missing)
    for one in missing:
        print(f"not done: {one}", file=sys.stderr)  # noqa: T201
    is_full = arguments.faults >= FULL_FAULTS and arguments.minutes >= FULL_MINUTES
    sys.exit(any(one.differences for one in outcomes) or (is_full and bool(missing)))


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=FULL_MINUTES, help="cut short after this")
    parser.add_argument("--faults", type=int, default=FULL_FAULTS, help="about this many")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--case", default="", help="only those with this in their names")
    return parser.parse_args()


def _run_cases(arguments: argparse.Namespace, outcomes: list[Outcome]) -> None:
    """Each case has its share of the time; the report is written after each case."""
    started = monotonic()
    deadline = started + 60 * arguments.minutes
    chosen = [case for case in CASES if arguments.case in case.name]
    left = sum(case.seconds for case in chosen)
    scale = arguments.faults / FULL_FAULTS
    for number, case in enumerate(chosen):
        now = monotonic()
        ends_at = now + (deadline - now) * case.seconds / left
        left -= case.seconds
        outcomes.append(Outcome(case.name))
        run = CaseRun(case, outcomes[-1], arguments.seed + number, scale, ends_at)
        try:
            run.run()
        finally:
            outcomes[-1].seconds = round(monotonic() - now, 1)
            print_outcome(outcomes[-1])
            missing = find_missing(outcomes)
            write_report(arguments.seed, outcomes, missing, ceil(monotonic() - started))


if __name__ == "__main__":
    main()
