"""Errors as pages: what is wrong, in words of our own."""

import pytest
from flask.testing import FlaskClient

from tests.support.answers.pages import PAGE, Page


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/nowhere", "There is nothing at /nowhere."),
        ("/audience?from=2026-05-05&to=2026-05-01", "from must not be later than to."),
        ("/jobs/1?age_min=x", "age_min: must be a valid integer."),
        ("/jobs?limit=0", "limit: must be greater than or equal to 1."),
    ],
    ids=["no page", "two fields", "a number", "a bound"],
)
def test_a_refused_request_says_what_is_wrong(
    client: FlaskClient, address: str, sentence: str
) -> None:
    client.post("/v1/jobs", json={"draft": True})
    words = Page(client.get(address, headers=PAGE).text).words
    assert sentence in words
    assert "Input should" not in words
