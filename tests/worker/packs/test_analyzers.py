"""A process opens the analyzers that it needs, keeps few, and remembers which it cannot open."""

import pytest

from models.errors import ModelUnavailable
from models.nets.analyzer import Analyzer
from tests.support.models.packs import make_version
from worker.packs.analyzers import MOST_OPEN, Analyzers

NAMES = tuple(f"pack-{number}" for number in range(MOST_OPEN + 1))


class Opener:
    """Opens analyzers that do nothing, and refuses those that are broken."""

    def __init__(self, broken: str = "") -> None:
        self.opened: list[str] = []
        self._broken = broken

    def __call__(self, name: str) -> Analyzer:
        if name == self._broken:
            raise ModelUnavailable(f"{name} is altered")
        self.opened.append(name)
        return object.__new__(Analyzer)


def test_an_analyzer_is_opened_when_it_is_needed_and_once() -> None:
    opener = Opener()
    analyzers = Analyzers(map(make_version, NAMES), opener)
    assert opener.opened == []

    assert analyzers.get(NAMES[0]) is analyzers.get(NAMES[0])
    assert opener.opened == [NAMES[0]]


def test_the_analyzer_that_was_not_used_for_longest_is_closed() -> None:
    opener = Opener()
    analyzers = Analyzers(map(make_version, NAMES), opener)
    for name in (*NAMES[:MOST_OPEN], NAMES[0], NAMES[-1], NAMES[0]):
        analyzers.get(name)
    assert opener.opened == [*NAMES[:MOST_OPEN], NAMES[-1]]

    analyzers.get(NAMES[1])
    assert opener.opened[-1] == NAMES[1]


def test_a_pack_that_this_process_does_not_have_is_refused() -> None:
    analyzers = Analyzers([make_version("one")], Opener())
    with pytest.raises(ModelUnavailable, match="does not have the pack two"):
        analyzers.get("two")


def test_a_pack_that_cannot_be_opened_is_given_up() -> None:
    analyzers = Analyzers(map(make_version, ("one", "two")), Opener(broken="two"))
    with pytest.raises(ModelUnavailable, match="altered"):
        analyzers.get("two")

    assert list(analyzers.versions) == ["one"]
    with pytest.raises(ModelUnavailable, match="does not have"):
        analyzers.get("two")
