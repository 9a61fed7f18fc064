"""Several packs measured on the same labels, and how they differ."""

from collections.abc import Sequence

from api.operator_schemas.evaluations import PackDifference, PackFigures, SideBySide
from cli.evaluation.outcomes import RowOutcomes
from models.accuracy.comparison import compare_accuracy


def compare_packs(figures: Sequence[PackFigures], outcomes: Sequence[RowOutcomes]) -> SideBySide:
    """Compare each pack with the first, over the pictures that every one could read."""
    lines = sorted(set.intersection(*(set(one.faces) for one in outcomes)))
    first, *others = ([one.faces[line] for line in lines] for one in outcomes)
    names = [one.evaluation.pack.name for one in figures]
    return SideBySide(
        figures=list(figures),
        differences=[
            PackDifference(pack=name, difference=compare_accuracy(first, other))
            for name, other in zip(names[1:], others, strict=True)
        ],
    )
