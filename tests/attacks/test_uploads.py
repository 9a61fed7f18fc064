"""An API that is killed while it stores uploads leaves nothing that no job knows."""

import threading
from contextlib import suppress
from pathlib import Path

import httpx
from sqlalchemy import select, text, update

from api.staging import PREFIX
from db.clock import DatabaseTime
from db.engine import Database
from db.submissions.loose_folders import ABANDONED_SECONDS
from db.tables.jobs import LooseFolderRow
from tests.support.programs.cli import wait_for
from tests.support.programs.target import KEY, Target, size

FILES = size(300, 3000)
# The statement that gives the stored files to a job never ends: however slow this test is, the API
# is killed before.
ENDLESS = (
    "CREATE TRIGGER endless BEFORE DELETE ON loose_folders BEGIN SELECT count(*) FROM "
    + ", ".join(f"sqlite_schema AS copy_{number}" for number in range(16))
    + "; END"
)


def test_uploads_of_a_killed_api_are_removed(stack: Target) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nx\r\n'
    store, arriving = stack.data / "store", stack.data / "arriving"
    database = Database(f"sqlite:///{stack.data / 'facetally.sqlite3'}")
    run_statement(database, ENDLESS)
    earlier = read_loose(database)

    def upload() -> None:
        headers = {
            "Authorization": f"Bearer {KEY}",
            "Content-Type": "multipart/form-data; boundary=b",
        }
        body = part * FILES + b"--b--\r\n"
        with suppress(httpx.TransportError):
            httpx.post(f"{stack.url}/v1/jobs", content=body, headers=headers, timeout=300)

    def find_stored() -> list[Path]:
        folders = read_loose(database) - earlier
        return [file for folder in folders for file in (store / folder).glob("*")]

    sender = threading.Thread(target=upload)
    sender.start()
    wait_for(find_stored, "the first stored file")
    for process in stack.find_api():
        process.kill()
    sender.join()
    run_statement(database, "DROP TRIGGER endless")
    [abandoned] = read_loose(database) - earlier
    wait_for(lambda: answers(stack), "the next process")
    kept = stack.client.post("/v1/jobs", files={"files": ("b", b"y")}).json()["id"]
    # The next process removes what the killed one had received, and the dispatcher what it had
    # stored, once it is sure that nobody stores it any more.
    wait_for(lambda: len(list(arriving.glob(f"{PREFIX}*"))) == 1, "the end of received files")
    assert stack.client.get("/v1/jobs").json()["jobs"][0]["id"] == kept
    with database.write() as session:
        long_ago = DatabaseTime(-ABANDONED_SECONDS - 1)
        session.execute(update(LooseFolderRow).values(seen_at=long_ago))
    wait_for(lambda: not (store / abandoned).exists(), "the end of stored files")
    wait_for(lambda: stack.find_log("abandoned upload removed"), "a line")
    wait_for(lambda: abandoned not in read_loose(database), "the end of its row")
    database.close()


def answers(stack: Target) -> bool:
    """A connection to the killed process may still seem to be open."""
    with suppress(httpx.TransportError):
        return stack.client.get("/healthz").is_success
    return False


def read_loose(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(LooseFolderRow.folder)))


def run_statement(database: Database, statement: str) -> None:
    with database.write() as session:
        session.execute(text(statement))
