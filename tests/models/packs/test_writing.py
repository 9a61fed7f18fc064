"""A pack reads as it was written."""

from dataclasses import replace

import pytest

from models.packs.reading import parse_pack
from models.packs.shipped_packs import list_shipped, read_shipped
from models.packs.votes import Vote
from models.packs.writing import write_pack_text


@pytest.mark.parametrize("name", list_shipped())
def test_a_pack_reads_as_it_was_written(name: str) -> None:
    pack = read_shipped(name)
    assert parse_pack(write_pack_text(pack)) == pack


def test_a_map_of_ages_reads_as_it_was_written() -> None:
    vote = Vote(age_map=((0.0, 1.5), (40.0, 38.0), (80.0, 90.0)))
    pack = replace(read_shipped(), vote=vote)
    assert parse_pack(write_pack_text(pack)) == pack
