"""The codes of failed items."""

import pytest

from models.errors import (
    FacetallyError,
    ForbiddenItem,
    ItemError,
    MissingItem,
    ModelUnavailable,
    TooLargeItem,
    UnreadableItem,
    UnsupportedItem,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnreadableItem, "unreadable"),
        (TooLargeItem, "too_large"),
        (UnsupportedItem, "unsupported"),
        (MissingItem, "not_found"),
        (ForbiddenItem, "forbidden_source"),
    ],
)
def test_an_item_error_carries_its_code_and_sentence(error, code):
    assert issubclass(error, ItemError)
    assert error.code == code
    assert str(error("Send it again.")) == "Send it again."


def test_a_missing_model_is_not_the_fault_of_an_item():
    assert issubclass(ModelUnavailable, FacetallyError)
    assert not issubclass(ModelUnavailable, ItemError)
