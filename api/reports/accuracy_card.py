"""How right the nets are, in the few sentences that belong to every number made with them."""

from dataclasses import dataclass

from api.reports.evaluation_report import name_biases
from api.reports.templates import SPACE, interval, percent
from db.audience.evaluations import Evaluation


@dataclass(frozen=True, slots=True)
class AccuracyCard:
    """Figures by what they are of, each with its interval; the biases to know of; and where both
    come from."""

    origin: str
    figures: dict[str, tuple[str, str]]
    biases: tuple[str, ...]


# Until an installation has an evaluation of its own: what `facetally evaluate`
# measured on 800 faces of UTKFace, see docs/evaluation.md.
MEASURED = AccuracyCard(
    origin=(
        "Measured by the makers of Facetally on 800 labeled faces of UTKFace, aged 1 to 110; this "
        "installation has no evaluation of its own, and its pictures may be unlike those."
    ),
    figures={
        "Face found": (f"99.8{SPACE}%", "798 of 800"),
        "Gender right": (f"91.0{SPACE}%", f"89.0 to 92.7{SPACE}%"),
        "Age is off by": (f"6.2{SPACE}years", "on average"),
    },
    biases=(
        "People aged 13 to 17 are taken for about 7 years older than they are (3 to 11, of only 19 "
        "faces), those aged 18 to 24 for about 5.",
        "People aged 45 to 64 are taken for about 5 years younger than they are, those from 65 up "
        "for about 11.",
        "The gender of children up to 12 is right for about 72 of 100 of those decided, that of "
        "all for 93.",
    ),
)


def make_card(newest: Evaluation | None) -> AccuracyCard:
    """What the newest evaluation found, or what was measured before there was any."""
    if newest is None:
        return MEASURED
    accuracy = newest.accuracy
    made = f" of {newest.created_at:%d %B %Y}" if newest.created_at else ""
    figures = {"Face found": (percent(accuracy.detection), interval(accuracy.detection))}
    if accuracy.gender:
        right = accuracy.gender.accuracy
        figures["Gender right"] = (percent(right), interval(right))
    if accuracy.age:
        error = accuracy.age.mean_error
        off = f"{error.value:.1f}{SPACE}years"
        figures["Age is off by"] = (off, f"on average ({interval(error, 'years')})")
    return AccuracyCard(
        f"Evaluation “{newest.name}”{made}, on {newest.counts.faces:,} labeled faces.",
        figures,
        tuple(name_biases(accuracy)),
    )
