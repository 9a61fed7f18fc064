"""An evaluation as tables for the terminal."""

from collections.abc import Iterable, Iterator, Sequence

from rich.table import Table

from cli.output.tables import make_table
from cli.terminal import clean
from db.slices.evaluations import Evaluation
from models.accuracy.accuracy import Accuracy, ClassAccuracy, ConfusionTable
from models.accuracy.bootstrap import Estimate


def make_figures_table(accuracy: Accuracy) -> Table:
    """The figures that are single numbers, with their intervals."""
    table = make_table("figure", "value", "95% interval", "faces")
    _add_share(table, "face detected", accuracy.detection)
    if boxes := accuracy.boxes:
        _add_share(table, "boxes: recall", boxes.recall)
        _add_share(table, "boxes: precision", boxes.precision)
        _add_share(table, "boxes: average precision", boxes.average_precision)
        false = boxes.false_per_picture
        interval = f"{false.low:.2f} to {false.high:.2f}"
        table.add_row("boxes: false faces a photo", f"{false.value:.2f}", interval, "")
    if gender := accuracy.gender:
        _add_share(table, "gender correct", gender.accuracy)
        _add_share(table, "gender correct, where assigned", gender.decided)
        _add_share(table, "gender unknown", gender.unknown)
    if age := accuracy.age:
        _add_years(table, "age, mean error", age.mean_error, "")
        _add_years(table, "age, bias", age.bias, "+")
        _add_share(table, "age within its 80% interval", age.interval_holds)
        for name, group in age.groups.items():
            _add_share(table, f"{name} band wrong", group.error)
            _add_share(table, f"{name} band correct or adjacent", group.one_off)
    return table


def make_bands_table(accuracy: Accuracy) -> Table:
    """Faces by their labeled age."""
    table = make_table("aged", "faces", "bias", "95% interval", "mean error", "gender correct")
    for band in accuracy.bands:
        table.add_row(
            band.band,
            str(band.faces),
            f"{band.bias.value:+.1f}",
            f"{band.bias.low:+.1f} to {band.bias.high:+.1f}",
            f"{band.mean_error.value:.1f}",
            _percent(band.gender_decided),
        )
    return table


def make_classes_table(accuracy: Accuracy) -> Table:
    """Precision, recall and F1 of each gender and of each band."""
    table = make_table("of", "class", "precision", "recall", "F1")
    for kind, classes in _list_classes(accuracy):
        for one in classes:
            table.add_row(
                kind, one.name, _percent(one.precision), _percent(one.recall), _percent(one.f1)
            )
    return table


def _list_classes(accuracy: Accuracy) -> Iterator[tuple[str, Sequence[ClassAccuracy]]]:
    if accuracy.gender:
        yield "gender", accuracy.gender.classes
    if accuracy.age:
        for name, group in accuracy.age.groups.items():
            yield name, group.classes


def make_confusion_tables(accuracy: Accuracy) -> Iterator[Table]:
    """How many faces of each label were predicted as what."""
    if accuracy.gender:
        yield _make_confusion_table("gender", accuracy.gender.confusion)
    if accuracy.age:
        for name, group in accuracy.age.groups.items():
            yield _make_confusion_table(name, group.confusion)


def _make_confusion_table(name: str, confusion: ConfusionTable) -> Table:
    table = make_table(f"{name}: labeled", *confusion.predictions)
    for truth, counts in zip(confusion.truths, confusion.counts, strict=True):
        table.add_row(truth, *map(str, counts))
    return table


def make_evaluations_table(evaluations: Iterable[Evaluation]) -> Table:
    """A line for each evaluation."""
    table = make_table(
        "evaluation", "pack", "faces", "gender correct", "age, mean error", "created"
    )
    for one in evaluations:
        gender, age = one.accuracy.gender, one.accuracy.age
        table.add_row(
            clean(one.name),
            f"{one.pack.name} {one.pack.version}",
            str(one.counts.faces),
            _percent(gender.accuracy if gender else None),
            f"{age.mean_error.value:.1f}" if age else "",
            f"{one.created_at:%Y-%m-%d %H:%M:%S}",
        )
    return table


def _add_share(table: Table, name: str, share: Estimate | None) -> None:
    if share:
        interval = f"{share.low:.1%} to {share.high:.1%}"
        table.add_row(name, _percent(share), interval, str(share.faces))


def _add_years(table: Table, name: str, years: Estimate, sign: str) -> None:
    interval = f"{years.low:{sign}.1f} to {years.high:{sign}.1f}"
    table.add_row(name, f"{years.value:{sign}.2f} years", interval, str(years.faces))


def _percent(share: Estimate | None) -> str:
    return f"{share.value:.1%}" if share else "-"
