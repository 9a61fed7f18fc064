"""A client of a real API, and a finished job of it."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

import facetally
from db.engine import Database
from facetally import Client, Item
from tests.support.servers.served import serve_app
from tests.support.work.addresses import CAPTURED, URIS
from tests.support.work.jobs import close, make_face, work_all
from worker.settings import Settings


@pytest.fixture
def served(client: FlaskClient) -> Iterator[Client]:
    with serve_app(client.application) as url, Client(url) as opened:
        yield opened


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = Database(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def finished(served: Client, database: Database) -> facetally.Job:
    """A finished job of two pictures, with two faces each."""
    items = [Item(URIS[0], "one", CAPTURED, {"store": "Lyon"}), Item(URIS[1])]
    job = served.submit(items, tags=["spring"], dimensions={"camera": "east"})
    work_all(database, (make_face(female=0.9), make_face(female=0.1)))
    close(database)
    return job.refresh()
