"""What the quality of a face is worth: `make bench-quality LABELS=labels.csv`.

Makes each labeled picture worse in many ways, analyzes it again, and shows how errors of age and
gender grow as quality falls; what the faces that are not judged would have been counted as; and
whether a track gains from weighing its faces by quality.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import program
from benchmarks.inputs.degradations import DEGRADATIONS, Degradation, Scene
from benchmarks.settings import read_cpu_settings
from cli.evaluation.pictures import decode_file
from models.face import Face
from models.labels import LabelRow, read_labels
from models.nets.analyzer import AlignedFace, Analyzer
from models.pictures.picture import Picture
from models.quality.measurement import measure_quality
from worker.packs.analyzers import open_analyzers
from worker.settings import Settings

SEED = 14
MINIMUMS = tuple(round(0.05 * step, 2) for step in range(1, 11))
CHILD_YEARS = 13
FACES_PER_TRACK = 8
NOISE = 1e-9

Weigh = Callable[[Face], float]


@dataclass(frozen=True, slots=True)
class Look:
    """One labeled face as it was found in one picture, or was not."""

    subject: int
    kind: str
    level: str
    true_age: float
    true_gender: str
    face: Face | None
    microseconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Errors:
    """How well some faces were judged."""

    faces: int
    quality: float  # the median
    mean_error_years: float
    bias_years: float
    gender_right: float


@dataclass(frozen=True, slots=True)
class Minimum:
    """What a minimum of quality does: to pictures as they are, and to those made worse."""

    quality_min: float
    left_out_of_untouched: float
    left_out_of_all: float
    judged: Errors | None
    left_out: Errors | None
    left_out_females_said: float
    left_out_females_true: float
    left_out_children_said: float
    left_out_children_true: float


def main() -> None:
    arguments = _read_arguments()
    machine, settings = program.begin(), read_cpu_settings()
    rows = [row for row in read_labels(arguments.labels) if row.path and row.age_years is not None]
    analyzer = open_analyzers(settings).get(settings.pack)
    looks = [
        look
        for number, row in enumerate(rows[: arguments.faces])
        if row.gender is not None
        for look in _look_at(number, row, analyzer, settings, arguments.each)
    ]
    found = [look for look in looks if look.face is not None]
    if not found:
        program.fail("No face with an age and a gender was found.")
    figures: dict[str, Any] = {
        **machine,
        "pictures": len(looks),
        "faces": len(found),
        "microseconds": round(float(np.median([look.microseconds for look in found])), 1),
        "ways": _measure_ways(looks),
        "deciles": [asdict(_rate(part)) for part in _split(found, 10)],
        "minimums": [asdict(one) for one in map(lambda at: _try_minimum(found, at), MINIMUMS)],
        "tracks": _measure_tracks(found),
    }
    program.write_figures(arguments.out, "quality", figures)
    _say(figures)


def _read_arguments() -> argparse.Namespace:
    parser = program.make_parser(__doc__)
    parser.add_argument("labels", type=Path, help="a table of labeled faces")
    parser.add_argument("--faces", type=int, default=None, help="use the first rows only")
    parser.add_argument(
        "--each", type=int, default=len(DEGRADATIONS), help="ways to degrade each picture"
    )
    return parser.parse_args()


def _look_at(
    number: int, row: LabelRow, analyzer: Analyzer, settings: Settings, each: int
) -> Iterator[Look]:
    """The picture as it is, and degraded in some ways; none if no face is found in it."""
    picture = None if row.path is None else decode_file(settings, row.path)
    original = None if picture is None else _find_largest(analyzer, picture)
    if picture is None or original is None:
        return
    random = np.random.default_rng((SEED, number))
    points = np.array(original.detection.landmarks, dtype=np.float64) / picture.scale
    scene = Scene(picture.rgb, points, random)
    untouched, *others = DEGRADATIONS
    chosen = random.permutation(len(others))[: max(0, each - 1)]
    for way in (untouched, *(others[index] for index in sorted(chosen))):
        yield _look(number, row, way, scene, analyzer)


def _find_largest(analyzer: Analyzer, picture: Picture) -> AlignedFace | None:
    def size(one: AlignedFace) -> int:
        return one.detection.box.width * one.detection.box.height

    [found] = analyzer.detect([picture])
    return max(found.faces, key=size, default=None)


def _look(number: int, row: LabelRow, way: Degradation, scene: Scene, analyzer: Analyzer) -> Look:
    rgb = np.ascontiguousarray(way.apply(scene))
    picture = Picture(rgb, rgb.shape[1], rgb.shape[0])
    aligned = _find_largest(analyzer, picture)
    labels = (number, way.kind, way.level, row.age_years or 0.0, row.gender or "")
    if aligned is None:
        return Look(*labels, face=None)
    started = perf_counter()
    measure_quality(picture, aligned.detection)
    taken = perf_counter() - started
    [face] = analyzer.estimate([aligned])
    return Look(*labels, face=face, microseconds=taken * 1e6)


def _faces_of(looks: Sequence[Look]) -> list[tuple[Look, Face]]:
    return [(look, look.face) for look in looks if look.face is not None]


def _rate(looks: Sequence[Look]) -> Errors:
    """The errors of looks that found a face; genders by the likelier of the two."""
    found = _faces_of(looks)
    errors = np.array([face.age.years - look.true_age for look, face in found])
    right = [(face.gender.female >= 0.5) == (look.true_gender == "female") for look, face in found]
    return Errors(
        faces=len(found),
        quality=round(float(np.median([face.quality.value for _, face in found])), 3),
        mean_error_years=round(float(np.abs(errors).mean()), 2),
        bias_years=round(float(errors.mean()), 2),
        gender_right=round(float(np.mean(right)), 4),
    )


def _measure_ways(looks: Sequence[Look]) -> list[dict[str, object]]:
    groups: dict[tuple[str, str], list[Look]] = {}
    for look in looks:
        groups.setdefault((look.kind, look.level), []).append(look)
    figures: list[dict[str, object]] = []
    for way in DEGRADATIONS:
        group = groups.get((way.kind, way.level), [])
        found = [look for look in group if look.face is not None]
        share = round(len(found) / len(group), 4) if group else None
        rated = asdict(_rate(found)) if found else None
        figures.append({"kind": way.kind, "level": way.level, "found": share, "errors": rated})
    return figures


def _split(found: Sequence[Look], parts: int) -> Iterator[list[Look]]:
    """Parts of equal size, the lowest quality first."""
    values = np.array([face.quality.value for _, face in _faces_of(found)])
    for part in np.array_split(np.argsort(values, kind="stable"), parts):
        if len(part):
            yield [found[index] for index in part]


def _try_minimum(found: Sequence[Look], quality_min: float) -> Minimum:
    faces = _faces_of(found)
    out = [look for look, face in faces if face.quality.value < quality_min]
    judged = [look for look, face in faces if face.quality.value >= quality_min]
    untouched = [face for look, face in faces if look.kind == DEGRADATIONS[0].kind]
    left_out = _faces_of(out)
    return Minimum(
        quality_min=quality_min,
        left_out_of_untouched=_share([face.quality.value < quality_min for face in untouched]),
        left_out_of_all=_share([face.quality.value < quality_min for _, face in faces]),
        judged=_rate(judged) if judged else None,
        left_out=_rate(out) if out else None,
        left_out_females_said=_share([face.gender.female >= 0.5 for _, face in left_out]),
        left_out_females_true=_share([look.true_gender == "female" for look in out]),
        left_out_children_said=_share([face.age.years < CHILD_YEARS for _, face in left_out]),
        left_out_children_true=_share([look.true_age < CHILD_YEARS for look in out]),
    )


def _share(flags: Sequence[bool]) -> float:
    return round(float(np.mean(flags)), 4) if flags else 0.0


def _measure_tracks(found: Sequence[Look]) -> dict[str, dict[str, float]]:
    """Errors of tracks made of random looks at one face, by how its faces are weighed."""
    weighings: dict[str, Weigh] = {
        "equal": lambda face: 1.0,
        "score": lambda face: face.score,
        "quality": lambda face: face.quality.value,
        "quality, squared": lambda face: face.quality.value**2,
    }
    by_subject: dict[int, list[tuple[Look, Face]]] = {}
    for look, face in _faces_of(found):
        by_subject.setdefault(look.subject, []).append((look, face))
    return {name: _weigh_tracks(by_subject, weigh) for name, weigh in weighings.items()}


def _weigh_tracks(by_subject: dict[int, list[tuple[Look, Face]]], weigh: Weigh) -> dict[str, float]:
    random = np.random.default_rng(SEED)
    errors, right = [], []
    for looks in by_subject.values():
        picked = random.permutation(len(looks))[:FACES_PER_TRACK]
        faces = [looks[index][1] for index in picked]
        weights = np.array([weigh(face) for face in faces]) + NOISE
        label = looks[0][0]
        years = float(np.average([face.age.years for face in faces], weights=weights))
        odds = float(np.average(_log_odds(faces), weights=weights))
        errors.append(abs(years - label.true_age))
        right.append((odds >= 0) == (label.true_gender == "female"))
    return {
        "tracks": len(errors),
        "mean_error_years": round(float(np.mean(errors)), 3),
        "gender_right": round(float(np.mean(right)), 4),
    }


def _log_odds(faces: Sequence[Face]) -> NDArray[np.float64]:
    females = np.clip([face.gender.female for face in faces], 0.01, 0.99)
    odds: NDArray[np.float64] = np.log(females / (1 - females))
    return odds


def _say(figures: dict[str, Any]) -> None:
    program.say(
        f"{figures['faces']:,} faces found in {figures['pictures']:,} pictures; measuring the "
        f"quality of a face takes {figures['microseconds']:.0f} microseconds"
    )
    for way in figures["ways"]:
        if way["found"] is not None:
            rated = _spell(way["errors"]) if way["errors"] else ""
            program.say(f"  {way['kind']:9} {way['level']:12} found {way['found']:6.1%}  {rated}")
    program.say("by tenths of quality:")
    for rated in figures["deciles"]:
        program.say(f"  {_spell(rated)}")
    program.say("faces that are left out below a minimum, and what they would be counted as:")
    for one in figures["minimums"]:
        program.say(
            f"  {one['quality_min']:.2f}: {one['left_out_of_untouched']:6.2%} of untouched, "
            f"{one['left_out_of_all']:5.1%} of all; female {one['left_out_females_said']:.0%} "
            f"(true {one['left_out_females_true']:.0%}), under {CHILD_YEARS} "
            f"{one['left_out_children_said']:.0%} (true {one['left_out_children_true']:.0%})"
        )
    for name, one in figures["tracks"].items():
        program.say(
            f"tracks weighed by {name:17} {one['mean_error_years']:.2f} years off, "
            f"gender right {one['gender_right']:.1%}"
        )


def _spell(rated: dict[str, Any]) -> str:
    return (
        f"{rated['faces']:5} faces, quality {rated['quality']:.2f}, "
        f"{rated['mean_error_years']:5.2f} years off (bias {rated['bias_years']:+.2f}), "
        f"gender right {rated['gender_right']:.1%}"
    )


if __name__ == "__main__":
    main()
