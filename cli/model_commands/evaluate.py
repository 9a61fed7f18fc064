"""`facetally evaluate`: how accurate the models are on labeled pictures, to correct shares by."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Table

from api.operator_schemas.evaluations import (
    EvaluationOut,
    EvaluationsOut,
    EvaluationSummary,
    PackFigures,
)
from api.reports.evaluation_report import render_evaluation
from api.reports.pack_comparison import (
    describe_difference,
    describe_differences,
    render_packs,
)
from cli.environment import read_settings
from cli.evaluation.fitted_pack import collect_faces, cross_validate, write_fitted_pack
from cli.evaluation.loading import load_labels
from cli.evaluation.outcomes import RowOutcomes, find_outcomes
from cli.evaluation.packs import choose_packs
from cli.evaluation.recording import measure, open_database, record, require_free
from cli.evaluation.side_by_side import compare_packs
from cli.evaluation.timing import time_faces
from cli.exits import CommandFailed, ExitStatus
from cli.options.shared import as_json
from cli.output.evaluation_tables import (
    make_bands_table,
    make_classes_table,
    make_confusion_tables,
    make_evaluations_table,
    make_figures_table,
)
from cli.output.pack_tables import make_biases_table, make_packs_table
from cli.terminal import open_stdout, tell
from db.reach import ALL_TENANTS, EVERYONE
from db.slices.evaluations import (
    Evaluation,
    read_evaluations,
)
from models.labels import LabelRow, RowProblem
from models.packs.names import NAME as PACK_NAME
from models.packs.pack import Pack
from worker.settings import Settings

DEFAULT_OUT = Path("evaluation-out")
JSON_FILE, PAGE_FILE = "evaluation.json", "evaluation.html"
# Names appear in URLs and below tables.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
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
@click.option("--tenant", help="Whose audiences it may correct.  [default: those of all]")
@click.option(
    "--pack",
    "names",
    multiple=True,
    metavar="NAME",
    help="Pack to measure; may be repeated, or all.  [default: FACETALLY_PACK]",
)
@click.option(
    "--fit",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write a pack whose vote is fitted to these labels.",
)
def evaluate(
    labels: Path,
    out: Path,
    name: str | None,
    tenant: str | None,
    names: tuple[str, ...],
    fit: Path | None,
) -> ExitStatus:
    """Measure the models on labeled photos.

    LABELS is a .csv with a column path, and age (in years), gender (female or male) or both. An
    optional column subject names the person; x, y, width and height are the box of a face, if a
    photo has several. The figures are shown, written to DIR, and stored in
    the database, where audiences can be corrected with them. Several packs are compared with the
    first: which differences are beyond chance?

    \b
    Example: facetally evaluate labels.csv --name stores-2026
             facetally evaluate labels.csv --pack all
             facetally evaluate labels.csv --fit packs/ours
    """
    settings, rows = read_settings(), load_labels(labels, with_boxes=True)
    packs = choose_packs(settings, names)
    if fit is not None:
        _require_fit(packs, fit)
    chosen = _name_evaluations(_choose_name(labels, name), packs)
    measured = []
    with open_database(settings) as database:
        for one in chosen:
            require_free(database, one)
        out.mkdir(parents=True, exist_ok=True)
        for one, pack in zip(chosen, packs, strict=True):
            outcomes = find_outcomes(labels, rows, pack.name)
            found = measure(one, settings, len(rows), outcomes)
            evaluation = record(database, replace(found, tenant=tenant or ALL_TENANTS))
            measured.append((pack, outcomes, evaluation))
    if len(measured) == 1:
        _report(measured[0][2], out)
    else:
        _report_all(settings, rows, measured, out)
    if fit is not None:
        _fit(settings, packs[0], rows, fit)
    faulty = {problem for _, outcomes, _ in measured for problem in outcomes.problems}
    return ExitStatus.INCOMPLETE if faulty - set(HARMLESS) else ExitStatus.DONE


@click.command()
@as_json
def evaluations(as_json: bool) -> None:
    """List the stored evaluations.

    \b
    Example: facetally evaluations
    """
    with open_database(read_settings()) as database, database.read() as session:
        stored = read_evaluations(session, EVERYONE)
    if as_json:
        listed = EvaluationsOut(evaluations=[EvaluationSummary.of(one) for one in stored])
        click.echo(listed.model_dump_json())
    else:
        open_stdout().print(make_evaluations_table(stored))


def _choose_name(labels: Path, name: str | None) -> str:
    stem = re.sub(r"[^A-Za-z0-9]+", "-", labels.stem).strip("-")[:60] or "labels"
    chosen = f"{stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}" if name is None else name
    if not NAME.fullmatch(chosen):
        raise click.BadParameter(
            "use at most 100 letters, digits, periods, dashes and underscores",
            param_hint="--name",
        )
    return chosen


def _require_fit(packs: Sequence[Pack], folder: Path) -> None:
    """Refuse before the work what could not be written after it."""
    if len(packs) > 1:
        raise click.UsageError("--fit takes a single --pack.")
    if not PACK_NAME.fullmatch(folder.name):
        raise click.BadParameter(
            "the folder's name is the name of the pack: lower case letters, digits and dashes",
            param_hint="--fit",
        )
    if folder.exists():
        raise CommandFailed(f"{folder} is there already. Choose another folder, or remove it.")


def _fit(settings: Settings, pack: Pack, rows: Sequence[LabelRow], folder: Path) -> None:
    faces = collect_faces(settings, pack, rows)
    difference = cross_validate(pack.vote, faces, settings.gender_min_probability)
    error = difference.mean_error
    for sentence in describe_difference("fitted", pack.name, difference):
        click.echo(f"On people it has not seen, {sentence}")
    if error is not None and error.value >= 0:
        raise CommandFailed(
            "Fitting does not make ages more accurate on people it has not seen, so no pack was "
            "written. More labeled people may help."
        )
    write_fitted_pack(settings, pack, faces, folder.name, folder)
    tell(f"The fitted pack is {folder}. To use it: facetally packs add {folder}")


def _name_evaluations(name: str, packs: Sequence[Pack]) -> list[str]:
    """Of several packs, each has an evaluation of its own."""
    return [name] if len(packs) == 1 else [f"{name}-{pack.name}" for pack in packs]


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
