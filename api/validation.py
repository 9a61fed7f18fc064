"""Input checked against its model; what is not valid becomes an InvalidRequest."""

from http import HTTPStatus
from typing import NoReturn, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from api.errors import ApiError, InvalidRequest

ModelT = TypeVar("ModelT", bound=BaseModel)
# The message names this many faults; `details` lists them all.
NAMED_FAULTS = 3


def validate(model: type[ModelT], value: object) -> ModelT:
    """`value` as a `model`; raises InvalidRequest."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        refuse_invalid(error)


def validate_json(model: type[ModelT], body: bytes) -> ModelT:
    """A JSON body as a `model`; raises ApiError."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        fault = error.errors()[0]
        if fault["type"] != "json_invalid":
            refuse_invalid(error)
        problem = f"The body must be JSON. {fault['msg']}"
        raise ApiError(HTTPStatus.BAD_REQUEST, problem) from None


def refuse_invalid(error: ValidationError) -> NoReturn:
    """Raises InvalidRequest with a detail for each field at fault."""
    details = [
        {"field": ".".join(str(part) for part in fault["loc"]), "problem": _problem_of(fault)}
        for fault in error.errors()
    ]
    named = [
        f"{detail['field']}: {detail['problem']}".lstrip(": ") for detail in details[:NAMED_FAULTS]
    ]
    raise InvalidRequest("The request is not valid. " + "; ".join(named), details) from None


def _problem_of(fault: ErrorDetails) -> str:
    """What is wrong, without pydantic's names of our classes."""
    if fault["type"] in ("model_type", "model_attributes_type"):
        return "Input should be an object"
    return fault["msg"].removeprefix("Value error, ")


def refuse_repeated_parameters() -> None:
    """Raises InvalidRequest if a query parameter that takes one value is given several."""
    for name, values in request.args.lists():
        if len(values) > 1:
            times = f"{name}: given {len(values)} times, but only one value is allowed"
            raise InvalidRequest(f"The request is not valid. {times}")
