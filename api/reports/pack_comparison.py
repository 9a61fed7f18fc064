"""The report of several packs on the same labels: a single HTML file that loads nothing."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from api.operator_schemas.evaluations import PackFigures, SideBySide
from api.reports.plots import Point, draw_rows
from api.reports.templates import open_templates
from models.accuracy.accuracy import Accuracy
from models.accuracy.bootstrap import Estimate
from models.accuracy.comparison import AccuracyDifference


def render_packs(compared: SideBySide) -> str:
    """Render the page: one table, a plot of each figure, and which differences are beyond
    chance."""
    return (
        open_templates()
        .get_template("pack_comparison.html")
        .render(
            figures=compared.figures,
            sentences=list(describe_differences(compared)),
            plots=_draw(compared.figures),
            mean_f1=mean_f1,
        )
    )


def mean_f1(accuracy: Accuracy) -> float:
    """The mean of both genders' F1 scores; 0 for a gender that no face was assigned."""
    classes = accuracy.gender.classes if accuracy.gender else ()
    scores = [one.f1.value if one.f1 else 0.0 for one in classes]
    return sum(scores) / len(scores) if scores else 0.0


def describe_differences(compared: SideBySide) -> Iterator[str]:
    """A sentence for each pack and figure: which is more accurate, and whether beyond chance."""
    first = compared.figures[0].evaluation.pack.name
    for one in compared.differences:
        yield from describe_difference(one.pack, first, one.difference)


def describe_difference(pack: str, first: str, found: AccuracyDifference) -> Iterator[str]:
    """`strict against default: age error +1.14 years (+0.83 to +1.49), beyond chance`."""
    if found.mean_error:
        yield _describe(pack, first, "age error", found.mean_error, "years", 1.0)
    if found.gender:
        yield _describe(pack, first, "gender correct", found.gender, "points", 100.0)
    if found.detection.value or found.detection.excludes_zero:
        yield _describe(pack, first, "faces found", found.detection, "points", 100.0)


def _describe(
    pack: str, first: str, figure: str, difference: Estimate, unit: str, times: float
) -> str:
    verdict = "beyond chance" if difference.excludes_zero else "may be chance"
    value, low, high = (times * one for one in (difference.value, difference.low, difference.high))
    interval = f"{low:+.2f} to {high:+.2f}"
    return f"{pack} against {first}: {figure} {value:+.2f} {unit} ({interval}), {verdict}"


def _draw(figures: Sequence[PackFigures]) -> dict[str, Markup]:
    names = [one.evaluation.pack.name for one in figures]
    accuracies = [one.evaluation.accuracy for one in figures]
    plots = {}
    if errors := [one.age.mean_error for one in accuracies if one.age]:
        plots["age"] = _draw_rows("Mean error of ages, in years", names, errors, "years", 1.0)
    if genders := [one.gender.accuracy for one in accuracies if one.gender]:
        plots["gender"] = _draw_rows("Correct genders", names, genders, "% correct", 100.0)
    return plots


def _draw_rows(
    title: str, names: Sequence[str], values: Sequence[Estimate], axis: str, times: float
) -> Markup:
    points = [Point(times * one.value, times * one.low, times * one.high) for one in values]
    return draw_rows(title, names, points, axis, zero=False)
