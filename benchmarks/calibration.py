"""Whether corrected shares are nearer to the truth: `python -m benchmarks.calibration LABELS.csv`.

Calibrates on a random half of the labeled faces, draws audiences of skewed shares from the other
half, and compares what is counted, and what is corrected, with what was drawn.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cli.evaluation.analysis import analyze_rows, match_row
from cli.evaluation.labels import read_labels
from db.audience.bands import PRESETS, Band
from models.statistics.calibration import correct_shares
from models.statistics.confusion import Confusion, Group, LabeledFaces, band_of, tabulate_confusion
from models.statistics.labeled_pictures import count_labeled
from models.statistics.shares import Share, bound_design_effect, wilson_share

SEED = 4
# Shares of the groups, as if one were drawn this much more often than another.
SKEW = 0.35


@dataclass(frozen=True, slots=True)
class Trial:
    """One audience: the shares it was drawn with, as counted and as corrected."""

    truth: dict[Group, float]
    raw: dict[Group, Share]
    corrected: dict[Group, Share]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--faces", type=int, default=1000, help="of each audience")
    arguments = parser.parse_args()
    faces = _read_faces(arguments.labels)
    for name, bands in (("gender", None), *PRESETS.items()):
        trials = list(_try(faces, bands, arguments.trials, arguments.faces))
        for line in _describe(name, trials, arguments.trials):
            sys.stdout.write(line + "\n")


def _read_faces(labels: Path) -> list[LabeledFaces]:
    rows = [row for row in read_labels(labels) if row.path is not None]
    items = analyze_rows(rows)
    pictures = [match_row(row, item) for row, item in zip(rows, items, strict=True)]
    return [
        LabeledFaces(one.true_age, one.true_gender, one.age, one.gender)
        for one in count_labeled(pictures)
        for _ in range(one.faces)
    ]


def _try(
    faces: Sequence[LabeledFaces], bands: Sequence[Band] | None, trials: int, count: int
) -> Iterator[Trial]:
    """Trials whose half for calibration lacks a group cannot be corrected, and are left out."""
    random = np.random.default_rng(SEED)
    for _ in range(trials):
        order = random.permutation(len(faces))
        halves = [[faces[i] for i in half] for half in np.array_split(order, 2)]
        learnt = tabulate_confusion(halves[0], by_gender=bands is None, bands=bands)
        others = _group_faces(halves[1], bands)
        if all(group in others for group in learnt.truths) and all(map(sum, learnt.counts)):
            yield _draw_audience(learnt, others, count, random)


def _group_faces(
    faces: Sequence[LabeledFaces], bands: Sequence[Band] | None
) -> dict[Group, list[Group]]:
    """What each face of a group is predicted to be."""
    groups: dict[Group, list[Group]] = defaultdict(list)
    for one in faces:
        if bands is None:
            groups[one.true_gender, None].append((one.gender, None))
        elif one.true_age is not None:
            groups[None, band_of(one.true_age, bands)].append((None, band_of(one.age, bands)))
    return groups


def _draw_audience(
    learnt: Confusion,
    others: dict[Group, list[Group]],
    count: int,
    random: np.random.Generator,
) -> Trial:
    """Faces are drawn more than once: as if each stood in several pictures, all alike."""
    truth = random.dirichlet(np.full(len(learnt.truths), SKEW))
    seen: Counter[Group] = Counter()
    repeats = 0
    for group, times in zip(learnt.truths, random.multinomial(count, truth), strict=True):
        picks = np.bincount(random.integers(0, len(others[group]), times))
        repeats += int(picks @ picks)
        for number, pick in enumerate(picks):
            seen[others[group][number]] += int(pick)
    effect = bound_design_effect(count, repeats)
    return Trial(
        truth=dict(zip(learnt.truths, map(float, truth), strict=True)),
        raw={group: wilson_share(seen[group], count, effect) for group in learnt.truths},
        corrected=correct_shares(learnt, seen, design_effect=effect),
    )


def _describe(name: str, trials: Sequence[Trial], wanted: int) -> Iterator[str]:
    yield f"{name}: {len(trials)} of {wanted} audiences of skewed shares"
    for kind in ("raw", "corrected"):
        off = [_sum_errors(trial, kind) / 2 for trial in trials]
        held = [one for trial in trials for one in _hold(trial, kind)]
        yield (
            f"  {kind:10} misplaces {np.mean(off):6.1%} of the faces; "
            f"its 95 % interval holds the truth in {np.mean(held):.0%}"
        )
    nearer = np.mean(
        [_sum_errors(trial, "corrected") < _sum_errors(trial, "raw") for trial in trials]
    )
    yield f"  corrected is nearer to the truth in {nearer:.0%} of the audiences"


def _sum_errors(trial: Trial, kind: str) -> float:
    shares = trial.raw if kind == "raw" else trial.corrected
    return sum(abs(shares[group].value - share) for group, share in trial.truth.items())


def _hold(trial: Trial, kind: str) -> list[bool]:
    shares = trial.raw if kind == "raw" else trial.corrected
    return [shares[g].low <= share <= shares[g].high for g, share in trial.truth.items()]


if __name__ == "__main__":
    main()
