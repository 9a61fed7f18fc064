"""The questions that marketers ask first, as saved views of the audience page.

They are those of docs/audience.md, filled in with the newest job and tag, and with the first
dimensions that there are; a question that nothing here can answer is left out.
"""

from collections.abc import Iterator
from urllib.parse import urlencode

from api.audience_page.filters import Known
from api.audience_page.versus import FIELD, PREVIOUS
from api.layout.texts import Texts
from api.schemas.dimensions import DIMENSION_PREFIX

OWN_BANDS = "0-17,18-34,35-54,55-120"


def list_questions(known: Known, evaluations: list[str], text: Texts) -> list[tuple[str, str]]:
    """Each question and its address."""
    return [
        (sentence, f"/audience?{urlencode(query)}" if query else "/audience")
        for sentence, query in _ask(known, evaluations, text)
    ]


def _ask(known: Known, evaluations: list[str], text: Texts) -> Iterator[tuple[str, dict[str, str]]]:
    names = list(known.values)
    yield text("questions.everybody"), {}
    if known.jobs:
        yield text("questions.job", number=known.jobs[0].id), {"job": str(known.jobs[0].id)}
    if known.tags:
        yield text("questions.tag", tag=known.tags[0]), {"tag": known.tags[0]}
    if names:
        yield text("questions.split", name=names[-1]), {"split": names[-1]}
    yield text("questions.change"), {"over": "month"}
    yield text("questions.weeks"), {"period": "70d", "over": "week"}
    yield text("questions.week"), {"period": "last_week", FIELD: PREVIOUS}
    yield text("questions.before"), {"period": "30d", FIELD: PREVIOUS}
    yield text("questions.hours"), {"over": "hour_of_day"}
    if names:
        name, value = names[-1], known.values[names[-1]][0]
        one = {DIMENSION_PREFIX + name: value}
        yield text("questions.days", value=value), {**one, "over": "day"}
        if len(names) > 1:
            both = {"split": names[-1], "across": names[0]}
            yield text("questions.across", one=names[-1], other=names[0]), both
        others = known.values[name][1:2]
        for other in others:
            against = {DIMENSION_PREFIX + name: value, FIELD: f"{DIMENSION_PREFIX}{name}={other}"}
            yield text("questions.versus", one=value, other=other), against
        yield text("questions.bands", value=value), {**one, "bands": OWN_BANDS}
    if evaluations:
        # In wide bands, few labeled faces are enough for a correction.
        yield text("questions.corrected"), {"calibration": evaluations[0], "bands": OWN_BANDS}
