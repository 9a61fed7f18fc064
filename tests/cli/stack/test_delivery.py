"""`facetally run` ends once its results are where --results-to wants them, or says why not."""

import pytest

from api.deliveries import Deliveries
from cli.exits import CommandFailed
from cli.stack.delivery import wait_delivered
from cli.stack.stack import Stack
from db.engine import Database
from facetally import Client, Item, Options, Submission
from tests.support.servers.served import serve_app
from tests.support.work.worker import work_until_done
from worker.addresses.destinations import Destinations
from worker.sources.writing import DestinationWriter


@pytest.fixture
def run(open_client, settings, tmp_path):
    """The job of a file that is not there, after a wait in which a dispatcher may write to `to`."""
    app = open_client(destinations=(tmp_path.as_uri(),)).application
    database = Database(settings.database_url)

    def run_once(to):
        deliveries = Deliveries(database, DestinationWriter(Destinations([tmp_path.as_uri()])))
        with serve_app(app) as url, Client(url) as client:
            submission = Submission(options=Options(results_to=to))
            job = client.submit_items([Item("file:///none.jpg")], submission)
            work_until_done(settings, database)
            stack = Stack(url, lambda: None, lambda _: deliveries.take_turn())
            return wait_delivered(job.refresh(), stack)

    yield run_once
    database.close()


def test_a_run_ends_once_its_results_are_written(run, tmp_path):
    job = run((tmp_path / "results").as_uri())
    assert job.delivered.is_complete
    assert len(list((tmp_path / "results").rglob("*.parquet"))) == 1


def test_a_run_whose_results_cannot_be_written_says_why(run, tmp_path):
    (tmp_path / "file").write_bytes(b"no folder")
    with pytest.raises(CommandFailed, match="could not be written"):
        run((tmp_path / "file").as_uri())


def test_a_run_that_writes_nothing_elsewhere_does_not_wait(run):
    assert run(None).delivered is None
