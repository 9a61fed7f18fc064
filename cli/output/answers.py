"""Who was found, in a line or two, and which files failed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from facetally import Audience, Result

MOST_NAMED = 10


def describe_answer(audience: Audience) -> str:
    """`Female 72%, male 26%. Median age 27. Most often aged 25-34.`, from groups by gender and age;
    empty where nobody may be told of."""
    faces: defaultdict[str, int] = defaultdict(int)
    ages: defaultdict[str, int] = defaultdict(int)
    for group in audience.groups:
        faces[group.gender or ""] += group.faces or 0
        ages[group.age_band or ""] += group.faces or 0
    if not audience.faces or not sum(faces.values()):
        return ""
    shares = [f"{gender} {faces[gender] / audience.faces:.0%}" for gender in ("female", "male")]
    parts = [", ".join(shares).capitalize()]
    if audience.median_age is not None:
        parts.append(f"Median age {audience.median_age:.0f}")
    parts.append(f"Most often aged {max(ages, key=lambda band: ages[band])}")
    return ". ".join(parts) + "."


def list_failures(results: Iterable[Result], failed: int) -> Iterator[str]:
    """A line with the sentence of each failed file, and how many more there are."""
    broken = ((one.name, one.error.message) for one in results if one.error is not None)
    for name, message in islice(broken, MOST_NAMED):
        yield f"{name}: {message}"
    if failed > MOST_NAMED:
        yield f"and {failed - MOST_NAMED} more that failed"
