"""`facetally evaluate`: how accurate the models are on labeled pictures, to correct shares by."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from api.reports.evaluation_report import render_evaluation
from api.schemas.evaluations import EvaluationOut, EvaluationsOut, EvaluationSummary
from cli.commands.options import as_json
from cli.environment import read_settings
from cli.evaluation.analysis import analyze_rows, match_row
from cli.evaluation.loading import load_labels
from cli.exits import CommandFailed, ExitStatus
from cli.output.evaluation_tables import (
    make_bands_table,
    make_classes_table,
    make_confusion_tables,
    make_evaluations_table,
    make_figures_table,
)
from cli.stack.database import migrate_database
from cli.terminal import open_stdout, tell
from db.audience.bands import PRESETS
from db.audience.evaluations import (
    Evaluation,
    EvaluationCounts,
    EvaluationExists,
    EvaluationSettings,
    read_evaluation,
    read_evaluations,
    record_evaluation,
)
from db.engine import Database
from db.pack_values import PackVersion
from models.labels import LabelRow, RowProblem
from models.statistics.labeled_pictures import LabeledPicture, bound_subjects, count_labeled
from models.statistics.measurement import measure_accuracy
from worker.settings import Settings

DEFAULT_OUT = Path("evaluation-out")
JSON_FILE, PAGE_FILE = "evaluation.json", "evaluation.html"
# Names appear in URLs and below tables.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
BANDS = {name: PRESETS[name] for name in ("adience", "marketing")}
BANDS_SHOWN = "marketing"
# About the models or the labels: such a row is not faulty.
HARMLESS = (RowProblem.NO_FACE, RowProblem.NO_LABEL)
MOST_NOTES = 20
NO_FACES = "No face was found in any readable picture."


@dataclass(frozen=True, slots=True)
class RowOutcomes:
    """What became of the rows, by the pack that analyzed them."""

    pack: PackVersion
    pictures: list[LabeledPicture]
    problems: Counter[str]
    several_faces: int


@click.command()
@click.argument("labels", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", default=DEFAULT_OUT,
    show_default=True, help="Folder for the page and the figures.",
)  # fmt: skip
@click.option(
    "--name",
    show_default="file name and time",
    help="Name used to select it for corrections.",
)
@click.option("--pack", metavar="NAME", help="Pack to measure.  [default: FACETALLY_PACK]")
def evaluate(labels: Path, out: Path, name: str | None, pack: str | None) -> ExitStatus:
    """Measure the models on labeled photos.

    LABELS is a .csv with a column path, and age (in years), gender (female or male) or both. An
    optional column subject names the person. The figures are shown, written to DIR, and stored in
    the database, where audiences can be corrected with them.

    \b
    Example: facetally evaluate labels.csv --name stores-2026
    """
    settings, rows = read_settings(), load_labels(labels)
    chosen = _choose_name(labels, name)
    with _open_database(settings) as database:
        _require_free(database, chosen)
        out.mkdir(parents=True, exist_ok=True)
        outcomes = _match_rows(labels, rows, pack)
        evaluation = _record(database, _measure(chosen, settings, len(rows), outcomes))
    _write(evaluation, out)
    _show(evaluation)
    tell(f"Stored as {evaluation.name}. The page is {out / PAGE_FILE}.")
    faulty = outcomes.problems.keys() - set(HARMLESS)
    return ExitStatus.INCOMPLETE if faulty else ExitStatus.DONE


@click.command()
@as_json
def evaluations(as_json: bool) -> None:
    """List the stored evaluations.

    \b
    Example: facetally evaluations
    """
    with _open_database(read_settings()) as database, database.read() as session:
        stored = read_evaluations(session)
    if as_json:
        listed = EvaluationsOut(evaluations=[EvaluationSummary.of(one) for one in stored])
        click.echo(listed.model_dump_json())
    else:
        open_stdout().print(make_evaluations_table(stored))


@contextmanager
def _open_database(settings: Settings) -> Iterator[Database]:
    """The database of the settings or of the data folder, with its tables up to date."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    migrate_database(settings.database_url)
    with closing(Database(settings.database_url)) as database:
        yield database


