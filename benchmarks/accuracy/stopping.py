"""Whether shares at which jobs stop are as near to the truth as they say, in made populations.

Each run of items has a number of faces (Poisson) and a share of women (beta); these shares differ
more, the more alike the faces of a run are. Estimating again and again is part of what
is measured: each trial stops at the first estimate that is good enough, as a job does.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product
from math import ceil

import numpy as np

from benchmarks import program
from db.audience.samples import GROWTH
from models.statistics.sampling import FEWEST_RUNS, RunCounts, estimate_share, is_known

SEED = 17
RUNS, FACES_PER_RUN = 5000, 6
SHARES, LIKENESSES, MARGINS = (0.02, 0.05, 0.1, 0.2, 0.5), (0.02, 0.2, 0.5), (0.02, 0.05)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of many trials: how often the interval holds the truth, how often the estimate is within the
    margin, and which part of the items was analyzed."""

    share: float
    likeness: float
    margin: float
    covered: float
    within: float
    analyzed: float


def main() -> None:
    parser = program.make_parser(__doc__)
    parser.add_argument("--trials", type=int, default=1000, help="trials of each kind")
    arguments = parser.parse_args()
    found = list(measure(arguments.trials))
    for one in found:
        program.say(
            f"share {one.share:.2f}, likeness {one.likeness:.2f}, margin {one.margin:.2f}: covered "
            f"{one.covered:.1%}, within {one.within:.1%}, analyzed {one.analyzed:.1%}"
        )
    program.write_figures(arguments.out, "stopping", {"kinds": [asdict(one) for one in found]})


def measure(trials: int, runs: int = RUNS) -> Iterator[Coverage]:
    """One for each kind of population and margin."""
    random = np.random.default_rng(SEED)
    for share, likeness, margin in product(SHARES, LIKENESSES, MARGINS):
        results = [_try(random, runs, share, likeness, margin) for _ in range(trials)]
        covered, within, analyzed = np.mean(results, axis=0).tolist()
        yield Coverage(share, likeness, margin, covered, within, analyzed)


def _try(
    random: np.random.Generator, runs: int, share: float, likeness: float, margin: float
) -> tuple[bool, bool, float]:
    spread = (1 - likeness) / likeness
    faces = random.poisson(FACES_PER_RUN, runs)
    hits = random.binomial(faces, random.beta(share * spread, (1 - share) * spread, runs))
    truth, drawn = hits.sum() / faces.sum(), FEWEST_RUNS
    while True:
        drawn = min(drawn, runs)
        counts = RunCounts(faces[:drawn].tolist(), hits[:drawn].tolist())
        found = estimate_share(counts, runs)
        if drawn == runs or is_known(found, margin):
            is_covered = bool(found.low - 1e-9 <= truth <= found.high + 1e-9)
            return is_covered, bool(abs(found.value - truth) <= margin), drawn / runs
        drawn = ceil(drawn * GROWTH)


if __name__ == "__main__":
    main()
