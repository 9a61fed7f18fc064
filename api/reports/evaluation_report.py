"""The report of an evaluation: a single HTML file that loads nothing."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from api.operator_schemas.evaluations import EvaluationOut
from api.reports.plots import Point, draw_against_diagonal, draw_confusion, draw_rows
from api.reports.templates import interval, open_templates, percent
from models.accuracy.accuracy import Accuracy, BandAccuracy, ConfusionTable, GenderAccuracy
from models.accuracy.bootstrap import Estimate

# Figures from fewer faces than this are reported as uncertain.
FEW_FACES = 30
# A group is reported if its share of correct genders is lower than the overall one by this much.
UNEVEN = 0.05


def render_evaluation(evaluation: EvaluationOut) -> str:
    """Render the page, with every figure explained."""
    accuracy = evaluation.accuracy
    return (
        open_templates()
        .get_template("evaluation_report.html")
        .render(
            evaluation=evaluation,
            accuracy=accuracy,
            biases=list(name_biases(accuracy)),
            few=[band for band in accuracy.bands if band.faces < FEW_FACES],
            few_faces=FEW_FACES,
            plots=_draw(accuracy),
        )
    )


def _draw(accuracy: Accuracy) -> dict[str, Markup]:
    plots = {}
    if accuracy.bands:
        plots["bias"] = _draw_bias(accuracy.bands)
    if decided := [band for band in accuracy.bands if band.gender_decided]:
        plots["gender by age"] = _draw_gender_by_age(decided)
    if accuracy.gender:
        plots["reliability"] = _draw_reliability(accuracy.gender)
        plots["gender"] = _draw_table("Gender", accuracy.gender.confusion)
    if accuracy.age:
        for name, group in accuracy.age.groups.items():
            plots[name] = _draw_table(f"Age in {name.replace('_', ' ')} bands", group.confusion)
    return plots


def _draw_bias(bands: Sequence[BandAccuracy]) -> Markup:
    title = "Bias of estimated ages in years, by labeled age"
    points = [_point(band.bias) for band in bands]
    return draw_rows(title, [band.band for band in bands], points, "bias, years")


def _draw_gender_by_age(bands: Sequence[BandAccuracy]) -> Markup:
    title = "Correct genders where one is assigned, by labeled age"
    points = [_point(band.gender_decided, 100) for band in bands if band.gender_decided]
    return draw_rows(title, [band.band for band in bands], points, "% correct", zero=False)


def _draw_reliability(gender: GenderAccuracy) -> Markup:
    bins = gender.reliability
    return draw_against_diagonal(
        "Share of faces labeled female, by the probability that the model assigned",
        [one.predicted for one in bins],
        [_point(one.observed) for one in bins],
        "estimated probability of female",
        "labeled female",
    )


def _draw_table(title: str, table: ConfusionTable) -> Markup:
    return draw_confusion(title, table.truths, table.predictions, table.counts)


def _point(estimate: Estimate, times: float = 1.0) -> Point:
    return Point(times * estimate.value, times * estimate.low, times * estimate.high)


def name_biases(accuracy: Accuracy) -> Iterator[str]:
    """Sentences on biases, only for those that the intervals confirm."""
    for band in accuracy.bands:
        if band.bias.low > 0 or band.bias.high < 0:
            direction = "over" if band.bias.value > 0 else "under"
            least, most = sorted((abs(band.bias.low), abs(band.bias.high)))
            yield (
                f"Ages are {direction}estimated by {abs(band.bias.value):.1f} years on average "
                f"at {band.band} ({least:.1f} to {most:.1f})."
            )
    yield from _name_gender_biases(accuracy)


def _name_gender_biases(accuracy: Accuracy) -> Iterator[str]:
    overall = accuracy.gender and accuracy.gender.decided
    for band in accuracy.bands:
        right = band.gender_decided
        if right and overall and right.high < overall.value - UNEVEN:
            yield (
                f"At {band.band}, gender is correct in only {percent(right)} of the cases where "
                f"one is assigned ({interval(right)}; {percent(overall)} overall)."
            )
    if accuracy.gender:
        first, second = accuracy.gender.classes
        worse, better = sorted(
            (first, second), key=lambda one: one.recall.value if one.recall else 1
        )
        if worse.recall and better.recall and worse.recall.high < better.recall.low:
            yield (
                f"Faces labeled {worse.name} are classified correctly less often "
                f"({percent(worse.recall)}) than faces labeled {better.name} "
                f"({percent(better.recall)}), so their uncorrected share is too small."
            )