def _choose_name(labels: Path, name: str | None) -> str:
    stem = re.sub(r"[^A-Za-z0-9]+", "-", labels.stem).strip("-")[:60] or "labels"
    chosen = f"{stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}" if name is None else name
    if not NAME.fullmatch(chosen):
        raise click.BadParameter(
            "use at most 100 letters, digits, periods, dashes and underscores",
            param_hint="--name",
        )
    return chosen


def _require_free(database: Database, name: str) -> None:
    """Refuse a name that is taken before the work starts."""
    with database.read() as session:
        if read_evaluation(session, name) is not None:
            raise CommandFailed(f"There is already an evaluation {name!r}. Choose another --name.")


def _match_rows(labels: Path, rows: Sequence[LabelRow], pack: str | None) -> RowOutcomes:
    notes = [f"line {row.line}: {one}" for row in rows for one in row.problems]
    usable = [row for row in rows if row.path is not None]
    if not usable:
        _report_problems(labels, notes)
        raise CommandFailed(NO_FACES)
    analyzed = analyze_rows(usable, pack)
    pictures, several = [], 0
    problems = Counter[str](one for row in rows for one in row.problems)
    for row, item in zip(usable, analyzed.items, strict=True):
        if item.error:
            problems[item.error.code] += 1
            notes.append(f"line {row.line}: {item.error.code}: {item.error.message}")
            continue
        pictures.append(match_row(row, item))
        problems[RowProblem.NO_FACE] += not item.faces
        several += len(item.faces) > 1
    _report_problems(labels, notes)
    return RowOutcomes(analyzed.pack, pictures, +problems, several)


def _report_problems(labels: Path, notes: Sequence[str]) -> None:
    for note in notes[:MOST_NOTES]:
        tell(f"{labels.name}, {note}")
    if len(notes) > MOST_NOTES:
        tell(f"And {len(notes) - MOST_NOTES} more, counted in {JSON_FILE}.")


def _measure(name: str, settings: Settings, rows: int, outcomes: RowOutcomes) -> Evaluation:
    pictures = outcomes.pictures
    faces = sum(one.face is not None for one in pictures)
    if not faces:
        raise CommandFailed(NO_FACES)
    return Evaluation(
        name=name,
        pack=outcomes.pack,
        settings=EvaluationSettings(
            settings.detection_side,
            settings.score_threshold,
            settings.smallest_face_pixels,
            settings.gender_min_probability,
        ),
        counts=EvaluationCounts(
            rows, len(pictures), faces, outcomes.several_faces, dict(outcomes.problems)
        ),
        accuracy=measure_accuracy(pictures, BANDS, BANDS_SHOWN),
        labeled=count_labeled(pictures),
        design_effect=bound_subjects(pictures),
    )


def _record(database: Database, evaluation: Evaluation) -> Evaluation:
    try:
        with database.write() as session:
            return record_evaluation(session, evaluation)
    except EvaluationExists as error:
        raise CommandFailed(str(error)) from error
    except OperationalError as error:
        raise CommandFailed(
            f"The database is unavailable, so nothing was stored: {error.orig}"
        ) from error


def _write(evaluation: Evaluation, out: Path) -> None:
    figures = EvaluationOut.of(evaluation)
    (out / JSON_FILE).write_text(figures.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (out / PAGE_FILE).write_text(render_evaluation(figures), encoding="utf-8")


def _show(evaluation: Evaluation) -> None:
    accuracy = evaluation.accuracy
    stdout = open_stdout()
    for table in (
        make_figures_table(accuracy),
        make_bands_table(accuracy),
        make_classes_table(accuracy),
        *make_confusion_tables(accuracy),
    ):
        stdout.print(table)
        stdout.print()
