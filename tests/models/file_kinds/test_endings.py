"""An ending stands for one kind of file."""

import pytest

from models.file_kinds.endings import NESTED_ENDINGS, SUBMITTED_ENDINGS


@pytest.mark.parametrize("endings", [SUBMITTED_ENDINGS, NESTED_ENDINGS], ids=["sent", "nested"])
def test_an_ending_belongs_to_one_kind(endings):
    assert len(set(endings)) == len(endings)
    assert all(ending.startswith(".") and ending.islower() for ending in endings)
