"""`facetally evaluate`: how accurate the models are on labeled pictures, to correct shares by."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Table
from sqlalchemy.exc import OperationalError

from api.reports.evaluation_report import render_evaluation
from api.reports.pack_comparison import describe_differences, render_packs
from api.schemas.evaluations import (
    EvaluationOut,
    EvaluationsOut,
    EvaluationSummary,
    PackFigures,
)
from cli.commands.options import as_json
from cli.environment import read_settings
from cli.evaluation.loading import load_labels
from cli.evaluation.outcomes import RowOutcomes, match_rows
from cli.evaluation.packs import choose_packs
from cli.evaluation.side_by_side import compare_packs
from cli.evaluation.timing import time_faces
from cli.exits import CommandFailed, ExitStatus
from cli.output.evaluation_tables import (
    make_bands_table,
    make_classes_table,
    make_confusion_tables,
    make_evaluations_table,
    make_figures_table,
)
from cli.output.pack_tables import make_biases_table, make_packs_table
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
from models.labels import LabelRow, RowProblem
from models.packs.pack import Pack
from models.statistics.labeled_pictures import bound_subjects, count_labeled
from models.statistics.measurement import measure_accuracy
from worker.settings import Settings

DEFAULT_OUT = Path("evaluation-out")
JSON_FILE, PAGE_FILE = "evaluation.json", "evaluation.html"
# Names appear in URLs and below tables.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
BANDS = {name: PRESETS[name] for name in ("adience", "marketing")}
BANDS_SHOWN = "marketing"
# About the models or the labels: such a row is not faulty.
HARMLESS = (RowProblem.NO_FACE, RowProblem.NO_LABEL, RowProblem.UNCLEAR)
PACKS_JSON, PACKS_PAGE = "packs.json", "packs.html"
Measured = tuple[Pack, RowOutcomes, Evaluation]


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
@click.option(
    "--pack",
    "names",
    multiple=True,
    metavar="NAME",
    help="Pack to measure; may be repeated, or all.  [default: FACETALLY_PACK]",
)
def evaluate(labels: Path, out: Path, name: str | None, names: tuple[str, ...]) -> ExitStatus:
    """Measure the models on labeled photos.

    LABELS is a .csv with a column path, and age (in years), gender (female or male) or both. An
    optional column subject names the person. The figures are shown, written to DIR, and stored in
    the database, where audiences can be corrected with them. Several packs are compared with the
    first: which differences are beyond chance?

    \b
    Example: facetally evaluate labels.csv --name stores-2026
             facetally evaluate labels.csv --pack all
    """
    settings, rows = read_settings(), load_labels(labels)
    packs = choose_packs(settings, names)
    chosen = _name_evaluations(_choose_name(labels, name), packs)
    measured = []
    with _open_database(settings) as database:
        for one in chosen:
            _require_free(database, one)
        out.mkdir(parents=True, exist_ok=True)
        for one, pack in zip(chosen, packs, strict=True):
            outcomes = match_rows(labels, rows, pack.name)
            evaluation = _record(database, _measure(one, settings, len(rows), outcomes))
            measured.append((pack, outcomes, evaluation))
    if len(measured) == 1:
        _report(measured[0][2], out)
    else:
        _report_all(settings, rows, measured, out)
    faulty = {problem for _, outcomes, _ in measured for problem in outcomes.problems}
    return ExitStatus.INCOMPLETE if faulty - set(HARMLESS) else ExitStatus.DONE


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


def _name_evaluations(name: str, packs: Sequence[Pack]) -> list[str]:
    """Of several packs, each has an evaluation of its own."""
    return [name] if len(packs) == 1 else [f"{name}-{pack.name}" for pack in packs]


def _require_free(database: Database, name: str) -> None:
    """Refuse a name that is taken before the work starts."""
    with database.read() as session:
        if read_evaluation(session, name) is not None:
            raise CommandFailed(f"There is already an evaluation {name!r}. Choose another --name.")


def _measure(name: str, settings: Settings, rows: int, outcomes: RowOutcomes) -> Evaluation:
    pictures = list(outcomes.pictures.values())
    faces = sum(one.face is not None for one in pictures)
    return Evaluation(
        name=name,
        pack=outcomes.pack,
        settings=EvaluationSettings(
            settings.detection_side,
            settings.score_threshold,
            settings.smallest_face_pixels,
            settings.gender_min_probability,
            settings.quality_min,
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


def _report(evaluation: Evaluation, out: Path) -> None:
    _write(evaluation, out)
    accuracy = evaluation.accuracy
    _print(
        make_figures_table(accuracy),
        make_bands_table(accuracy),
        make_classes_table(accuracy),
        *make_confusion_tables(accuracy),
    )
    tell(f"Stored as {evaluation.name}. The page is {out / PAGE_FILE}.")


def _report_all(
    settings: Settings, rows: Sequence[LabelRow], measured: Sequence[Measured], out: Path
) -> None:
    """The packs side by side; the figures of each are in a folder of its own."""
    paths = [row.path for row in rows if row.path is not None]
    figures = [
        PackFigures(
            evaluation=EvaluationSummary.of(evaluation),
            milliseconds_per_face=time_faces(settings, pack, paths),
        )
        for pack, _, evaluation in measured
    ]
    for _, _, evaluation in measured:
        (out / evaluation.pack.name).mkdir(exist_ok=True)
        _write(evaluation, out / evaluation.pack.name)
    compared = compare_packs(figures, [outcomes for _, outcomes, _ in measured])
    (out / PACKS_JSON).write_text(compared.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (out / PACKS_PAGE).write_text(render_packs(compared), encoding="utf-8")
    _print(make_packs_table(figures), make_biases_table(figures))
    for sentence in describe_differences(compared):
        click.echo(sentence)
    names = ", ".join(evaluation.name for _, _, evaluation in measured)
    tell(f"Stored as {names}. The page is {out / PACKS_PAGE}.")


def _write(evaluation: Evaluation, out: Path) -> None:
    figures = EvaluationOut.of(evaluation)
    (out / JSON_FILE).write_text(figures.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (out / PAGE_FILE).write_text(render_evaluation(figures), encoding="utf-8")


def _print(*tables: Table) -> None:
    for table in tables:
        open_stdout().print(table)
        open_stdout().print()
