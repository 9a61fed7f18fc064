"""How right the nets are on labelled faces: `python -m benchmarks.accuracy LABELS.csv`.

LABELS.csv has the columns path (from its own folder), age in years, and gender (female or male);
each picture shows one face, the likeliest is taken.
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from benchmarks.nets import open_analyzer
from cli.environment import read_settings
from models.analyzer import Analyzer
from models.face import Face
from models.picture import decode_picture
from worker.settings import WORKING_SIDE_PIXELS, Settings

ADULT_YEARS = 13


@dataclass(frozen=True, slots=True)
class Judged:
    """A face that was found, and what it is labelled."""

    face: Face
    age_years: float
    gender: str

    @property
    def gender_is_right(self) -> bool:
        return self.face.gender.value(0.5) == self.gender

    @property
    def interval_holds_age(self) -> bool:
        return self.face.age.low <= self.age_years <= self.face.age.high


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    labels: Path = parser.parse_args().labels
    with labels.open(newline="") as file:
        rows = list(csv.DictReader(file))
    settings = read_settings(provider="cpu")
    analyzer = open_analyzer(settings)
    judged = list(_judge(rows, labels.parent, analyzer, settings))
    if not judged:
        sys.exit("No face was found: nothing was measured.")
    sys.stdout.write("\n".join(_describe(judged, len(rows))) + "\n")


def _judge(
    rows: list[dict[str, str]], folder: Path, analyzer: Analyzer, settings: Settings
) -> Iterator[Judged]:
    for row in rows:
        picture = decode_picture(
            (folder / row["path"]).read_bytes(),
            max_pixels=settings.max_pixels,
            working_side=WORKING_SIDE_PIXELS,
        )
        [found] = analyzer.find([picture])
        for face in analyzer.classify(found[:1]):
            yield Judged(face, float(row["age"]), row["gender"])


def _describe(judged: list[Judged], pictures: int) -> Iterator[str]:
    adults = [one for one in judged if one.age_years >= ADULT_YEARS]
    yield f"faces found        {len(judged)} of {pictures}"
    error = fmean(abs(one.face.age.years - one.age_years) for one in judged)
    yield f"age, mean error    {error:.2f} years"
    for low, high in ((0, 12), (13, 19), (20, 39), (40, 59), (60, 120)):
        group = [one for one in judged if low <= one.age_years <= high]
        if group:
            bias = fmean(one.face.age.years - one.age_years for one in group)
            yield f"  aged {low:2} to {high:3}   {bias:+.1f} years on average, {len(group)} faces"
    yield f"age interval holds {fmean(one.interval_holds_age for one in judged):.1%} of the ages"
    yield f"gender right       {fmean(one.gender_is_right for one in judged):.1%}"
    if adults:
        right = fmean(one.gender_is_right for one in adults)
        yield f"  from {ADULT_YEARS} years up  {right:.1%}"


if __name__ == "__main__":
    main()
