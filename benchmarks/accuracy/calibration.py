"""Whether corrected shares are nearer to the truth: `make bench-calibration LABELS=labels.csv`.

Calibrates on a random half of the labeled faces, draws audiences of skewed shares from the other
half, and compares what is counted, and what is corrected, with what was drawn.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from benchmarks import program
from cli.evaluation.analysis import analyze_pictures
from cli.evaluation.loading import load_labels
from cli.evaluation.matching import match_rows
from db.slices.bands import PRESETS, Band
from models.accuracy.labeled_pictures import count_labeled
from models.statistics.calibration import correct_shares
from models.statistics.confusion import Confusion, Group, LabeledFaces, band_of, tabulate_confusion
from models.statistics.shares import Share, bound_design_effect, wilson_share

SEED = 4
# Shares of the groups, as if one were drawn this much more often than another.
SKEW = 0.35

Truth: TypeAlias = dict[Group, float]
Shares: TypeAlias = dict[Group, Share]


@dataclass(frozen=True, slots=True)
class Trial:
    """One audience: the shares it was drawn with, as counted and as corrected."""

    truth: Truth
    raw: Shares
    corrected: Shares


@dataclass(frozen=True, slots=True)
class Quality:
    """How near shares were to the truth, on average over all audiences."""

    misplaced: float  # the share of faces that are in a wrong group
    covered: float  # the share of 95% intervals that contain the truth


@dataclass(frozen=True, slots=True)
class Comparison:
    """The audiences of one set of groups, as counted and as corrected."""

    audiences: int
    raw: Quality
    corrected: Quality
    nearer: float  # the share of audiences whose corrected shares are nearer to the truth


def main() -> None:
    arguments = _read_arguments()
    machine = program.begin()
    faces = _read_faces(arguments.labels)
    compared = {}
    for name, bands in (("gender", None), *PRESETS.items()):
        trials = list(_try(faces, bands, arguments.trials, arguments.faces))
        if trials:
            compared[name] = _compare(trials)
    if not compared:
        program.fail(f"{len(faces)} labeled faces are too few: some of each gender are needed.")
    figures = {name: asdict(one) for name, one in compared.items()}
    program.write_figures(
        arguments.out, "calibration", {**machine, "faces": len(faces), "groups": figures}
    )
    for name, one in compared.items():
        _say_comparison(name, one, arguments.trials)


def _read_arguments() -> argparse.Namespace:
    parser = program.make_parser(__doc__)
    parser.add_argument("labels", type=Path, help="a table of labeled faces")
    parser.add_argument("--trials", type=int, default=200, help="audiences of each set of groups")
    parser.add_argument("--faces", type=int, default=1000, help="faces of each audience")
    return parser.parse_args()


def _read_faces(labels: Path) -> list[LabeledFaces]:
    rows = [row for row in load_labels(labels) if row.path is not None]
    items = analyze_pictures([row.path for row in rows if row.path is not None], None).items
    pictures = [
        picture
        for row in rows
        if row.path is not None
        for _, picture in match_rows([row], items[row.path])
    ]
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
        learned = tabulate_confusion(halves[0], by_gender=bands is None, bands=bands)
        others = _group_faces(halves[1], bands)
        if all(group in others for group in learned.truths) and all(map(sum, learned.counts)):
            yield _draw_audience(learned, others, count, random)


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
    learned: Confusion,
    others: dict[Group, list[Group]],
    count: int,
    random: np.random.Generator,
) -> Trial:
    """Faces are drawn more than once: as if each stood in several pictures, all alike."""
    truth = random.dirichlet(np.full(len(learned.truths), SKEW))
    seen: Counter[Group] = Counter()
    repeats = 0
    for group, times in zip(learned.truths, random.multinomial(count, truth), strict=True):
        picks = np.bincount(random.integers(0, len(others[group]), times))
        repeats += int(picks @ picks)
        for number, pick in enumerate(picks):
            seen[others[group][number]] += int(pick)
    effect = bound_design_effect(count, repeats)
    return Trial(
        truth=dict(zip(learned.truths, map(float, truth), strict=True)),
        raw={group: wilson_share(seen[group], count, effect) for group in learned.truths},
        corrected=correct_shares(learned, seen, design_effect=effect),
    )


def _compare(trials: Sequence[Trial]) -> Comparison:
    nearer = [
        _sum_errors(trial.corrected, trial.truth) < _sum_errors(trial.raw, trial.truth)
        for trial in trials
    ]
    return Comparison(
        audiences=len(trials),
        raw=_rate([(trial.raw, trial.truth) for trial in trials]),
        corrected=_rate([(trial.corrected, trial.truth) for trial in trials]),
        nearer=float(np.mean(nearer)),
    )


def _rate(found: Sequence[tuple[Shares, Truth]]) -> Quality:
    return Quality(
        misplaced=float(np.mean([_sum_errors(shares, truth) / 2 for shares, truth in found])),
        covered=float(
            np.mean(
                [
                    shares[group].low <= share <= shares[group].high
                    for shares, truth in found
                    for group, share in truth.items()
                ]
            )
        ),
    )


def _sum_errors(shares: Shares, truth: Truth) -> float:
    return sum(abs(shares[group].value - share) for group, share in truth.items())


def _say_comparison(name: str, compared: Comparison, wanted: int) -> None:
    program.say(f"{name}: {compared.audiences} of {wanted} audiences of skewed shares")
    for kind, quality in (("raw", compared.raw), ("corrected", compared.corrected)):
        program.say(
            f"  {kind:10} misplaces {quality.misplaced:6.1%} of the faces; "
            f"its 95% interval contains the truth in {quality.covered:.0%}"
        )
    program.say(f"  corrected is nearer to the truth in {compared.nearer:.0%} of the audiences")


if __name__ == "__main__":
    main()
