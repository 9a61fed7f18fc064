"""Dimensions of items, such as the store a picture was taken in."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from api.schemas.fields import Described, Text

Dimensions = Annotated[
    dict[
        Annotated[Text, Field(min_length=1, max_length=64, pattern=r'^[^"\\]*$')],
        Annotated[Text, Field(max_length=200)],
    ],
    Field(max_length=20),
]
DIMENSION_PREFIX = "dimension."


class WithDimensions(Described):
    """Takes any number of `dimension.<name>=<value>` in addition to its own parameters."""

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        for name in self.__pydantic_extra__ or {}:
            if not name.startswith(DIMENSION_PREFIX) or name == DIMENSION_PREFIX:
                raise ValueError(
                    f"there is no parameter {name!r}. Write a dimension as dimension.<name>=<value>"
                )
        return self

    def dimensions(self) -> Mapping[str, str]:
        extra: Mapping[str, Any] = self.__pydantic_extra__ or {}
        return {name.removeprefix(DIMENSION_PREFIX): str(value) for name, value in extra.items()}
