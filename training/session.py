"""A training from the table of labels to a pack; interrupted, it goes on where it was."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.estimators.ballots import Ballots, join_ballots
from models.estimators.estimator import Estimator
from models.fitting.votes import fit_confidence
from models.graphs.device import Device
from models.graphs.graph import CPU
from models.graphs.onnx import load_onnx
from models.labels import LabelRow
from models.packs.pack import Pack
from models.packs.votes import Vote
from training.faces.cleaning import Cleaned, clean_rows
from training.faces.cutters import Cutter
from training.faces.faceset import FaceSet
from training.faces.preparation import PictureLimits, prepare_rows
from training.faces.rows import PreparedRow
from training.faces.splits import choose_validation
from training.nets.architectures import list_layers
from training.nets.crops import Chips, center_crops
from training.nets.lessons import Fit, Lesson
from training.nets.onnx_file import write_onnx
from training.nets.parts import make_part
from training.options import Averaging, NetKind, TrainingOptions
from training.plan import Plan, Run, make_plan
from training.results.ballots import collect_ballots
from training.results.documents import write_figures, write_report, write_summary
from training.results.measuring import Measuring, TrainingAccuracy, measure_training
from training.results.pack_folder import make_pack, write_trained_pack
from training.targets import NO_CLASS, Target, count_classes
from training.workspace import Workspace

# Of the faces that a net is trained on, those that choose its best epoch.
VALIDATION_SHARE = 1 / 7
# Chips that are estimated at once.
CHIPS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class NetProgress:
    """How far the training of one net is: it is number `number` of `nets`."""

    name: str
    number: int
    nets: int
    epoch: int
    epochs: int
    loss: float


@dataclass(frozen=True, slots=True, eq=False)
class PreparedFaces:
    """All rows of a table with their chips, what was found wrong with them, and what is left."""

    rows: Sequence[PreparedRow]
    chips: Chips
    cleaned: Cleaned
    faces: FaceSet


@dataclass(frozen=True, slots=True)
class TrainingOutcome:
    """The pack, and how good it is."""

    pack: Pack
    accuracy: TrainingAccuracy


@dataclass(frozen=True, slots=True)
class PackNaming:
    """What the pack is called, what it says it was trained on, and where other files of it lie."""

    name: str
    training_data: str
    weights_dir: Path


class Session:
    """One training: its folder, what it was asked for, and what it goes by."""

    def __init__(self, workspace: Workspace, options: TrainingOptions) -> None:
        self._workspace = workspace
        self._options = options

    def prepare(
        self,
        rows: Sequence[LabelRow],
        open_cutter: Callable[[], Cutter],
        limits: PictureLimits,
        report: Callable[[int, int], None],
    ) -> PreparedFaces:
        """Cut the faces out, unless they already are, and look for what is wrong with the rows."""
        store, options = self._workspace.faces, self._options
        if not store.exists():
            prepare_rows(rows, open_cutter(), limits, store, options.chip.side, report)
        prepared, chips = store.read()
        cleaned = clean_rows(prepared, options.ages, options.leave_out)
        write_report(self._workspace.report, prepared, cleaned)
        return PreparedFaces(prepared, chips, cleaned, FaceSet.of(prepared, cleaned, options.ages))

    def plan(self, prepared: PreparedFaces) -> Plan:
        """Which nets to train. Raises TrainingError if the faces do not allow a training."""
        splits = sorted({row.split for row in prepared.rows} - {""})
        return make_plan(prepared.faces, splits, self._options)

    def train(
        self,
        prepared: PreparedFaces,
        plan: Plan,
        fit: Fit,
        report: Callable[[NetProgress], None],
    ) -> None:
        """Train every net that is not trained yet."""
        nets = plan.list_nets()
        for number, (run, target, net) in enumerate(nets, start=1):
            name = _name_net(run, target, net)
            if self._workspace.net_path(name).exists():
                continue
            lesson = self._make_lesson(prepared, run, target, net)

            def tell(epoch: int, loss: float, name: str = name, number: int = number) -> None:
                report(NetProgress(name, number, len(nets), epoch, self._options.epochs, loss))

            weights = fit(lesson, self._options, self._workspace.checkpoint_path(name), tell)
            model = write_onnx(lesson.layers, weights, self._options.side)
            self._workspace.finish_net(name, model)

    def _make_lesson(
        self, prepared: PreparedFaces, run: Run, target: Target, net: NetKind
    ) -> Lesson:
        faces, options = prepared.faces, self._options
        classes = faces.labels.classes_for(target)
        chosen = np.flatnonzero(run.trained & (classes != NO_CLASS))
        validation = choose_validation(
            faces.groups[chosen], classes[chosen], VALIDATION_SHARE, options.seed
        )
        of_rows = np.full(len(prepared.rows), NO_CLASS)
        of_rows[faces.chips] = classes
        return Lesson(
            name=_name_net(run, target, net),
            layers=list_layers(net, count_classes(target, options.ages), options.dropout),
            chips=prepared.chips,
            classes=of_rows,
            training=faces.chips[chosen[~validation]],
            validation=faces.chips[chosen[validation]],
        )

    def finish(
        self, prepared: PreparedFaces, plan: Plan, naming: PackNaming, measuring: Measuring
    ) -> TrainingOutcome:
        """Measure the nets on held-out faces, and write the pack and its evaluation.

        Raises TrainingError if the pack does not run.
        """
        faces = prepared.faces
        ballots = join_ballots([self._collect(prepared, plan, run) for run in plan.measured])
        order = np.concatenate([np.flatnonzero(run.held_out) for run in plan.measured])
        vote = fit_confidence(Vote(), ballots, faces.labels.take(order).truths)
        accuracy = measure_training(faces, plan, ballots, vote, measuring)
        pack = self._write_pack(prepared, plan, naming, vote)
        write_figures(self._workspace.evaluation, pack, self._options, accuracy)
        write_summary(self._workspace.summary, pack.title, accuracy)
        return TrainingOutcome(pack, accuracy)

    def _collect(self, prepared: PreparedFaces, plan: Plan, run: Run) -> Ballots:
        """What the nets of a run make of the faces that it holds out."""
        estimators = []
        for target, net in plan.list_estimators():
            path = self._workspace.net_path(_name_net(run, target, net))
            part = make_part(target, net, self._options, self._years(prepared, run, target))
            graph = load_onnx(path, Device(CPU, threads=self._options.threads))
            estimators.append(Estimator(part, graph))
        return collect_ballots(estimators, self._read_chips(prepared, run))

    def _read_chips(self, prepared: PreparedFaces, run: Run) -> Iterator[Chips]:
        places = prepared.faces.chips[run.held_out]
        for start in range(0, len(places), CHIPS_AT_ONCE):
            chips = prepared.chips[places[start : start + CHIPS_AT_ONCE]]
            is_wide = self._options.averaging is Averaging.TEN_CROP
            yield chips if is_wide else center_crops(chips, self._options.side)

    def _years(self, prepared: PreparedFaces, run: Run, target: Target) -> list[float]:
        labels = prepared.faces.labels
        chosen = run.trained & (labels.classes_for(target) != NO_CLASS)
        return labels.mean_years(chosen, self._options.ages)

    def _write_pack(
        self, prepared: PreparedFaces, plan: Plan, naming: PackNaming, vote: Vote
    ) -> Pack:
        parts, models = [], {}
        for target, net in plan.list_estimators():
            path = self._workspace.net_path(_name_net(plan.final, target, net))
            years = self._years(prepared, plan.final, target)
            model = path.read_bytes()
            part = make_part(target, net, self._options, years, naming.training_data, model)
            parts.append(part)
            models[part.file] = model
        pack = make_pack(naming.name, parts, vote)
        write_trained_pack(self._workspace.pack, pack, models, naming.weights_dir)
        return pack


def _name_net(run: Run, target: Target, net: NetKind) -> str:
    return f"{run.name}-{net}-{target}"
