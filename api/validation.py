"""Input checked against its model; what is not valid becomes an InvalidRequest."""

from http import HTTPStatus
from typing import NoReturn, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, from_json

from api.errors import ApiError, InvalidRequest

ModelT = TypeVar("ModelT", bound=BaseModel)
# The message names this many faults, and `details` lists this many: a sender must not choose how
# long an answer is.
NAMED_FAULTS = 3
MOST_DETAILS = 20
LONGEST_FIELD = 100
LONGEST_PROBLEM = 300
# Of an object in JSON; none of ours has half as many.
MOST_FIELDS = 100


def validate(model: type[ModelT], value: object) -> ModelT:
    """`value` as a `model`; raises InvalidRequest."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        refuse_invalid(error)


def validate_json(model: type[ModelT], body: bytes) -> ModelT:
    """A JSON body as a `model`; raises ApiError."""
    try:
        value = from_json(body)
    except ValueError as error:
        problem = f"The body must be JSON. Invalid JSON: {error}"
        raise ApiError(HTTPStatus.BAD_REQUEST, problem) from None
    return validate(model, check_shape(value))


def check_shape(value: object) -> object:
    """`value`, as JSON gave it; raises InvalidRequest for an object with absurdly many fields, each
    of which would be a fault of its own."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            if len(one) > MOST_FIELDS:
                raise InvalidRequest(
                    f"The request is not valid. An object has {len(one)} fields, and no object has "
                    f"more than {MOST_FIELDS}."
                )
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
    return value


def refuse_invalid(error: ValidationError) -> NoReturn:
    """Raises InvalidRequest with a detail for each field at fault, or for the first ones."""
    faults = error.errors(include_url=False, include_input=False)
    details = [
        {"field": _name_of(fault), "problem": _problem_of(fault)[:LONGEST_PROBLEM]}
        for fault in faults[:MOST_DETAILS]
    ]
    named = [
        f"{detail['field']}: {detail['problem']}".lstrip(": ") for detail in details[:NAMED_FAULTS]
    ]
    if len(faults) > NAMED_FAULTS:
        named.append(f"and {len(faults) - NAMED_FAULTS} more")
    message = "The request is not valid. " + "; ".join(named)
    raise InvalidRequest(message if message.endswith(".") else message + ".", details) from None


def _name_of(fault: ErrorDetails) -> str:
    return ".".join(str(part)[:LONGEST_FIELD] for part in fault["loc"])


def _problem_of(fault: ErrorDetails) -> str:
    """What is wrong, in our words and without pydantic's names of our classes."""
    if fault["type"] in ("model_type", "model_attributes_type"):
        return "must be an object"
    problem = fault["msg"].removeprefix("Value error, ").partition(", unable to parse")[0]
    return problem.replace("Input should be", "must be").replace("Input should", "must")


def refuse_repeated_parameters() -> None:
    """Raises InvalidRequest if a query parameter that takes one value is given several."""
    for name, values in request.args.lists():
        if len(values) > 1:
            times = f"{name}: given {len(values)} times, but only one value is allowed"
            raise InvalidRequest(f"The request is not valid. {times}.")
