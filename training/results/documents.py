"""The outcome as files: the report of the cleaning, the figures, and a page to read."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from models.accuracy.accuracy import Accuracy
from models.accuracy.bootstrap import Estimate
from models.packs.pack import Pack
from training.faces.cleaning import Cleaned
from training.faces.rows import PreparedRow
from training.files import write_json, write_whole
from training.options import TrainingOptions
from training.results.measuring import TrainingAccuracy

REPORT_COLUMNS = ("line", "path", "finding", "detail", "left_out")


def write_report(path: Path, rows: Sequence[PreparedRow], cleaned: Cleaned) -> None:
    """A CSV file with a line for each finding; a row without any is not in it."""
    kept = set(cleaned.kept.tolist())
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(REPORT_COLUMNS)
    for one in cleaned.findings:
        row, out = rows[one.index], "no" if one.index in kept else "yes"
        writer.writerow((row.line, row.path, str(one.code), one.detail, out))
    write_whole(path, lambda file: file.write(text.getvalue().encode()))


def write_figures(
    path: Path, pack: Pack, options: TrainingOptions, accuracy: TrainingAccuracy
) -> None:
    """All figures as JSON, with the files of the pack and the options of the training."""
    files = {file.name: file.sha256 for part in pack.estimators for file in part.files}
    about = {"pack": pack.name, "files": files, "options": asdict(options)}
    write_json(path, {**about, **asdict(accuracy)})


def write_summary(path: Path, title: str, accuracy: TrainingAccuracy) -> None:
    """The figures that matter most, as a page of Markdown."""
    lines = [
        f"# {title}",
        "",
        f"Measured on {accuracy.faces} faces of {accuracy.subjects} subjects, none of which the "
        "nets that estimated them were trained on. In brackets: 95% intervals.",
        "",
        "| figure | trained | pack in use | guessed |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in list_figures(accuracy)),
        "",
        "Guessed: the median age and the more frequent gender of the faces trained on.",
    ]
    write_whole(path, lambda file: file.write("\n".join([*lines, ""]).encode()))


def list_figures(accuracy: TrainingAccuracy) -> Iterator[tuple[str, ...]]:
    """Rows of a table: a figure, then its value for each of the three."""
    three = (accuracy.trained, accuracy.in_use, accuracy.guessed)
    genders = [one.gender if one else None for one in three]
    ages = [one.age if one else None for one in three]
    if accuracy.trained.gender:
        shares = [one.accuracy if one else None for one in genders]
        yield ("gender correct", *map(_write_share, shares))
        yield ("gender unknown", *(_write_share(one.unknown if one else None) for one in genders))
    if accuracy.trained.age:
        yield ("age, mean error", *(_write_years(one.mean_error if one else None) for one in ages))
        yield ("age, bias", *(_write_years(one.bias if one else None, "+") for one in ages))
        held = [one.interval_holds if one else None for one in ages]
        yield ("age within its 80% interval", *map(_write_share, held))
        yield from _list_bands(three)


def _list_bands(three: Sequence[Accuracy | None]) -> Iterator[tuple[str, ...]]:
    first, *_ = three
    for number, band in enumerate(first.bands if first else ()):
        errors = (one.bands[number].mean_error if one else None for one in three)
        yield (f"aged {band.band}, mean error", *map(_write_years, errors))


def _write_share(share: Estimate | None) -> str:
    return f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%})" if share else "-"


def _write_years(years: Estimate | None, sign: str = "") -> str:
    if years is None:
        return "-"
    return f"{years.value:{sign}.1f} years ({years.low:{sign}.1f} to {years.high:{sign}.1f})"
