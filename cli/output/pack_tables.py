"""Packs side by side as tables for the terminal."""

from collections.abc import Iterable, Iterator

from rich.table import Table

from api.operator_schemas.evaluations import PackFigures
from api.reports.pack_comparison import mean_f1
from cli.output.tables import make_table
from models.accuracy.accuracy import Accuracy, DetectionScore

ONE_OFF = "adience"


def make_packs_table(figures: Iterable[PackFigures]) -> Table:
    """A line for each pack."""
    listed = list(figures)
    boxed = any(one.evaluation.accuracy.boxes for one in listed)
    table = make_table(
        "pack",
        "found",
        *(("recall", "AP", "false a photo") if boxed else ()),
        "gender",
        "F1",
        "calibration",
        "age error",
        "bias",
        "one-off",
        "80% interval",
        "ms a face",
    )
    for one in listed:
        cost = one.milliseconds_per_face
        table.add_row(
            one.evaluation.pack.name,
            f"{one.evaluation.accuracy.detection.value:.1%}",
            *(_make_box_cells(one.evaluation.accuracy.boxes) if boxed else ()),
            *_make_cells(one.evaluation.accuracy),
            "-" if cost is None else f"{cost:.1f}",
        )
    return table


def _make_cells(accuracy: Accuracy) -> Iterator[str]:
    gender, age = accuracy.gender, accuracy.age
    yield f"{gender.accuracy.value:.1%}" if gender else "-"
    yield f"{mean_f1(accuracy):.3f}" if gender else "-"
    yield f"{gender.calibration_error:.1%}" if gender else "-"
    yield f"{age.mean_error.value:.2f}" if age else "-"
    yield f"{age.bias.value:+.2f}" if age else "-"
    yield f"{age.groups[ONE_OFF].one_off.value:.1%}" if age else "-"
    yield f"{age.interval_holds.value:.1%}" if age else "-"


def _make_box_cells(boxes: DetectionScore | None) -> Iterator[str]:
    yield f"{boxes.recall.value:.1%}" if boxes and boxes.recall else "-"
    yield f"{boxes.average_precision.value:.1%}" if boxes and boxes.average_precision else "-"
    yield f"{boxes.false_per_picture.value:.2f}" if boxes else "-"


def make_biases_table(figures: Iterable[PackFigures]) -> Table:
    """The bias of ages by labeled age, a column for each pack."""
    listed = list(figures)
    table = make_table("aged", "faces", *(one.evaluation.pack.name for one in listed))
    rows = zip(*(one.evaluation.accuracy.bands for one in listed), strict=False)
    for bands in rows:
        table.add_row(
            bands[0].band, str(bands[0].faces), *(f"{band.bias.value:+.1f}" for band in bands)
        )
    return table
