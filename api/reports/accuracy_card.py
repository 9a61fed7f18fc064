"""How accurate the models are: the figures and biases that belong in every report."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.reports.evaluation_report import name_biases
from api.reports.figures import DASH
from api.reports.templates import SPACE, interval, percent
from db.pack_values import PackVersion
from db.slices.evaluations import Evaluation
from models.packs.names import DEFAULT_PACK


@dataclass(frozen=True, slots=True)
class AccuracyCard:
    """Figures with their intervals, known biases, and where both come from."""

    origin: str
    figures: dict[str, tuple[str, str]]
    biases: tuple[str, ...]


# Used until an installation has its own evaluation: what `facetally evaluate` measured on 800
# faces of UTKFace, see docs/evaluation.md.
MEASURED = AccuracyCard(
    origin=(
        "Measured by the Facetally project on 800 labeled faces from UTKFace, aged 1 to 110. This "
        "installation has not been evaluated, and its photos may differ from those."
    ),
    figures={
        "Faces found": ("99.6%", "797 of 800"),
        "Gender correct": ("91.7%", f"89.7{DASH}93.5%"),
        "Age error": (f"5.1{SPACE}years", "on average"),
    },
    biases=(
        "Ages are overestimated by about 3 years at 13-17 (1 to 5 years, from only 19 faces) and "
        "at 18-24.",
        "Ages are underestimated by about 2 years at 35-54 and 9 years from 65.",
        "For children under 13, gender is correct in about 80% of the cases where one is assigned "
        "(95% overall).",
    ),
)

# The figures of one pack say nothing of another.
UNMEASURED = AccuracyCard(
    origin=(
        "The pack of this job has not been evaluated on this installation. The command "
        "facetally evaluate measures it on labeled photos."
    ),
    figures={},
    biases=(),
)


def make_card(packs: Sequence[PackVersion], evaluations: Iterable[Evaluation]) -> AccuracyCard:
    """The accuracy of the packs that analyzed a job, from the newest of `evaluations` of the last
    of them; without one, MEASURED for the default pack, and no figures for any other."""
    used = packs[-1] if packs else None
    newest = next((one for one in evaluations if used and one.pack.sha256 == used.sha256), None)
    if newest is None:
        return MEASURED if used is None or used.name == DEFAULT_PACK else UNMEASURED
    return _make_card(newest)


def _make_card(newest: Evaluation) -> AccuracyCard:
    accuracy = newest.accuracy
    made = f" of {newest.created_at:%d %B %Y}" if newest.created_at else ""
    figures = {"Faces found": (percent(accuracy.detection), interval(accuracy.detection))}
    if accuracy.gender:
        right = accuracy.gender.accuracy
        figures["Gender correct"] = (percent(right), interval(right))
    if accuracy.age:
        error = accuracy.age.mean_error
        off = f"{error.value:.1f}{SPACE}years"
        figures["Age error"] = (off, f"on average ({interval(error, 'years')})")
    return AccuracyCard(
        f"Evaluation “{newest.name}”{made}, on {newest.counts.faces:,} labeled faces.",
        figures,
        tuple(name_biases(accuracy)),
    )
