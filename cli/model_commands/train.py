"""`facetally train`: labeled photos in; nets of one's own out, as a pack with its evaluation."""

from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from cli.environment import read_settings
from cli.evaluation.loading import load_labels
from cli.exits import CommandFailed, ExitStatus
from cli.options.nets import make_options, takes_training_options
from cli.output.steps import Steps
from cli.output.training_tables import make_accuracy_table, make_findings_table
from cli.terminal import open_stdout, tell
from db.slices.bands import PRESETS
from models.errors import ModelUnavailable
from models.labels import LabelRow
from models.packs.files import locate_file
from models.packs.folder import find_pack
from models.packs.shipped_packs import read_shipped
from training.errors import TrainingError
from training.faces.cutters import Cutter, DetectingCutter, WholeCutter
from training.faces.preparation import PictureLimits
from training.nets.lessons import Fit
from training.options import Device, Framing, TrainingOptions
from training.plan import Plan
from training.results.measuring import Measuring
from training.results.pack_folder import name_pack
from training.session import NetProgress, PackNaming, PreparedFaces, Session
from training.workspace import Workspace
from worker.packs.analyzers import open_analyzer
from worker.settings import Settings

DEFAULT_OUT = Path("training-out")
BANDS = {name: PRESETS[name] for name in ("adience", "marketing")}
BANDS_SHOWN = "marketing"
INSTALL_ADVICE = (
    "Training needs PyTorch, which is not installed. Install it into the environment of "
    "Facetally: pip install 'facetally[train]'"
)


@click.command()
@click.argument("labels", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", default=DEFAULT_OUT,
    show_default=True, help="Folder for the pack, its evaluation, and unfinished work.",
)  # fmt: skip
@click.option("--name", show_default="name of DIR", help="Name of the pack.")
@click.option(
    "--device", type=click.Choice([one.value for one in Device]),
    default=Device.AUTO.value, show_default=True,
    help="What to train on; cuda refuses to start without a GPU.",
)  # fmt: skip
@click.option("--check", is_flag=True, help="Only check the labels and photos; train nothing.")
@click.option("--restart", is_flag=True, help="Remove an earlier training in DIR first.")
@takes_training_options
def train(
    labels: Path,
    out: Path,
    name: str | None,
    device: str,
    check: bool,
    restart: bool,
    **given: Any,
) -> ExitStatus:
    """Train models on labeled photos of your own.

    LABELS is a .csv with a column path, and age (in years), gender (female or male) or both, as
    for evaluate. Name the person in a column subject: no person is both trained and measured on.
    A column split may say which rows to train and which to test on. If interrupted, run the same
    command again to resume.

    \b
    Example: facetally train labels.csv --net cnn1 --net cnn2 --net cnn3 --out my-pack
    """
    settings, rows, options = read_settings(), load_labels(labels), make_options(given)
    fit = None if check else _load_fit(Device(device), options.threads)
    if fit:
        _require_default_pack(settings)
    pack_name = name_pack(name or out.absolute().name)
    workspace = Workspace(out)
    try:
        asked = {"labels": sha256(labels.read_bytes()).hexdigest(), **asdict(options)}
        workspace.open(asked, restart=restart)
        session = Session(workspace, options)
        prepared = _prepare(session, rows, options, settings)
        _show_findings(workspace, prepared)
        plan = session.plan(prepared)
        if fit:
            _train(session, prepared, plan, fit)
            about = f"{len(prepared.faces)} faces of {labels.name}"
            naming = PackNaming(pack_name, about, settings.weights_dir)
            _finish(session, workspace, prepared, plan, naming, settings)
    except (TrainingError, ModelUnavailable) as error:
        raise CommandFailed(str(error)) from error
    faulty = any(row.failure or row.problems for row in prepared.rows)
    return ExitStatus.INCOMPLETE if faulty else ExitStatus.DONE


def _load_fit(device: Device, threads: int) -> Fit:
    if find_spec("torch") is None:
        raise CommandFailed(INSTALL_ADVICE)
    # Imported only to train: PyTorch takes seconds, and is not installed everywhere.
    from training.fitting.fitting import make_fit  # noqa: PLC0415

    try:
        return make_fit(device, threads)
    except TrainingError as error:
        raise CommandFailed(str(error)) from error


def _require_default_pack(settings: Settings) -> None:
    """The trained pack takes its detector from the default one: say so before hours of training."""
    pack = read_shipped()
    try:
        for file in pack.files:
            locate_file(pack, file, settings.weights_dir)
    except ModelUnavailable as error:
        raise CommandFailed(str(error)) from error


def _prepare(
    session: Session, rows: Sequence[LabelRow], options: TrainingOptions, settings: Settings
) -> PreparedFaces:
    def open_cutter() -> Cutter:
        if options.framing is Framing.WHOLE:
            return WholeCutter(options.chip)
        analyzer = open_analyzer(settings, find_pack(settings.pack, settings.packs_dir))
        return DetectingCutter(analyzer, options.chip)

    limits = PictureLimits(settings.max_item_bytes, settings.max_pixels)
    with Steps() as steps:
        return session.prepare(
            rows, open_cutter, limits, lambda done, total: steps.show("photos", done, total)
        )


def _show_findings(workspace: Workspace, prepared: PreparedFaces) -> None:
    if prepared.cleaned.findings:
        open_stdout().print(make_findings_table(prepared.cleaned))
        tell(f"The report is {workspace.report}.")
    tell(f"{len(prepared.faces)} of {len(prepared.rows)} rows are left to train on.")


def _train(session: Session, prepared: PreparedFaces, plan: Plan, fit: Fit) -> None:
    with Steps() as steps:

        def show(net: NetProgress) -> None:
            name = f"net {net.number} of {net.nets}, {net.name}"
            loss = f"loss {net.loss:.3f}" if net.epoch else ""
            steps.show(name, net.epoch, net.epochs, loss)

        session.train(prepared, plan, fit, show)


def _finish(
    session: Session,
    workspace: Workspace,
    prepared: PreparedFaces,
    plan: Plan,
    naming: PackNaming,
    settings: Settings,
) -> None:
    measuring = Measuring(BANDS, BANDS_SHOWN, settings.gender_min_probability)
    outcome = session.finish(prepared, plan, naming, measuring)
    open_stdout().print(make_accuracy_table(outcome.accuracy))
    tell(
        f"The pack is {workspace.pack}, and its evaluation {workspace.summary}. To use it: "
        f"facetally packs add {workspace.pack}"
    )
