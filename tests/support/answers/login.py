"""The keys of a server, and the form to log in with one."""

from flask.testing import FlaskClient

from tests.support.answers.pages import PAGE

KEYS = ("first", "second")


def log_in(client: FlaskClient, key: str = "second", **fields: str) -> object:
    return client.post("/login", data={"key": key, **fields}, headers=PAGE)
