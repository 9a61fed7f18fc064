"""JSON becomes values: what is unknown is ignored, what doesn't fit is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from facetally.parsing import parse


@dataclass(frozen=True)
class Inner:
    name: str


@dataclass(frozen=True)
class Outer:
    count: int
    share: float
    at: datetime | None
    pair: tuple[int, int]
    inner: tuple[Inner, ...]
    words: Mapping[str, str]
    flag: bool = False


WHOLE = {
    "count": 1,
    "share": 1,
    "at": "2026-05-01T10:00:00Z",
    "pair": [1, 2],
    "inner": [{"name": "a", "newer": 1}],
    "words": {"store": "Lyon"},
    "newer": "field",
}


def test_json_becomes_a_value_and_newer_fields_are_ignored():
    moment = datetime(2026, 5, 1, 10, tzinfo=UTC)

    assert parse(Outer, WHOLE) == Outer(1, 1.0, moment, (1, 2), (Inner("a"),), {"store": "Lyon"})


@pytest.mark.parametrize(
    "change",
    [
        {"count": "1"},
        {"count": True},
        {"count": None},
        {"share": "much"},
        {"at": "soon"},
        {"at": 1},
        {"pair": [1]},
        {"pair": 1},
        {"inner": {}},
        {"inner": [1]},
        {"words": []},
        {"words": {"store": 1}},
        {"flag": 1},
    ],
    ids=str,
)
def test_json_that_does_not_fit_is_refused(change):
    with pytest.raises(ValueError, match=r"expected|argument|Invalid"):
        parse(Outer, {**WHOLE, **change})


def test_a_missing_field_is_named():
    with pytest.raises(ValueError, match="Inner lacks name"):
        parse(Inner, {})
