"""What schemas share."""

from pydantic import BaseModel

from api.schemas.fields import Strict


class Asked(Strict):
    """Something that is asked for."""

    names: list[str]


class Same(BaseModel):
    """Something that is asked for."""

    model_config = Asked.model_config
    names: list[str]


def test_a_schema_is_that_of_pydantic_and_is_made_once() -> None:
    made = Asked.model_json_schema()
    assert made == {**Same.model_json_schema(), "title": "Asked"}
    assert Asked.model_json_schema() is made
    assert Asked.model_json_schema(ref_template="x") == made
    assert Strict.model_json_schema() != made
