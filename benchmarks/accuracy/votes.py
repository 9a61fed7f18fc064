"""Fits what makes the votes of packs honest: `make bench-votes LABELS=labels.csv`.

Every estimator is asked once about each labeled face. The age interval and the scale of genders are
then fitted by cross-validation, people undivided: what is shown of a face was fitted on others. The
values at the end are those of all faces, as a pack.toml has them.
"""

import argparse
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import program
from benchmarks.comparisons.age_votes import try_ages
from benchmarks.inputs.labeled_faces import VotedFaces, vote_on_labeled_faces
from benchmarks.settings import read_cpu_settings
from models.errors import ModelUnavailable
from models.estimators.vote import scale_genders
from models.fitting.folds import cross_validate
from models.fitting.genders import GenderedFaces, fit_scale
from models.fitting.intervals import AgedFaces, fit_interval, hold_ages
from models.packs.pack import Pack
from models.packs.parts import AVERAGINGS, MASKS
from models.packs.shipped_packs import list_shipped, read_shipped

Array = NDArray[np.float64]

# A reported probability of a gender, by these steps.
STEPS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.0)


def main() -> None:
    arguments = _read_arguments()
    program.exit_on_sigterm()
    figures = {}
    for name in arguments.pack or list_shipped():
        pack = _vary(read_shipped(name), arguments)
        try:
            faces = vote_on_labeled_faces(arguments.labels, pack, read_cpu_settings())
        except ModelUnavailable as error:
            program.say(f"{name}: left out: {error}")
            continue
        program.say(f"\n{name}: {len(faces.years)} faces")
        folds = faces.list_folds()
        figures[name] = {
            **_measure_ages(faces.aged(), folds[faces.has_age]),
            "other_age_errors": _try_ages(pack, faces),
            **_measure_genders(faces.gendered(), folds[faces.has_gender]),
            "gender_right_from_13": _measure_from_13(faces),
        }
    program.write_figures(arguments.out, "votes", figures)


def _read_arguments() -> argparse.Namespace:
    parser = program.make_parser(__doc__)
    parser.add_argument("labels", type=Path, help="a table of labeled faces")
    parser.add_argument("--pack", action="append", help="a shipped pack; all, if none is named")
    parser.add_argument("--averaging", choices=AVERAGINGS, help="of every estimator")
    parser.add_argument("--mask", choices=MASKS, help="of every estimator")
    return parser.parse_args()


def _vary(pack: Pack, arguments: argparse.Namespace) -> Pack:
    """The pack with what was asked for instead of what its estimators have."""
    changes = {key: getattr(arguments, key) for key in ("averaging", "mask")}
    wanted = {key: value for key, value in changes.items() if value is not None}
    return replace(pack, estimators=tuple(replace(one, **wanted) for one in pack.estimators))


def _measure_ages(faces: AgedFaces, folds: NDArray[np.int64]) -> dict[str, object]:
    held = cross_validate(
        folds,
        lambda others, these: hold_ages(
            fit_interval(faces.choose(others)), faces.choose(these)
        ).astype(float),
    )
    error = float(np.abs(faces.years - faces.true_years).mean())
    by_decade = dict(_share_by(held, faces.decades, "{}0s"))
    by_quarter = dict(_share_by(held, faces.quarters, "quarter {}"))
    interval = asdict(fit_interval(faces))
    program.say(f"age error {error:.2f} years; the interval holds {held.mean():.1%}")
    program.say("  by decade of true age: " + _describe(by_decade))
    program.say("  by disagreement: " + _describe(by_quarter))
    program.say(f"  [vote.interval] {interval}")
    return {
        "age_error": error,
        "held": float(held.mean()),
        "held_by_decade": by_decade,
        "held_by_disagreement": by_quarter,
        "interval": interval,
    }


def _try_ages(pack: Pack, faces: VotedFaces) -> dict[str, float]:
    errors = dict(try_ages(pack.vote, faces.ballots, faces.truths(), faces.list_folds()))
    for name, error in errors.items():
        program.say(f"  {name}: {error:.2f} years")
    return errors


def _measure_genders(faces: GenderedFaces, folds: NDArray[np.int64]) -> dict[str, object]:
    def scale(others: NDArray[np.bool_], these: NDArray[np.bool_]) -> Array:
        chosen = faces.choose(these)
        return scale_genders(fit_scale(faces.choose(others)), chosen.females, chosen.years)

    females = cross_validate(folds, scale)
    right = (females >= 0.5) == faces.is_female
    said = np.maximum(females, 1 - females)
    steps = dict(_share_by_step(said, right))
    fitted = asdict(fit_scale(faces))
    program.say(f"gender right {right.mean():.1%}; by what is said: " + _describe(steps))
    program.say(f"  [vote.gender] {fitted}")
    return {"gender_right": float(right.mean()), "right_by_probability": steps, "scale": fitted}


def _measure_from_13(faces: VotedFaces) -> float:
    """Genders right among the faces of a labeled age from 13 up."""
    chosen = np.array([(row.age_years or 0) >= 13 for row in faces.rows])
    labels = np.array([row.gender for row in faces.rows])
    said = np.where(faces.females >= 0.5, "female", "male")
    share = float((said == labels)[chosen].mean()) if chosen.any() else 0.0
    program.say(f"  from 13 up: {share:.1%}")
    return share


def _share_by(held: Array, groups: NDArray[np.int64], name: str) -> Iterator[tuple[str, float]]:
    for group in np.unique(groups):
        yield name.format(group), float(held[groups == group].mean())


def _share_by_step(said: Array, right: NDArray[np.bool_]) -> Iterator[tuple[str, float]]:
    numbers = np.digitize(said, STEPS[1:-1])
    for number in np.unique(numbers):
        inside = numbers == number
        label = f"{said[inside].mean():.2f} ({inside.sum()} faces)"
        yield label, float(right[inside].mean())


def _describe(shares: dict[str, float]) -> str:
    return ", ".join(f"{name} {share:.0%}" for name, share in shares.items())


if __name__ == "__main__":
    main()
