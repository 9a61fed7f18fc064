"""Work on an item, which may fail."""

from collections.abc import Callable
from typing import TypeVar

from db.item_values import Failure
from models.errors import ItemError

Value = TypeVar("Value")


def attempt(work: Callable[[], Value]) -> Value | Failure:
    """The result, or why the item fails; any other error is the caller's."""
    try:
        return work()
    except ItemError as error:
        return Failure.of(error)
