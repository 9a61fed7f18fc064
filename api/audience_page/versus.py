"""A second audience beside the first: with what it can be compared, and how both differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_interval

from api.audience_page.filters import Known, name_job
from api.audience_schemas.audience import AudienceOut
from api.errors import InvalidRequest
from api.layout.texts import Texts
from api.schemas.dimensions import DIMENSION_PREFIX
from db.audience.differences import GroupDifference, list_differences

FIELD = "versus"
# The stretch of time before the one that was chosen, and as long.
PREVIOUS = "previous"
MOST_OTHERS = 200


@dataclass(frozen=True, slots=True)
class Versus:
    """Two audiences by their names, their faces, and the rows in which they may differ."""

    first: str
    second: str
    faces: tuple[int | None, int | None]
    genders: Sequence[GroupDifference]
    bands: Sequence[GroupDifference]


def list_others(
    known: Known, args: Mapping[str, str], question: Mapping[str, str], text: Texts
) -> list[tuple[str, str]]:
    """What the chosen audience can be compared with, and its name: the previous stretch of time, or
    another value of a filter. They have no faces in common."""
    return [*_list_times(question, text), *_list_values(known, args, text)][:MOST_OTHERS]


def _list_times(question: Mapping[str, str], text: Texts) -> Iterator[tuple[str, str]]:
    if "from" in question and "to" in question:
        yield PREVIOUS, text("versus.previous")


def _list_values(known: Known, args: Mapping[str, str], text: Texts) -> Iterator[tuple[str, str]]:
    if "job" in args:
        jobs = [job for job in known.jobs if str(job.id) != args["job"]]
        yield from ((f"job={job.id}", name_job(job, text)) for job in jobs)
    for name, values in known.values.items():
        field = DIMENSION_PREFIX + name
        if field in args:
            others = [value for value in values if value != args[field]]
            yield from ((f"{field}={value}", f"{name} {value}") for value in others)


def has_base(question: Mapping[str, str], chosen: str) -> bool:
    """Whether the question still has what `chosen` is another one of: a reader may have removed
    that filter since."""
    if chosen == PREVIOUS:
        return "from" in question and "to" in question
    return chosen.partition("=")[0] in question


def read_other(question: Mapping[str, str], chosen: str) -> dict[str, str]:
    """The question about the second audience; raises InvalidRequest."""
    if chosen == PREVIOUS:
        return {**question, **_read_previous(question)}
    name, _, value = chosen.partition("=")
    if not value or name not in question:
        raise InvalidRequest(
            f"The audience cannot be compared with {chosen!r}: choose a job, a dimension or a "
            "stretch of time, and then another one of the same kind."
        )
    return {**question, name: value}


def _read_previous(question: Mapping[str, str]) -> dict[str, str]:
    try:
        first, last = (date.fromisoformat(question[name]) for name in ("from", "to"))
    except (KeyError, ValueError):
        raise InvalidRequest(
            "The previous stretch of time is known where both its days are chosen."
        ) from None
    before = first - timedelta(days=1)
    return {"from": (before - (last - first)).isoformat(), "to": before.isoformat()}


def compare(
    questions: tuple[Mapping[str, str], Mapping[str, str]],
    first: Sequence[AudienceOut],
    second: Sequence[AudienceOut],
    known: Known,
    text: Texts,
) -> Versus:
    """From both audiences by gender and by age band."""
    one, other = questions
    differing = [name for name in one if one[name] != other[name]]
    names = [_name(each, differing, known, text) for each in questions]
    genders, bands = (
        list_differences(ours.groups, theirs.groups)
        for ours, theirs in zip(first, second, strict=True)
    )
    return Versus(names[0], names[1], (first[0].faces, second[0].faces), genders, bands)


def _name(question: Mapping[str, str], differing: Sequence[str], known: Known, text: Texts) -> str:
    if "from" in differing:
        first, last = (date.fromisoformat(question[name]) for name in ("from", "to"))
        return str(format_interval(first, last, "yMMMd", locale=text.language))
    [name] = differing
    if name == "job":
        jobs = {str(job.id): job for job in known.jobs}
        number = question[name]
        return name_job(jobs[number], text) if number in jobs else text("job.title", number=number)
    return question[name]
