"""An API that is killed while it stores uploads leaves nothing that no job knows."""

import threading
from contextlib import suppress

import httpx
from sqlalchemy import select, text, update

from api.staging import PREFIX
from db.clock import DatabaseTime
from db.engine import Database
from db.submissions.loose_folders import ABANDONED_SECONDS
from db.tables.jobs import LooseFolderRow
from tests.support.programs.cli import wait_for
from tests.support.programs.target import KEY, run_target, size

FILES = size(300, 3000)
# The statement that gives the stored files to a job never ends: however slow this test is, the API
# is killed before.
ENDLESS = (
    "CREATE TRIGGER endless BEFORE DELETE ON loose_folders BEGIN SELECT count(*) FROM "
    + ", ".join(f"sqlite_schema AS copy_{number}" for number in range(16))
    + "; END"
)


def test_uploads_of_a_killed_api_are_removed(tmp_path):
    part = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nx\r\n'
    store, arriving = tmp_path / "store", tmp_path / "arriving"
    database = Database(f"sqlite:///{tmp_path / 'facetally.sqlite3'}")
    with run_target(tmp_path) as target:
        run_statement(database, ENDLESS)

        def upload() -> None:
            headers = {
                "Authorization": f"Bearer {KEY}",
                "Content-Type": "multipart/form-data; boundary=b",
            }
            body = part * FILES + b"--b--\r\n"
            with suppress(httpx.TransportError):
                httpx.post(f"{target.url}/v1/jobs", content=body, headers=headers, timeout=300)

        sender = threading.Thread(target=upload)
        sender.start()
        wait_for(lambda: list(store.glob("*/*")), "the first stored file")
        for process in target.find_api():
            process.kill()
        sender.join()
        run_statement(database, "DROP TRIGGER endless")
        kept = target.client.post("/v1/jobs", files={"files": ("b", b"y")}).json()["id"]
        # The next process removes what the killed one had received, and the dispatcher what it had
        # stored, once it is sure that nobody stores it any more.
        wait_for(lambda: len(list(arriving.glob(f"{PREFIX}*"))) == 1, "the end of received files")
        assert target.client.get("/v1/jobs").json()["jobs"][0]["id"] == kept
        with database.write() as session:
            long_ago = DatabaseTime(-ABANDONED_SECONDS - 1)
            session.execute(update(LooseFolderRow).values(seen_at=long_ago))
        wait_for(lambda: len(list(store.glob("*"))) == 1, "the end of stored files")
        wait_for(lambda: target.find_log("abandoned upload removed"), "a line")
    with database.read() as session:
        assert list(session.scalars(select(LooseFolderRow))) == []
    database.close()


def run_statement(database: Database, statement: str) -> None:
    with database.write() as session:
        session.execute(text(statement))
